package io.gibbsite.cli.selftest;

import java.util.Locale;

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
    int wrong = Math.abs(got.length - expected.length);
    for (int i = 0; i < Math.min(got.length, expected.length); i++) {
      if (Float.floatToRawIntBits(got[i]) != Float.floatToRawIntBits(expected[i])) {
        wrong++;
      }
    }
    return new Check(name, wrong, 0);
  }
}
