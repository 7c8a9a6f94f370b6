package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.Workers;
import io.gibbsite.math.LogWeights;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.LogZBracket;
import io.gibbsite.sampler.LogZEstimate;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The model against what is known exactly: sums over hidden states, integrals over visible ones.
 */
class GaussianRbmExactTest {
  private static final int SEEDS = 400;

  private static double exact(GaussianRbmParameters parameters, int threads) {
    try (Workers workers = new Workers(threads, "test")) {
      return LogPartition.exact(parameters, workers);
    }
  }

  /** Over all hidden states, from the formula as it is written. */
  private static double bruteForce(GaussianRbmParameters p) {
    GaussianRbmDouble formula = GaussianRbmDouble.exact(p);
    LogWeights sum = new LogWeights();
    for (int h = 0; h < 1 << p.shape().hidden(); h++) {
      sum.add(formula.logWeight(Models.bits(h, p.shape().hidden())));
    }
    return sum.logSum();
  }

  /**
   * The trapezoidal rule on a wide grid, whose error for such smooth functions is far below 1e-9.
   */
  private static double quadrature(GaussianRbmParameters p) {
    GaussianRbmDouble formula = GaussianRbmDouble.exact(p);
    int visible = p.shape().visible();
    int cells = 600;
    double step = 60.0 / cells;
    LogWeights sum = new LogWeights();
    double[] v = new double[visible];
    for (int x = 0; x <= cells; x++) {
      v[0] = x * step - 30;
      for (int y = 0; y <= (visible == 2 ? cells : 0); y++) {
        if (visible == 2) {
          v[1] = y * step - 30;
        }
        for (int h = 0; h < 1 << p.shape().hidden(); h++) {
          sum.add(-formula.energy(v, Models.bits(h, p.shape().hidden())));
        }
      }
    }
    return sum.logSum() + visible * Math.log(step);
  }

  @Test
  void enumerationEqualsTheIntegralOverVisibleStates() {
    for (int visible = 1; visible <= 2; visible++) {
      for (int hidden = 1; hidden <= 4; hidden++) {
        GaussianRbmParameters p = Models.random(GaussianRbmShape.of(visible, hidden), 1.2, hidden);
        assertThat(exact(p, 1)).isCloseTo(quadrature(p), within(1e-9));
      }
    }
  }

  @Test
  void enumerationEqualsTheSumAsItIsWritten() {
    for (int hidden : new int[] {1, 3, 6, 7, 11}) {
      GaussianRbmParameters p = Models.random(GaussianRbmShape.of(9, hidden), 0.8, 30 + hidden);
      double expected = bruteForce(p);
      assertThat(exact(p, 1)).isCloseTo(expected, within(1e-11 * (1 + Math.abs(expected))));
      assertThat(exact(p, 2)).isEqualTo(exact(p, 1));
      assertThat(exact(p, 5)).isEqualTo(exact(p, 1));
    }
  }

