package io.gibbsite.rbm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.gibbsite.backend.Backend;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing allocates in its steady state, whatever else the program has run: everything a session
 * does takes turns in one JVM, with sums in one int and in two limbs.
 */
@Tag("allocation")
public abstract class RbmAllocationContract {
  private static final int ROWS = 100;
  private static final int CALLS = 50;

  /** C2 may need this many rounds of calls until everything is compiled. */
  private static final int ROUNDS = 100;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The backend under test, with one thread. */
  protected abstract Backend backend();

  @ParameterizedTest
  @ValueSource(ints = {64, 2500})
  void callsAllocateNothing(int visible) {
    RbmShape shape = new RbmShape(visible, 30);
    float[] values = new float[shape.parameterCount()];
    Arrays.fill(values, 0.01f);
    RbmParameters parameters = new RbmParameters(shape, values);
    assertThat(FixedPointWeights.of(parameters).sumsFitInt()).isEqualTo(visible == 64);
    byte[] v = Models.states(ROWS * visible, 1);
    byte[] h = Models.states(ROWS * 30, 2);
    float[] ofVisible = new float[ROWS * visible];
    float[] ofHidden = new float[ROWS * 30];
    float[] sums = new float[shape.parameterCount()];
    double[] ofRows = new double[ROWS];
    boolean[] mask = new boolean[visible];
    Gibbs gibbs = Gibbs.sweeps(2).temperature(1.5f);
    Annealing annealing = new Annealing(new float[] {0, 0.5f, 1}, new float[visible], 0);
    float[] betas = new float[ROWS];
    Arrays.fill(betas, 0.5f);
    Tempering tempering = new Tempering(betas, betas, new float[visible], 1, 0);
    try (Backend backend = backend();
        RbmSession session = backend.open(shape, ROWS)) {
      Map<String, Runnable> calls = new LinkedHashMap<>();
      calls.put("set parameters", () -> session.setParameters(parameters));
      calls.put("set visible", () -> session.setVisible(v, ROWS));
      calls.put("clamp", () -> session.clamp(mask));
      calls.put("Gibbs", () -> session.gibbs(gibbs, 1));
      calls.put("free energy", () -> session.freeEnergy(v, ROWS, ofRows));
      calls.put("hidden", () -> session.hiddenProbabilities(v, ROWS, ofHidden));
      calls.put("visible", () -> session.visibleProbabilities(h, ROWS, ofVisible));
      calls.put("statistics", () -> session.statistics(v, ROWS, sums));
      calls.put("chain statistics", () -> session.chainStatistics(sums));
      calls.put("read visible", () -> session.readVisible(v));
      calls.put("unclamp", () -> session.clamp(null));
      calls.put("anneal", () -> session.anneal(annealing, 1, ofRows));
      calls.put("temper", () -> session.temper(tempering, 1, ofRows));
      assertNothing(calls);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 2500})
  void realVisibleUnitsAllocateNothingEither(int hidden) {
    GaussianRbmShape shape = GaussianRbmShape.of(64, hidden);
    float[] values = new float[shape.parameterCount()];
    Arrays.fill(values, 0.01f);
    GaussianRbmParameters parameters = new GaussianRbmParameters(shape, values);
    float[] v = Models.normals(ROWS * 64, 1);
    byte[] h = Models.states(ROWS * hidden, 2);
    float[] ofVisible = new float[ROWS * 64];
    float[] ofHidden = new float[ROWS * hidden];
    float[] sums = new float[shape.parameterCount()];
    double[] ofRows = new double[ROWS];
    boolean[] mask = new boolean[64];
    Gibbs gibbs = Gibbs.sweeps(2).temperature(1.5f);
    Annealing annealing = new Annealing(new float[] {0, 0.5f, 1}, new float[64], 0);
    float[] betas = new float[ROWS];
    Tempering tempering = new Tempering(betas, betas, new float[64], 2, 0);
    try (Backend backend = backend();
        GaussianRbmSession session = backend.open(shape, ROWS)) {
      Map<String, Runnable> calls = new LinkedHashMap<>();
      calls.put("set parameters", () -> session.setParameters(parameters));
      calls.put("set visible", () -> session.setVisible(v, ROWS));
      calls.put("clamp", () -> session.clamp(mask));
      calls.put("Gibbs", () -> session.gibbs(gibbs, 1));
      calls.put("free energy", () -> session.freeEnergy(v, ROWS, ofRows));
      calls.put("hidden", () -> session.hiddenProbabilities(v, ROWS, ofHidden));
      calls.put("visible", () -> session.visibleMeans(h, ROWS, ofVisible));
      calls.put("statistics", () -> session.statistics(v, ROWS, sums));
      calls.put("chain statistics", () -> session.chainStatistics(sums));
      calls.put("read visible", () -> session.readVisible(v));
      calls.put("unclamp", () -> session.clamp(null));
      calls.put("anneal", () -> session.anneal(annealing, 1, ofRows));
      calls.put("temper", () -> session.temper(tempering, 1, ofRows));
      assertNothing(calls);
    }
  }

  private static void assertNothing(Map<String, Runnable> calls) {
    Map<String, Long> bytes = new LinkedHashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      calls.forEach((name, call) -> bytes.put(name, leastBytes(call)));
      bytes.remove("unclamp"); // It makes an empty mask.
      if (bytes.values().stream().allMatch(b -> b == 0)) {
        break;
      }
    }
    assertThat(bytes).allSatisfy((name, b) -> assertThat(b).as(name).isZero());
  }

  /** The least that one of many calls allocates: the JVM's own threads never count. */
  private static long leastBytes(Runnable call) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < CALLS; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      call.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
