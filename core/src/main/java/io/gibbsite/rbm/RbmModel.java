package io.gibbsite.rbm;

import static io.gibbsite.io.ModelTensors.addMetadata;
import static io.gibbsite.io.ModelTensors.floats;
import static io.gibbsite.io.ModelTensors.requireMetadata;

import io.gibbsite.io.FormatException;
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
  public static RbmModel from(Map<String, String> metadata, Map<String, NdArray> tensors) {
    requireMetadata(metadata, "format", "gibbsite");
    requireMetadata(metadata, "model", "rbm");
    return new RbmModel(join(tensors));
  }

  /** The parameters that the tensors are parts of. */
  static RbmParameters join(Map<String, NdArray> tensors) {
    NdArray weight = tensors.get(WEIGHT);
    if (weight == null) {
      throw new IllegalArgumentException("it lacks the tensor '" + WEIGHT + "'");
    }
    int[] units = weight.shape();
    if (units.length != 2) {
      throw new IllegalArgumentException(
          "tensor '" + WEIGHT + "' is " + weight + ", not [visible, hidden]");
    }
    RbmShape shape = new RbmShape(units[0], units[1]);
    RbmParameters parameters =
        RbmParameters.of(
            shape,
            floats(tensors, WEIGHT, units),
            floats(tensors, VISIBLE_BIAS, shape.visible()),
            floats(tensors, HIDDEN_BIAS, shape.hidden()));
    for (String name : tensors.keySet()) {
      if (!name.equals(WEIGHT) && !name.equals(VISIBLE_BIAS) && !name.equals(HIDDEN_BIAS)) {
        throw new IllegalArgumentException("tensor '" + name + "' does not belong to an RBM");
      }
    }
    return parameters;
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
    metadata.put("model", "rbm");
    return metadata;
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
