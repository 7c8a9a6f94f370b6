package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTableTest {
  private static final MachineLimits LIMITS = new MachineLimits(1, 50, 10, null, null, null);

  @Test
  void aResultFollowsFromItsTime() {
    Workload workload = Workloads.named("langevin", "2-8-1", 64);
    BenchResult result;
    try (Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32))) {
      Timing timing = new Timing(0.1, 0.1, 20);
      result =
          Row.measure(workload, List.of(backend), timing, LIMITS, List.of(), line -> {}).get(0);
    }
    assertThat(result.seconds()).isPositive();
    assertThat(result.gflops())
        .isCloseTo(2 * 2 * 64 * (2 * 8 + 8) / result.seconds() / 1e9, within(1e-9));
    assertThat(result.rowsPerS()).isCloseTo(64 / result.seconds(), within(1e-3));
    assertThat(result.limit()).isEqualTo("multiply-adds");
    assertThat(result.limitFraction()).isCloseTo(result.gflops() / 50, within(1e-9));
    assertThat(result.calls()).isBetween(3, 20);
    assertThat(result.goal()).isNull();
  }

  @Test
  void rowsAlignWithTheHeader() {
    Workload workload = Workloads.named("nce", "784-512-512-1", 0);
    List<String> peers = List.of("jax", "torch-compile");
    PeerResult jax = new PeerResult("jax", "1", 0.08, 0.0, workload.flops() / 0.08 / 1e9);
    BenchResult result;
    try (Backend backend = Backends.named("vector", new BackendOptions(2, Precision.FLOAT32))) {
      result =
          BenchResult.of(workload, backend, new Samples(0.0425, 0.02, 9), LIMITS, List.of(jax));
    }
    String row = BenchTable.row(result, peers);
    assertThat(row).hasSameSizeAs(BenchTable.header(peers));
    assertThat(row.split("\\s{2,}"))
        .startsWith("nce", "784-512-512-1", "1024", "vector", "42.500", "2 %")
        .endsWith("-", "1.88");
    assertThat(BenchTable.row(result, List.of())).hasSameSizeAs(BenchTable.header(List.of()));
  }
}
