package io.gibbsite.cli.selftest;

import io.gibbsite.backend.Backend;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.sampler.Langevin;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** The same inputs give the same bits, with 1, 2 and 5 threads. */
public final class Determinism {
  private static final int[] THREADS = {1, 2, 5};
  private static final int ROWS = 1003;
  private static final long SEED = 7;

  private Determinism() {}

  /** Runs the checks. */
  public static List<Check> run(IntFunction<Backend> backendOfThreads) {
    List<Check> checks = new ArrayList<>();
    for (String text : List.of("2-128-128-1", "49-64-1")) {
      MlpParameters model = MlpParameters.random(MlpShape.parse(text, Activation.SILU), null, SEED);
      float[][] expected = null;
      for (int threads : THREADS) {
        try (Backend backend = backendOfThreads.apply(threads)) {
          float[][] got = results(backend, model);
          if (expected == null) {
            expected = got;
            got = results(backend, model);
          }
          String suffix = ", %s, %d threads".formatted(text, threads);
          checks.add(Check.sameBits("same energies" + suffix, got[0], expected[0]));
          checks.add(Check.sameBits("same input gradients" + suffix, got[1], expected[1]));
          checks.add(Check.sameBits("same NCE loss, gradients" + suffix, got[2], expected[2]));
          checks.add(Check.sameBits("same chains" + suffix, got[3], expected[3]));
        }
      }
    }
    return checks;
  }

  private static float[][] results(Backend backend, MlpParameters model) {
    int columns = model.shape().inputs();
    int parameters = model.shape().parameterCount();
    float[] x = Samples.normals(ROWS, columns, SEED);
    float[] energies = new float[ROWS];
    float[] inputs = new float[ROWS * columns];
    float[] nce = new float[parameters + 2];
    float[] chains = new float[ROWS * columns];
    try (MlpSession session = backend.open(model.shape(), ROWS)) {
      session.setParameters(model);
      session.energy(x, ROWS, energies);
      session.inputGradient(x, ROWS, null, inputs);
      SigmoidNce objective = new SigmoidNce(2, Gaussian.isotropic(columns, 0, 1));
      nce[parameters + 1] = (float) session.nce(objective, 0.5f, x, ROWS, SEED, 3, nce);
      session.setChains(x, ROWS);
      session.langevin(Langevin.steps(20), SEED);
      session.readChains(chains);
    }
    return new float[][] {energies, inputs, nce, chains};
  }
}
