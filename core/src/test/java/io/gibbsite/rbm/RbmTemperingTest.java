package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.ParallelTempering;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RbmTemperingTest {
  private static final float[] BASE = {0.5f, -1, 0.2f, 0, 1};
  private static final float[] BETAS = {0, 0.3f, 0.65f, 1};
  private static final int CHAINS = 20_000;

  private static Backend backend(String name, int threads) {
    return Backends.named(name, new BackendOptions(threads, Precision.FLOAT32));
  }

  private static RbmSession open(Backend backend, RbmParameters model, int rows) {
    RbmSession session = backend.open(model.shape(), rows);
    session.setParameters(model);
    return session;
  }

  private static byte[] allStates(int visible) {
    byte[] states = new byte[(1 << visible) * visible];
    for (int s = 0; s < 1 << visible; s++) {
      System.arraycopy(Models.bits(s, visible), 0, states, s * visible, visible);
    }
    return states;
  }

  private static int number(byte[] v, int row, int visible) {
    int number = 0;
    for (int i = 0; i < visible; i++) {
      number |= v[row * visible + i] << i;
    }
    return number;
  }

  /** {@code F_beta} of all states, [level][state]. */
  private static double[][] freeEnergies(RbmParameters model, float[] betas, float[] base) {
    RbmDouble exact = RbmDouble.rounded(model);
    int visible = model.shape().visible();
    byte[] states = allStates(visible);
    double[][] f = new double[betas.length][1 << visible];
    for (int k = 0; k < betas.length; k++) {
      for (int s = 0; s < f[k].length; s++) {
        f[k][s] = exact.freeEnergy(states, s, betas[k], base);
      }
    }
    return f;
  }

  private static double[][] probabilities(double[][] freeEnergies) {
    double[][] p = new double[freeEnergies.length][];
    for (int k = 0; k < p.length; k++) {
      double[] weights = Arrays.stream(freeEnergies[k]).map(f -> Math.exp(-f)).toArray();
      double z = Arrays.stream(weights).sum();
      p[k] = Arrays.stream(weights).map(w -> w / z).toArray();
    }
    return p;
  }

  private static int draw(double[] p, SplittableRandom random) {
    double u = random.nextDouble();
    int state = 0;
    for (; state < p.length - 1 && u >= p[state]; state++) {
      u -= p[state];
    }
    return state;
  }

  /** Replicas that are exact samples of their levels. */
  private static RbmTempering atEquilibrium(RbmSession session, double[][] p) {
    int levels = p.length;
    byte[] replicas = new byte[CHAINS * levels * 5];
    SplittableRandom random = new SplittableRandom(3);
    int[] levelOf = new int[CHAINS * levels];
    for (int row = 0; row < levelOf.length; row++) {
      levelOf[row] = row % levels;
      System.arraycopy(Models.bits(draw(p[row % levels], random), 5), 0, replicas, row * 5, 5);
    }
    RbmTempering tempering =
        new RbmTempering(
            session, new ParallelTempering(BETAS, BASE, 1), new byte[CHAINS * 5], CHAINS, 11);
    tempering.resume(replicas, levelOf, 0);
    return tempering;
  }

  private static double chiSquared(RbmTempering tempering, int level, double[] p) {
    byte[] v = new byte[CHAINS * 5];
    tempering.readLevel(level, v);
    double[] counts = new double[p.length];
    for (int chain = 0; chain < CHAINS; chain++) {
      counts[number(v, chain, 5)]++;
    }
    double sum = 0;
    for (int s = 0; s < p.length; s++) {
      double expected = CHAINS * p[s];
      assertThat(expected).isGreaterThan(10);
      sum += (counts[s] - expected) * (counts[s] - expected) / expected;
    }
    return sum;
  }

  /**
   * Exact samples stay exact samples at every level, whether the last exchange was even or odd: 8
   * chi-squared values of 31 degrees of freedom, each of which passes 89.8 with probability
   * 1.25e-7, so that false fails have a rate of 1e-6. Values came to 18 to 54; exchanges that look
   * at one of the two gains alone, or at none, come to 1,300 to 2,400.
   */
  @Test
  void everyLevelKeepsItsDistribution() {
    RbmParameters model = Models.random(new RbmShape(5, 4), 0.9, 5);
    double[][] p = probabilities(freeEnergies(model, BETAS, BASE));
    try (Backend backend = backend("auto", 2);
        RbmSession session = open(backend, model, CHAINS * 4)) {
      RbmTempering tempering = atEquilibrium(session, p);
      for (int round = 1; round <= 7; round++) {
        tempering.step();
        for (int level = 0; level < 4 && round >= 6; level++) {
          assertThat(chiSquared(tempering, level, p[level]))
              .as("round %d, level %d", round, level)
              .isLessThan(89.8);
        }
      }
    }
  }

  /**
   * Means of 60,000 numbers from 0 to 1, whose deviation is below 0.5, are within 0.0125 at 6
   * standard errors; chains are independent and rounds are nearly so.
   */
  @Test
  void acceptanceIsThatOfEquilibrium() {
    RbmParameters model = Models.random(new RbmShape(5, 4), 0.9, 5);
    double[][] f = freeEnergies(model, BETAS, BASE);
    double[][] p = probabilities(f);
    try (Backend backend = backend("auto", 2);
        RbmSession session = open(backend, model, CHAINS * 4)) {
      RbmTempering tempering = atEquilibrium(session, p);
      for (int round = 0; round < 6; round++) {
        tempering.step();
      }
      for (int k = 0; k < 3; k++) {
        double expected = 0;
        for (int s = 0; s < 32; s++) {
          for (int t = 0; t < 32; t++) {
            double log = f[k][s] - f[k + 1][s] + f[k + 1][t] - f[k][t];
            expected += p[k][s] * p[k + 1][t] * Math.min(1, Math.exp(log));
          }
        }
        assertThat(tempering.acceptance()[k]).isCloseTo(expected, within(0.0125));
      }
    }
  }

  /** 16 visible and 8 hidden units that all want the state of the others: either all 0 or all 1. */
  private static RbmParameters twoModes() {
    float[] weight = new float[16 * 8];
    float[] b = new float[16];
    float[] c = new float[8];
    Arrays.fill(weight, 1.2f);
    Arrays.fill(b, -4.8f);
    Arrays.fill(c, -9.6f);
    return RbmParameters.of(new RbmShape(16, 8), weight, b, c);
  }

  private static int chainsOfOnes(byte[] v) {
    int chains = 0;
    for (int chain = 0; chain < v.length / 16; chain++) {
      int ones = 0;
      for (int i = 0; i < 16; i++) {
        ones += v[chain * 16 + i];
      }
      chains += ones > 8 ? 1 : 0;
    }
    return chains;
  }

  /**
   * Both modes have the same probability. In a mode a visible unit leaves the others with
   * probability 1 / (1 + exp(4.8)) = 0.008, so half of them leave at once with probability 3e-13:
   * 400 Gibbs chains of 500 sweeps that start in one mode are still there, but for a rate of 1e-7.
   * Of 400 independent tempered chains half are in the other, sd 10, within 6 sd but for 2e-9.
   */
  @Test
  void bothModesAreVisitedWherePlainGibbsStaysInOne() {
    RbmParameters model = twoModes();
    byte[] v = new byte[400 * 16];
    try (Backend backend = backend("auto", 2);
        RbmSession session = open(backend, model, 400 * 8)) {
      session.setVisible(v, 400);
      session.gibbs(Gibbs.sweeps(500), 5);
      session.readVisible(v);
      assertThat(chainsOfOnes(v)).isZero();
      RbmTempering tempering =
          new RbmTempering(
              session, ParallelTempering.even(8, new float[16]), new byte[400 * 16], 400, 5);
      tempering.burnIn(500, done -> {});
      tempering.readVisible(v);
      assertThat(chainsOfOnes(v)).isBetween(140, 260);
    }
  }

  /** Even levels exchange with probabilities of 0.32 to 0.92, the others of 0.670 to 0.676. */
  @Test
  void burnInMakesExchangesEquallyLikely() {
    RbmParameters model = twoModes();
    double[] spread = new double[2];
    try (Backend backend = backend("auto", 1);
        RbmSession session = open(backend, model, 400 * 8)) {
      for (int k = 0; k < 2; k++) {
        RbmTempering tempering =
            new RbmTempering(
                session, ParallelTempering.even(8, new float[16]), new byte[400 * 16], 400, 5);
        tempering.burnIn(k == 0 ? 0 : 500, done -> {});
        for (int round = 0; round < 200; round++) {
          tempering.step();
        }
        double[] acceptance = tempering.acceptance();
        spread[k] =
            Arrays.stream(acceptance).max().orElseThrow()
                - Arrays.stream(acceptance).min().orElseThrow();
        float[] betas = tempering.betas();
        assertThat(betas).hasSize(8).startsWith(0).endsWith(1).isSorted();
      }
    }
    assertThat(spread[0]).isGreaterThan(0.5);
    assertThat(spread[1]).isLessThan(0.02);
  }

  private static byte[] run(Backend backend, RbmParameters model, int rounds) {
    try (RbmSession session = open(backend, model, 35)) {
      RbmTempering tempering =
          new RbmTempering(
              session, ParallelTempering.even(5, BASE).sweeps(2), Models.states(35, 4), 7, 9);
      tempering.burnIn(rounds, done -> {});
      byte[] v = new byte[7 * 5];
      tempering.readVisible(v);
      byte[] all = Arrays.copyOf(v, 35 + 35 * 5);
      byte[] replicas = new byte[35 * 5];
      session.readVisible(replicas);
      System.arraycopy(replicas, 0, all, 35, replicas.length);
      return all;
    }
  }

  @Test
  void theSameBitsComeFromEveryBackendAndNumberOfThreads() {
    RbmParameters model = Models.random(new RbmShape(5, 4), 0.9, 5);
    byte[] expected;
    try (Backend backend = backend("scalar", 1)) {
      expected = run(backend, model, 200);
    }
    for (int threads : new int[] {1, 2, 5}) {
      try (Backend backend = backend("auto", threads)) {
        assertThat(run(backend, model, 200)).isEqualTo(expected);
      }
    }
  }

  @Test
  void aRunThatIsTakenUpGoesOnAsIfItHadNotStopped() {
    RbmParameters model = Models.random(new RbmShape(5, 4), 0.9, 5);
    ParallelTempering options = new ParallelTempering(BETAS, BASE, 2);
    byte[] v = Models.states(10 * 5, 1);
    byte[] replicas = new byte[40 * 5];
    byte[] whole = new byte[40 * 5];
    int[] levels = new int[40];
    int[] wholeLevels = new int[40];
    try (Backend backend = backend("auto", 1);
        RbmSession session = open(backend, model, 40)) {
      RbmTempering tempering = new RbmTempering(session, options, v, 10, 3);
      for (int round = 0; round < 30; round++) {
        if (round == 13) {
          session.readVisible(replicas);
          levels = tempering.levels();
        }
        tempering.step();
      }
      session.readVisible(whole);
      wholeLevels = tempering.levels();
    }
    try (Backend backend = backend("auto", 2);
        RbmSession session = open(backend, model, 40)) {
      RbmTempering tempering = new RbmTempering(session, options, new byte[50], 10, 3);
      tempering.resume(replicas, levels, 13);
      while (tempering.round() < 30) {
        tempering.step();
      }
      byte[] got = new byte[whole.length];
      session.readVisible(got);
      assertThat(got).isEqualTo(whole);
      assertThat(tempering.levels()).isEqualTo(wholeLevels);
      levels[0] = levels[1];
      int[] twice = levels;
      assertThatThrownBy(() -> tempering.resume(replicas, twice, 13))
          .hasMessageContaining("no level or another row's");
    }
  }

  @Test
  void moreReplicasThanRowsAreRefused() {
    RbmParameters model = Models.random(new RbmShape(5, 4), 0.9, 5);
    try (Backend backend = backend("scalar", 1);
        RbmSession session = open(backend, model, 39)) {
      ParallelTempering options = new ParallelTempering(BETAS, BASE, 1);
      assertThatThrownBy(() -> new RbmTempering(session, options, new byte[50], 10, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("10 chains of 4 levels for a session of 39 rows");
    }
  }
}
