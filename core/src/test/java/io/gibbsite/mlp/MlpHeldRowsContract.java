package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gibbsite.backend.Backend;
import io.gibbsite.density.Density;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.sampler.Langevin;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows that a session holds give the same bits as rows of the caller's, in every pass. */
interface MlpHeldRowsContract extends MlpBackend {
  int K = 2;

  /**
   * Where rows lie is nothing to activations, but shapes and bases are computed in several ways.
   */
  static Stream<ModelCase> regimes() {
    return Stream.of(
        ModelCase.of("3-1", Activation.SILU, true),
        ModelCase.of("2-3-1", Activation.SOFTPLUS, false),
        ModelCase.of("3-5-4-1", Activation.SILU, true),
        ModelCase.of("17-33-31-1", Activation.GELU, true),
        ModelCase.of("7-16-1", Activation.TANH, false),
        ModelCase.of("49-64-64-1", Activation.SILU, false));
  }

  @ParameterizedTest
  @MethodSource("io.gibbsite.mlp.MlpHeldRowsContract#regimes")
  default void heldRowsGiveTheBitsOfTheCallers(ModelCase model) {
    int most = Arrays.stream(model.batches()).max().getAsInt();
    try (Backend backend = backend(2);
        MlpSession session = backend.open(model.shape(), K * most)) {
      session.setParameters(model.parameters());
      int d = model.columns();
      List<Density> densities = Samples.noises(d);
      for (int n : model.batches()) {
        SigmoidNce nce = new SigmoidNce(K, densities.get(n % densities.size()));
        float[] x = Samples.input(n * d, 1.5, n);
        float[] noise = Samples.input(K * n * d, 1, n + 1);
        float[] w = Samples.input(n, 1, n + 2);
        float[][] expected = ofCallers(session, nce, x, n, w, noise);
        try (HeldRows held = session.hold(x, n);
            HeldRows heldNoise = session.hold(noise, K * n)) {
          assertThat(held.count()).isEqualTo(n);
          Arrays.fill(x, Float.NaN);
          Arrays.fill(noise, Float.NaN);
          requireSame(ofHeld(session, nce, held, w, heldNoise), expected, n + " rows");
          requireSame(ofHeld(session, nce, held, w, heldNoise), expected, n + " rows again");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.gibbsite.mlp.MlpHeldRowsContract#regimes")
  default void chainRowsAreTheChainsAsTheyAre(ModelCase model) {
    int most = Arrays.stream(model.batches()).max().getAsInt();
    try (Backend backend = backend(2);
        MlpSession session = backend.open(model.shape(), K * most)) {
      session.setParameters(model.parameters());
      HeldRows chains = session.chainRows();
      assertThat(session.chainRows()).isSameAs(chains);
      assertThat(chains.count()).isZero();
      int d = model.columns();
      Langevin langevin = Langevin.steps(2).stepSize(0.02f).clip(1f);
      SigmoidNce nce = new SigmoidNce(K, Samples.noises(d).get(0));
      SigmoidNce one = new SigmoidNce(1, Samples.noises(d).get(1));
      for (int n : model.batches()) {
        if (n == 0) {
          continue;
        }
        float[] w = Samples.input(n, 1, n + 1);
        float[] noise = Samples.input(K * n * d, 1, n + 2);
        session.setChains(Samples.input(n * d, 1.5, n), n);
        for (int t = 0; t < 2; t++) {
          session.langevin(langevin.from(2 * t, 2), 3);
          assertThat(chains.count()).isEqualTo(n);
          float[] states = Samples.output(n * d);
          session.readChains(states);
          String what = n + " chains";
          try (HeldRows heldNoise = session.hold(noise, K * n)) {
            requireSame(
                ofHeld(session, nce, chains, w, heldNoise),
                ofCallers(session, nce, states, n, w, noise),
                what);
          }
          float[] expected = Samples.output(model.shape().parameterCount() + 1);
          float[] got = expected.clone();
          double loss = session.nce(one, 0.1f, noise, n, states, expected);
          try (HeldRows data = session.hold(noise, n)) {
            assertThat(session.nce(one, 0.1f, data, chains, got)).isEqualTo(loss);
          }
          Tolerance.requireSameBits(Samples.written(got), Samples.written(expected));
          float[] after = Samples.output(n * d);
          session.readChains(after);
          Tolerance.requireSameBits(Samples.written(after), Samples.written(states));
        }
      }
    }
  }

  /** The results of every pass that takes held rows, of the caller's rows. */
  private static float[][] ofCallers(
      MlpSession session, SigmoidNce nce, float[] x, int n, float[] w, float[] noise) {
    float[][] out = outputs(session, n);
    session.energy(x, n, out[0]);
    session.inputGradient(x, n, out[1], out[2]);
    session.inputGradient(x, n, null, out[3]);
    session.parameterGradient(x, w, n, out[4]);
    double drawn = session.nce(nce, 0.3f, x, n, 5, 1L << 33, out[5]);
    double given = session.nce(nce, 0.3f, x, n, noise, out[6]);
    double drawnLoss = session.nce(nce, 0.3f, x, n, 5, 1L << 33, null);
    double givenLoss = session.nce(nce, 0.3f, x, n, noise, null);
    return written(out, drawn, given, drawnLoss, givenLoss);
  }

  /** The same, of held rows. */
  private static float[][] ofHeld(
      MlpSession session, SigmoidNce nce, HeldRows x, float[] w, HeldRows noise) {
    float[][] out = outputs(session, x.count());
    session.energy(x, out[0]);
    session.inputGradient(x, out[1], out[2]);
    session.inputGradient(x, null, out[3]);
    session.parameterGradient(x, w, out[4]);
    double drawn = session.nce(nce, 0.3f, x, 5, 1L << 33, out[5]);
    double given = session.nce(nce, 0.3f, x, noise, out[6]);
    double drawnLoss = session.nce(nce, 0.3f, x, 5, 1L << 33, null);
    double givenLoss = session.nce(nce, 0.3f, x, noise, null);
    return written(out, drawn, given, drawnLoss, givenLoss);
  }

  private static float[][] outputs(MlpSession session, int n) {
    int d = session.columns();
    int count = session.parameterCount();
    return new float[][] {
      Samples.output(n),
      Samples.output(n),
      Samples.output(n * d),
      Samples.output(n * d),
      Samples.output(count),
      Samples.output(count + 1),
      Samples.output(count + 1),
      null
    };
  }

  /** The outputs, and the losses' bits behind them. */
  private static float[][] written(float[][] out, double... losses) {
    for (int i = 0; i < out.length - 1; i++) {
      out[i] = Samples.written(out[i]);
    }
    float[] bits = new float[2 * losses.length];
    for (int i = 0; i < losses.length; i++) {
      bits[2 * i] = (float) losses[i];
      bits[2 * i + 1] = (float) (losses[i] - bits[2 * i]);
    }
    out[out.length - 1] = bits;
    return out;
  }

  private static void requireSame(float[][] got, float[][] expected, String what) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(got[i]).as("%s, output %d", what, i).hasSameSizeAs(expected[i]);
      Tolerance.requireSameBits(got[i], expected[i]);
    }
  }

  @Test
  default void refusesRowsThatItDoesNotHold() {
    ModelCase model = ModelCase.of("3-5-4-1", Activation.SILU, false);
    MlpShape shape = model.shape();
    float[] x = new float[12];
    float[] four = new float[4];
    float[] inputs = new float[12];
    float[] theta = new float[shape.parameterCount() + 1];
    SigmoidNce nce = new SigmoidNce(2, Samples.noises(3).get(0));
    try (Backend backend = backend(1);
        MlpSession session = backend.open(shape, 4);
        MlpSession other = backend.open(shape, 4)) {
      refuses("5 rows", () -> session.hold(new float[15], 5));
      refuses("-1 rows", () -> session.hold(x, -1));
      refuses("x has 11", () -> session.hold(new float[11], 4));
      HeldRows early = session.hold(x, 4);
      notNow("setParameters", () -> session.energy(early, four));
      session.setParameters(model.parameters());
      other.setParameters(model.parameters());
      HeldRows two = session.hold(x, 2);
      HeldRows foreign = other.hold(x, 4);
      refuses("another session", () -> session.energy(foreign, four));
      refuses("another session", () -> session.energy(other.chainRows(), four));
      refuses("another session", () -> session.nce(nce, 0, two, foreign, theta));
      refuses("energy has 3", () -> session.energy(early, new float[3]));
      refuses("gradient has 4", () -> session.inputGradient(early, null, four));
      refuses("also an input", () -> session.inputGradient(early, inputs, inputs));
      refuses("w has 3", () -> session.parameterGradient(early, new float[3], theta));
      refuses("also an input", () -> session.parameterGradient(early, theta, theta));
      refuses("gradient has", () -> session.nce(nce, 0, early, 1, 1, four));
      refuses("step -1", () -> session.nce(nce, 0, early, 1, -1, theta));
      refuses("noise of 2 rows", () -> session.nce(nce, 0, two, two, theta));
      assertThat(session.nce(nce, 0, two, early, theta)).isFinite();

      notNow("setChains", () -> session.energy(session.chainRows(), four));
      session.setChains(x, 4);
      session.chainRows().close();
      session.energy(session.chainRows(), four);

      early.close();
      early.close();
      notNow("rows are closed", () -> session.energy(early, four));
      notNow("rows are closed", () -> session.inputGradient(early, null, inputs));
      notNow("rows are closed", () -> session.parameterGradient(early, four, theta));
      notNow("rows are closed", () -> session.nce(nce, 0, early, 1, 1, theta));
      notNow("rows are closed", () -> session.nce(nce, 0, two, early, theta));
      session.energy(two, four);
    }
  }

  @Test
  default void rowsOfAClosedSessionMayBeClosed() {
    float[] x = new float[4];
    try (Backend backend = backend(1)) {
      MlpSession session = backend.open(MlpShape.of(Activation.SILU, 2, 3), 2);
      HeldRows held = session.hold(x, 2);
      session.close();
      notNow("session is closed", () -> session.energy(held, x));
      notNow("session is closed", () -> session.hold(x, 2));
      notNow("session is closed", session::chainRows);
      held.close();
      held.close();
    }
  }

  private static void refuses(String telling, Runnable call) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .withMessageContaining(telling)
        .withMessageNotContaining("\n");
  }

  private static void notNow(String telling, Runnable call) {
    assertThatIllegalStateException()
        .isThrownBy(call::run)
        .withMessageContaining(telling)
        .withMessageNotContaining("\n");
  }
}
