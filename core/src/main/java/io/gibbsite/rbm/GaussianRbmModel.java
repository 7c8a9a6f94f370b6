package io.gibbsite.rbm;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.ModelFile;
import io.gibbsite.io.NdArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A Gaussian-Bernoulli RBM as a model file holds it.
 *
 * <pre>
 *   metadata   format = gibbsite, model = gaussian-rbm
 *   tensors    weight [visible, hidden], visible_bias [visible], hidden_bias [hidden],
 *              visible_sd [visible], positive
 * </pre>
 *
 * <p>Tensors are F32; F64, F16 and BF16 ones are rounded to it.
 *
 * @param parameters of the energy
 */
public record GaussianRbmModel(GaussianRbmParameters parameters) {
  /** What the metadata say the model is. */
  public static final String KIND = "gaussian-rbm";

  private static final String VISIBLE_SD = "visible_sd";

  /**
   * Reads a model file.
   *
   * @throws FormatException if it is no Gaussian-Bernoulli RBM, with what is wrong and where
   * @throws IOException if it cannot be read
   */
  public static GaussianRbmModel read(Path file) throws IOException {
    return ModelFile.read(file, KIND, GaussianRbmModel::of);
  }

  /**
   * The model of these tensors, all of which must belong to it.
   *
   * @throws IllegalArgumentException with what is wrong and where
   */
  public static GaussianRbmModel from(Map<String, String> metadata, Map<String, NdArray> tensors) {
    return of(new ModelFile(KIND, metadata, tensors));
  }

  private static GaussianRbmModel of(ModelFile content) {
    RbmParameters weights = RbmModel.join(content);
    float[] sd = content.floats(VISIBLE_SD, weights.shape().visible());
    content.requireNoOthers("an RBM");
    for (int i = 0; i < sd.length; i++) {
      if (!(sd[i] >= Float.MIN_NORMAL)) {
        throw new IllegalArgumentException(
            "tensor '%s' holds %s at [%d]: a deviation is positive"
                .formatted(VISIBLE_SD, sd[i], i));
      }
    }
    return new GaussianRbmModel(GaussianRbmParameters.of(weights, sd));
  }

  /** Writes a model file, atomically. */
  public void write(Path file) throws IOException {
    write(file, Map.of());
  }

  /**
   * Writes a model file, atomically, with more metadata.
   *
   * @throws IllegalArgumentException if that contains a key of {@link #metadata}
   */
  public void write(Path file, Map<String, String> extraMetadata) throws IOException {
    ModelFile.write(file, metadata(), extraMetadata, tensors());
  }

  /** The metadata of the model file. */
  public Map<String, String> metadata() {
    return ModelFile.metadataOf(KIND);
  }

  /** The tensors of the model file; parameters are copied. */
  public Map<String, NdArray> tensors() {
    GaussianRbmShape shape = parameters.shape();
    Map<String, NdArray> tensors = RbmModel.split(shape.units(), parameters.values());
    tensors.put(VISIBLE_SD, NdArray.of(parameters.visibleSd(), shape.visible()));
    return tensors;
  }
}
