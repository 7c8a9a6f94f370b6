package io.gibbsite.cli.selftest;

import io.gibbsite.backend.Backend;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import java.util.ArrayList;
import java.util.List;

/**
 * The normals that a backend draws have the bits of {@link Draws}, at addresses that use every
 * word: under an energy of 0 and from the origin, one Langevin step of noise scale 1 moves each
 * chain to its normals.
 */
public final class SameDraws {
  private static final int CHAINS = 1003;

  private SameDraws() {}

  /** Runs the checks. */
  public static List<Check> run(Backend backend) {
    List<Check> checks = new ArrayList<>();
    checks.add(check(backend, 2, 0, 0));
    checks.add(check(backend, 9, 0x123456789ABCDEFL, (1L << 40) + 7));
    checks.add(check(backend, 64, -1, Draws.STEP_LIMIT - 2));
    return checks;
  }

  private static Check check(Backend backend, int columns, long seed, long step) {
    MlpShape shape = MlpShape.of(Activation.SILU, columns);
    float[] states = new float[CHAINS * columns];
    try (MlpSession session = backend.open(shape, CHAINS)) {
      session.setParameters(new MlpParameters(shape, new float[shape.parameterCount()]));
      session.setChains(states, CHAINS);
      session.langevin(Langevin.steps(1).noiseScale(1).from(step, 1), seed);
      session.readChains(states);
    }
    float[] normals = new float[CHAINS * columns];
    for (int i = 0; i < CHAINS; i++) {
      Draws.normals(seed, DrawStream.LANGEVIN, step, i, normals, i * columns, columns);
    }
    for (int i = 0; i < normals.length; i++) {
      normals[i] += 0f; // As the step adds to a state of 0: -0 becomes 0.
    }
    return Check.sameBits(
        "same normals, %d columns, seed %x, step %d".formatted(columns, seed, step),
        states,
        normals);
  }
}
