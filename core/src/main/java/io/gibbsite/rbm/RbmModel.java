package io.gibbsite.rbm;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.ModelFile;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A restricted Boltzmann machine as a model file holds it.
 *
 * <pre>
 *   metadata   format = gibbsite, model = rbm
 *   tensors    weight [visible, hidden], visible_bias [visible], hidden_bias [hidden]
 * </pre>
 *
 * <p>Tensors are F32; F64, F16 and BF16 ones are rounded to it.
 *
 * @param parameters of the energy
 */
public record RbmModel(RbmParameters parameters) {
  private static final String KIND = "rbm";
  private static final String WEIGHT = "weight";
  private static final String VISIBLE_BIAS = "visible_bias";
  private static final String HIDDEN_BIAS = "hidden_bias";

  /**
   * Reads a model file.
   *
   * @throws FormatException if it is no RBM, with what is wrong and where
   * @throws IOException if it cannot be read
   */
  public static RbmModel read(Path file) throws IOException {
    return ModelFile.read(file, KIND, RbmModel::of);
  }

  /**
   * The model of these tensors, all of which must belong to it.
   *
   * @throws IllegalArgumentException with what is wrong and where
   */
  public static RbmModel from(Map<String, String> metadata, Map<String, NdArray> tensors) {
    return of(new ModelFile(KIND, metadata, tensors));
  }

  private static RbmModel of(ModelFile content) {
    RbmParameters parameters = join(content);
    content.requireNoOthers("an RBM");
    return new RbmModel(parameters);
  }

  /** The parameters that the tensors are parts of. */
  static RbmParameters join(ModelFile content) {
    int[] units = content.matrix(WEIGHT, "[visible, hidden]");
    RbmShape shape = new RbmShape(units[0], units[1]);
    return RbmParameters.of(
        shape,
        content.floats(WEIGHT, units),
        content.floats(VISIBLE_BIAS, shape.visible()),
        content.floats(HIDDEN_BIAS, shape.hidden()));
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
    return split(parameters.shape(), parameters.values());
  }

  /**
   * A gradient under the names of the model file's tensors.
   *
   * @param gradient float[P]
   */
  public static Safetensors gradients(RbmShape shape, float[] gradient) {
    return new Safetensors(
        Map.of("format", "gibbsite", "content", "gradient"), split(shape, gradient));
  }

  /** The parts of parameters, the first of {@code values}, by name. */
  static Map<String, NdArray> split(RbmShape shape, float[] values) {
    int b = shape.visibleBiasOffset();
    int c = shape.hiddenBiasOffset();
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    tensors.put(
        WEIGHT, NdArray.of(Arrays.copyOfRange(values, 0, b), shape.visible(), shape.hidden()));
    tensors.put(VISIBLE_BIAS, NdArray.of(Arrays.copyOfRange(values, b, c), shape.visible()));
    tensors.put(
        HIDDEN_BIAS,
        NdArray.of(Arrays.copyOfRange(values, c, shape.parameterCount()), shape.hidden()));
    return tensors;
  }
}
