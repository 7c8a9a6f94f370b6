package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parameter gradient. */
interface MlpParameterGradientContract extends MlpBackend {
  @ParameterizedTest
  @MethodSource(ModelCase.ALL)
  default void parameterGradient(ModelCase model) {
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
            Tolerance.sumOfRows(
                n,
                count,
                (i, g) ->
                    trio.exact.parameterGradient(Samples.row(x, i, d), Samples.row(w, i, 1), 1, g));
        Tolerance.check(n + " rows", Samples.written(got), scalar, gradient, scale);
      }
    }
  }
}
