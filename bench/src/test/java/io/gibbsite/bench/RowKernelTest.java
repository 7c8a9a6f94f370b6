package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.rbm.FixedPointWeights;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each row of the table runs the kernels that its figure is for, on every backend of this machine:
 * no other ISA, no other session, no slower path, and nothing allocated. Nothing here looks at the
 * clock.
 */
@Tag("allocation")
class RowKernelTest {
  /** Fewer than in the table: which kernel runs depends on the shape. */
  private static final int BATCH = 40;

  private static final int THREADS = 2;

  /**
   * C2 may need many calls, the more the busier the machine is, until it has compiled what would
   * box vectors. So much work is given to it at the most: some ten seconds.
   */
  private static final double MOST_FLOPS = 2e12;

  private static final double MOST_CALLS = 100_000;

  private static final Map<String, String> MLP =
      Map.of("vector", "MlpVector", "native", "MlpNative", "scalar", "MlpScalar");
  private static final Map<String, String> RBM =
      Map.of("vector", "RbmVector", "native", "RbmNative", "scalar", "RbmScalar");

  private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The rows of the table on the backends that compute on the processor. */
  static Stream<Arguments> rows() {
    List<String> backends =
        Backends.report().stream()
            .filter(status -> status.available() && !status.name().equals("scalar"))
            .map(Backends.Status::name)
            .toList();
    assertThat(backends).contains(System.getProperty("expect.backend"));
    return backends.stream()
        .flatMap(
            backend ->
                Workloads.select(null, null, BATCH).stream()
                    .map(row -> Arguments.of(backend, row)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theKernelsOfTheTableRun(String name, Workload row) throws IOException {
    Set<Thread> others = Thread.getAllStackTraces().keySet();
    try (Backend backend = Backends.named(name, new BackendOptions(THREADS, Precision.FLOAT32))) {
      assertThat(backend.name()).isEqualTo(name);
      assertThat(backend.description()).contains(expectedIsa(name), THREADS + " threads");
      if (row instanceof GibbsWorkload gibbs) {
        try (AutoCloseable session = backend.open(gibbs.units(), BATCH)) {
          assertThat(session.getClass().getSimpleName()).isEqualTo(RBM.get(name));
        } catch (Exception e) {
          throw new AssertionError(e);
        }
        // Else sums take two limbs, at half the speed.
        assertThat(FixedPointWeights.of(gibbs.parameters()).sumsFitInt()).isTrue();
      } else if (row instanceof MlpWorkload mlp) {
        try (AutoCloseable session = backend.open(mlp.layers(), BATCH)) {
          assertThat(session.getClass().getSimpleName()).isEqualTo(MLP.get(name));
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
      assertThat(leastBytes(row, backend, others))
          .as("bytes a call: %s %s %s", name, row.name(), row.shape())
          .isZero();
    }
  }

  private static String expectedIsa(String backend) throws IOException {
    if (backend.equals("vector")) {
      return FloatVector.SPECIES_PREFERRED.vectorBitSize() + "-bit";
    }
    String flags =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("flags"))
            .findFirst()
            .orElseThrow();
    return flags.contains(" amx_int8") ? "AMX" : flags.contains(" avx512vl") ? "AVX-512" : "AVX2";
  }

  /**
   * The least that one of many calls allocates, on the threads that compute: what every call
   * allocates is in each of them. Ends at 0.
   *
   * @param others threads that were there before the backend
   */
  private static long leastBytes(Workload workload, Backend backend, Set<Thread> others) {
    double calls = Math.min(MOST_CALLS, MOST_FLOPS / (workload.flops() * workload.steps()));
    long least = Long.MAX_VALUE;
    try (Workload.Body body = workload.prepare(backend)) {
      long[] threads = computingThreads(others);
      assertThat(threads).hasSize(THREADS);
      long[] before = new long[THREADS];
      for (int call = 0; call < calls && least > 0; call++) {
        for (int i = 0; i < THREADS; i++) {
          before[i] = MEMORY.getThreadAllocatedBytes(threads[i]);
        }
        body.run();
        long bytes = 0;
        for (int i = 0; i < THREADS; i++) {
          bytes += MEMORY.getThreadAllocatedBytes(threads[i]) - before[i];
        }
        least = Math.min(least, bytes);
      }
    }
    return least;
  }

  /** This one and the backend's. */
  private static long[] computingThreads(Set<Thread> others) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t == Thread.currentThread() || !others.contains(t))
        .filter(t -> t == Thread.currentThread() || t.getName().startsWith("gibbsite-"))
        .mapToLong(Thread::threadId)
        .toArray();
  }
}
