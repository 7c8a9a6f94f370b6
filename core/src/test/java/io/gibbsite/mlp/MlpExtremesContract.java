package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Inputs that are large or not a number. */
interface MlpExtremesContract extends MlpBackend {
  @ParameterizedTest
  @EnumSource(Activation.class)
  default void extremeInputsStayFiniteAndClose(Activation activation) {
    for (String text : new String[] {"3-1", "3-5-4-1", "17-33-31-1"}) {
      ModelCase model = ModelCase.of(text, activation, false);
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
  @MethodSource(ModelCase.ALL)
  default void nanStaysInItsRow(ModelCase model) {
    int n = 33;
    try (Backend backend = backend(1);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      int bad = 10;
      boolean curved = model.shape().layers() > 1;
      float[] x = Samples.input(n * d, 1, 1);
      float[] v = Samples.input(n * d, 1, 2);
      float[][] clean = SessionResults.ofRows(trio.session, x, v, n, d);
      x[bad * d + d - 1] = Float.NaN;
      float[][] got = SessionResults.ofRows(trio.session, x, v, n, d);
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
}
