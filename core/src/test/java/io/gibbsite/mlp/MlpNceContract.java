package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;
import io.gibbsite.density.Density;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Noise-contrastive estimation, of given noise and of noise that the session draws. */
interface MlpNceContract extends MlpBackend {
  @ParameterizedTest
  @MethodSource(ModelCase.ALL)
  default void nce(ModelCase model) {
    try (Backend backend = backend(2);
        Trio trio = new Trio(backend, model)) {
      int d = model.columns();
      int count = model.shape().parameterCount() + 1;
      for (Density density : Samples.noises(d)) {
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
}
