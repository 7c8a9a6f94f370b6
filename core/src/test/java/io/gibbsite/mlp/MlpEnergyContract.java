package io.gibbsite.mlp;

import io.gibbsite.backend.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The energy and its input gradient. */
interface MlpEnergyContract extends MlpBackend {
  @ParameterizedTest
  @MethodSource(ModelCase.ALL)
  default void energyAndInputGradient(ModelCase model) {
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
        Tolerance.requireSameBits(Samples.written(g3), Samples.written(g2));
      }
    }
  }
}
