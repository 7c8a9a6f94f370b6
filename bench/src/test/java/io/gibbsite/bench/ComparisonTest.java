package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The seeds are fixed, so that no test here can fail by chance. */
class ComparisonTest {
  private static final int RUNS = 10;
  private static final int TRIALS = 200;

  /**
   * Medians of ten runs of {@code gibbsite bench --quick}, in milliseconds, on a machine with 2
   * cores and 8 busy processes: a hard case.
   */
  private static final double[] BUSY = {6.75, 6.81, 8.02, 6.77, 6.93, 6.79, 9.64, 6.84, 6.78, 7.11};

  private static double[] times(double[] values, double factor) {
    return Arrays.stream(values).map(value -> factor * value).toArray();
  }

  /** Around 1, with a log-normal spread, of which one in ten is disturbed by up to 60 %. */
  private static double[] noisy(double spread, SplittableRandom random) {
    double[] values = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      double disturbed = random.nextDouble() < 0.1 ? 1 + 0.6 * random.nextDouble() : 1;
      values[i] = disturbed * Math.exp(spread * random.nextGaussian());
    }
    return values;
  }

  @Test
  void whatIsFifteenPercentSlowerIsFound() {
    double[] rotated = {6.9, 6.76, 6.8, 7.7, 6.78, 6.83, 6.75, 6.88, 7.02, 9.1};
    Comparison slow = Comparison.of("a row", BUSY, times(rotated, 1.15));
    assertThat(slow.slower()).as("%s", slow).isTrue();
    assertThat(slow.ratio()).isCloseTo(1.15, within(0.02));
    assertThat(Comparison.of("a row", times(rotated, 1.15), BUSY).faster()).isTrue();
  }

  @Test
  void whatIsUnchangedPasses() {
    Comparison same = Comparison.of("a row", BUSY, BUSY);
    assertThat(same.slower() || same.faster()).isFalse();
    assertThat(same.ratio()).isEqualTo(1);
    assertThat(same.low()).isBetween(0.8, 1.0);
    assertThat(same.high()).isBetween(1.0, 1.25);
  }

  /** Measured without doubt, and too small to matter. */
  @Test
  void aChangeOfThreePercentPasses() {
    double[] quiet = {1, 1.001, 0.999, 1.002, 1, 0.998};
    Comparison small = Comparison.of("a row", quiet, times(quiet, 1.03));
    assertThat(small.low()).isGreaterThan(1);
    assertThat(small.slower()).isFalse();
  }

  /** Large, and not sure. */
  @Test
  void noiseAlonePasses() {
    double[] base = {1, 1.5, 0.9, 1.4, 1.1, 1.6};
    double[] head = {1.6, 1, 1.5, 0.9, 1.7, 1.5};
    assertThat(Comparison.of("a row", base, head).ratio()).isGreaterThan(Comparison.CHANGE);
    assertThat(Comparison.of("a row", base, head).slower()).isFalse();
  }

  @Test
  void overManyNoisyRunsItIsSeldomWrong() {
    SplittableRandom random = new SplittableRandom(7);
    int alarms = 0;
    int found = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      double[] base = noisy(0.03, random);
      alarms += Comparison.of("a row", base, noisy(0.03, random)).slower() ? 1 : 0;
      double[] slow = times(noisy(0.03, random), 1.15);
      found += Comparison.of("a row", base, slow).slower() ? 1 : 0;
    }
    assertThat(alarms).isLessThanOrEqualTo(TRIALS / 100);
    assertThat(found).isGreaterThan(TRIALS * 8 / 10);
  }

  @Test
  void fewRunsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Comparison.of("a row", new double[5], new double[9]))
        .withMessageContaining("a row: 5 runs");
  }
}