  @Test
  void tooManyHiddenUnitsAreRefused() {
    assertThatThrownBy(() -> exact(Models.random(GaussianRbmShape.of(2, 26), 1, 1), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2x26")
        .hasMessageContaining("estimate log Z by AIS");
  }

  /**
   * Chains that start from exact samples at this temperature keep its moments: means, second
   * moments and products of visible and hidden units, 28 in all, over 20,000 independent chains. A
   * mean of so many is normal to well within what matters here, so each is off by more than 6
   * standard errors with probability 2e-9, and the false-fail rate is below 1e-7. A deviation or a
   * bias that is wrong by a tenth in any half-step moves some moment by far more: a standard error
   * is 0.007.
   */
  @ParameterizedTest
  @CsvSource({"scalar,1", "vector,1", "scalar,1.6", "vector,0.7"})
  void gibbsSweepsKeepTheMomentsOfTheMixture(String name, float temperature) {
    GaussianRbmParameters p = Models.random(GaussianRbmShape.of(3, 4), 0.8, 17);
    GaussianRbmDouble formula = GaussianRbmDouble.exact(p);
    int n = 20_000;
    SplittableRandom random = new SplittableRandom(5);
    double[] cumulative = new double[16];
    double[] probability = new double[16];
    double total = 0;
    for (int h = 0; h < 16; h++) {
      probability[h] = Math.exp(formula.logWeight(Models.bits(h, 4)) / temperature);
      total += probability[h];
      cumulative[h] = total;
    }
    float[] start = new float[n * 3];
    for (int chain = 0; chain < n; chain++) {
      double u = random.nextDouble() * total;
      int h = 0;
      while (cumulative[h] < u) {
        h++;
      }
      for (int i = 0; i < 3; i++) {
        start[chain * 3 + i] =
            (float)
                (formula.visibleMean(Models.bits(h, 4), 0, i)
                    + formula.sd(i) * Math.sqrt(temperature) * random.nextGaussian());
      }
    }
    double[] expected = new double[MOMENTS];
    for (int h = 0; h < 16; h++) {
      addMixtureMoments(formula, Models.bits(h, 4), probability[h] / total, temperature, expected);
    }
    float[] v = new float[n * 3];
    byte[] h = new byte[n * 4];
    try (Backend backend = Backends.named(name, new BackendOptions(2, Precision.FLOAT32));
        GaussianRbmSession session = backend.open(p.shape(), n)) {
      session.setParameters(p);
      session.setVisible(start, n);
      session.gibbs(Gibbs.sweeps(7).temperature(temperature), 9);
      session.readVisible(v);
      session.readHidden(h);
    }
    double[][] samples = new double[n][];
    for (int chain = 0; chain < n; chain++) {
      samples[chain] = moments(v, h, chain);
    }
    for (int k = 0; k < MOMENTS; k++) {
      double mean = 0;
      double square = 0;
      for (double[] sample : samples) {
        mean += sample[k] / n;
        square += sample[k] * sample[k] / n;
      }
      double error = Math.sqrt((square - mean * mean) / n);
      assertThat(Math.abs(mean - expected[k]) / error).as("moment %d", k).isLessThan(6);
    }
  }

  private static final int MOMENTS = 3 + 9 + 4 + 12;

  /** v, v v^T, h and v h^T of a chain. */
  private static double[] moments(float[] v, byte[] h, int chain) {
    double[] all = new double[MOMENTS];
    for (int i = 0; i < 3; i++) {
      double x = v[chain * 3 + i];
      all[i] = x;
      for (int k = 0; k < 3; k++) {
        all[3 + 3 * i + k] = x * v[chain * 3 + k];
      }
      for (int j = 0; j < 4; j++) {
        all[12 + j] = h[chain * 4 + j];
        all[16 + 4 * i + j] = x * h[chain * 4 + j];
      }
    }
    return all;
  }

  private static void addMixtureMoments(
      GaussianRbmDouble formula, byte[] h, double p, double temperature, double[] all) {
    for (int i = 0; i < 3; i++) {
      double mean = formula.visibleMean(h, 0, i);
      all[i] += p * mean;
      for (int k = 0; k < 3; k++) {
        double variance = i == k ? temperature * formula.sd(i) * formula.sd(i) : 0;
        all[3 + 3 * i + k] += p * (mean * formula.visibleMean(h, 0, k) + variance);
      }
      for (int j = 0; j < 4; j++) {
        all[16 + 4 * i + j] += p * mean * h[j];
      }
    }
    for (int j = 0; j < 4; j++) {
      all[12 + j] += p * h[j];
    }
  }

  private interface Method {
    LogZEstimate estimate(GaussianRbmSession session, GaussianRbmParameters p, AisOptions options);
  }

  /**
   * The share within 1.96 standard errors is 0.95 of 400 seeds, sd 4.4, less a little as weights
   * are skewed: 340 are 9 sd fewer. Within one it is 0.68, sd 9.3: 216 and 328 are 6 sd off. So the
   * false-fail rate is below 1e-8, and a standard error 1.5 times too small or too large fails.
   */
  private static void assertCoverage(Method method, float... base) {
    GaussianRbmParameters p = Models.random(GaussianRbmShape.of(8, 6), 0.5, 6);
    double logZ = exact(p, 1);
    List<Double> deviations = new ArrayList<>();
    try (GaussianRbmSession session = new GaussianRbmScalar(p.shape(), 100)) {
      for (int seed = 0; seed < SEEDS; seed++) {
        LogZEstimate estimate = method.estimate(session, p, new AisOptions(base, 100, 40, 0, seed));
        assertThat(estimate.standardError()).isBetween(1e-3, 0.5);
        deviations.add((estimate.logZ() - logZ) / estimate.standardError());
      }
    }
    assertThat(deviations.stream().filter(z -> Math.abs(z) <= LogZEstimate.INTERVAL).count())
        .isGreaterThan(340);
    assertThat(deviations.stream().filter(z -> Math.abs(z) <= 1).count()).isBetween(216L, 328L);
  }

  @Test
  void aisIntervalsCoverTheExactValueAtTheirRate() {
    Method ais = (session, p, options) -> LogPartition.ais(session, p, options, done -> {});
    assertCoverage(ais, new float[8]);
    assertCoverage(ais, 1, -1, 0.5f, 0, 0, 1, -1, 0);
  }

  @Test
  void reverseAisIntervalsCoverTheExactValueAtTheirRate() {
    assertCoverage(
        (session, p, options) -> LogPartition.reverseAis(session, p, options, done -> {}),
        new float[8]);
  }

  /** Chains that are annealed and burnt in serve as samples where there are no exact ones. */
  @Test
  void theBracketHoldsTheExactValueOfALargerModel() {
    GaussianRbmParameters p = Models.random(GaussianRbmShape.of(30, 22), 0.12, 7);
    double logZ = exact(p, 2);
    AisOptions options = new AisOptions(p.visibleBias(), 200, 100, 50, 1);
    long[] sweeps = new long[1];
    try (GaussianRbmSession session = new GaussianRbmScalar(p.shape(), 200)) {
      LogZBracket bracket = LogPartition.bracket(session, p, options, done -> sweeps[0] = done);
      assertThat(bracket.lower()).isBetween(logZ - 0.3, logZ);
      assertThat(bracket.upper()).isBetween(logZ, logZ + 0.3);
    }
    assertThat(sweeps[0]).isEqualTo(LogPartition.bracketSweeps(p.shape(), options));
  }

  @Test
  void aModelWithoutWeightsHasNoError() {
    float[] base = {0.5f, -1, 2};
    GaussianRbmParameters p =
        GaussianRbmParameters.of(
            RbmParameters.of(new RbmShape(3, 2), new float[6], base, new float[2]),
            new float[] {0.5f, 1, 3});
    try (GaussianRbmSession session = new GaussianRbmScalar(p.shape(), 4)) {
      AisOptions options = new AisOptions(base, 4, 3, 0, 1);
      LogZEstimate estimate = LogPartition.ais(session, p, options, done -> {});
      assertThat(estimate.logZ()).isCloseTo(exact(p, 1), within(1e-12));
      assertThat(estimate.standardError()).isCloseTo(0, within(1e-7));
    }
  }
}
