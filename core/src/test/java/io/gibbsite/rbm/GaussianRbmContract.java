package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gibbsite.backend.Backend;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every backend's {@link GaussianRbmSession} must do: the same bits as the plain loops, which
 * in turn are held to the formulas in double; a backend's test is a subclass.
 *
 * <p>Inputs are fixed by their seeds, so a test that passes once passes always.
 */
public abstract class GaussianRbmContract {
  private static final String MODELS = "io.gibbsite.rbm.GaussianRbmContract#models";
  private static final int ROWS = 300;
  private static final int[] COUNTS = {0, 1, 3, 31, 32, 33, 100, ROWS};
  private static final int[] THREADS = {1, 2, 5};
  private static final long SEED = 0x123456789abcdefL;

  /** The backend under test, with that many threads. */
  protected abstract Backend backend(int threads);

  static Stream<GaussianRbmParameters> models() {
    return Stream.concat(
        Stream.of("1x1", "3x5", "4x4", "7x9", "17x33", "64x48", "100x31", "23x150")
            .map(
                text ->
                    Models.random(
                        new GaussianRbmShape(RbmShape.parse(text)), 0.3, text.hashCode())),
        Stream.of(twoLimbs()));
  }

  /** Sums over hidden units that leave 32 bits even when bits are given up. */
  private static GaussianRbmParameters twoLimbs() {
    GaussianRbmShape shape = GaussianRbmShape.of(5, 1200);
    GaussianRbmParameters model = Models.random(shape, 0.0001, 1);
    for (int k = 0; k < shape.units().weightCount(); k++) {
      model.values()[k] += 0.06f;
    }
    // Biases that bring the means back to where hidden units are not certain.
    for (int i = 0; i < shape.visible(); i++) {
      model.values()[shape.units().visibleBiasOffset() + i] -= 36f;
    }
    FixedPointWeights weights = new FixedPointWeights(shape.units());
    weights.round(model.values());
    assertThat(weights.sumsFitInt()).isFalse();
    return model;
  }

  private static GaussianRbmSession open(Backend backend, GaussianRbmParameters model) {
    GaussianRbmSession session = backend.open(model.shape(), ROWS);
    session.setParameters(model);
    return session;
  }

  private static GaussianRbmSession scalar(GaussianRbmParameters model) {
    GaussianRbmSession session = new GaussianRbmScalar(model.shape(), ROWS);
    session.setParameters(model);
    return session;
  }

