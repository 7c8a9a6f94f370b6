package io.gibbsite.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutocorrelationTimeTest {
  /** Autocovariances by the transform against plain sums, for lengths around powers of two. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 8, 9, 31, 32, 33, 100})
  void autocovarianceIsThePlainSum(int n) {
    for (int chains = 1; chains <= 4; chains++) {
      ChainDraws x = autoregressive(chains, n, 0.5, 10 * n + chains);
      double[] gamma = AutocorrelationTime.autocovariance(x);
      assertThat(gamma).hasSize(n);
      for (int t = 0; t < n; t++) {
        double sum = 0;
        for (int chain = 0; chain < chains; chain++) {
          double mean = AutocorrelationTime.mean(x, chain);
          for (int i = 0; i + t < n; i++) {
            sum += (x.values()[chain * n + i] - mean) * (x.values()[chain * n + i + t] - mean);
          }
        }
        assertThat(gamma[t]).isCloseTo(sum / n / chains, within(1e-13));
      }
    }
  }

  /**
   * The time of x_t = rho x_{t-1} + noise is (1 + rho) / (1 - rho). Over 20 chains of 2^15 draws
   * its estimate has a relative error of about sqrt(2 (2 m + 1) / S) with a window of m = 4 tau, S
   * the draws: 0.018 at rho = 0.9. Six of them, 1e-8 and less, are below 0.11; the wrong time of a
   * neighbouring rho, 0.92, differs by 26 %.
   */
  @ParameterizedTest
  @ValueSource(doubles = {-0.5, 0, 0.5, 0.9})
  void autoregressionHasItsTime(double rho) {
    double time = AutocorrelationTime.of(autoregressive(20, 1 << 15, rho, 7));
    assertThat(time / ((1 + rho) / (1 - rho))).isCloseTo(1, within(0.11));
  }

  @Test
  void fewAndConstantAndInfiniteDrawsHaveTheirAnswers() {
    assertThat(AutocorrelationTime.of(new ChainDraws(new double[3], 3, 1))).isNaN();
    assertThat(AutocorrelationTime.of(new ChainDraws(new double[6], 2, 3))).isEqualTo(1);
    double[] infinite = {0, 1, Double.POSITIVE_INFINITY, 1};
    assertThat(AutocorrelationTime.of(new ChainDraws(infinite, 1, 4))).isNaN();
    Summary few = Summary.of(new ChainDraws(new double[] {1, 2, 3, 4, 5, 6}, 2, 3));
    assertThat(few.mean()).isEqualTo(3.5);
    assertThat(few.essBulk()).isNaN();
    assertThat(few.essTail()).isNaN();
    assertThat(few.rHat()).isNaN();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChainDraws(new double[5], 2, 3))
        .withMessage("5 values are not 2 chains of 3 draws");
  }

  /** scipy.stats.norm.ppf gives these. */
  @Test
  void quantilesAreThoseOfTheNormal() {
    double[][] known = {
      {1e-300, -37.0471},
      {1e-20, -9.262340089798407},
      {1e-6, -4.753424308822899},
      {0.025, -1.9599639845400545},
      {0.075, -1.4395314709384563},
      {0.3, -0.5244005127080409},
      {0.5, 0},
      {0.9, 1.2815515655446004},
      {0.999, 3.090232306167813}
    };
    for (double[] pair : known) {
      double tolerance = pair[0] == 1e-300 ? 1e-4 : 1e-13 * Math.max(1, -pair[1]);
      assertThat(NormalQuantile.of(pair[0])).isCloseTo(pair[1], within(tolerance));
    }
  }

  @Test
  void acceptanceIsSummedUpChainByChain() {
    float[] rates = {0, 0.5f, 1, 1, 0.25f, 0.25f};
    Acceptance acceptance = Acceptance.of(i -> rates[i], 3, 2);
    assertThat(acceptance).isEqualTo(new Acceptance(0.5, 0.25, 1));
  }

  private static ChainDraws autoregressive(int chains, int n, double rho, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] x = new double[chains * n];
    for (int chain = 0; chain < chains; chain++) {
      double state = random.nextGaussian();
      for (int i = 0; i < n; i++) {
        x[chain * n + i] = state;
        state = rho * state + Math.sqrt(1 - rho * rho) * random.nextGaussian();
      }
    }
    return new ChainDraws(x, chains, n);
  }
}
