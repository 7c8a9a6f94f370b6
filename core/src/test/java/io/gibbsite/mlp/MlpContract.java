package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gibbsite.backend.Backend;
import io.gibbsite.density.Density;
import io.gibbsite.density.UniformBox;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every backend's {@link MlpSession} must do; a backend's test is a subclass.
 *
 * <p>Inputs are fixed by their seeds, so a test that passes once passes always.
 */
public abstract class MlpContract {
  private static final String MODELS = "io.gibbsite.mlp.MlpContract#models";
  private static final int ROWS = 1000;
  private static final int[] BATCHES = {0, 1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 255, ROWS};
  private static final String[] SHAPES = {
    "3-1", "1-1-1", "2-3-1", "3-5-4-1", "17-33-31-1", "4-6-5-3-1", "7-16-1", "49-64-64-1"
  };

  /** The backend under test, with that many threads. */
  protected abstract Backend backend(int threads);

  /** A model under a name that says which it is. */
  record Model(String name, MlpParameters parameters, int[] batches) {
    @Override
    public String toString() {
      return name;
    }

    MlpShape shape() {
      return parameters.shape();
    }

    int columns() {
      return parameters.shape().inputs();
    }
  }

  static Stream<Model> models() {
    List<Model> models = new ArrayList<>();
    for (String text : SHAPES) {
      for (Activation activation : Activation.values()) {
        for (boolean base : new boolean[] {false, true}) {
          models.add(model(text, activation, base));
        }
      }
    }
    return models.stream();
  }

  private static Model model(String text, Activation activation, boolean base) {
    MlpShape shape = MlpShape.parse(text, activation);
    int most = shape.parameterCount() > 4000 ? 33 : ROWS;
    return new Model(
        text + " " + activation.label() + (base ? " with base" : ""),
        Samples.model(shape, base, text.hashCode() + activation.ordinal()),
        Arrays.stream(BATCHES).filter(n -> n <= most).toArray());
  }

  /** A session under test and its two references, all with the model's parameters. */
  private static final class Trio implements AutoCloseable {
    final MlpSession session;
    final MlpSession scalar;
    final MlpDouble exact;

    Trio(Backend backend, Model model) {
      session = backend.open(model.shape(), ROWS);
      session.setParameters(model.parameters());
      scalar = new MlpScalar(model.shape(), ROWS);
      scalar.setParameters(model.parameters());
      exact = new MlpDouble(model.parameters());
    }