  /** What the session leaves behind in the arrays, as one array that can be compared. */
  private static double[] passes(GaussianRbmSession session, float[] v, byte[] h, int n) {
    GaussianRbmShape shape = session.shape();
    double[] energy = new double[n + 1];
    Arrays.fill(energy, Double.NaN);
    session.freeEnergy(v, n, energy);
    float[] p = poisoned(n * shape.hidden());
    session.hiddenProbabilities(v, n, p);
    float[] means = poisoned(n * shape.visible());
    session.visibleMeans(h, n, means);
    float[] sums = poisoned(shape.parameterCount());
    session.statistics(v, n, sums);
    return Stream.of(energy, wide(p), wide(means), wide(sums))
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  /** NaN to be overwritten, and one more that nobody is to write. */
  private static float[] poisoned(int count) {
    float[] values = new float[count + 1];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  private static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int k = 0; k < values.length; k++) {
      wide[k] = values[k];
    }
    return wide;
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void passesHaveTheBitsOfThePlainLoops(GaussianRbmParameters model) {
    GaussianRbmShape shape = model.shape();
    for (int threads : THREADS) {
      try (Backend backend = backend(threads);
          GaussianRbmSession session = open(backend, model);
          GaussianRbmSession scalar = scalar(model)) {
        for (int n : COUNTS) {
          float[] v = Models.normals(n * shape.visible(), n);
          byte[] h = Models.states(n * shape.hidden(), n + 1);
          assertThat(passes(session, v, h, n))
              .as("%d rows, %d threads", n, threads)
              .isEqualTo(passes(scalar, v, h, n));
        }
      }
    }
  }

  /** Errors are those of float sums of so many terms, with a factor of two for their products. */
  @ParameterizedTest
  @MethodSource(MODELS)
  void passesAreCloseToTheFormulas(GaussianRbmParameters model) {
    GaussianRbmShape shape = model.shape();
    int visible = shape.visible();
    int hidden = shape.hidden();
    GaussianRbmDouble exact = GaussianRbmDouble.rounded(model);
    int n = 33;
    float[] v = Models.normals(n * visible, 3);
    byte[] h = Models.states(n * hidden, 4);
    try (Backend backend = backend(2);
        GaussianRbmSession session = open(backend, model)) {
      double[] energy = new double[n];
      session.freeEnergy(v, n, energy);
      float[] p = poisoned(n * hidden);
      session.hiddenProbabilities(v, n, p);
      float[] means = poisoned(n * visible);
      session.visibleMeans(h, n, means);
      double[] sums = new double[shape.parameterCount()];
      for (int row = 0; row < n; row++) {
        double size = 1;
        for (int i = 0; i < visible; i++) {
          double mean = exact.visibleMean(h, row, i);
          double bias = Math.abs(model.visibleBias(i));
          close(means[row * visible + i], mean, 0x1p-24 * 3 * (Math.abs(mean) + 2 * bias));
          double x = v[row * visible + i] / exact.sd(i);
          sums[shape.units().visibleBiasOffset() + i] += x;
          sums[shape.visibleSdOffset() + i] += x * x;
          size += Math.pow(Math.abs(x) + bias / exact.sd(i), 2);
        }
        for (int j = 0; j < hidden; j++) {
          double a = exact.hiddenInput(v, row, j);
          double terms = Math.abs(model.hiddenBias(j));
          for (int i = 0; i < visible; i++) {
            double x = v[row * visible + i] / exact.sd(i);
            terms += Math.abs(x * exact.weight(i, j));
            sums[i * hidden + j] += x * p[row * hidden + j];
          }
          double error = 0x1p-24 * (visible + 4) * terms;
          size += terms * (visible + 4);
          close(p[row * hidden + j], RbmDouble.sigmoid(a), 0.25 * error + 6 * 0x1p-24);
          sums[shape.units().hiddenBiasOffset() + j] += p[row * hidden + j];
        }
        close(energy[row], exact.freeEnergy(v, row), 8 * 0x1p-24 * size);
      }
      float[] got = poisoned(sums.length);
      session.statistics(v, n, got);
      for (int k = 0; k < sums.length; k++) {
        close(got[k], sums[k], 0x1p-24 * n * n * 12);
      }
    }
  }

  private static void close(double got, double expected, double error) {
    assertThat(Math.abs(got - expected) <= error)
        .as("%s, expected %s within %g", got, expected, error)
        .isTrue();
  }

  /** The statistics are the derivatives of -F, by central differences of the formula in double. */
  @Test
  void statisticsAreTheDerivativesOfTheFreeEnergy() {
    GaussianRbmParameters model = Models.random(GaussianRbmShape.of(6, 5), 0.7, 21);
    GaussianRbmShape shape = model.shape();
    int n = 40;
    float[] v = Models.normals(n * 6, 3);
    float[] sums = new float[shape.parameterCount()];
    try (Backend backend = backend(2);
        GaussianRbmSession session = open(backend, model)) {
      session.statistics(v, n, sums);
    }
    double[] expected = wide(sums);
    for (int i = 0; i < 6; i++) {
      double sd = model.visibleSd(i);
      double bias = model.visibleBias(i) / sd;
      int b = shape.units().visibleBiasOffset() + i;
      int s = shape.visibleSdOffset() + i;
      // With respect to sd: the quadratic term's part, and that of x in the activations.
      double derivative = sums[s] - 2 * bias * sums[b] + n * bias * bias;
      for (int j = 0; j < 5; j++) {
        derivative -= model.weight(i, j) * (double) sums[i * 5 + j];
      }
      expected[s] = derivative / sd;
      expected[b] = (sums[b] - n * bias) / sd;
    }
    for (int k = 0; k < expected.length; k++) {
      float up = model.values()[k] + 1e-3f;
      float down = model.values()[k] - 1e-3f;
      double rise = minusF(with(model, k, up), v, n) - minusF(with(model, k, down), v, n);
      close(rise / ((double) up - down), expected[k], 5e-3);
    }
  }

  /** {@code sum_n -F(v_n)}. */
  private static double minusF(GaussianRbmParameters model, float[] v, int n) {
    GaussianRbmDouble exact = GaussianRbmDouble.exact(model);
    double sum = 0;
    for (int row = 0; row < n; row++) {
      sum -= exact.freeEnergy(v, row);
    }
    return sum;
  }

  /** Visible and hidden states after some sweeps. */
  private static double[] chains(GaussianRbmSession session) {
    GaussianRbmShape shape = session.shape();
    int n = session.chains();
    float[] v = new float[n * shape.visible()];
    byte[] h = new byte[n * shape.hidden()];
    session.readVisible(v);
    session.readHidden(h);
    double[] all = Arrays.copyOf(wide(v), v.length + h.length);
    for (int k = 0; k < h.length; k++) {
      all[v.length + k] = h[k];
    }
    return all;
  }

  private static double[] run(
      GaussianRbmSession session, int n, Consumer<GaussianRbmSession> sampler) {
    session.setVisible(Models.normals(n * session.shape().visible(), 5), n);
    sampler.accept(session);
    return chains(session);
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void chainsAreTheSameBitsAsThePlainLoopsAndForAnyNumberOfThreads(GaussianRbmParameters model) {
    boolean[] mask = new boolean[model.shape().visible()];
    for (int i = 0; i < mask.length; i += 3) {
      mask[i] = true;
    }
    Gibbs gibbs = Gibbs.sweeps(4).from(1L << 33, 4);
    for (int threads : THREADS) {
      try (Backend backend = backend(threads);
          GaussianRbmSession session = open(backend, model);
          GaussianRbmSession scalar = scalar(model)) {
        for (int n : COUNTS) {
          for (Gibbs each : new Gibbs[] {gibbs, gibbs.temperature(1.7f)}) {
            double[] expected = run(scalar, n, s -> s.gibbs(each, SEED));
            assertThat(run(session, n, s -> s.gibbs(each, SEED)))
                .as("%d chains, %d threads", n, threads)
                .isEqualTo(expected);
            assertThat(chainSums(session)).isEqualTo(chainSums(scalar));
            assertThat(
                    run(
                        session,
                        n,
                        s -> {
                          s.gibbs(each.from(each.firstSweep(), 1), SEED);
                          s.gibbs(each.from(each.firstSweep() + 1, 3), SEED);
                        }))
                .as("in two calls")
                .isEqualTo(expected);
          }
          scalar.clamp(mask);
          session.clamp(mask);
          assertThat(run(session, n, s -> s.gibbs(gibbs, SEED)))
              .as("clamped")
              .isEqualTo(run(scalar, n, s -> s.gibbs(gibbs, SEED)));
          scalar.clamp(null);
          session.clamp(null);
        }
      }
    }
  }

  private static float[] chainSums(GaussianRbmSession session) {
    float[] sums = poisoned(session.shape().parameterCount());
    session.chainStatistics(sums);
    return sums;
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void annealingHasTheBitsOfThePlainLoops(GaussianRbmParameters model) {
    Annealing annealing = annealing(model.shape().visible());
    for (int threads : THREADS) {
      try (Backend backend = backend(threads);
          GaussianRbmSession session = open(backend, model);
          GaussianRbmSession scalar = scalar(model)) {
        for (int n : COUNTS) {
          double[] weights = new double[n];
          double[] expected = new double[n];
          assertThat(run(session, n, s -> s.anneal(annealing, SEED, weights)))
              .isEqualTo(run(scalar, n, s -> s.anneal(annealing, SEED, expected)));
          assertThat(weights).isEqualTo(expected);
        }
        assertThat(run(session, 33, s -> s.gibbs(Gibbs.sweeps(1), SEED)))
            .as("a sweep after annealing")
            .isEqualTo(run(scalar, 33, s -> s.gibbs(Gibbs.sweeps(1), SEED)));
      }
    }
  }

  private static Annealing annealing(int visible) {
    float[] base = new float[visible];
    for (int i = 0; i < visible; i++) {
      base[i] = 0.2f * (i % 5) - 0.3f;
    }
    return new Annealing(new float[] {0f, 0.25f, 0.5f, 1f}, base, 9);
  }

  private static Tempering tempering(int n, int visible, int sweeps) {
    float[] betas = new float[n];
    float[] next = new float[n];
    for (int k = 0; k < n; k++) {
      betas[k] = k % 5 * 0.25f;
      next[k] = (k + k % 3) % 5 * 0.25f;
    }
    return new Tempering(betas, next, annealing(visible).baseBias(), sweeps, 21);
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void temperingHasTheBitsOfThePlainLoops(GaussianRbmParameters model) {
    for (int threads : THREADS) {
      try (Backend backend = backend(threads);
          GaussianRbmSession session = open(backend, model);
          GaussianRbmSession scalar = scalar(model)) {
        for (int n : COUNTS) {
          Tempering tempering = tempering(n, model.shape().visible(), 2);
          double[] gains = new double[n];
          double[] expected = new double[n];
          assertThat(run(session, n, s -> s.temper(tempering, SEED, gains)))
              .isEqualTo(run(scalar, n, s -> s.temper(tempering, SEED, expected)));
          assertThat(gains).isEqualTo(expected);
        }
      }
    }
  }

  /** A chain at an inverse temperature moves as in annealing, and gains its free energies' fall. */
  @Test
  void temperingMovesAndWeighsEveryChainAtItsOwnTemperature() {
    GaussianRbmParameters model = Models.random(GaussianRbmShape.of(11, 7), 0.7, 8);
    GaussianRbmDouble exact = GaussianRbmDouble.rounded(model);
    int n = 35;
    Tempering tempering = tempering(n, 11, 1);
    double[] gains = new double[n];
    try (Backend backend = backend(2);
        GaussianRbmSession session = open(backend, model)) {
      double[] end = run(session, n, s -> s.temper(tempering, SEED, gains));
      float[] v = new float[n * 11];
      session.readVisible(v);
      for (int chain = 0; chain < n; chain++) {
        float beta = tempering.betas()[chain];
        float next = tempering.nextBetas()[chain];
        double fall =
            exact.freeEnergy(v, chain, beta, tempering.baseBias())
                - exact.freeEnergy(v, chain, next, tempering.baseBias());
        close(gains[chain], fall, 1e-4);
        Annealing there = new Annealing(new float[] {beta, beta}, tempering.baseBias(), 21);
        double[] moved = run(session, n, s -> s.anneal(there, SEED, new double[n]));
        assertThat(Arrays.copyOfRange(end, chain * 11, chain * 11 + 11))
            .isEqualTo(Arrays.copyOfRange(moved, chain * 11, chain * 11 + 11));
      }
    }
  }

  /**
   * The weights add up the free energies that the states on the way have at both ends of a step.
   */
  @Test
  void annealingWeighsByFreeEnergies() {
    GaussianRbmParameters model = Models.random(GaussianRbmShape.of(11, 7), 0.7, 8);
    GaussianRbmDouble exact = GaussianRbmDouble.rounded(model);
    Annealing whole = annealing(11);
    float[] betas = whole.betas();
    int n = 35;
    try (Backend backend = backend(2);
        GaussianRbmSession session = open(backend, model)) {
      double[] weights = new double[n];
      double[] end = run(session, n, s -> s.anneal(whole, SEED, weights));
      double[] expected = new double[n];
      session.setVisible(Models.normals(n * 11, 5), n);
      for (int t = 0; t < whole.sweeps(); t++) {
        float[] v = new float[n * 11];
        session.readVisible(v);
        for (int row = 0; row < n; row++) {
          expected[row] +=
              exact.freeEnergy(v, row, betas[t], whole.baseBias())
                  - exact.freeEnergy(v, row, betas[t + 1], whole.baseBias());
        }
        float[] step = {betas[t], betas[t + 1]};
        session.anneal(
            new Annealing(step, whole.baseBias(), whole.firstSweep() + t), SEED, new double[n]);
      }
      assertThat(chains(session)).as("annealing in parts").isEqualTo(end);
      for (int row = 0; row < n; row++) {
        close(weights[row], expected[row], 1e-4);
      }
    }
  }

  /** Every draw, by hand: numbers at their addresses against the exact conditionals. */
  @Test
  void oneSweepFollowsTheCard() {
    GaussianRbmParameters model = Models.random(GaussianRbmShape.of(9, 14), 1, 12);
    GaussianRbmDouble exact = GaussianRbmDouble.rounded(model);
    float[] base = annealing(9).baseBias();
    int n = 40;
    float[] start = Models.normals(n * 9, 5);
    try (Backend backend = backend(1);
        GaussianRbmSession session = open(backend, model)) {
      double[] hot = run(session, n, s -> s.gibbs(new Gibbs(1, 0.6f, 77), SEED));
      follows(exact, model, start, hot, 1 / 0.6, 1, null, 0.6);
      Annealing half = new Annealing(new float[] {0, 0.3f}, base, 77);
      double[] annealed = run(session, n, s -> s.anneal(half, SEED, new double[n]));
      follows(exact, model, start, annealed, 0.3, 0.3, base, 1);
    }
  }

  private static void follows(
      GaussianRbmDouble exact,
      GaussianRbmParameters model,
      float[] start,
      double[] got,
      double hiddenBeta,
      double meanBeta,
      float[] base,
      double temperature) {
    int n = start.length / 9;
    byte[] h = new byte[n * 14];
    float[] draws = new float[16];
    for (int chain = 0; chain < n; chain++) {
      Draws.uniforms(SEED, DrawStream.HIDDEN_GIBBS, 77, chain, draws, 0, 14);
      for (int j = 0; j < 14; j++) {
        double p = RbmDouble.sigmoid(exact.hiddenInput(start, chain, j) * hiddenBeta);
        assertThat(Math.abs(draws[j] - p)).as("no draw is too near to call").isGreaterThan(1e-6);
        h[chain * 14 + j] = (byte) (draws[j] < p ? 1 : 0);
        assertThat(got[n * 9 + chain * 14 + j]).isEqualTo(h[chain * 14 + j]);
      }
      Draws.normals(SEED, DrawStream.VISIBLE_GIBBS, 77, chain, draws, 0, 9);
      for (int i = 0; i < 9; i++) {
        double mean = exact.visibleMean(h, chain, i) * meanBeta;
        mean += base == null ? 0 : (1 - meanBeta) * base[i];
        double v = mean + model.visibleSd(i) * Math.sqrt(temperature) * draws[i];
        close(got[chain * 9 + i], v, 1e-5 * (1 + Math.abs(mean)));
      }
    }
  }

  @Test
  void clampedUnitsStayAndOthersMove() {
    GaussianRbmParameters model = Models.random(GaussianRbmShape.of(20, 10), 0.1, 3);
    boolean[] mask = new boolean[20];
    Arrays.fill(mask, 0, 13, true);
    int n = 50;
    float[] start = Models.normals(n * 20, 5);
    try (Backend backend = backend(2);
        GaussianRbmSession session = open(backend, model)) {
      session.clamp(mask);
      double[] end = run(session, n, s -> s.gibbs(Gibbs.sweeps(5), SEED));
      for (int k = 0; k < n * 20; k++) {
        assertThat(end[k] == start[k]).isEqualTo(k % 20 < 13);
      }
    }
  }

  @Test
  void newParametersReplaceTheOldAndAreCopied() {
    GaussianRbmShape shape = GaussianRbmShape.of(5, 1200);
    float[] v = Models.normals(3 * 5, 1);
    byte[] h = Models.states(3 * 1200, 2);
    GaussianRbmParameters changing = Models.random(shape, 0.1, 3);
    try (Backend backend = backend(2);
        GaussianRbmSession session = backend.open(shape, ROWS)) {
      for (GaussianRbmParameters model :
          new GaussianRbmParameters[] {changing, twoLimbs(), Models.random(shape, 0.1, 4)}) {
        session.setParameters(model);
        double[] before = passes(session, v, h, 3);
        try (GaussianRbmSession fresh = open(backend, model)) {
          assertThat(before).isEqualTo(passes(fresh, v, h, 3));
        }
        Arrays.fill(model.values(), 0f);
        assertThat(passes(session, v, h, 3)).isEqualTo(before);
      }
    }
  }

  @Test
  void chainsCanBeSetAnewInAnyNumber() {
    GaussianRbmParameters model = Models.random(GaussianRbmShape.of(5, 6), 0.4, 3);
    try (Backend backend = backend(2);
        GaussianRbmSession session = open(backend, model)) {
      for (int n : new int[] {100, 7, 0, 40}) {
        float[] v = Models.normals(n * 5, n);
        session.setVisible(v, n);
        assertThat(session.chains()).isEqualTo(n);
        double[] all = Arrays.copyOf(wide(v), n * 11);
        assertThat(chains(session)).as("hidden units start at 0").isEqualTo(all);
        session.gibbs(Gibbs.sweeps(1), SEED);
      }
    }
  }

  @Test
  void refusesBadArguments() {
    GaussianRbmShape shape = GaussianRbmShape.of(3, 2);
    GaussianRbmParameters model = Models.random(shape, 1, 1);
    try (Backend backend = backend(1);
        GaussianRbmSession session = open(backend, model)) {
      refuses("0", () -> backend.open(shape, 0));
      refuses("3x3", () -> session.setParameters(Models.random(GaussianRbmShape.of(3, 3), 1, 1)));
      refuses("weight [1, 1] is NaN", () -> session.setParameters(with(model, 3, Float.NaN)));
      refuses("hidden bias [1] is Inf", () -> session.setParameters(with(model, 10, 1f / 0)));
      refuses("visible sd [2] is 0.0", () -> session.setParameters(with(model, 13, 0)));
      refuses("visible sd [0] is NaN", () -> session.setParameters(with(model, 11, Float.NaN)));
      session.setParameters(model);
      refuses("301 rows", () -> session.freeEnergy(new float[903], 301, new double[301]));
      refuses("v has 5", () -> session.freeEnergy(new float[5], 2, new double[2]));
      refuses("energy has 1", () -> session.freeEnergy(new float[6], 2, new double[1]));
      refuses(
          "v is NaN at row 1, unit 0",
          () -> session.freeEnergy(new float[] {0, 1, 0, Float.NaN, 0, 0}, 2, new double[2]));
      refuses("v is -Inf", () -> session.setVisible(new float[] {0, 1, -1f / 0}, 1));
      refuses(
          "probability has 3", () -> session.hiddenProbabilities(new float[6], 2, new float[3]));
      refuses("h has 3", () -> session.visibleMeans(new byte[3], 2, new float[6]));
      refuses("h is 2", () -> session.visibleMeans(new byte[] {0, 2}, 1, new float[3]));
      refuses("sums has 13", () -> session.statistics(new float[6], 2, new float[13]));
      refuses("a clamp of 2", () -> session.clamp(new boolean[2]));
      session.setVisible(new float[6], 2);
      refuses("h has 3", () -> session.readHidden(new byte[3]));
      refuses("v has 5", () -> session.readVisible(new float[5]));
      refuses("sums has 13", () -> session.chainStatistics(new float[13]));
      refuses("sweep", () -> session.gibbs(new Gibbs(1, 1f, Draws.STEP_LIMIT - 1), SEED));
      refuses("4 base biases", () -> session.anneal(annealing(4), SEED, new double[2]));
      session.clamp(new boolean[3]);
      assertThatIllegalStateException()
          .isThrownBy(() -> session.anneal(annealing(3), SEED, new double[2]))
          .withMessageContaining("clamp(null)");
    }
  }

  private static GaussianRbmParameters with(GaussianRbmParameters model, int k, float value) {
    float[] values = model.values().clone();
    values[k] = value;
    return new GaussianRbmParameters(model.shape(), values);
  }

  private static void refuses(String telling, ThrowingCallable call) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(telling);
  }

  @Test
  void refusesUseBeforeParametersAndAfterClose() {
    GaussianRbmShape shape = GaussianRbmShape.of(2, 2);
    try (Backend backend = backend(1)) {
      GaussianRbmSession session = backend.open(shape, 1);
      assertThat(backend.bytes(shape, 1)).isPositive();
      session.setVisible(new float[2], 1);
      assertThatIllegalStateException()
          .isThrownBy(() -> session.gibbs(Gibbs.sweeps(1), SEED))
          .withMessageContaining("setParameters");
      session.close();
      session.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> session.setParameters(Models.random(shape, 1, 1)))
          .withMessageContaining("closed");
    }
  }
}
