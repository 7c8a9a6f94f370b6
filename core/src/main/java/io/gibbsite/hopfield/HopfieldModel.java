package io.gibbsite.hopfield;

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
 * A Hopfield network and what it stores, as a model file holds them.
 *
 * <pre>
 *   metadata   format = gibbsite, model = hopfield, rule = hebbian | pseudo-inverse | contrastive
 *   tensors    weight [n, n], bias [n], patterns [p, n]
 *
 *   metadata   format = gibbsite, model = hopfield, rule = dense, beta = a number
 *   tensors    patterns [p, n]
 * </pre>
 *
 * <p>Tensors are F32; F64, F16 and BF16 ones are rounded to it.
 *
 * @param patterns what is stored
 * @param rule a label of {@link StorageRule}, or {@link #DENSE}
 * @param parameters of the network; null if it is dense
 * @param beta of the dense network; else 0
 */
public record HopfieldModel(
    Patterns patterns, String rule, SpinParameters parameters, double beta) {
  /** What model files say. */
  public static final String KIND = "hopfield";

  /** The rule of networks that keep the patterns themselves. */
  public static final String DENSE = "dense";

  public HopfieldModel {
    if (rule.equals(DENSE)) {
      new DenseHopfield(patterns, beta);
    } else {
      StorageRule.of(rule);
      if (parameters.units() != patterns.units()) {
        throw new IllegalArgumentException(
            "a network of %d units stores no patterns of %d"
                .formatted(parameters.units(), patterns.units()));
      }
    }
  }

  /**
   * Reads a model file.
   *
   * @throws FormatException if it is no Hopfield network, with what is wrong and where
   * @throws IOException if it cannot be read
   */
  public static HopfieldModel read(Path file) throws IOException {
    return ModelFile.read(file, KIND, HopfieldModel::of);
  }

  private static HopfieldModel of(ModelFile content) {
    Patterns patterns = patterns(content);
    String rule = Objects.requireNonNullElse(content.metadata("rule"), "");
    if (rule.equals(DENSE)) {
      requireOnly(content, 1);
      String beta = Objects.requireNonNullElse(content.metadata("beta"), "");
      return new HopfieldModel(patterns, rule, null, number(beta));
    }
    int n = patterns.units();
    requireOnly(content, 3);
    return new HopfieldModel(
        patterns,
        rule,
        SpinParameters.of(content.floats("weight", n, n), content.floats("bias", n)),
        0);
  }

  private static void requireOnly(ModelFile content, int count) {
    if (content.names().size() > count) {
      throw new IllegalArgumentException(
          "it has %d tensors, of which %d belong to it: %s"
              .formatted(content.names().size(), count, content.names()));
    }
  }

  private static double number(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("its beta is '" + text + "', not a number", e);
    }
  }

  private static Patterns patterns(ModelFile content) {
    if (!content.has("patterns") || content.tensor("patterns").shape().length != 2) {
      throw new IllegalArgumentException("it lacks a tensor 'patterns' [patterns, units]");
    }
    int[] shape = content.tensor("patterns").shape();
    float[] values = content.floats("patterns", shape);
    byte[] y = new byte[values.length];
    for (int k = 0; k < y.length; k++) {
      // What is no -1 or +1 becomes a 0, which is refused.
      y[k] = (byte) (values[k] == 1 ? 1 : values[k] == -1 ? -1 : 0);
    }
    return new Patterns(y, shape[0], shape[1]);
  }

  /**
   * Writes a model file, atomically.
   *
   * @param extraMetadata more of it
   */
  public void write(Path file, Map<String, String> extraMetadata) throws IOException {
    Map<String, String> metadata = ModelFile.metadataOf(KIND);
    metadata.put("rule", rule);
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    int n = patterns.units();
    if (parameters == null) {
      metadata.put("beta", Double.toString(beta));
    } else {
      tensors.put("weight", NdArray.of(parameters.weights(), n, n));
      tensors.put("bias", NdArray.of(parameters.biases(), n));
    }
    float[] stored = new float[patterns.y().length];
    for (int k = 0; k < stored.length; k++) {
      stored[k] = patterns.y()[k];
    }
    tensors.put("patterns", NdArray.of(stored, patterns.count(), n));
    ModelFile.write(file, metadata, extraMetadata, tensors);
  }
}
