package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import org.junit.jupiter.api.Test;

class BenchTableTest {
  @Test
  void aResultFollowsFromItsTime() {
    Workload workload = Workloads.named("langevin", "2-8-1", 64);
    MachineLimits limits = new MachineLimits(1, 50, 10);
    BenchResult result;
    try (Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32))) {
      result = BenchResult.measure(workload, backend, new Timing(0.1, 0.1, 20), limits);
    }
    assertThat(result.seconds()).isPositive();
    assertThat(result.gflops())
        .isCloseTo(2 * 2 * 64 * (2 * 8 + 8) / result.seconds() / 1e9, within(1e-9));
    assertThat(result.rowsPerS()).isCloseTo(64 / result.seconds(), within(1e-3));
    assertThat(result.limitFraction()).isCloseTo(result.gflops() / 50, within(1e-9));
  }

  @Test
  void rowsAlignWithTheHeader() {
    BenchResult result =
        new BenchResult(
            "nce", "784-512-512-1", 1024, "vector", 2, "float32", 0.0425, 190.25, 24094, 0.43);
    String row = BenchTable.row(result);
    assertThat(row).hasSameSizeAs(BenchTable.header());
    assertThat(row.split("\\s{2,}"))
        .containsExactly("nce", "784-512-512-1", "1024", "42.500", "190.3", "24094", "43 %");
  }
}
