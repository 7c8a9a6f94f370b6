package io.gibbsite.nativecpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.Backend;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Gibbs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Many sessions opened, used and closed from many threads that share one backend: every result is
 * right, and memory does not grow. {@code -Dsoak.seconds=600} makes it long.
 */
class SoakTest {
  private static final int THREADS = 8;

  /** What a session that is not freed would add in one round is many times this. */
  private static final long SLACK_BYTES = 64L << 20;

  private static final int ROWS = 300;
  private static final RbmShape RBM = new RbmShape(200, 150);
  private static final MlpShape MLP = MlpShape.parse("3-40-40-1", Activation.SILU);

  @BeforeEach
  void theLibraryIsThere() {
    Libraries.assume();
  }

  @Test
  void manySessionsFromManyThreadsLeaveNothingBehind() throws Exception {
    int seconds = Integer.getInteger("soak.seconds", 4);
    try (Backend backend = Libraries.backend(NativeLibrary.load().best(), 2);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      byte[] states = sweep(backend);
      float[] energies = energies(backend);
      run(threads, backend, states, energies, 1 + seconds / 4);
      long before = residentBytes();
      int sessions = run(threads, backend, states, energies, seconds);
      long grown = residentBytes() - before;
      System.out.printf(
          "soak: %d sessions in %d s, resident memory grew by %d KiB%n",
          sessions, seconds, grown >> 10);
      assertThat(sessions).isGreaterThan(THREADS);
      assertThat(grown).isLessThan(SLACK_BYTES);
    }
  }

  /** How many sessions were used. */
  private static int run(
      ExecutorService threads, Backend backend, byte[] states, float[] energies, int seconds)
      throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<Future<Integer>> running = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      running.add(
          threads.submit(
              () -> {
                int sessions = 0;
                while (System.nanoTime() < end) {
                  assertThat(sweep(backend)).isEqualTo(states);
                  assertThat(energies(backend)).isEqualTo(energies);
                  sessions += 2;
                }
                return sessions;
              }));
    }
    int sessions = 0;
    for (Future<Integer> each : running) {
      sessions += each.get();
    }
    return sessions;
  }

  private static byte[] sweep(Backend backend) {
    try (RbmSession session = backend.open(RBM, ROWS)) {
      session.setParameters(new RbmParameters(RBM, normals(RBM.parameterCount(), 0.1f)));
      session.setVisible(new byte[ROWS * RBM.visible()], ROWS);
      session.gibbs(Gibbs.sweeps(3), 7);
      byte[] states = new byte[ROWS * RBM.visible()];
      session.readVisible(states);
      return states;
    }
  }

  private static float[] energies(Backend backend) {
    try (MlpSession session = backend.open(MLP, ROWS)) {
      session.setParameters(new MlpParameters(MLP, normals(MLP.parameterCount(), 0.3f)));
      float[] energies = new float[ROWS];
      session.energy(normals(ROWS * 3, 1f), ROWS, energies);
      return energies;
    }
  }

  private static float[] normals(int count, float scale) {
    float[] values = new float[count];
    Draws.normals(5, DrawStream.INITIAL_PARAMETERS, 0, 0, values, 0, count);
    for (int k = 0; k < count; k++) {
      values[k] *= scale;
    }
    return values;
  }

  private static long residentBytes() throws IOException {
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[1];
    return Long.parseLong(pages) * 4096;
  }
}
