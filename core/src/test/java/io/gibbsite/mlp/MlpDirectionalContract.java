package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Directional derivatives and their parameter gradient. */
interface MlpDirectionalContract extends MlpBackend {
  @ParameterizedTest
  @MethodSource(ModelCase.ALL)
  default void directional(ModelCase model) {
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
        Tolerance.requireSameBits(Samples.written(again[0]), Samples.written(got[1]));
        Tolerance.requireSameBits(Samples.written(again[1]), Samples.written(got[2]));
      }
    }
  }

  @ParameterizedTest
  @MethodSource(ModelCase.ALL)
  default void directionalParameterGradient(ModelCase model) {
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
            Tolerance.sumOfRows(
                n,
                count,
                (i, g) ->
                    trio.exact.directionalParameterGradient(
                        Samples.row(x, i, d),
                        Samples.row(v, i, d),
                        Samples.row(w, i, 1),
                        Samples.row(a, i, 1),
                        Samples.row(b, i, 1),
                        1,
                        g));
        Tolerance.check(n + " rows", Samples.written(got), scalar, gradient, scale);
      }
    }
  }
}
