package io.gibbsite.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R-hat where it divides by 0. The other values are held to those of ArviZ by a file. */
class RHatTest {
  /** The draws of chains that never leave where they start. */
  private static ChainDraws still(int chains, int draws, IntToDoubleFunction place) {
    double[] x = new double[chains * draws];
    for (int i = 0; i < x.length; i++) {
      x[i] = place.applyAsDouble(i / draws);
    }
    return new ChainDraws(x, chains, draws);
  }

  /** The sums of normal scores are rounded for most of these lengths, and exact for some. */
  @ParameterizedTest
  @CsvSource({"2,4", "2,10", "3,50", "4,100", "4,101", "7,33", "64,100", "64,1000"})
  void chainsThatNeverMoveAndDifferHaveAnInfiniteOne(int chains, int draws) {
    assertThat(RHat.of(still(chains, draws, c -> c / 3.0))).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(RHat.of(still(chains, draws, c -> c % 2))).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(RHat.of(still(chains, draws, c -> c == 0 ? 0.1 : 0.7)))
        .isEqualTo(Double.POSITIVE_INFINITY);
  }

  @ParameterizedTest
  @CsvSource({"2,4", "4,100", "7,33"})
  void drawsThatAreAllTheSameHaveNone(int chains, int draws) {
    assertThat(RHat.of(still(chains, draws, c -> 0.1))).isNaN();
    // Zero is zero, whatever its sign.
    assertThat(RHat.of(still(chains, draws, c -> c % 2 == 0 ? 0.0 : -0.0))).isNaN();
  }

  /** Chains at 0 and 1 that move once, at the first draw; ArviZ 0.23 gives these values. */
  @ParameterizedTest
  @CsvSource({"2,10,1.7511900715418265", "4,100,5.332112955614179", "64,100,5.01887774888647"})
  void valuesAtOneDistanceFromTheMedianHaveThatOfTheirPlace(int chains, int draws, double value) {
    ChainDraws x = still(chains, draws, c -> c % 2);
    for (int c = 0; c < chains; c++) {
      x.values()[c * draws] = 1 - x.values()[c * draws];
    }
    assertThat(RHat.of(x)).isCloseTo(value, within(1e-12 * value));
  }
}
