package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.math.FloatMath;
import org.junit.jupiter.api.Test;

class NormalDistributionTest {
  /** Tabulated values of the distribution function. */
  private static final double[][] KNOWN = {
    {0, 0.5},
    {0.5, 0.6914624612740131},
    {1, 0.8413447460685429},
    {-1, 0.15865525393145705},
    {-2, 0.022750131948179207},
    {-3, 0.0013498980316300945},
    {-5, 2.866515718791939e-07},
    {-10, 7.619853024160526e-24}
  };

  @Test
  void doubleFunctionGivesKnownValues() {
    for (double[] known : KNOWN) {
      assertThat(NormalDistribution.cdf(known[0])).isEqualTo(known[1], within(1e-13 * known[1]));
    }
    assertThat(NormalDistribution.cdf(Double.NaN)).isNaN();
    assertThat(NormalDistribution.density(0)).isEqualTo(1 / Math.sqrt(2 * Math.PI), within(1e-16));
  }

  /** The float function's documented errors. */
  @Test
  void floatFunctionIsWithinItsBounds() {
    double below = 0;
    double above = 0;
    for (int bits = 0; bits < Float.floatToRawIntBits(13f); bits += 4099) {
      float x = Float.intBitsToFloat(bits);
      below = Math.max(below, error(-x));
      above = Math.max(above, error(x));
    }
    assertThat(below).isLessThan(8);
    assertThat(above).isLessThan(4.1);
  }

  private static double error(float x) {
    double exact = NormalDistribution.cdf(x);
    float got = FloatMath.normalCdf(x, FloatMath.normalDensity(x));
    return Math.abs(got - exact) / Math.ulp((float) exact);
  }
}
