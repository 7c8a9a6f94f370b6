package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Hot paths allocate nothing, by JMH's count of bytes a call. The bound is the size of the smallest
 * object: what the harness itself allocates stays below it, one object a call does not.
 *
 * <p>Vectors are objects until C2 has compiled their loops, so the figure is that of the best of
 * several iterations: what every call allocates is in all of them. How long C2 takes is a matter of
 * what else the machine does (with 12 busy processes on 2 cores, more than the 7 seconds that are
 * enough otherwise), so a failure counts only if it is still there after a longer warm-up.
 *
 * <p>It measures the backend that {@code -Dexpect.backend} names, and fails where that one cannot
 * run.
 */
class AllocationTest {
  private static final double SMALLEST_OBJECT_BYTES = 16;

  private static final String BACKEND = System.getProperty("expect.backend");

  /** One that has networks of units -1 and +1, and real visible units. */
  private static final String SPIN_BACKEND = BACKEND.equals("scalar") ? BACKEND : "vector";

  /** Of the first attempt and of the ones after it. */
  private static final int[] WARM_UP_SECONDS = {1, 15, 60};

  @Test
  void noPassAllocatesOnOneThread() throws RunnerException {
    requireNoAllocation(
        "2-32-32-1", 1, Arrays.stream(MlpPass.values()).map(MlpPass::label).toArray(String[]::new));
  }

  @Test
  void noSweepAllocates() throws RunnerException {
    requireNoAllocation("40x30", 1, GibbsWorkload.NAME);
  }

  @Test
  void noSweepOfRealUnitsAllocates() throws RunnerException {
    requireNoAllocation(SPIN_BACKEND, "40x30", 1, GaussianGibbsWorkload.NAME);
  }

  @Test
  void noSweepOfSpinsAllocates() throws RunnerException {
    requireNoAllocation(SPIN_BACKEND, "40", 1, BoltzmannWork.NAME);
  }

  @Test
  void sharingTheWorkAllocatesNothing() throws RunnerException {
    requireNoAllocation("2-32-32-1", 2, MlpPass.INPUT_GRADIENT.label());
  }

  private static void requireNoAllocation(String shape, int threads, String... passes)
      throws RunnerException {
    requireNoAllocation(BACKEND, shape, threads, passes);
  }

  private static void requireNoAllocation(
      String backend, String shape, int threads, String... passes) throws RunnerException {
    OptionsBuilder options = new OptionsBuilder();
    options
        .include(WorkloadBenchmark.class.getName() + "\\.call")
        .param("workload", passes)
        .param("shape", shape)
        .param("batch", "256")
        .param("backend", backend)
        .param("threads", Integer.toString(threads))
        .addProfiler(GCProfiler.class)
        .forks(1)
        .warmupIterations(1)
        .measurementIterations(6)
        .measurementTime(TimeValue.seconds(1))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    Map<String, Double> bytes = Map.of();
    for (int seconds : WARM_UP_SECONDS) {
      options.warmupTime(TimeValue.seconds(seconds));
      bytes =
          new Runner(options.build())
              .run().stream()
                  .collect(
                      Collectors.toMap(
                          result -> result.getParams().getParam("workload"),
                          AllocationTest::bytesPerCall));
      if (bytes.values().stream().allMatch(b -> b < SMALLEST_OBJECT_BYTES)) {
        break;
      }
    }
    assertThat(bytes)
        .hasSize(passes.length)
        .allSatisfy(
            (pass, b) ->
                assertThat(b)
                    .describedAs("bytes a call: %s, %s", backend, pass)
                    .isLessThan(SMALLEST_OBJECT_BYTES));
  }

  private static double bytesPerCall(RunResult result) {
    return result.getBenchmarkResults().stream()
        .flatMap(fork -> fork.getIterationResults().stream())
        .mapToDouble(one -> one.getSecondaryResults().get("gc.alloc.rate.norm").getScore())
        .min()
        .orElseThrow();
  }
}
