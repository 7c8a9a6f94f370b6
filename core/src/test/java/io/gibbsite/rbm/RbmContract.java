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
 * What every backend's {@link RbmSession} must do: the same bits as the plain loops, which in turn
 * are held to the formulas in double; a backend's test is a subclass.
 *
 * <p>Inputs are fixed by their seeds, so a test that passes once passes always.
 */
public abstract class RbmContract {
  private static final String MODELS = "io.gibbsite.rbm.RbmContract#models";
  private static final int ROWS = 300;
  private static final int[] COUNTS = {0, 1, 3, 31, 32, 33, 100, ROWS};
  private static final int[] THREADS = {1, 2, 5};
  private static final long SEED = 0x123456789abcdefL;

  /** The backend under test, with that many threads. */
  protected abstract Backend backend(int threads);

  static Stream<RbmParameters> models() {
    return Stream.concat(
        Stream.of("1x1", "3x5", "4x4", "7x9", "17x33", "64x48", "100x31", "23x150")
            .map(text -> Models.random(RbmShape.parse(text), 0.3, text.hashCode())),
        Stream.of(twoLimbs(), oneHuge()));
  }

  /** Sums that leave 32 bits even when bits are given up. */
  private static RbmParameters twoLimbs() {
    RbmShape shape = new RbmShape(1200, 5);
    RbmParameters model = Models.random(shape, 0.0001, 1);
    for (int k = 0; k < shape.weightCount(); k++) {
      model.values()[k] += 0.06f;
    }
    // Biases that bring the activations back to where draws are not certain.
    for (int j = 0; j < shape.hidden(); j++) {
      model.values()[shape.hiddenBiasOffset() + j] -= 36f;
    }
    assertThat(FixedPointWeights.of(model).sumsFitInt()).isFalse();
    return model;
  }

  /** One weight that leaves few bits for the others, and biases of its size. */
  private static RbmParameters oneHuge() {
    RbmParameters model = Models.random(new RbmShape(10, 12), 1, 2);
    model.values()[5] = 3e30f;
    model.values()[model.shape().hiddenBiasOffset() + 5] = -3e30f;
    return model;
  }

  private static RbmSession open(Backend backend, RbmParameters model) {
    RbmSession session = backend.open(model.shape(), ROWS);
    session.setParameters(model);
    return session;
  }

  private static RbmSession scalar(RbmParameters model) {
    RbmSession session = new RbmScalar(model.shape(), ROWS);
    session.setParameters(model);
    return session;
  }

