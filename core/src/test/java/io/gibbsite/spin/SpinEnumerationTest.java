package io.gibbsite.spin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Workers;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpinEnumerationTest {
  private static final Workers WORKERS = new Workers(2, "test");

  @AfterAll
  static void close() {
    WORKERS.close();
  }

  private static byte[] state(int bits, int n) {
    byte[] y = new byte[n];
    for (int i = 0; i < n; i++) {
      y[i] = (byte) ((bits >>> i & 1) == 1 ? 1 : -1);
    }
    return y;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 8, 10})
  void allStatesHaveTheEnergiesOfTheFormula(int n) {
    SpinParameters model = Networks.random(n, 0.7, 1, n);
    double sum = 0;
    double lowest = Double.POSITIVE_INFINITY;
    for (int bits = 0; bits < 1 << n; bits++) {
      double energy = model.energy(state(bits, n), 0);
      sum += Math.exp(-0.5 * energy);
      lowest = Math.min(lowest, energy);
    }
    SpinEnumeration all = SpinEnumeration.of(model, WORKERS);
    assertThat(all.logSum(0.5)).isCloseTo(Math.log(sum), within(1e-5));
    double[] p = all.probabilities(0.5);
    for (int bits = 0; bits < 1 << n; bits++) {
      double expected = Math.exp(-0.5 * model.energy(state(bits, n), 0)) / sum;
      assertThat(p[bits]).isCloseTo(expected, within(1e-5));
    }
    SpinEnumeration.GroundState ground = all.groundState();
    assertThat(ground.energy()).isCloseTo(lowest, within(1e-5));
    assertThat(model.energy(ground.y(), 0)).isCloseTo(lowest, within(1e-5));
    assertThat(ground.states()).isEqualTo(1);
  }

  @Test
  void groundStatesWithoutBiasesComeInPairs() {
    SpinParameters model = Networks.random(12, 1, 1, 4);
    Arrays.fill(model.values(), 12 * 12, model.values().length, 0f);
    assertThat(SpinEnumeration.of(model, WORKERS).groundState().states()).isEqualTo(2);
  }

  /** The derivatives of log Z by central differences. */
  @Test
  void momentsAreTheDerivativesOfLogZ() {
    int n = 6;
    SpinParameters model = Networks.random(n, 0.6, 1, 9);
    double[] moments = SpinEnumeration.of(model, WORKERS).moments();
    float step = 0.01f;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        int at = i == j ? n * n + i : i * n + j;
        double[] logZ = new double[2];
        for (int side = 0; side < 2; side++) {
          float[] values = model.values().clone();
          values[at] += side == 0 ? step : -step;
          if (i != j) {
            values[j * n + i] = values[at];
          }
          logZ[side] =
              SpinEnumeration.of(new SpinParameters(model.shape(), values), WORKERS).logSum(1);
        }
        assertThat((logZ[0] - logZ[1]) / (2 * step)).isCloseTo(moments[at], within(2e-4));
      }
    }
  }

  @Test
  void heldUnitsStay() {
    SpinParameters model = Networks.random(7, 0.8, 1, 3);
    double[] all = SpinEnumeration.of(model, WORKERS).probabilities(1);
    byte[] y = {0, 1, 0, 0, -1, 0, 0};
    int[] free = {0, 2, 3, 5, 6};
    SpinEnumeration part = new SpinEnumeration(FixedPointCouplings.of(model), y, free, WORKERS);
    double[] p = part.probabilities(1);
    double mass = 0;
    double[] expected = new double[p.length];
    for (int bits = 0; bits < all.length; bits++) {
      if ((bits >>> 1 & 1) == 1 && (bits >>> 4 & 1) == 0) {
        int at = bits & 1 | bits >>> 1 & 6 | bits >>> 2 & 24;
        expected[at] = all[bits];
        mass += all[bits];
      }
    }
    for (int k = 0; k < p.length; k++) {
      assertThat(p[k]).isCloseTo(expected[k] / mass, within(1e-9));
    }
    double logZ = SpinEnumeration.of(model, WORKERS).logSum(1);
    assertThat(part.logSum(1) - logZ).isCloseTo(Math.log(mass), within(1e-9));
    assertThat(part.moments()[7 * 7 + 4]).isCloseTo(-1, within(1e-12));
  }

  @Test
  void resultsDoNotDependOnThreads() {
    SpinParameters model = Networks.random(13, 0.7, 1, 5);
    try (Workers one = new Workers(1, "one")) {
      SpinEnumeration alone = SpinEnumeration.of(model, one);
      SpinEnumeration team = SpinEnumeration.of(model, WORKERS);
      assertThat(team.logSum(1)).isEqualTo(alone.logSum(1));
      assertThat(team.moments()).isEqualTo(alone.moments());
      assertThat(team.groundState()).usingRecursiveComparison().isEqualTo(alone.groundState());
    }
  }

  @Test
  void tooManyUnitsAreRefused() {
    SpinParameters model = Networks.random(26, 1, 1, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpinEnumeration.of(model, WORKERS))
        .withMessageContaining("26 units are too many to enumerate: at most 25");
  }

  /**
   * The states of 65,536 chains after 60 sweeps against the exact distribution: chi-squared of 63
   * degrees of freedom, whose quantile of 1 - 1e-6 is 131.7. Without the factor 2 of U2 it is above
   * 5,000.
   */
  @ParameterizedTest
  @CsvSource({"SEQUENTIAL, 1", "RANDOM, 1", "COLOURED, 1", "SEQUENTIAL, 2.5", "RANDOM, 0.7"})
  void longChainsHaveTheExactDistribution(Scan scan, float temperature) {
    int n = 6;
    int chains = 1 << 16;
    SpinParameters model = Networks.random(n, 0.4, scan == Scan.COLOURED ? 0.4 : 1, 21);
    double[] p = SpinEnumeration.of(model, WORKERS).probabilities(1 / temperature);
    double[] counts = new double[1 << n];
    byte[] y = SpinStates.random(n, chains, 1);
    try (SpinVector session = new SpinVector(model.shape(), chains, WORKERS)) {
      session.setParameters(model);
      session.setStates(y, chains);
      session.gibbs(Gibbs.sweeps(60).temperature(temperature), scan, 17);
      session.readStates(y);
    }
    for (int c = 0; c < chains; c++) {
      int bits = 0;
      for (int i = 0; i < n; i++) {
        bits |= (y[c * n + i] + 1 >> 1) << i;
      }
      counts[bits]++;
    }
    double chiSquared = 0;
    for (int k = 0; k < counts.length; k++) {
      double expected = p[k] * chains;
      chiSquared += (counts[k] - expected) * (counts[k] - expected) / expected;
    }
    assertThat(chiSquared).isLessThan(131.7);
  }

  /**
   * The mean of the annealing weights is Z / Z_0: within 4.9 of its standard errors, which a normal
   * mean leaves once in a million times.
   */
  @Test
  void annealingWeighsByTheRatioOfPartitionFunctions() {
    int n = 8;
    int chains = 4_096;
    SpinParameters model = Networks.random(n, 0.5, 1, 33);
    float[] base = new float[n];
    double baseLogZ = 0;
    for (int i = 0; i < n; i++) {
      base[i] = 0.2f * (i % 3 - 1);
      baseLogZ += Math.log(2 * Math.cosh(base[i]));
    }
    float[] betas = new float[51];
    for (int k = 0; k < betas.length; k++) {
      betas[k] = k / 50f;
    }
    double[] logWeights = new double[chains];
    try (SpinVector session = new SpinVector(model.shape(), chains, WORKERS)) {
      session.setParameters(model);
      session.setStates(SpinStates.sample(base, chains, 5), chains);
      session.anneal(new Annealing(betas, base, 0), 6, logWeights);
    }
    io.gibbsite.math.LogWeights weights = new io.gibbsite.math.LogWeights();
    for (double logWeight : logWeights) {
      weights.add(logWeight);
    }
    double logZ = SpinEnumeration.of(model, WORKERS).logSum(1);
    assertThat(baseLogZ + weights.logMean()).isCloseTo(logZ, within(4.9 * weights.standardError()));
    assertThat(weights.standardError()).isLessThan(0.02);
  }

  @Test
  void coloursPartNeighbours() {
    SpinParameters model = Networks.random(60, 1, 0.08, 2);
    FixedPointCouplings couplings = FixedPointCouplings.of(model);
    assertThat(couplings.isSparse()).isTrue();
    int[] colours = couplings.colours();
    assertThat(Arrays.stream(colours).max().orElseThrow()).isBetween(1, 12);
    for (int i = 0; i < 60; i++) {
      for (int j = 0; j < i; j++) {
        if (model.weight(i, j) != 0) {
          assertThat(colours[i]).isNotEqualTo(colours[j]);
        }
      }
    }
  }

  @Test
  void parametersThatAreNoNetworkAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpinParameters.of(new float[] {0, 1, 2, 0}, new float[2]))
        .withMessageContaining("[1, 0] is 2.0 and [0, 1] is 1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpinParameters.of(new float[] {1, 0, 0, 0}, new float[2]))
        .withMessageContaining("no unit is coupled to itself");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpinParameters.of(new float[4], new float[] {0, Float.POSITIVE_INFINITY}))
        .withMessageContaining("bias [1] is Infinity");
  }
}
