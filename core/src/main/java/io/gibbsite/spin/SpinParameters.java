package io.gibbsite.spin;

import java.util.Arrays;

/**
 * The couplings and biases of a network.
 *
 * @param shape the units
 * @param values float[shape.parameterCount()], laid out as {@link SpinShape} says, finite, the
 *     couplings symmetric with a diagonal of zeros; not copied
 */
public record SpinParameters(SpinShape shape, float[] values) {
  public SpinParameters {
    int n = shape.units();
    if (values.length != shape.parameterCount()) {
      throw new IllegalArgumentException(
          "a network of %d units has %d parameters, not %d"
              .formatted(n, shape.parameterCount(), values.length));
    }
    for (int i = 0; i < n; i++) {
      requireRow(values, i, n);
      if (!Float.isFinite(values[n * n + i])) {
        throw new IllegalArgumentException(
            "bias [%d] is %s, not a finite number".formatted(i, values[n * n + i]));
      }
    }
  }

  private static void requireRow(float[] values, int i, int n) {
    if (values[i * n + i] != 0) {
      throw new IllegalArgumentException(
          "coupling [%d, %d] is %s: no unit is coupled to itself"
              .formatted(i, i, values[i * n + i]));
    }
    for (int j = 0; j < i; j++) {
      float w = values[i * n + j];
      if (!Float.isFinite(w) || w != values[j * n + i]) {
        throw new IllegalArgumentException(
            "coupling [%d, %d] is %s and [%d, %d] is %s: couplings are finite and symmetric"
                .formatted(i, j, w, j, i, values[j * n + i]));
      }
    }
  }

  /**
   * The parameters of two arrays, which are copied.
   *
   * @param weight float[n * n], row-major
   * @param bias float[n]
   */
  public static SpinParameters of(float[] weight, float[] bias) {
    SpinShape shape = new SpinShape(bias.length);
    if (weight.length != shape.biasOffset()) {
      throw new IllegalArgumentException(
          "%d couplings for %d units".formatted(weight.length, bias.length));
    }
    float[] values = Arrays.copyOf(weight, shape.parameterCount());
    System.arraycopy(bias, 0, values, shape.biasOffset(), bias.length);
    return new SpinParameters(shape, values);
  }

  /** How many units there are. */
  public int units() {
    return shape.units();
  }

  /** {@code w_ij}. */
  public float weight(int i, int j) {
    return values[i * shape.units() + j];
  }

  /** {@code b_i}. */
  public float bias(int i) {
    return values[shape.biasOffset() + i];
  }

  /** All {@code w_ij}, row-major; a copy. */
  public float[] weights() {
    return Arrays.copyOf(values, shape.biasOffset());
  }

  /** All {@code b_i}; a copy. */
  public float[] biases() {
    return Arrays.copyOfRange(values, shape.biasOffset(), values.length);
  }

  /** E of one state in double, from the parameters as they are, unrounded. */
  public double energy(byte[] y, int offset) {
    int n = units();
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double field = bias(i);
      for (int j = 0; j < i; j++) {
        field += (double) weight(i, j) * y[offset + j];
      }
      sum -= field * y[offset + i];
    }
    return sum;
  }
}
