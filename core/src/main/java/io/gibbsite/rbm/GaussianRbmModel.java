package io.gibbsite.rbm;

import static io.gibbsite.io.ModelTensors.addMetadata;
import static io.gibbsite.io.ModelTensors.floats;
import static io.gibbsite.io.ModelTensors.requireMetadata;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
    Safetensors content = Safetensors.read(file);
    try {
      return from(content.metadata(), content.tensors());
    } catch (IllegalArgumentException e) {
      throw new FormatException(file, e.getMessage(), e);
    }
  }

  /**
   * The model of these tensors, all of which must belong to it.
   *
   * @throws IllegalArgumentException with what is wrong and where
   */
  public static GaussianRbmModel from(Map<String, String> metadata, Map<String, NdArray> tensors) {
    requireMetadata(metadata, "format", "gibbsite");
    requireMetadata(metadata, "model", KIND);
    Map<String, NdArray> others = new LinkedHashMap<>(tensors);
    others.remove(VISIBLE_SD);
    RbmParameters weights = RbmModel.join(others);
    float[] sd = floats(tensors, VISIBLE_SD, weights.shape().visible());
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
    Map<String, String> metadata = metadata();
    addMetadata(metadata, extraMetadata);
    new Safetensors(metadata, tensors()).write(file);
  }

  /** The metadata of the model file. */
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "gibbsite");
    metadata.put("model", KIND);
    return metadata;
  }

  /** The tensors of the model file; parameters are copied. */
  public Map<String, NdArray> tensors() {
    GaussianRbmShape shape = parameters.shape();
    Map<String, NdArray> tensors = RbmModel.split(shape.units(), parameters.values());
    tensors.put(VISIBLE_SD, NdArray.of(parameters.visibleSd(), shape.visible()));
    return tensors;
  }
}
