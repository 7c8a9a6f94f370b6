package io.gibbsite.math;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * The errors that {@link FloatMath} documents, over sweeps of float bit patterns; NaN; extremes.
 */
class FloatMathTest {
  /** Bit patterns passed over between two looked at: a prime, so that all mantissas come by. */
  private static final int STRIDE = 509;

  private interface FloatFunction {
    float at(float x);
  }

  private interface DoubleFunction {
    double at(double x);
  }

  @Test
  void expIsWithinItsBound() {
    assertThat(ulps(FloatMath::exp, Math::exp, -87f, 88f)).isLessThan(1.1);
    assertThat(FloatMath.exp(0f)).isEqualTo(1f);
  }

  @Test
  void logIsWithinItsBound() {
    assertThat(ulps(FloatMath::log, Math::log, Float.MIN_NORMAL, Float.MAX_VALUE)).isLessThan(0.9);
    for (int i = 1; i <= 1 << 24; i += 7) {
      float x = i * 0x1p-24f;
      double exact = Math.log(x);
      assertThat(Math.abs(FloatMath.log(x) - exact) <= 0.9 * Math.ulp((float) exact)).isTrue();
    }
    assertThat(FloatMath.log(1f)).isEqualTo(0f);
  }

  @Test
  void log1pOnTheUnitIntervalIsWithinItsBound() {
    assertThat(ulps(FloatMath::log1pUnit, Math::log1p, 0f, 1f)).isLessThan(1.9);
  }

  @Test
  void sigmoidIsWithinItsBound() {
    DoubleFunction exact = x -> 1 / (1 + Math.exp(-x));
    assertThat(ulps(FloatMath::sigmoid, exact, -87f, 1e9f)).isLessThan(2.6);
    assertThat(FloatMath.sigmoid(-1e9f)).isBetween(0f, 1e-38f);
    assertThat(FloatMath.sigmoid(0f)).isEqualTo(0.5f);
  }

  @Test
  void softplusIsWithinItsBound() {
    DoubleFunction exact = x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    assertThat(ulps(FloatMath::softplus, exact, -87f, Float.MAX_VALUE)).isLessThan(2.6);
    assertThat(FloatMath.softplus(-1e9f)).isBetween(0f, 2e-38f);
  }

  @Test
  void tanhIsWithinItsBoundAndOdd() {
    float all = Float.MAX_VALUE;
    assertThat(ulps(FloatMath::tanh, Math::tanh, -all, all)).isLessThan(2.6);
    assertThat(ulps(x -> -FloatMath.tanh(-x), Math::tanh, -1f, 1f)).isLessThan(2.6);
    assertThat(FloatMath.tanh(1e9f)).isEqualTo(1f);
    assertThat(FloatMath.tanh(-1e9f)).isEqualTo(-1f);
  }

  /**
   * Every third of the 2^24 uniforms; the angle is reduced exactly before it is turned to radians.
   */
  @Test
  void sineAndCosineAreWithinTheirBounds() {
    double worst = 0;
    double worstAbsolute = 0;
    for (int i = 0; i <= 1 << 24; i += 3) {
      float u = i * 0x1p-24f;
      long quarter = Math.round(4.0 * u);
      double rest = (4.0 * u - quarter) * (Math.PI / 2);
      double s = Math.sin(rest);
      double c = Math.cos(rest);
      double[] turned = {s, c, -s, -c, s};
      double sine = turned[(int) (quarter & 3)];
      double cosine = turned[(int) (quarter & 3) + 1];
      double sineError = Math.abs(FloatMath.sinTurn(u) - sine);
      double cosineError = Math.abs(FloatMath.cosTurn(u) - cosine);
      worst = Math.max(worst, sineError / Math.ulp((float) sine));
      worst = Math.max(worst, cosineError / Math.ulp((float) cosine));
      worstAbsolute = Math.max(worstAbsolute, Math.max(sineError, cosineError));
    }
    assertThat(worst).isLessThan(2.1);
    assertThat(worstAbsolute).isLessThan(1.5 * 0x1p-24);
  }

  @Test
  void normalDensityIsWithinItsBoundAndStaysSmall() {
    DoubleFunction exact = x -> Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    assertThat(ulps(FloatMath::normalDensity, exact, -13f, 13f)).isLessThan(3);
    for (float x : new float[] {13.3f, 1e6f, 1e12f, 1e20f, Float.MAX_VALUE}) {
      assertThat(FloatMath.normalDensity(x)).isBetween(0f, 7e-39f);
      assertThat(FloatMath.normalDensity(-x)).isBetween(0f, 7e-39f);
    }
  }

  @Test
  void extremesStayInRange() {
    float infinity = Float.POSITIVE_INFINITY;
    for (float x : new float[] {100f, 1e4f, 1e30f, Float.MAX_VALUE, infinity}) {
      assertThat(FloatMath.exp(x)).isEqualTo(FloatMath.exp(88f));
      assertThat(FloatMath.exp(-x)).isEqualTo(FloatMath.exp(-87f)).isPositive();
      assertThat(FloatMath.sigmoid(x)).isEqualTo(1f);
      assertThat(FloatMath.softplus(x)).isEqualTo(x);
      assertThat(FloatMath.tanh(x)).isEqualTo(1f);
      assertThat(FloatMath.normalCdf(x, FloatMath.normalDensity(x))).isEqualTo(1f);
      assertThat(FloatMath.normalCdf(-x, FloatMath.normalDensity(x))).isBetween(0f, 1e-38f);
    }
  }

  /** Quiet, signalling, negative, and with payloads that would spill into an exponent. */
  @Test
  void nanInGivesNanOut() {
    int[] patterns = {
      0x7fc00000,
      0xffc00000,
      0x7fc00001,
      0x7fc00080,
      0x7fc001ff,
      0x7fffffff,
      0xffffffff,
      0x7f800001,
      0xff800100
    };
    for (int pattern : patterns) {
      float nan = Float.intBitsToFloat(pattern);
      float[] results = {
        FloatMath.exp(nan),
        FloatMath.log1pUnit(nan),
        FloatMath.sigmoid(nan),
        FloatMath.softplus(nan),
        FloatMath.tanh(nan),
        FloatMath.cosTurn(nan),
        FloatMath.sinTurn(nan),
        FloatMath.normalDensity(nan),
        FloatMath.normalCdf(nan, FloatMath.normalDensity(nan))
      };
      for (int i = 0; i < results.length; i++) {
        assertThat(results[i]).as("function %d of %x", i, pattern).isNaN();
      }
    }
  }

  /** The largest error over [low, high], in units in the last place of the exact value. */
  private static double ulps(FloatFunction f, DoubleFunction exact, float low, float high) {
    double worst = 0;
    for (long bits = 0; bits < 0x7f800000L; bits += STRIDE) {
      float size = Float.intBitsToFloat((int) bits);
      for (float x : new float[] {size, -size}) {
        if (x >= low && x <= high) {
          double expected = exact.at(x);
          double error = Math.abs(f.at(x) - expected) / Math.ulp((float) expected);
          worst = Math.max(worst, error);
        }
      }
    }
    return worst;
  }
}
