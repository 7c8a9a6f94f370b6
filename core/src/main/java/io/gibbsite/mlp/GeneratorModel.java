package io.gibbsite.mlp;

import static io.gibbsite.io.ModelTensors.addMetadata;
import static io.gibbsite.io.ModelTensors.requireMetadata;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * A {@link Generator}'s parameters as a model file holds them; its latent rows are standard normal.
 *
 * <pre>
 *   metadata   format = gibbsite, model = generator, activation = silu | softplus | tanh | gelu,
 *              output = linear | tanh
 *   tensors    layers.N.weight [out, in], layers.N.bias [out]      N = 0, 1, ...
 * </pre>
 *
 * @param parameters of the generator
 */
public record GeneratorModel(GeneratorParameters parameters) {
  /** The metadata {@code model}. */
  public static final String KIND = "generator";

  private static final String LINEAR = "linear";
  private static final String BOUNDED = "tanh";

  /**
   * Reads a model file.
   *
   * @throws FormatException if it is no generator, with what is wrong and where
   * @throws IOException if it cannot be read
   */
  public static GeneratorModel read(Path file) throws IOException {
    Safetensors content = Safetensors.read(file);
    try {
      return from(content.metadata(), content.tensors());
    } catch (IllegalArgumentException e) {
      throw new FormatException(file, e.getMessage(), e);
    }
  }

  private static GeneratorModel from(Map<String, String> metadata, Map<String, NdArray> tensors) {
    requireMetadata(metadata, "format", "gibbsite");
    requireMetadata(metadata, "model", KIND);
    String output = metadata.get("output");
    if (!LINEAR.equals(output) && !BOUNDED.equals(output)) {
      throw new IllegalArgumentException(
          "its metadata says output = %s, not %s or %s".formatted(output, LINEAR, BOUNDED));
    }
    int[] widths = MlpModel.widths(tensors);
    int layers = widths.length - 1;
    GeneratorShape shape =
        GeneratorShape.of(
            Activation.of(String.valueOf(metadata.get("activation"))),
            widths[0],
            Arrays.copyOfRange(widths, 1, layers),
            widths[layers],
            output.equals(BOUNDED));
    Set<String> unknown = new LinkedHashSet<>(tensors.keySet());
    float[] values = MlpModel.join(shape.trunk(), layers, tensors, unknown);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "tensor '%s' does not belong to a generator of %d layers"
              .formatted(unknown.iterator().next(), layers));
    }
    return new GeneratorModel(new GeneratorParameters(shape, values));
  }

  /** Writes a model file, atomically. */
  public void write(Path file, Map<String, String> extraMetadata) throws IOException {
    GeneratorShape shape = parameters.shape();
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "gibbsite");
    metadata.put("model", KIND);
    metadata.put("activation", shape.trunk().activation().label());
    metadata.put("output", shape.bounded() ? BOUNDED : LINEAR);
    addMetadata(metadata, extraMetadata);
    new Safetensors(metadata, MlpModel.split(shape.trunk(), shape.layers(), parameters.values()))
        .write(file);
  }
}
