package io.gibbsite.cli.selftest;

import io.gibbsite.backend.Backend;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.HeldRows;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.sampler.Langevin;
import java.util.ArrayList;
import java.util.List;

/** Rows that a session holds, and its chains, give the bits of the same rows in an array. */
public final class SameRows {
  private static final int ROWS = 1003;
  private static final long SEED = 7;

  private SameRows() {}

  /** Runs the checks. */
  public static List<Check> run(Backend backend) {
    List<Check> checks = new ArrayList<>();
    for (String text : List.of("2-128-128-1", "49-64-1", "70-130-129-1")) {
      MlpShape shape = MlpShape.parse(text, Activation.SILU);
      float[] x = Samples.normals(ROWS, shape.inputs(), SEED);
      float[] states = new float[x.length];
      try (MlpSession session = backend.open(shape, ROWS)) {
        session.setParameters(MlpParameters.random(shape, null, SEED));
        try (HeldRows held = session.hold(x, ROWS)) {
          checks.addAll(check("held rows, " + text, session, x, held));
        }
        session.setChains(x, ROWS);
        session.langevin(Langevin.steps(2), SEED);
        session.readChains(states);
        checks.addAll(check("chains, " + text, session, states, session.chainRows()));
      }
    }
    return checks;
  }

  private static List<Check> check(String of, MlpSession session, float[] x, HeldRows held) {
    int columns = session.columns();
    int parameters = session.parameterCount();
    float[] w = Samples.normals(ROWS, 1, SEED + 1);
    float[] noise = Samples.normals(ROWS, columns, SEED + 2);
    SigmoidNce nce = new SigmoidNce(1, Gaussian.isotropic(columns, 0, 1));
    // The entropy of the noise, so that u is near 0 and every row has a weight that shows.
    float logZ = 1.4189f * columns;
    float[][] energies = new float[2][ROWS];
    float[][] inputs = new float[2][ROWS * columns];
    float[][] gradients = new float[2][parameters];
    float[][] drawn = new float[2][parameters + 2];
    float[][] given = new float[2][parameters + 2];
    session.energy(x, ROWS, energies[0]);
    session.inputGradient(x, ROWS, null, inputs[0]);
    session.parameterGradient(x, w, ROWS, gradients[0]);
    drawn[0][parameters + 1] = (float) session.nce(nce, logZ, x, ROWS, SEED, 3, drawn[0]);
    given[0][parameters + 1] = (float) session.nce(nce, logZ, x, ROWS, noise, given[0]);
    session.energy(held, energies[1]);
    session.inputGradient(held, null, inputs[1]);
    session.parameterGradient(held, w, gradients[1]);
    drawn[1][parameters + 1] = (float) session.nce(nce, logZ, held, SEED, 3, drawn[1]);
    try (HeldRows heldNoise = session.hold(noise, ROWS)) {
      given[1][parameters + 1] = (float) session.nce(nce, logZ, held, heldNoise, given[1]);
    }
    return List.of(
        Check.sameBits("same energies of " + of, energies[1], energies[0]),
        Check.sameBits("same input gradients of " + of, inputs[1], inputs[0]),
        Check.sameBits("same parameter gradient of " + of, gradients[1], gradients[0]),
        Check.sameBits("same NCE with drawn noise of " + of, drawn[1], drawn[0]),
        Check.sameBits("same NCE with given noise of " + of, given[1], given[0]));
  }
}
