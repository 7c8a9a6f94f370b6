package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rule that every float32 result is held to: {@code err(optimised) <= 2 err(scalar) + floor},
 * with errors taken from the double reference. NaN fails.
 */
final class Tolerance {
  private static final double EPSILON = 0x1p-24;
  private static final double FLOOR = 16 * EPSILON;

  /** The plain float loops' own error: wide of rounding, far below any slip in a formula. */
  private static final double SCALAR_LIMIT = 512 * EPSILON;

  private Tolerance() {}

  /**
   * @param got the optimised result; entries from {@code reference.length} on are not looked at
   * @param scalar the plain float result
   * @param scale the natural size of what was summed
   */
  static void check(String what, float[] got, float[] scalar, double[] reference, double scale) {
    double scalarError = error(scalar, reference);
    assertThat(scalarError <= SCALAR_LIMIT * scale)
        .as("%s: the scalar error %g at scale %g", what, scalarError, scale)
        .isTrue();
    double error = error(got, reference);
    assertThat(error <= 2 * scalarError + FLOOR * scale)
        .as("%s: error %g, scalar error %g, scale %g", what, error, scalarError, scale)
        .isTrue();
  }

  static void check(String what, double got, double scalar, double reference, double scale) {
    double scalarError = Math.abs(scalar - reference);
    double error = Math.abs(got - reference);
    assertThat(scalarError <= SCALAR_LIMIT * scale && error <= 2 * scalarError + FLOOR * scale)
        .as("%s: error %g, scalar error %g, scale %g", what, error, scalarError, scale)
        .isTrue();
  }

  /** The largest difference; NaN if there is one. */
  private static double error(float[] got, double[] reference) {
    double error = 0;
    for (int i = 0; i < reference.length; i++) {
      error = Math.max(error, Math.abs(got[i] - reference[i]));
    }
    return error;
  }

  /** The largest magnitude, at least 1. */
  static double scale(double[] reference) {
    double scale = 1;
    for (double value : reference) {
      scale = Math.max(scale, Math.abs(value));
    }
    return scale;
  }

  /** Adds one row's share of a gradient. */
  interface RowGradient {
    void at(int row, double[] gradient);
  }

  /** The natural size of a sum over rows: the sum of the rows' largest entries. */
  static double sumOfRows(int n, int count, RowGradient rowGradient) {
    double[] gradient = new double[count];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      rowGradient.at(i, gradient);
      sum += scale(gradient);
    }
    return sum;
  }

  /** Of results that allow no tolerance. */
  static void requireSameBits(float[] got, float[] expected) {
    assertThat(got.length).isEqualTo(expected.length);
    for (int i = 0; i < got.length; i++) {
      if (Float.floatToRawIntBits(got[i]) != Float.floatToRawIntBits(expected[i])) {
        throw new AssertionError(
            "entry " + i + " is " + got[i] + " where " + expected[i] + " was expected");
      }
    }
  }
}