  /** What the session leaves behind in the arrays, as one array that can be compared. */
  private static double[] passes(RbmSession session, byte[] v, byte[] h, int n) {
    RbmShape shape = session.shape();
    double[] energy = poisoned(n);
    session.freeEnergy(v, n, energy);
    float[] hidden = floats(n * shape.hidden());
    session.hiddenProbabilities(v, n, hidden);
    float[] visible = floats(n * shape.visible());
    session.visibleProbabilities(h, n, visible);
    float[] sums = floats(shape.parameterCount());
    session.statistics(v, n, sums);
    return Stream.of(energy, wide(hidden), wide(visible), wide(sums))
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  /** NaN to be overwritten, and one more that nobody is to write. */
  private static double[] poisoned(int count) {
    double[] values = new double[count + 1];
    Arrays.fill(values, Double.NaN);
    return values;
  }

  private static float[] floats(int count) {
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
  void passesHaveTheBitsOfThePlainLoops(RbmParameters model) {
    RbmShape shape = model.shape();
    for (int threads : THREADS) {
      try (Backend backend = backend(threads);
          RbmSession session = open(backend, model);
          RbmSession scalar = scalar(model)) {
        for (int n : COUNTS) {
          byte[] v = Models.states(n * shape.visible(), n);
          byte[] h = Models.states(n * shape.hidden(), n + 1);
          assertThat(passes(session, v, h, n))
              .as("%d rows, %d threads", n, threads)
              .isEqualTo(passes(scalar, v, h, n));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void passesAreCloseToTheFormulas(RbmParameters model) {
    RbmShape shape = model.shape();
    RbmDouble exact = RbmDouble.rounded(model);
    int n = 33;
    byte[] v = Models.states(n * shape.visible(), 3);
    byte[] h = Models.states(n * shape.hidden(), 4);
    try (Backend backend = backend(2);
        RbmSession session = open(backend, model)) {
      double[] energy = poisoned(n);
      session.freeEnergy(v, n, energy);
      float[] hidden = floats(n * shape.hidden());
      session.hiddenProbabilities(v, n, hidden);
      float[] visible = floats(n * shape.visible());
      session.visibleProbabilities(h, n, visible);
      double[] sums = new double[shape.parameterCount()];
      for (int row = 0; row < n; row++) {
        double size = 1;
        for (int i = 0; i < shape.visible(); i++) {
          size += Math.abs(model.visibleBias(i));
          double a = exact.visibleInput(h, row, i);
          double p = RbmDouble.sigmoid(a);
          close(visible[row * shape.visible() + i], p, error(a, p, model.visibleBias(i)));
        }
        for (int j = 0; j < shape.hidden(); j++) {
          double a = exact.hiddenInput(v, row, j);
          double p = RbmDouble.sigmoid(a);
          size += Math.abs(a) + Math.abs(model.hiddenBias(j));
          close(hidden[row * shape.hidden() + j], p, error(a, p, model.hiddenBias(j)));
          for (int i = 0; i < shape.visible(); i++) {
            sums[i * shape.hidden() + j] +=
                v[row * shape.visible() + i] * (double) hidden[row * shape.hidden() + j];
          }
          sums[shape.hiddenBiasOffset() + j] += hidden[row * shape.hidden() + j];
        }
        for (int i = 0; i < shape.visible(); i++) {
          sums[shape.visibleBiasOffset() + i] += v[row * shape.visible() + i];
        }
        close(energy[row], exact.freeEnergy(v, row), 8 * 0x1p-24 * size);
      }
      float[] got = floats(sums.length);
      session.statistics(v, n, got);
      for (int k = 0; k < sums.length; k++) {
        close(got[k], sums[k], 0x1p-24 * n * 8);
      }
    }
  }

  /**
   * The rounding of a's sum and bias through the sigmoid's slope, and the sigmoid's own; a
   * probability below e^-88 is held there.
   */
  private static double error(double a, double p, float bias) {
    double slope = Math.min(0.25, 2 * p * (1 - p));
    return 0x1p-24 * (slope * 2 * (Math.abs(a) + Math.abs(bias)) + 6 * p) + 1e-37;
  }

  private static void close(double got, double expected, double error) {
    assertThat(Math.abs(got - expected) <= error)
        .as("%s, expected %s within %g", got, expected, error)
        .isTrue();
  }

  /** Visible and hidden states after some sweeps. */
  private static byte[] chains(RbmSession session) {
    RbmShape shape = session.shape();
    int n = session.chains();
    byte[] v = new byte[n * shape.visible()];
    byte[] h = new byte[n * shape.hidden()];
    session.readVisible(v);
    session.readHidden(h);
    byte[] all = Arrays.copyOf(v, v.length + h.length);
    System.arraycopy(h, 0, all, v.length, h.length);
    return all;
  }

  private static byte[] run(RbmSession session, int n, Consumer<RbmSession> sampler) {
    session.setVisible(Models.states(n * session.shape().visible(), 5), n);
    sampler.accept(session);
    return chains(session);
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void chainsAreTheSameBytesAsThePlainLoopsAndForAnyNumberOfThreads(RbmParameters model) {
    RbmShape shape = model.shape();
    boolean[] mask = new boolean[shape.visible()];
    for (int i = 0; i < mask.length; i += 3) {
      mask[i] = true;
    }
    Gibbs gibbs = Gibbs.sweeps(4).from(1L << 33, 4);
    for (int threads : THREADS) {
      try (Backend backend = backend(threads);
          RbmSession session = open(backend, model);
          RbmSession scalar = scalar(model)) {
        for (int n : COUNTS) {
          for (Gibbs each : new Gibbs[] {gibbs, gibbs.temperature(1.7f)}) {
            byte[] expected = run(scalar, n, s -> s.gibbs(each, SEED));
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

  private static float[] chainSums(RbmSession session) {
    float[] sums = floats(session.shape().parameterCount());
    session.chainStatistics(sums);
    return sums;
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void annealingHasTheBitsOfThePlainLoops(RbmParameters model) {
    Annealing annealing = annealing(model.shape().visible());
    for (int threads : THREADS) {
      try (Backend backend = backend(threads);
          RbmSession session = open(backend, model);
          RbmSession scalar = scalar(model)) {
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

  /**
   * The weights add up the free energies that the states on the way have at both ends of a step.
   */
  @Test
  void annealingWeighsByFreeEnergies() {
    RbmParameters model = Models.random(new RbmShape(11, 7), 0.7, 8);
    RbmDouble exact = RbmDouble.rounded(model);
    Annealing whole = annealing(11);
    float[] betas = whole.betas();
    int n = 35;
    try (Backend backend = backend(2);
        RbmSession session = open(backend, model)) {
      double[] weights = new double[n];
      byte[] end = run(session, n, s -> s.anneal(whole, SEED, weights));
      double[] expected = new double[n];
      session.setVisible(Models.states(n * 11, 5), n);
      for (int t = 0; t < whole.sweeps(); t++) {
        byte[] v = new byte[n * 11];
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
  void temperingHasTheBitsOfThePlainLoops(RbmParameters model) {
    for (int threads : THREADS) {
      try (Backend backend = backend(threads);
          RbmSession session = open(backend, model);
          RbmSession scalar = scalar(model)) {
        for (int n : COUNTS) {
          Tempering tempering = tempering(n, model.shape().visible(), 2);
          double[] gains = poisoned(n);
          double[] expected = poisoned(n);
          assertThat(run(session, n, s -> s.temper(tempering, SEED, gains)))
              .isEqualTo(run(scalar, n, s -> s.temper(tempering, SEED, expected)));
          assertThat(gains).isEqualTo(expected);
        }
        assertThat(run(session, 33, s -> s.gibbs(Gibbs.sweeps(1), SEED)))
            .as("a sweep after tempering")
            .isEqualTo(run(scalar, 33, s -> s.gibbs(Gibbs.sweeps(1), SEED)));
      }
    }
  }

  /** Each chain as if all were at its beta, and its gain by the formula. */
  @Test
  void temperingGivesEachChainItsOwnBeta() {
    RbmParameters model = Models.random(new RbmShape(11, 7), 0.7, 8);
    RbmDouble exact = RbmDouble.rounded(model);
    int n = 35;
    Tempering tempering = tempering(n, 11, 3);
    float[] base = tempering.baseBias();
    try (Backend backend = backend(2);
        RbmSession session = open(backend, model)) {
      double[] gains = new double[n];
      byte[] end = run(session, n, s -> s.temper(tempering, SEED, gains));
      for (int row = 0; row < n; row++) {
        float beta = tempering.betas()[row];
        Annealing alone = new Annealing(new float[] {beta, beta, beta, beta}, base, 21);
        byte[] same = run(session, n, s -> s.anneal(alone, SEED, new double[n]));
        assertThat(Arrays.copyOfRange(end, row * 11, row * 11 + 11))
            .isEqualTo(Arrays.copyOfRange(same, row * 11, row * 11 + 11));
        double expected =
            exact.freeEnergy(end, row, beta, base)
                - exact.freeEnergy(end, row, tempering.nextBetas()[row], base);
        close(gains[row], expected, 1e-4);
      }
    }
  }

  /** Every draw, by hand: uniform numbers at their addresses against the exact conditionals. */
  @Test
  void oneSweepFollowsTheCard() {
    RbmParameters model = Models.random(new RbmShape(9, 14), 1, 12);
    RbmDouble exact = RbmDouble.rounded(model);
    float temperature = 0.6f;
    int n = 40;
    byte[] start = Models.states(n * 9, 5);
    try (Backend backend = backend(1);
        RbmSession session = open(backend, model)) {
      byte[] got = run(session, n, s -> s.gibbs(new Gibbs(1, temperature, 77), SEED));
      byte[] h = new byte[n * 14];
      byte[] v = new byte[n * 9];
      float[] u = new float[16];
      for (int chain = 0; chain < n; chain++) {
        Draws.uniforms(SEED, DrawStream.HIDDEN_GIBBS, 77, chain, u, 0, 14);
        for (int j = 0; j < 14; j++) {
          double p = RbmDouble.sigmoid(exact.hiddenInput(start, chain, j) / temperature);
          assertThat(Math.abs(u[j] - p)).as("no draw is too near to call").isGreaterThan(1e-6);
          h[chain * 14 + j] = (byte) (u[j] < p ? 1 : 0);
        }
        Draws.uniforms(SEED, DrawStream.VISIBLE_GIBBS, 77, chain, u, 0, 9);
        for (int i = 0; i < 9; i++) {
          double p = RbmDouble.sigmoid(exact.visibleInput(h, chain, i) / temperature);
          assertThat(Math.abs(u[i] - p)).as("no draw is too near to call").isGreaterThan(1e-6);
          v[chain * 9 + i] = (byte) (u[i] < p ? 1 : 0);
        }
      }
      assertThat(Arrays.copyOf(got, v.length)).isEqualTo(v);
      assertThat(Arrays.copyOfRange(got, v.length, got.length)).isEqualTo(h);
    }
  }

  @Test
  void clampedUnitsStayAndOthersMove() {
    RbmParameters model = Models.random(new RbmShape(20, 10), 0.1, 3);
    boolean[] mask = new boolean[20];
    Arrays.fill(mask, 0, 13, true);
    int n = 50;
    byte[] start = Models.states(n * 20, 5);
    try (Backend backend = backend(2);
        RbmSession session = open(backend, model)) {
      session.clamp(mask);
      byte[] end = run(session, n, s -> s.gibbs(Gibbs.sweeps(5), SEED));
      int moved = 0;
      for (int k = 0; k < n * 20; k++) {
        if (k % 20 < 13) {
          assertThat(end[k]).isEqualTo(start[k]);
        } else if (end[k] != start[k]) {
          moved++;
        }
      }
      assertThat(moved).as("of 350 nearly fair bits").isBetween(100, 250);
    }
  }

  @Test
  void newParametersReplaceTheOldAndAreCopied() {
    RbmShape shape = new RbmShape(1200, 5);
    byte[] v = Models.states(3 * 1200, 1);
    byte[] h = Models.states(3 * 5, 2);
    RbmParameters changing = Models.random(shape, 0.1, 3);
    try (Backend backend = backend(2);
        RbmSession session = backend.open(shape, ROWS)) {
      for (RbmParameters model :
          new RbmParameters[] {changing, twoLimbs(), Models.random(shape, 0.1, 4)}) {
        session.setParameters(model);
        double[] before = passes(session, v, h, 3);
        try (RbmSession fresh = open(backend, model)) {
          assertThat(before).isEqualTo(passes(fresh, v, h, 3));
        }
        Arrays.fill(model.values(), 0f);
        assertThat(passes(session, v, h, 3)).isEqualTo(before);
      }
    }
  }

  @Test
  void chainsCanBeSetAnewInAnyNumber() {
    RbmParameters model = Models.random(new RbmShape(5, 6), 0.4, 3);
    try (Backend backend = backend(2);
        RbmSession session = open(backend, model)) {
      for (int n : new int[] {100, 7, 0, 40}) {
        byte[] v = Models.states(n * 5, n);
        session.setVisible(v, n);
        assertThat(session.chains()).isEqualTo(n);
        byte[] all = Arrays.copyOf(v, n * 11);
        assertThat(chains(session)).as("hidden units start at 0").isEqualTo(all);
        session.gibbs(Gibbs.sweeps(1), SEED);
      }
    }
  }

  @Test
  void refusesBadArguments() {
    RbmShape shape = new RbmShape(3, 2);
    RbmParameters model = Models.random(shape, 1, 1);
    try (Backend backend = backend(1);
        RbmSession session = open(backend, model)) {
      refuses("0", () -> backend.open(shape, 0));
      refuses("3x3", () -> session.setParameters(Models.random(new RbmShape(3, 3), 1, 1)));
      float[] bad = model.values().clone();
      bad[3] = Float.NaN;
      refuses("weight [1, 1] is NaN", () -> session.setParameters(new RbmParameters(shape, bad)));
      float[] worse = model.values().clone();
      worse[10] = Float.POSITIVE_INFINITY;
      refuses(
          "hidden bias [1] is Infinity",
          () -> session.setParameters(new RbmParameters(shape, worse)));
      session.setParameters(model);
      refuses("301 rows", () -> session.freeEnergy(new byte[903], 301, new double[301]));
      refuses("v has 5", () -> session.freeEnergy(new byte[5], 2, new double[2]));
      refuses("energy has 1", () -> session.freeEnergy(new byte[6], 2, new double[1]));
      refuses(
          "v is 2 at row 1, unit 0",
          () -> session.freeEnergy(new byte[] {0, 1, 0, 2, 0, 0}, 2, new double[2]));
      refuses("v is -1", () -> session.setVisible(new byte[] {0, 1, -1}, 1));
      refuses("probability has 3", () -> session.hiddenProbabilities(new byte[6], 2, new float[3]));
      refuses("h has 3", () -> session.visibleProbabilities(new byte[3], 2, new float[6]));
      refuses("sums has 10", () -> session.statistics(new byte[6], 2, new float[10]));
      refuses("a clamp of 2", () -> session.clamp(new boolean[2]));
      session.setVisible(new byte[6], 2);
      refuses("h has 3", () -> session.readHidden(new byte[3]));
      refuses("v has 5", () -> session.readVisible(new byte[5]));
      refuses("sums has 10", () -> session.chainStatistics(new float[10]));
      refuses("sweep", () -> session.gibbs(new Gibbs(1, 1f, Draws.STEP_LIMIT - 1), SEED));
      Annealing annealing = annealing(3);
      refuses("log weights has 1", () -> session.anneal(annealing, SEED, new double[1]));
      refuses("4 base biases", () -> session.anneal(annealing(4), SEED, new double[2]));
      Tempering tempering = tempering(2, 3, 1);
      refuses("gains has 1", () -> session.temper(tempering, SEED, new double[1]));
      refuses("4 base biases", () -> session.temper(tempering(2, 4, 1), SEED, new double[2]));
      refuses(
          "3 inverse temperatures for 2 chains",
          () -> session.temper(tempering(3, 3, 1), SEED, new double[3]));
      session.clamp(new boolean[3]);
      assertThatIllegalStateException()
          .isThrownBy(() -> session.temper(tempering, SEED, new double[2]))
          .withMessageContaining("clamp(null)");
      assertThatIllegalStateException()
          .isThrownBy(() -> session.anneal(annealing, SEED, new double[2]))
          .withMessageContaining("clamp(null)");
    }
  }

  private static void refuses(String telling, ThrowingCallable call) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(telling);
  }

  @Test
  void refusesUseBeforeParametersAndAfterClose() {
    RbmShape shape = new RbmShape(2, 2);
    try (Backend backend = backend(1)) {
      RbmSession session = backend.open(shape, 1);
      assertThat(backend.bytes(shape, 1)).isPositive();
      session.setVisible(new byte[2], 1);
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
