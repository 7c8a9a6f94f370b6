package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.gibbsite.backend.Backend;
import io.gibbsite.density.Gaussian;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.sampler.Langevin;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No pass of a backend allocates in its steady state, whatever else the program has run: every
 * pass, activation and a base density take turns in one JVM, where what C2 inlines for one could
 * box the vectors of another.
 */
public abstract class MlpAllocationContract {
  private static final int ROWS = 512;
  private static final int CALLS = 200;

  /** C2 may need this many rounds of calls until everything is compiled. */
  private static final int ROUNDS = 60;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The backend under test, with one thread. */
  protected abstract Backend backend();

  @ParameterizedTest
  @EnumSource(Activation.class)
  void passesAllocateNothing(Activation activation) {
    MlpShape shape = MlpShape.of(activation, 5, 24, 16);
    Gaussian base = Gaussian.isotropic(5, 0, 1.5f);
    MlpParameters parameters = MlpParameters.random(shape, base, 1);
    SigmoidNce nce = new SigmoidNce(1, Gaussian.isotropic(5, 0, 1));
    Langevin langevin = Langevin.steps(1).clip(1f).box(-4, 4);
    float[] x = new float[ROWS * 5];
    float[] v = new float[ROWS * 5];
    float[] out = new float[ROWS * 5];
    float[] w = new float[ROWS];
    float[] e = new float[ROWS];
    float[] slope = new float[ROWS];
    float[] bend = new float[ROWS];
    float[] gradient = new float[shape.parameterCount() + 1];
    try (Backend backend = backend();
        MlpSession session = backend.open(shape, ROWS)) {
      session.setParameters(parameters);
      session.setChains(x, ROWS);
      HeldRows held = session.hold(x, ROWS);
      Map<String, Runnable> passes = new LinkedHashMap<>();
      passes.put("set parameters", () -> session.setParameters(parameters));
      passes.put("energy", () -> session.energy(x, ROWS, e));
      passes.put("input gradient", () -> session.inputGradient(x, ROWS, e, out));
      passes.put("parameter gradient", () -> session.parameterGradient(x, w, ROWS, gradient));
      passes.put("directional", () -> session.directional(x, v, ROWS, e, slope, bend));
      passes.put(
          "directional gradient",
          () -> session.directionalParameterGradient(x, v, w, slope, bend, ROWS, gradient));
      passes.put("score matching", () -> session.scoreMatching(x, v, 5, w, ROWS, gradient));
      passes.put("score matching loss", () -> session.scoreMatching(x, v, 5, w, ROWS, null));
      passes.put("NCE", () -> session.nce(nce, 0, x, ROWS, 1, 1, gradient));
      passes.put("NCE loss", () -> session.nce(nce, 0, x, ROWS, 1, 1, null));
      passes.put("energy of held rows", () -> session.energy(held, e));
      passes.put("input gradient of held rows", () -> session.inputGradient(held, e, out));
      passes.put(
          "parameter gradient of chains",
          () -> session.parameterGradient(session.chainRows(), w, gradient));
      passes.put("NCE of held rows", () -> session.nce(nce, 0, held, 1, 1, gradient));
      passes.put("NCE of held noise", () -> session.nce(nce, 0, held, held, gradient));
      passes.put("Langevin", () -> session.langevin(langevin, 1));
      Map<String, Long> bytes = new LinkedHashMap<>();
      for (int round = 0; round < ROUNDS; round++) {
        passes.forEach((name, pass) -> bytes.put(name, leastBytes(pass)));
        if (bytes.values().stream().allMatch(b -> b == 0)) {
          break;
        }
      }
      assertThat(bytes).allSatisfy((name, b) -> assertThat(b).as(name).isZero());
    }
  }

  /** The least that one of many calls allocates: the JVM's own threads never count. */
  private static long leastBytes(Runnable pass) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < CALLS; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      pass.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
