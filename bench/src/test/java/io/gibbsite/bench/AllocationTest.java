package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collection;
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
 * <p>It measures the backend that {@code -Dexpect.backend} names, and fails where that one cannot
 * run.
 */
class AllocationTest {
  private static final double SMALLEST_OBJECT_BYTES = 16;

  @Test
  void noPassAllocates() throws RunnerException {
    String[] passes = Arrays.stream(MlpPass.values()).map(MlpPass::label).toArray(String[]::new);
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include(MlpBenchmark.class.getName() + "\\.call")
                    .param("workload", passes)
                    .param("shape", "2-64-64-1")
                    .param("batch", "256")
                    .param("backend", System.getProperty("expect.backend"))
                    .param("threads", "2")
                    .addProfiler(GCProfiler.class)
                    .forks(1)
                    .warmupIterations(3)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(2)
                    .measurementTime(TimeValue.seconds(1))
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    assertThat(results)
        .hasSize(passes.length)
        .allSatisfy(
            result ->
                assertThat(bytesPerCall(result))
                    .describedAs("bytes a call: %s", result.getParams().getParam("workload"))
                    .isLessThan(SMALLEST_OBJECT_BYTES));
  }

  private static double bytesPerCall(RunResult result) {
    return result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
  }
}