    @Override
    public void close() {
      session.close();
      scalar.close();
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void energyAndInputGradient(Model model) {
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      for (int n : model.batches()) {
        float[] x = Samples.input(n * d, 1.5, n);
        double[] energy = new double[n];
        double[] gradient = new double[n * d];
        trio.exact.inputGradient(Samples.wide(x, n * d), n, energy, gradient);
        float[] scalarEnergy = new float[n];
        float[] scalarGradient = new float[n * d];
        trio.scalar.inputGradient(x, n, scalarEnergy, scalarGradient);

        float[] e1 = Samples.output(n);
        trio.session.energy(x, n, e1);
        float[] e2 = Samples.output(n);
        float[] g2 = Samples.output(n * d);
        trio.session.inputGradient(x, n, e2, g2);
        float[] g3 = Samples.output(n * d);
        trio.session.inputGradient(x, n, null, g3);

        String rows = ", " + n + " rows";
        double scale = Tolerance.scale(energy);
        Tolerance.check("energy" + rows, Samples.written(e1), scalarEnergy, energy, scale);
        Tolerance.check("E of gradient" + rows, Samples.written(e2), scalarEnergy, energy, scale);
        Tolerance.check(
            "gradient" + rows,
            Samples.written(g2),
            scalarGradient,
            gradient,
            Tolerance.scale(gradient));
        assertSameBits(Samples.written(g3), Samples.written(g2));
      }
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void parameterGradient(Model model) {
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      int count = model.shape().parameterCount();
      for (int n : model.batches()) {
        float[] x = Samples.input(n * d, 1.5, n);
        float[] w = Samples.input(n, 1, n + 1);
        double[] gradient = new double[count];
        trio.exact.parameterGradient(Samples.wide(x, n * d), Samples.wide(w, n), n, gradient);
        float[] scalar = new float[count];
        trio.scalar.parameterGradient(x, w, n, scalar);
        float[] got = Samples.output(count);
        trio.session.parameterGradient(x, w, n, got);
        double scale =
            sumOfRows(
                n, count, (i, g) -> trio.exact.parameterGradient(row(x, i, d), row(w, i, 1), 1, g));
        Tolerance.check(n + " rows", Samples.written(got), scalar, gradient, scale);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void directional(Model model) {
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      for (int n : model.batches()) {
        float[] x = Samples.input(n * d, 1.5, n);
        float[] v = Samples.input(n * d, 1, n + 1);
        double[] energy = new double[n];
        double[] slope = new double[n];
        double[] curvature = new double[n];
        trio.exact.directional(
            Samples.wide(x, n * d), Samples.wide(v, n * d), n, energy, slope, curvature);
        float[][] scalar = {new float[n], new float[n], new float[n]};
        trio.scalar.directional(x, v, n, scalar[0], scalar[1], scalar[2]);
        float[][] got = {Samples.output(n), Samples.output(n), Samples.output(n)};
        trio.session.directional(x, v, n, got[0], got[1], got[2]);
        float[][] again = {Samples.output(n), Samples.output(n)};
        trio.session.directional(x, v, n, null, again[0], again[1]);

        String rows = ", " + n + " rows";
        double length = Tolerance.scale(new double[] {d});
        Tolerance.check(
            "energy" + rows, Samples.written(got[0]), scalar[0], energy, Tolerance.scale(energy));
        Tolerance.check(
            "slope" + rows,
            Samples.written(got[1]),
            scalar[1],
            slope,
            Math.sqrt(length) * Tolerance.scale(slope));
        Tolerance.check(
            "curvature" + rows,
            Samples.written(got[2]),
            scalar[2],
            curvature,
            length * Tolerance.scale(curvature));
        assertSameBits(Samples.written(again[0]), Samples.written(got[1]));
        assertSameBits(Samples.written(again[1]), Samples.written(got[2]));
      }
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void directionalParameterGradient(Model model) {
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      int count = model.shape().parameterCount();
      for (int n : model.batches()) {
        float[] x = Samples.input(n * d, 1.5, n);
        float[] v = Samples.input(n * d, 1, n + 1);
        float[] w = Samples.input(n, 1, n + 2);
        float[] a = Samples.input(n, 1, n + 3);
        // Without a second derivative too, in some blocks of rows or in all.
        float[] b = Samples.input(n, 1, n + 4);
        Arrays.fill(b, 0, n % 2 == 0 ? n : n > 200 ? 200 : 0, 0f);
        double[] gradient = new double[count];
        trio.exact.directionalParameterGradient(
            Samples.wide(x, n * d),
            Samples.wide(v, n * d),
            Samples.wide(w, n),
            Samples.wide(a, n),
            Samples.wide(b, n),
            n,
            gradient);
        float[] scalar = new float[count];
        trio.scalar.directionalParameterGradient(x, v, w, a, b, n, scalar);
        float[] got = Samples.output(count);
        trio.session.directionalParameterGradient(x, v, w, a, b, n, got);
        double scale =
            sumOfRows(
                n,
                count,
                (i, g) ->
                    trio.exact.directionalParameterGradient(
                        row(x, i, d),
                        row(v, i, d),
                        row(w, i, 1),
                        row(a, i, 1),
                        row(b, i, 1),
                        1,
                        g));
        Tolerance.check(n + " rows", Samples.written(got), scalar, gradient, scale);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void nce(Model model) {
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      int count = model.shape().parameterCount() + 1;
      for (Density density : noises(d)) {
        for (int k : new int[] {1, 3}) {
          SigmoidNce nce = new SigmoidNce(k, density);
          for (int n : model.batches()) {
            if (n > 255) {
              continue;
            }
            long step = (1L << 33) + n;
            float[] data = Samples.input(n * d, 1, n);
            float[] noise = Samples.input(n * k * d, 1, n + 1);
            for (int m = 0; m < n * k; m++) {
              density.sample(17, DrawStream.NCE_NOISE, step, m, noise, m * d);
            }
            double[] gradient = new double[count];
            double loss = trio.exact.nce(nce, 0.4f, data, n, noise, gradient);
            float[] scalar = new float[count];
            double scalarLoss = trio.scalar.nce(nce, 0.4f, data, n, noise, scalar);

            String what = density.description() + ", k = " + k + ", " + n + " rows";
            double scale = (1 + k) * Tolerance.scale(gradient);
            double lossScale = (1 + k) * Math.max(1, loss);
            float[] given = Samples.output(count);
            Tolerance.check(
                "loss, " + what,
                trio.session.nce(nce, 0.4f, data, n, noise, given),
                scalarLoss,
                loss,
                lossScale);
            Tolerance.check(what, Samples.written(given), scalar, gradient, scale);
            float[] drawn = Samples.output(count);
            Tolerance.check(
                "loss, drawn, " + what,
                trio.session.nce(nce, 0.4f, data, n, 17, step, drawn),
                scalarLoss,
                loss,
                lossScale);
            Tolerance.check("drawn, " + what, Samples.written(drawn), scalar, gradient, scale);
            Tolerance.check(
                "loss alone, " + what,
                trio.session.nce(nce, 0.4f, data, n, noise, null),
                scalarLoss,
                loss,
                lossScale);
          }
        }
      }
    }
  }

  private static List<Density> noises(int d) {
    float[] low = new float[d];
    float[] high = new float[d];
    Arrays.fill(low, -2f);
    Arrays.fill(high, 2.5f);
    return List.of(
        Samples.gaussian(d, false, 3), Samples.gaussian(d, true, 4), new UniformBox(low, high));
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void langevinFollowsTheFormula(Model model) {
    Langevin langevin =
        Langevin.steps(4).stepSize(0.05f).clip(0.8f).box(-2f, 2.5f).from((1L << 32) - 2, 4);
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      for (int n : model.batches()) {
        float[] x = Samples.input(n * d, 1.5, n);
        double[] exact = Samples.wide(x, n * d);
        double[] gradient = new double[n * d];
        float[] normals = new float[d];
        for (int t = 0; t < langevin.steps(); t++) {
          trio.exact.inputGradient(exact, n, null, gradient);
          for (int i = 0; i < n; i++) {
            Draws.normals(5, DrawStream.LANGEVIN, langevin.firstStep() + t, i, normals, 0, d);
            for (int j = 0; j < d; j++) {
              double g = Math.clamp(gradient[i * d + j], -0.8f, 0.8f);
              double moved =
                  exact[i * d + j] - langevin.stepSize() * g + langevin.noise() * normals[j];
              exact[i * d + j] = Math.clamp(moved, -2.0, 2.5);
            }
          }
        }
        float[] scalar = new float[n * d];
        trio.scalar.setChains(x, n);
        trio.scalar.langevin(langevin, 5);
        trio.scalar.readChains(scalar);
        float[] got = Samples.output(n * d);
        trio.session.setChains(x, n);
        assertThat(trio.session.chains()).isEqualTo(n);
        trio.session.langevin(langevin, 5);
        trio.session.readChains(got);
        Tolerance.check(n + " chains", Samples.written(got), scalar, exact, Tolerance.scale(exact));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void langevinRecordsTheEnergyOfEachStepsFirstState(Activation activation) {
    Model model = model("3-5-4-1", activation, true);
    int n = 33;
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      float[] x = Samples.input(n * 3, 1, 1);
      Langevin langevin = Langevin.steps(3).stepSize(0.02f);
      float[] energies = Samples.output(3 * n);
      trio.session.setChains(x, n);
      trio.session.langevin(langevin, 8, energies);
      float[] recorded = Samples.written(energies);
      float[] end = new float[n * 3];
      trio.session.readChains(end);

      trio.session.setChains(x, n);
      float[] state = new float[n * 3];
      float[] scalar = new float[n];
      double[] exact = new double[n];
      for (int t = 0; t < 3; t++) {
        trio.session.readChains(state);
        trio.scalar.energy(state, n, scalar);
        trio.exact.energy(Samples.wide(state, n * 3), n, exact);
        Tolerance.check(
            "step " + t,
            Arrays.copyOfRange(recorded, t * n, (t + 1) * n),
            scalar,
            exact,
            Tolerance.scale(exact));
        trio.session.langevin(langevin.from(t, 1), 8);
      }
      trio.session.readChains(state);
      assertSameBits(state, end);
    }
  }

  /** With a constant energy what is left is the noise: the same bits on every backend. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void langevinWithoutForceAddsTheAddressedNormals(Activation activation) {
    for (int d : new int[] {1, 2, 5, 8, 17}) {
      MlpShape shape = MlpShape.of(activation, d, 6);
      int n = 37;
      long first = (1L << 32) - 1;
      try (Backend backend = backend(2);
          MlpSession session = backend.open(shape, n)) {
        session.setParameters(new MlpParameters(shape, new float[shape.parameterCount()]));
        float[] x = Samples.input(n * d, 1, d);
        session.setChains(x, n);
        Langevin langevin = Langevin.steps(2).noiseScale(0.3f);
        session.langevin(langevin.from(first, 2), -6L);
        float[] got = Samples.output(n * d);
        session.readChains(got);
        float[] normals = new float[d];
        for (int t = 0; t < 2; t++) {
          for (int i = 0; i < n; i++) {
            Draws.normals(-6L, DrawStream.LANGEVIN, first + t, i, normals, 0, d);
            for (int j = 0; j < d; j++) {
              x[i * d + j] = Math.fma(0.3f, normals[j], x[i * d + j]);
            }
          }
        }
        assertSameBits(Samples.written(got), Arrays.copyOf(x, n * d));
      }
    }
  }

  /** Of all columns and of fewer, on one thread and on three, before there are parameters. */
  @Test
  void normalsAreThoseOfTheirAddresses() {
    for (int d : new int[] {1, 3, 8, 18, 37}) {
      MlpShape shape = MlpShape.of(Activation.SILU, d, 6);
      int most = 401;
      for (int threads : new int[] {1, 3}) {
        try (Backend backend = backend(threads);
            MlpSession session = backend.open(shape, most)) {
          for (int n : new int[] {0, 1, 37, most}) {
            for (int columns = d; columns > 0; columns -= 7) {
              float[] expected = new float[n * columns];
              for (int i = 0; i < n; i++) {
                Draws.normals(
                    -6L, DrawStream.DIRECTION, 1L << 33, i, expected, i * columns, columns);
              }
              float[] got = Samples.output(n * columns);
              session.normals(-6L, DrawStream.DIRECTION, 1L << 33, n, columns, got);
              assertSameBits(Samples.written(got), expected);
            }
          }
        }
      }
    }
  }

  @Test
  void langevinWithoutNoiseDescendsAndHoldsTheBox() {
    Model model = model("3-5-4-1", Activation.SILU, true);
    int n = 17;
    try (Backend backend = backend(1);
        Trio trio = new Trio(backend, model)) {
      float[] x = Samples.input(n * 3, 5, 2);
      trio.session.setChains(x, n);
      float[] energies = Samples.output(50 * n);
      trio.session.langevin(Langevin.steps(50).stepSize(0.01f).noiseScale(0), 1, energies);
      float[] path = Samples.written(energies);
      for (int i = 0; i < n; i++) {
        assertThat(path[49 * n + i]).isLessThan(path[i]);
      }
      trio.session.setChains(x, n);
      trio.session.langevin(Langevin.steps(1).noiseScale(0).box(-0.5f, 0.25f), 1);
      float[] got = Samples.output(n * 3);
      trio.session.readChains(got);
      for (float value : Samples.written(got)) {
        assertThat(value).isBetween(-0.5f, 0.25f);
      }
      assertThat(got).contains(-0.5f).contains(0.25f);
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void extremeInputsStayFiniteAndClose(Activation activation) {
    for (String text : new String[] {"3-1", "3-5-4-1", "17-33-31-1"}) {
      Model model = model(text, activation, false);
      try (Backend backend = backend(1);
          Trio trio = new Trio(backend, model)) {
        int d = model.columns();
        int n = 33;
        float[] x = Samples.input(n * d, 1, 1);
        for (int i = 0; i < n; i++) {
          float size = (float) Math.pow(10, i % 9 * 0.5);
          for (int j = 0; j < d; j++) {
            x[i * d + j] = Math.clamp(size * x[i * d + j], -1e4f, 1e4f);
          }
        }
        float[] v = Samples.input(n * d, 1, 2);
        double[] energy = new double[n];
        double[] slope = new double[n];
        double[] curvature = new double[n];
        trio.exact.directional(
            Samples.wide(x, n * d), Samples.wide(v, n * d), n, energy, slope, curvature);
        double[] gradient = new double[n * d];
        trio.exact.inputGradient(Samples.wide(x, n * d), n, null, gradient);
        float[][] scalar = {new float[n], new float[n], new float[n], new float[n * d]};
        trio.scalar.directional(x, v, n, scalar[0], scalar[1], scalar[2]);
        trio.scalar.inputGradient(x, n, null, scalar[3]);
        float[][] got = {
          Samples.output(n), Samples.output(n), Samples.output(n), Samples.output(n * d)
        };
        trio.session.directional(x, v, n, got[0], got[1], got[2]);
        trio.session.inputGradient(x, n, null, got[3]);
        float[] parameters = Samples.output(model.shape().parameterCount());
        trio.session.directionalParameterGradient(
            x, v, scalar[1], scalar[1], scalar[1], n, parameters);

        // Rounding z of size 1e4 moves it by 1e-3, and what depends on it as much: the scale of x.
        double scale = 1e4 * d;
        Tolerance.check("energy", Samples.written(got[0]), scalar[0], energy, scale);
        Tolerance.check("slope", Samples.written(got[1]), scalar[1], slope, scale);
        Tolerance.check("curvature", Samples.written(got[2]), scalar[2], curvature, scale);
        Tolerance.check("gradient", Samples.written(got[3]), scalar[3], gradient, scale);
        for (float value : Samples.written(parameters)) {
          assertThat(Float.isFinite(value)).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource(MODELS)
  void nanStaysInItsRow(Model model) {
    int n = 33;
    try (Backend backend = backend(1);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      int bad = 10;
      boolean curved = model.shape().layers() > 1;
      float[] x = Samples.input(n * d, 1, 1);
      float[] v = Samples.input(n * d, 1, 2);
      float[][] clean = rowOutputs(trio.session, x, v, n, d);
      x[bad * d + d - 1] = Float.NaN;
      float[][] got = rowOutputs(trio.session, x, v, n, d);
      for (int output = 0; output < got.length; output++) {
        int columns = got[output].length / n;
        for (int i = 0; i < got[output].length; i++) {
          if (i / columns != bad) {
            assertThat(got[output][i]).isEqualTo(clean[output][i]);
          } else if (curved || output == 0) {
            assertThat(got[output][i]).as("output %d", output).isNaN();
          }
        }
      }
    }
  }

  /** Energy, input gradient, slope, curvature, and chains after three steps with clip and box. */
  private static float[][] rowOutputs(MlpSession session, float[] x, float[] v, int n, int d) {
    float[][] got = {
      Samples.output(n),
      Samples.output(n * d),
      Samples.output(n),
      Samples.output(n),
      Samples.output(n * d)
    };
    session.inputGradient(x, n, got[0], got[1]);
    session.directional(x, v, n, null, got[2], got[3]);
    session.setChains(x, n);
    session.langevin(Langevin.steps(3).clip(1f).box(-2f, 2f), 4);
    session.readChains(got[4]);
    for (int i = 0; i < got.length; i++) {
      got[i] = Samples.written(got[i]);
    }
    return got;
  }

  @ParameterizedTest
  @MethodSource("threadedModels")
  void sameBitsTwiceAndForAnyNumberOfThreads(Model model) {
    float[][] once = everything(model, 1, ROWS);
    for (int threads : new int[] {1, 2, 5}) {
      float[][] again = everything(model, threads, ROWS);
      for (int i = 0; i < once.length; i++) {
        assertSameBits(again[i], once[i]);
      }
    }
  }

  static Stream<Model> threadedModels() {
    return Stream.of(
        model("2-3-1", Activation.SILU, false),
        model("17-33-31-1", Activation.GELU, true),
        model("49-64-64-1", Activation.TANH, false));
  }

  private float[][] everything(Model model, int threads, int n) {
    try (Backend backend = backend(threads);
        MlpSession session = backend.open(model.shape(), n)) {
      session.setParameters(model.parameters());
      return everything(session, n);
    }
  }

  /** Every result of a session. */
  private static float[][] everything(MlpSession session, int n) {
    int d = session.shape().inputs();
    int count = session.shape().parameterCount();
    float[] x = Samples.input(n * d, 1, 1);
    float[] v = Samples.input(n * d, 1, 2);
    float[] w = Samples.input(n, 1, 3);
    float[][] rows = rowOutputs(session, x, v, n, d);
    float[][] got = Arrays.copyOf(rows, rows.length + 5);
    float[] parameter = Samples.output(count);
    session.parameterGradient(x, w, n, parameter);
    got[5] = Samples.written(parameter);
    float[] directional = Samples.output(count);
    session.directionalParameterGradient(x, v, w, w, w, n, directional);
    got[6] = Samples.written(directional);
    float[] nce = Samples.output(count + 1);
    double loss = session.nce(new SigmoidNce(2, noises(d).get(1)), 0.1f, x, n, 3, 4, nce);
    got[7] = Samples.written(nce);
    got[8] = new float[] {(float) loss, (float) (loss - (float) loss)};
    float[] energies = Samples.output(2 * n);
    session.langevin(Langevin.steps(2), 4, energies);
    got[9] = Samples.written(energies);
    return got;
  }

  @Test
  void sessionsOfOneBackendRunSideBySide() {
    List<Model> models =
        List.of(
            model("17-33-31-1", Activation.SILU, true), model("3-5-4-1", Activation.TANH, false));
    try (Backend backend = backend(2)) {
      Function<Model, float[][]> work =
          model -> {
            try (MlpSession session = backend.open(model.shape(), 255)) {
              session.setParameters(model.parameters());
              return everything(session, 255);
            }
          };
      List<float[][]> alone = models.stream().map(work).toList();
      for (int repeat = 0; repeat < 5; repeat++) {
        List<CompletableFuture<float[][]>> together =
            models.stream()
                .map(model -> CompletableFuture.supplyAsync(() -> work.apply(model)))
                .toList();
        for (int m = 0; m < models.size(); m++) {
          float[][] got = together.get(m).join();
          for (int i = 0; i < got.length; i++) {
            assertSameBits(got[i], alone.get(m)[i]);
          }
        }
      }
    }
  }

  @Test
  void newParametersReplaceTheOldAndAreCopied() {
    Model model = model("3-5-4-1", Activation.SILU, true);
    MlpParameters other = Samples.model(model.shape(), false, 99);
    float[] x = Samples.input(5 * 3, 1, 1);
    try (Backend backend = backend(1);
        MlpSession session = backend.open(model.shape(), 5);
        MlpSession fresh = backend.open(model.shape(), 5)) {
      session.setParameters(model.parameters());
      session.setParameters(other);
      float[] expected = new float[5];
      session.energy(x, 5, expected);
      float[] values = other.values().clone();
      MlpParameters mutable = new MlpParameters(model.shape(), values);
      fresh.setParameters(mutable);
      Arrays.fill(values, 7f);
      float[] got = new float[5];
      fresh.energy(x, 5, got);
      assertSameBits(got, expected);
    }
  }

  @Test
  void refusesBadArguments() {
    Model model = model("3-5-4-1", Activation.SILU, false);
    MlpShape shape = model.shape();
    int count = shape.parameterCount();
    float[] x = new float[12];
    float[] four = new float[4];
    float[] other = new float[4];
    float[] theta = new float[count + 1];
    SigmoidNce nce = new SigmoidNce(2, noises(3).get(0));
    try (Backend backend = backend(1);
        MlpSession session = backend.open(shape, 4)) {
      assertThat(session.shape()).isEqualTo(shape);
      assertThat(session.rows()).isEqualTo(4);
      assertThat(session.chains()).isZero();
      refuses(
          "2-3-1",
          () ->
              session.setParameters(
                  Samples.model(MlpShape.parse("2-3-1", shape.activation()), false, 1)));
      refuses(
          "tanh",
          () ->
              session.setParameters(
                  Samples.model(MlpShape.parse("3-5-4-1", Activation.TANH), false, 1)));
      session.setParameters(model.parameters());
      refuses("5 rows", () -> session.energy(new float[15], 5, new float[5]));
      refuses("-1 rows", () -> session.energy(x, -1, four));
      refuses("x has 11", () -> session.energy(new float[11], 4, four));
      refuses("energy has 3", () -> session.energy(x, 4, new float[3]));
      refuses("gradient has 4", () -> session.inputGradient(x, 4, null, four));
      refuses("w has 3", () -> session.parameterGradient(x, new float[3], 4, theta));
      refuses("gradient has 4", () -> session.parameterGradient(x, four, 4, other));
      refuses("v has 4", () -> session.directional(x, four, 4, null, four, other));
      refuses("slope has 3", () -> session.directional(x, x, 4, null, new float[3], other));
      refuses("noise has 12", () -> session.nce(nce, 0, x.clone(), 4, x, theta));
      refuses("gradient has", () -> session.nce(nce, 0, x, 4, 1, 1, new float[count]));
      refuses("log Z", () -> session.nce(nce, Float.NaN, x, 4, 1, 1, theta));
      refuses("step -1", () -> session.nce(nce, 0, x, 4, 1, -1, theta));
      refuses(
          "noise of 2",
          () -> session.nce(new SigmoidNce(1, noises(2).get(0)), 0, x, 4, 1, 1, theta));
      refuses("5 rows", () -> session.normals(1, DrawStream.DIRECTION, 0, 5, 3, new float[15]));
      refuses("4 columns", () -> session.normals(1, DrawStream.DIRECTION, 0, 3, 4, x));
      refuses("0 columns", () -> session.normals(1, DrawStream.DIRECTION, 0, 3, 0, x));
      refuses("out has 4", () -> session.normals(1, DrawStream.DIRECTION, 0, 4, 3, four));
      refuses("step -1", () -> session.normals(1, DrawStream.DIRECTION, -1, 4, 3, x));
      refuses("5 rows", () -> session.setChains(new float[15], 5));
      session.setChains(x, 4);
      refuses("x has 4", () -> session.readChains(four));
      refuses("energies has 4", () -> session.langevin(Langevin.steps(2), 1, four));
      refuses("step", () -> session.langevin(Langevin.steps(2).from(Draws.STEP_LIMIT, 1), 1));

      float[] big = new float[Math.max(12, count + 1)];
      refuses("also an input", () -> session.energy(big, 4, big));
      refuses("also an input", () -> session.inputGradient(x, 4, null, x));
      refuses("also an input", () -> session.inputGradient(x, 4, big, big));
      refuses("also an input", () -> session.parameterGradient(big, four, 4, big));
      refuses("also an input", () -> session.parameterGradient(x, big, 4, big));
      refuses("also an input", () -> session.directional(x, big, 4, null, big, four));
      refuses("also an input", () -> session.directional(x, x, 4, null, four, four));
      refuses(
          "also an input",
          () -> session.directionalParameterGradient(x, x, four, four, big, 4, big));
      refuses("also an input", () -> session.nce(nce, 0, big, 4, 1, 1, big));
      float[] noise = new float[Math.max(24, count + 1)];
      refuses("also an input", () -> session.nce(nce, 0, x, 4, noise, noise));
    }
  }

  private static void refuses(String telling, Runnable call) {
    assertThatIllegalArgumentException()
        .isThrownBy(call::run)
        .withMessageContaining(telling)
        .withMessageNotContaining("\n");
  }

  @Test
  void refusesUseBeforeParametersAndAfterClose() {
    MlpShape shape = MlpShape.of(Activation.SILU, 2, 3);
    float[] x = new float[4];
    try (Backend backend = backend(1)) {
      assertThat(backend.bytes(shape, 4)).isPositive();
      assertThatIllegalArgumentException().isThrownBy(() -> backend.open(shape, 0).close());
      MlpSession session = backend.open(shape, 2);
      assertThatIllegalStateException()
          .isThrownBy(() -> session.energy(x, 2, new float[2]))
          .withMessageContaining("setParameters");
      session.setParameters(Samples.model(shape, false, 1));
      session.energy(x, 2, new float[2]);
      session.close();
      session.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> session.energy(x, 2, new float[2]))
          .withMessageContaining("closed");
      assertThatIllegalStateException().isThrownBy(() -> session.readChains(x));
      assertThatIllegalStateException().isThrownBy(() -> session.setChains(x, 2));
      assertThatIllegalStateException().isThrownBy(() -> session.langevin(Langevin.steps(1), 1));
    }
  }

  /** Adds one row's share of a gradient. */
  private interface RowGradient {
    void at(int row, double[] gradient);
  }

  /** The natural size of a sum over rows: the sum of the rows' largest entries. */
  private static double sumOfRows(int n, int count, RowGradient rowGradient) {
    double[] gradient = new double[count];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      rowGradient.at(i, gradient);
      sum += Tolerance.scale(gradient);
    }
    return sum;
  }

  private static double[] row(float[] x, int i, int columns) {
    return Samples.wide(Arrays.copyOfRange(x, i * columns, (i + 1) * columns), columns);
  }

  private static void assertSameBits(float[] got, float[] expected) {
    assertThat(got.length).isEqualTo(expected.length);
    for (int i = 0; i < got.length; i++) {
      if (Float.floatToRawIntBits(got[i]) != Float.floatToRawIntBits(expected[i])) {
        throw new AssertionError(
            "entry " + i + " is " + got[i] + " where " + expected[i] + " was expected");
      }
    }
  }
}
