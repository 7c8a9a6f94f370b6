package io.gibbsite.hopfield;

import io.gibbsite.backend.Backend;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinShape;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How couplings come from patterns. */
public enum StorageRule {
  /** H1. */
  HEBBIAN,
  /** H2. */
  PSEUDO_INVERSE,
  /** H3: {@link ContrastiveStorage}. */
  CONTRASTIVE;

  /** Rows shorter than this, of patterns of length 1, depend on those before. */
  private static final double DEPENDENT = 1e-6;

  /** The name in options: lower case, with a hyphen. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The rule of that label.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static StorageRule of(String label) {
    for (StorageRule rule : values()) {
      if (rule.label().equals(label)) {
        return rule;
      }
    }
    throw new IllegalArgumentException(
        "unknown rule '%s': %s"
            .formatted(
                label,
                Arrays.stream(values()).map(StorageRule::label).collect(Collectors.joining(", "))));
  }

  /** H1, summed by the backend. */
  public static SpinParameters hebbian(Patterns patterns, Backend backend) {
    int n = patterns.units();
    SpinShape shape = new SpinShape(n);
    int[] sums = new int[shape.parameterCount()];
    try (SpinSession session = backend.open(shape, patterns.count())) {
      session.setParameters(new SpinParameters(shape, new float[shape.parameterCount()]));
      session.setStates(patterns.y(), patterns.count());
      session.statistics(sums);
    }
    float[] values = new float[shape.parameterCount()];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        values[i * n + j] = i == j ? 0f : (float) ((double) sums[i * n + j] / n);
      }
    }
    return new SpinParameters(shape, values);
  }

  /** H2. */
  public static SpinParameters pseudoInverse(Patterns patterns) {
    int n = patterns.units();
    SpinShape shape = new SpinShape(n);
    double[] w = new double[n * n];
    double[][] basis = new double[patterns.count()][];
    int rank = 0;
    for (int m = 0; m < patterns.count(); m++) {
      double[] row = new double[n];
      for (int i = 0; i < n; i++) {
        row[i] = patterns.y()[m * n + i] / Math.sqrt(n);
      }
      // Twice is enough for rows that are orthogonal to the last bits.
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < rank; k++) {
          add(row, basis[k], -dot(row, basis[k]));
        }
      }
      double length = Math.sqrt(dot(row, row));
      if (length > DEPENDENT) {
        for (int i = 0; i < n; i++) {
          row[i] /= length;
        }
        basis[rank++] = row;
      }
    }
    for (int k = 0; k < rank; k++) {
      for (int i = 0; i < n; i++) {
        double scale = basis[k][i];
        for (int j = 0; j < n; j++) {
          w[i * n + j] += scale * basis[k][j];
        }
      }
    }
    float[] values = new float[shape.parameterCount()];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        values[i * n + j] = (float) w[i * n + j];
        values[j * n + i] = values[i * n + j];
      }
    }
    return new SpinParameters(shape, values);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void add(double[] a, double[] b, double scale) {
    for (int i = 0; i < a.length; i++) {
      a[i] += scale * b[i];
    }
  }
}
