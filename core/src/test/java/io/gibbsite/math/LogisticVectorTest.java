package io.gibbsite.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("vector-width")
class LogisticVectorTest {
  /** Of the exponential: {@code |x| 2^-23.7}, 2^-21.2 of q, and three roundings. */
  @Test
  void theExponentialIsWithinItsBound() {
    double worst = 0;
    for (int k = -85_999; k < 86_000; k += 7) {
      float x = k * 1e-3f;
      double power = Math.exp(-(double) x);
      double bound = power * (Math.abs(x) * 7.35e-8 + 4.2e-7 + 3 * 0x1p-24) + 0x1p-24 * (1 + power);
      double error = at(LogisticVector::onePlusExpMinus, x) - 1 - power;
      assertThat(error).as("at %s", x).isCloseTo(0, within(bound));
      worst = Math.max(worst, Math.abs(at(LogisticVector::sigmoid, x) - 1 / (1 + power)));
    }
    assertThat(worst).isLessThan(2e-7);
  }

  @Test
  void itIsHeldBeyondItsRange() {
    assertThat(at(LogisticVector::sigmoid, 0)).isEqualTo(0.5f);
    for (float x : new float[] {86, 87, 1e30f, Float.POSITIVE_INFINITY}) {
      assertThat(at(LogisticVector::sigmoid, x)).isEqualTo(1);
      assertThat(at(LogisticVector::sigmoid, -x)).isBetween(0f, 5e-38f);
    }
    assertThat(at(x -> x.mul(LogisticVector.sigmoid(x)), Float.NaN)).isNaN();
  }

  /** In every lane, each with a number of its own. */
  @Test
  void lanesDoNotMix() {
    float[] x = new float[Lanes.COUNT];
    float[] y = new float[Lanes.COUNT];
    for (int lane = 0; lane < x.length; lane++) {
      x[lane] = 1.7f * lane - 9;
    }
    LogisticVector.sigmoid(FloatVector.fromArray(Lanes.FLOAT, x, 0)).intoArray(y, 0);
    for (int lane = 0; lane < x.length; lane++) {
      assertThat(y[lane]).isEqualTo(at(LogisticVector::sigmoid, x[lane]));
    }
  }

  private static float at(UnaryOperator<FloatVector> function, float x) {
    return function.apply(Lanes.all(x)).lane(0);
  }
}
