package io.gibbsite.boltzmann;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.ModelFile;
import io.gibbsite.io.NdArray;
import io.gibbsite.spin.SpinParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A Boltzmann machine as a model file holds it.
 *
 * <pre>
 *   metadata   format = gibbsite, model = boltzmann, visible_units = how many come first
 *   tensors    weight [units, units], symmetric with a diagonal of zeros, bias [units]
 * </pre>
 *
 * <p>Tensors are F32; F64, F16 and BF16 ones are rounded to it.
 *
 * @param shape the units
 * @param parameters of the network that they make
 */
public record BoltzmannModel(BoltzmannShape shape, SpinParameters parameters) {
  /** What model files say. */
  public static final String KIND = "boltzmann";

  private static final String VISIBLE = "visible_units";

  public BoltzmannModel {
    if (shape.units() != parameters.units()) {
      throw new IllegalArgumentException(
          "parameters of %d units for a machine of %s".formatted(parameters.units(), shape));
    }
  }

  /**
   * Reads a model file.
   *
   * @throws FormatException if it is no Boltzmann machine, with what is wrong and where
   * @throws IOException if it cannot be read
   */
  public static BoltzmannModel read(Path file) throws IOException {
    return ModelFile.read(file, KIND, BoltzmannModel::of);
  }

  private static BoltzmannModel of(ModelFile content) {
    NdArray bias = content.has("bias") ? content.tensor("bias") : null;
    if (bias == null || bias.shape().length != 1 || content.names().size() > 2) {
      throw new IllegalArgumentException(
          "it has the tensors %s, not weight [units, units] and bias [units]"
              .formatted(content.names()));
    }
    int n = bias.size();
    String visible = Objects.requireNonNullElse(content.metadata(VISIBLE), "");
    if (!visible.matches("\\d{1,6}") || Integer.parseInt(visible) > n) {
      throw new IllegalArgumentException(
          "its metadata say %s = '%s', not a number up to its %d units"
              .formatted(VISIBLE, visible, n));
    }
    int count = Integer.parseInt(visible);
    return new BoltzmannModel(
        new BoltzmannShape(count, n - count),
        SpinParameters.of(content.floats("weight", n, n), content.floats("bias", n)));
  }

  /**
   * Writes a model file, atomically.
   *
   * @param extraMetadata more of it
   */
  public void write(Path file, Map<String, String> extraMetadata) throws IOException {
    int n = shape.units();
    Map<String, String> metadata = ModelFile.metadataOf(KIND);
    metadata.put(VISIBLE, Integer.toString(shape.visible()));
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    tensors.put("weight", NdArray.of(parameters.weights(), n, n));
    tensors.put("bias", NdArray.of(parameters.biases(), n));
    ModelFile.write(file, metadata, extraMetadata, tensors);
  }
}
