package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** By hand, and over random matrices. */
class FixedPointWeightsTest {
  private static FixedPointWeights of(RbmShape shape, float... weight) {
    return FixedPointWeights.of(
        RbmParameters.of(shape, weight, new float[shape.visible()], new float[shape.hidden()]));
  }

  private static FixedPointWeights filled(int visible, int hidden, float weight) {
    float[] all = new float[visible * hidden];
    Arrays.fill(all, weight);
    return of(new RbmShape(visible, hidden), all);
  }

  @Test
  void roundsHalfToEvenAtTheFinestScale() {
    float s = 0x1p-22f;
    FixedPointWeights weights = of(new RbmShape(1, 6), 1f, 0.5f * s, 1.5f * s, -2.5f * s, s, -1f);
    assertThat(weights.scale()).isEqualTo(s);
    assertThat(weights.q()).containsExactly(1 << 22, 0, 2, -2, 1, -(1 << 22));
    assertThat(weights.sumsFitInt()).isTrue();
  }

  @Test
  void aLargestWeightThatRoundsUpTakesTheNextScale() {
    FixedPointWeights weights = of(new RbmShape(1, 1), Math.nextDown(2f));
    assertThat(weights.q()).containsExactly(1 << 22);
    assertThat(weights.scale()).isEqualTo(0x1p-21f);
    assertThat(of(new RbmShape(1, 1), Math.nextDown(Math.nextDown(2f))).q())
        .containsExactly((1 << 23) - 1);
  }

  @Test
  void holdsTheEndsOfTheRange() {
    FixedPointWeights zero = of(new RbmShape(1, 2), 0f, -0f);
    assertThat(zero.q()).containsExactly(0, 0);
    assertThat(zero.scale()).isEqualTo(1f);
    FixedPointWeights smallest = of(new RbmShape(1, 2), Float.MIN_VALUE, -3 * Float.MIN_VALUE);
    assertThat(smallest.q()).containsExactly(1, -3);
    assertThat(smallest.scale()).isEqualTo(Float.MIN_VALUE);
    FixedPointWeights largest = of(new RbmShape(1, 2), Float.MAX_VALUE, 0x1p104f);
    assertThat(largest.scale()).isEqualTo(0x1p106f);
    assertThat(largest.q()).containsExactly(1 << 22, 0);
  }

  @Test
  void givesUpBitsToKeepSumsInAnIntAndNoneIfThatIsNotEnough() {
    assertFilled(511, 1f, 0x1p-22f, true);
    assertFilled(512, -1f, 0x1p-22f, true);
    assertFilled(512, 1f, 0x1p-21f, true);
    assertFilled(1024, 1f, 0x1p-20f, true);
    assertFilled(2047, 1f, 0x1p-20f, true);
    assertFilled(2048, -1f, 0x1p-20f, true);
    assertFilled(2048, 1f, 0x1p-22f, false);
  }

  /** Whether the long side is the visible or the hidden one. */
  private static void assertFilled(int units, float weight, float scale, boolean fits) {
    for (FixedPointWeights weights :
        new FixedPointWeights[] {filled(units, 1, weight), filled(1, units, weight)}) {
      assertThat(weights.scale()).as("%d of %s", units, weight).isEqualTo(scale);
      assertThat(weights.sumsFitInt()).as("%d of %s", units, weight).isEqualTo(fits);
    }
  }

  @Test
  void isWithinHalfAStep() {
    for (int seed = 0; seed < 200; seed++) {
      RbmParameters model =
          Models.random(new RbmShape(1 + seed % 7, 5), Math.pow(10, seed / 4 - 20), seed);
      FixedPointWeights weights = FixedPointWeights.of(model);
      int largest = 0;
      for (int k = 0; k < weights.q().length; k++) {
        double error = (double) weights.q()[k] * weights.scale() - model.values()[k];
        assertThat(Math.abs(error)).isLessThanOrEqualTo(weights.scale() / 2.0);
        largest = Math.max(largest, Math.abs(weights.q()[k]));
      }
      assertThat(largest).isBetween(1 << 22, (1 << 23) - 1);
    }
  }
}
