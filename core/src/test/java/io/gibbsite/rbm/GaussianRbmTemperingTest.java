package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.math.FloatMath;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.ParallelTempering;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GaussianRbmTemperingTest {
  private static final int VISIBLE = 3;
  private static final int HIDDEN = 4;
  private static final GaussianRbmParameters MODEL =
      Models.random(GaussianRbmShape.of(VISIBLE, HIDDEN), 0.9, 5);
  private static final float[] BASE = {0.5f, -1, 0.2f};
  private static final float[] BETAS = {0, 0.3f, 0.65f, 1};
  private static final int CHAINS = 20_000;

  private static Backend backend(String name, int threads) {
    return Backends.named(name, new BackendOptions(threads, Precision.FLOAT32));
  }

  private static GaussianRbmSession open(Backend backend, GaussianRbmParameters model, int rows) {
    GaussianRbmSession session = backend.open(model.shape(), rows);
    session.setParameters(model);
    return session;
  }

  /**
   * A level as the mixture that it is, from the energy {@code sum_i [beta (v_i - b_i)^2 + (1 -
   * beta) (v_i - r_i)^2] / (2 sd_i^2) - beta (c.h + sum_ij (v_i / sd_i) W_ij h_j)} with v
   * integrated out.
   *
   * @param weight [hidden state]: its probability
   * @param mean [hidden state][visible]
   */
  private record Mixture(double[] weight, double[][] mean) {
    static Mixture of(GaussianRbmParameters model, double beta, float[] base) {
      GaussianRbmDouble exact = GaussianRbmDouble.rounded(model);
      int visible = model.shape().visible();
      int hidden = model.shape().hidden();
      double[] weight = new double[1 << hidden];
      double[][] mean = new double[weight.length][visible];
      for (int s = 0; s < weight.length; s++) {
        byte[] h = Models.bits(s, hidden);
        double log = 0;
        for (int j = 0; j < hidden; j++) {
          log += beta * model.hiddenBias(j) * h[j];
        }
        for (int i = 0; i < visible; i++) {
          double m = beta * exact.visibleMean(h, 0, i) + (1 - beta) * base[i];
          double b = model.visibleBias(i);
          double r = base[i];
          double squares = m * m - beta * b * b - (1 - beta) * r * r;
          log += squares / (2 * exact.sd(i) * exact.sd(i));
          mean[s][i] = m;
        }
        weight[s] = Math.exp(log);
      }
      double z = Arrays.stream(weight).sum();
      return new Mixture(Arrays.stream(weight).map(w -> w / z).toArray(), mean);
    }

    int draw(SplittableRandom random) {
      double u = random.nextDouble();
      int state = 0;
      for (; state < weight.length - 1 && u >= weight[state]; state++) {
        u -= weight[state];
      }
      return state;
    }

    /** The probability that exactly these units are above the cuts. */
    double probability(int above, double[] cuts) {
      double sum = 0;
      for (int s = 0; s < weight.length; s++) {
        double product = weight[s];
        for (int i = 0; i < VISIBLE; i++) {
          float z = (float) ((mean[s][i] - cuts[i]) / MODEL.visibleSd(i));
          double p = FloatMath.normalCdf(z, FloatMath.normalDensity(z));
          product *= (above >> i & 1) == 1 ? p : 1 - p;
        }
        sum += product;
      }
      return sum;
    }

    double mean(int i) {
      double sum = 0;
      for (int s = 0; s < weight.length; s++) {
        sum += weight[s] * mean[s][i];
      }
      return sum;
    }
  }

  private static double chiSquared(GaussianRbmTempering tempering, int level, Mixture exact) {
    double[] cuts = {exact.mean(0), exact.mean(1), exact.mean(2)};
    float[] v = new float[CHAINS * VISIBLE];
    tempering.readLevel(level, v);
    double[] counts = new double[1 << VISIBLE];
    for (int chain = 0; chain < CHAINS; chain++) {
      int above = 0;
      for (int i = 0; i < VISIBLE; i++) {
        above |= v[chain * VISIBLE + i] > cuts[i] ? 1 << i : 0;
      }
      counts[above]++;
    }
    double sum = 0;
    for (int s = 0; s < counts.length; s++) {
      double expected = CHAINS * exact.probability(s, cuts);
      assertThat(expected).isGreaterThan(100);
      sum += (counts[s] - expected) * (counts[s] - expected) / expected;
    }
    return sum;
  }

  /**
   * Exact samples, drawn from the enumerated hidden states, stay exact samples at every level,
   * whether the last exchange was even or odd: 8 chi-squared values of 7 degrees of freedom, each
   * of which passes 45.2 with probability 1.25e-7, so that false fails have a rate of 1e-6.
   */
  @Test
  void everyLevelKeepsItsDistribution() {
    int levels = BETAS.length;
    Mixture[] exact = new Mixture[levels];
    for (int k = 0; k < levels; k++) {
      exact[k] = Mixture.of(MODEL, BETAS[k], BASE);
    }
    float[] replicas = new float[CHAINS * levels * VISIBLE];
    int[] levelOf = new int[CHAINS * levels];
    SplittableRandom random = new SplittableRandom(3);
    for (int row = 0; row < levelOf.length; row++) {
      levelOf[row] = row % levels;
      double[] mean = exact[row % levels].mean()[exact[row % levels].draw(random)];
      for (int i = 0; i < VISIBLE; i++) {
        double noise = random.nextGaussian() * MODEL.visibleSd(i);
        replicas[row * VISIBLE + i] = (float) (mean[i] + noise);
      }
    }
    try (Backend backend = backend("auto", 2);
        GaussianRbmSession session = open(backend, MODEL, CHAINS * levels)) {
      GaussianRbmTempering tempering =
          new GaussianRbmTempering(
              session,
              new ParallelTempering(BETAS, BASE, 1),
              new float[CHAINS * VISIBLE],
              CHAINS,
              11);
      tempering.resume(replicas, levelOf, 0);
      for (int round = 1; round <= 7; round++) {
        tempering.step();
        for (int level = 0; level < levels && round >= 6; level++) {
          assertThat(chiSquared(tempering, level, exact[level]))
              .as("round %d, level %d", round, level)
              .isLessThan(45.2);
        }
      }
    }
  }

  /** Five visible and four hidden units that are all on, far out, or all off, round 0. */
  private static GaussianRbmParameters twoModes() {
    float[] weight = new float[20];
    float[] c = new float[4];
    Arrays.fill(weight, 2);
    Arrays.fill(c, -39.8f);
    return GaussianRbmParameters.of(
        RbmParameters.of(new RbmShape(5, 4), weight, new float[5], c), new float[] {1, 1, 1, 1, 1});
  }

  private static int chainsFarOut(float[] v) {
    int chains = 0;
    for (int chain = 0; chain < v.length / 5; chain++) {
      float sum = 0;
      for (int i = 0; i < 5; i++) {
        sum += v[chain * 5 + i];
      }
      chains += sum > 20 ? 1 : 0; // The modes have 0 and 40.
    }
    return chains;
  }

  /**
   * From the mode round 0 a sweep turns a hidden unit on with probability {@code E sigmoid(a) <=
   * exp(c + 5 * 2^2 / 2) = exp(-29.8)}: of 400 Gibbs chains of 500 sweeps none leaves it, but for a
   * rate of 1e-7. By enumeration 69 % of the model lie in the other: of 400 independent tempered
   * chains, whose standard deviation is 9.3, so many within 6 deviations but for 2e-9.
   */
  @Test
  void bothModesHaveTheirWeightsWherePlainGibbsStaysInOne() {
    GaussianRbmParameters model = twoModes();
    double[] weights = Mixture.of(model, 1, new float[5]).weight();
    GaussianRbmDouble exact = GaussianRbmDouble.exact(model);
    double sum = 0;
    for (int s = 0; s < 16; s++) {
      sum += Math.exp(exact.logWeight(Models.bits(s, 4)) - exact.logWeight(new byte[4]));
    }
    double share =
        Math.exp(exact.logWeight(new byte[] {1, 1, 1, 1}) - exact.logWeight(new byte[4]));
    share /= sum;
    assertThat(weights[15]).isBetween(share - 1e-6, share + 1e-6);
    assertThat(share).isBetween(0.68, 0.70);
    float[] base = new float[5];
    Arrays.fill(base, 4); // Half-way: the path then favours neither mode before its end.
    float[] v = new float[400 * 5];
    try (Backend backend = backend("auto", 2);
        GaussianRbmSession session = open(backend, model, 400 * 20)) {
      session.setVisible(v, 400);
      session.gibbs(Gibbs.sweeps(500), 5);
      session.readVisible(v);
      assertThat(chainsFarOut(v)).isZero();
      GaussianRbmTempering tempering =
          new GaussianRbmTempering(
              session, ParallelTempering.even(20, base), new float[400 * 5], 400, 5);
      tempering.burnIn(1000, done -> {});
      tempering.readVisible(v);
      double deviation = Math.sqrt(400 * share * (1 - share));
      assertThat((double) chainsFarOut(v))
          .isBetween(400 * share - 6 * deviation, 400 * share + 6 * deviation);
    }
  }

  private static float[] run(Backend backend, int rounds) {
    try (GaussianRbmSession session = open(backend, MODEL, 35)) {
      GaussianRbmTempering tempering =
          new GaussianRbmTempering(
              session, ParallelTempering.even(5, BASE).sweeps(2), Models.normals(21, 4), 7, 9);
      tempering.burnIn(rounds, done -> {});
      float[] v = new float[7 * VISIBLE];
      tempering.readVisible(v);
      float[] all = Arrays.copyOf(v, v.length + 35 * VISIBLE);
      float[] replicas = new float[35 * VISIBLE];
      session.readVisible(replicas);
      System.arraycopy(replicas, 0, all, v.length, replicas.length);
      return all;
    }
  }

  @Test
  void theSameBitsComeFromEveryBackendAndNumberOfThreads() {
    float[] expected;
    try (Backend backend = backend("scalar", 1)) {
      expected = run(backend, 200);
    }
    for (int threads : new int[] {1, 2, 5}) {
      try (Backend backend = backend("auto", threads)) {
        assertThat(run(backend, 200)).isEqualTo(expected);
      }
    }
  }

  @Test
  void aRunThatIsTakenUpGoesOnAsIfItHadNotStopped() {
    ParallelTempering options = new ParallelTempering(BETAS, BASE, 2);
    float[] replicas = new float[40 * VISIBLE];
    float[] whole = new float[40 * VISIBLE];
    int[] levels = new int[40];
    try (Backend backend = backend("auto", 1);
        GaussianRbmSession session = open(backend, MODEL, 40)) {
      GaussianRbmTempering tempering =
          new GaussianRbmTempering(session, options, Models.normals(30, 1), 10, 3);
      for (int round = 0; round < 30; round++) {
        if (round == 13) {
          session.readVisible(replicas);
          levels = tempering.levels();
        }
        tempering.step();
      }
      session.readVisible(whole);
      GaussianRbmTempering other = new GaussianRbmTempering(session, options, new float[30], 10, 3);
      other.resume(replicas, levels, 13);
      while (other.round() < 30) {
        other.step();
      }
      session.readVisible(replicas);
      assertThat(replicas).isEqualTo(whole);
      assertThat(other.levels()).isEqualTo(tempering.levels());
      levels[0] = levels[1];
      int[] twice = levels;
      assertThatThrownBy(() -> other.resume(replicas, twice, 13))
          .hasMessageContaining("no level or another row's");
    }
  }

  @Test
  void moreReplicasThanRowsAreRefused() {
    try (Backend backend = backend("scalar", 1);
        GaussianRbmSession session = open(backend, MODEL, 39)) {
      ParallelTempering options = new ParallelTempering(BETAS, BASE, 1);
      assertThatThrownBy(() -> new GaussianRbmTempering(session, options, new float[30], 10, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("10 chains of 4 levels for a session of 39 rows");
    }
  }
}
