package io.gibbsite.cli.selftest;

import java.util.Locale;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What was measured and how large it may be.
 *
 * @param name of the check
 * @param figure an error, or a number of wrong values
 * @param bound the most it may be
 */
public record Check(String name, double figure, double bound) {
  /** Whether it passed; NaN does not. */
  public boolean ok() {
    return figure <= bound;
  }

  /** As one line. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%-60s %9.3g  bound %9.3g  %s", name, figure, bound, ok() ? "ok" : "FAILED");
  }

  /** Two arrays that must have the same bits: the figure counts those that differ. */
  static Check sameBits(String name, float[] got, float[] expected) {
    return sameBits(
        name, got.length, expected.length, i -> floatBits(got[i]) != floatBits(expected[i]));
  }

  /** As for floats. */
  static Check sameBits(String name, double[] got, double[] expected) {
    return sameBits(
        name, got.length, expected.length, i -> doubleBits(got[i]) != doubleBits(expected[i]));
  }

  /** As for floats. */
  static Check sameBits(String name, byte[] got, byte[] expected) {
    return sameBits(name, got.length, expected.length, i -> got[i] != expected[i]);
  }

  private static Check sameBits(String name, int got, int expected, IntPredicate differs) {
    long wrong = IntStream.range(0, Math.min(got, expected)).filter(differs).count();
    return new Check(name, wrong + Math.abs(got - expected), 0);
  }

  private static int floatBits(float value) {
    return Float.floatToRawIntBits(value);
  }

  private static long doubleBits(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
