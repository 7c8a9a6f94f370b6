package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Workers;
import io.gibbsite.math.LogWeights;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.LogZBracket;
import io.gibbsite.sampler.LogZEstimate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogPartitionTest {
  private static final int SEEDS = 400;

  private static RbmParameters random(int visible, int hidden, float sd, long seed) {
    RbmShape shape = new RbmShape(visible, hidden);
    float[] values = new float[shape.parameterCount()];
    Draws.normals(seed, DrawStream.INITIAL_PARAMETERS, 0, 0, values, 0, values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] *= sd;
    }
    return new RbmParameters(shape, values);
  }

  private static double exact(RbmParameters parameters, int threads) {
    try (Workers workers = new Workers(threads, "test")) {
      return LogPartition.exact(parameters, workers);
    }
  }

  /** Over all joint states, from the energy as it is written. */
  private static double bruteForce(RbmParameters p) {
    int visible = p.shape().visible();
    int hidden = p.shape().hidden();
    LogWeights sum = new LogWeights();
    for (int v = 0; v < 1 << visible; v++) {
      for (int h = 0; h < 1 << hidden; h++) {
        double minusEnergy = 0;
        for (int i = 0; i < visible; i++) {
          minusEnergy += (v >> i & 1) * p.visibleBias(i);
          for (int j = 0; j < hidden; j++) {
            minusEnergy += (v >> i & 1) * (h >> j & 1) * p.weight(i, j);
          }
        }
        for (int j = 0; j < hidden; j++) {
          minusEnergy += (h >> j & 1) * p.hiddenBias(j);
        }
        sum.add(minusEnergy);
      }
    }
    return sum.logSum();
  }

  private static RbmParameters transposed(RbmParameters p) {
    int visible = p.shape().visible();
    int hidden = p.shape().hidden();
    float[] weight = new float[visible * hidden];
    float[] b = new float[visible];
    float[] c = new float[hidden];
    for (int i = 0; i < visible; i++) {
      b[i] = p.visibleBias(i);
      for (int j = 0; j < hidden; j++) {
        c[j] = p.hiddenBias(j);
        weight[j * visible + i] = p.weight(i, j);
      }
    }
    return RbmParameters.of(new RbmShape(hidden, visible), weight, c, b);
  }

  @Test
  void enumerationEqualsTheSumOverAllJointStates() {
    for (int visible = 1; visible <= 6; visible++) {
      for (int hidden = 1; hidden <= 6; hidden++) {
        RbmParameters p = random(visible, hidden, 1.5f, 10L * visible + hidden);
        double expected = bruteForce(p);
        assertThat(exact(p, 1))
            .describedAs("%d x %d", visible, hidden)
            .isCloseTo(expected, within(1e-12 * (1 + Math.abs(expected))));
      }
    }
  }

  /** Activations of some hundred: products of exponentials would overflow. */
  @Test
  void extremeParametersDoNotOverflow() {
    for (float sd : new float[] {30, 100, 1e4f, 1e20f}) {
      RbmParameters p = random(6, 5, sd, 3);
      assertThat(exact(p, 1)).isCloseTo(bruteForce(p), within(1e-12 * Math.abs(bruteForce(p))));
    }
  }

  /** 15 bits make several blocks, units of work and renormalised products. */
  @Test
  void eitherSideMayBeTheSmallerOne() {
    RbmParameters p = random(15, 200, 1, 4);
    assertThat(exact(transposed(p), 2)).isEqualTo(exact(p, 2));
    // A weightless unit doubles the sum.
    RbmParameters free = new RbmParameters(new RbmShape(17, 16), new float[17 * 16 + 33]);
    assertThat(exact(free, 2)).isCloseTo(33 * Math.log(2), within(1e-12));
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    RbmParameters p = random(18, 17, 0.5f, 5);
    double one = exact(p, 1);
    assertThat(exact(p, 2)).isEqualTo(one);
    assertThat(exact(p, 5)).isEqualTo(one);
  }

  @Test
  void tooManyUnitsAreRefused() {
    assertThatThrownBy(() -> exact(random(26, 27, 1, 1), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("26x27")
        .hasMessageContaining("estimate log Z by AIS");
  }

  private interface Method {
    LogZEstimate estimate(RbmSession session, RbmParameters p, AisOptions options);
  }

  /** The estimates' deviations from the exact value, in standard errors. */
  private static List<Double> deviations(Method method, float... base) {
    RbmParameters p = random(8, 6, 1.2f, 6);
    double logZ = exact(p, 1);
    List<Double> deviations = new ArrayList<>();
    try (RbmSession session = new RbmScalar(p.shape(), 100)) {
      for (int seed = 0; seed < SEEDS; seed++) {
        LogZEstimate estimate = method.estimate(session, p, new AisOptions(base, 100, 40, 0, seed));
        assertThat(estimate.standardError()).isBetween(1e-3, 0.5);
        assertThat(estimate.effectiveSamples()).isBetween(10.0, 100.0);
        deviations.add((estimate.logZ() - logZ) / estimate.standardError());
      }
    }
    return deviations;
  }

  /**
   * The share within 1.96 standard errors is 0.95 of 400 seeds, sd 4.4, less a little as weights
   * are skewed: 340 are 9 sd fewer. Within one it is 0.68, sd 9.3: 216 and 328 are 6 sd off. So the
   * false-fail rate is below 1e-8, and a standard error 1.5 times too small or too large fails.
   */
  private static void assertCoverage(List<Double> deviations) {
    assertThat(deviations.stream().filter(z -> Math.abs(z) <= LogZEstimate.INTERVAL).count())
        .isGreaterThan(340);
    assertThat(deviations.stream().filter(z -> Math.abs(z) <= 1).count()).isBetween(216L, 328L);
  }

  @Test
  void aisIntervalsCoverTheExactValueAtTheirRate() {
    Method ais = (session, p, options) -> LogPartition.ais(session, p, options, done -> {});
    assertCoverage(deviations(ais, new float[8]));
    assertCoverage(deviations(ais, 1, -1, 0.5f, 0, 0, 1, -1, 0));
  }

  @Test
  void reverseAisIntervalsCoverTheExactValueAtTheirRate() {
    assertCoverage(
        deviations(
            (session, p, options) -> LogPartition.reverseAis(session, p, options, done -> {}),
            new float[8]));
  }

  /** Chains that are annealed and burnt in serve as samples where there are no exact ones. */
  @Test
  void theBracketHoldsTheExactValueOfALargerModel() {
    RbmParameters p = random(40, 22, 0.25f, 7);
    double logZ = exact(p, 2);
    AisOptions options = new AisOptions(new float[40], 200, 100, 50, 1);
    long[] sweeps = new long[1];
    try (RbmSession session = new RbmScalar(p.shape(), 200)) {
      LogZBracket bracket = LogPartition.bracket(session, p, options, done -> sweeps[0] = done);
      assertThat(bracket.lower()).isBetween(logZ - 0.3, logZ);
      assertThat(bracket.upper()).isBetween(logZ, logZ + 0.3);
    }
    assertThat(sweeps[0]).isEqualTo(LogPartition.bracketSweeps(p.shape(), options));
  }

  @Test
  void aModelWithoutWeightsHasNoError() {
    float[] base = {0.5f, -1, 2};
    RbmParameters p = RbmParameters.of(new RbmShape(3, 2), new float[6], base, new float[2]);
    try (RbmSession session = new RbmScalar(p.shape(), 4)) {
      AisOptions options = new AisOptions(base, 4, 3, 0, 1);
      LogZEstimate estimate = LogPartition.ais(session, p, options, done -> {});
      assertThat(estimate.logZ()).isCloseTo(exact(p, 1), within(1e-12));
      assertThat(estimate.standardError()).isCloseTo(0, within(1e-7));
      assertThat(estimate.effectiveSamples()).isCloseTo(4, within(1e-12));
    }
  }

  @Test
  void logOddsAreThoseOfTheColumns() {
    assertThat(BaseRates.logOdds(new float[] {1, 0, 1, 0, 1, 1}, 3, 2))
        .containsExactly((float) Math.log(3.5 / 0.5), (float) Math.log(1.5 / 2.5));
  }

  @Test
  void badOptionsAreRefused() {
    assertThatThrownBy(() -> new AisOptions(new float[1], 1, 1, 0, 0))
        .hasMessageContaining("at least 2 chains, not 1");
    assertThatThrownBy(() -> new AisOptions(new float[1], 2, 0, 0, 0))
        .hasMessageContaining("at least 1 temperature, not 0");
    assertThatThrownBy(() -> new AisOptions(new float[1], 2, 1, -1, 0))
        .hasMessageContaining("at least 0 sweeps, not -1");
  }
}
