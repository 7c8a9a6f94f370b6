package io.gibbsite.mlp;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.ModelFile;
import io.gibbsite.io.NdArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

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
    return ModelFile.read(file, KIND, GeneratorModel::of);
  }

  private static GeneratorModel of(ModelFile content) {
    String output = content.metadata("output");
    if (!LINEAR.equals(output) && !BOUNDED.equals(output)) {
      throw new IllegalArgumentException(
          "its metadata says output = %s, not %s or %s".formatted(output, LINEAR, BOUNDED));
    }
    int[] widths = MlpModel.widths(content);
    int layers = widths.length - 1;
    GeneratorShape shape =
        GeneratorShape.of(
            Activation.of(String.valueOf(content.metadata("activation"))),
            widths[0],
            Arrays.copyOfRange(widths, 1, layers),
            widths[layers],
            output.equals(BOUNDED));
    float[] values = MlpModel.join(shape.trunk(), layers, content);
    content.requireNoOthers("a generator of " + layers + " layers");
    return new GeneratorModel(new GeneratorParameters(shape, values));
  }

  /** Writes a model file, atomically. */
  public void write(Path file, Map<String, String> extraMetadata) throws IOException {
    GeneratorShape shape = parameters.shape();
    Map<String, String> metadata = ModelFile.metadataOf(KIND);
    metadata.put("activation", shape.trunk().activation().label());
    metadata.put("output", shape.bounded() ? BOUNDED : LINEAR);
    Map<String, NdArray> tensors =
        MlpModel.split(shape.trunk(), shape.layers(), parameters.values());
    ModelFile.write(file, metadata, extraMetadata, tensors);
  }
}
