package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
  private static final String[] SMALL = {
    "bench",
    "--workload",
    "nce",
    "--shape",
    "2-16-1",
    "--batch",
    "64",
    "--quick",
    "--backend",
    "scalar",
    "--threads",
    "1"
  };

  @Test
  void tableForPeople() {
    Run run = Run.of(SMALL).succeeds();
    assertThat(run.out().lines()).hasSize(2);
    assertThat(run.out()).containsSubsequence("workload", "GFLOP/s", "limit", "nce", "2-16-1", "%");
    assertThat(run.err()).contains("measured limit of 1 thread: ");
  }

  @Test
  void jsonForPrograms() throws IOException {
    String[] arguments = java.util.Arrays.copyOf(SMALL, SMALL.length + 1);
    arguments[SMALL.length] = "--json";
    JsonNode json = new ObjectMapper().readTree(Run.of(arguments).succeeds().out());
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly(
            "workload",
            "shape",
            "batch",
            "backend",
            "description",
            "threads",
            "precision",
            "seconds",
            "spread",
            "calls",
            "gflops",
            "rows_per_s",
            "intensity",
            "limit",
            "limit_fraction",
            "peers",
            "ratio",
            "goal");
    assertThat(json.get("seconds").doubleValue()).isPositive();
    assertThat(json.get("limit_fraction").doubleValue()).isBetween(1e-6, 1.0);
  }

  @Test
  void wrongChoicesAreNamed() {
    Run.of("bench", "--workload", "sweep").fails(2, "'sweep'", "langevin");
    Run.of("bench", "--shape", "2-3").fails(2, "2-3");
    Run.of("bench", "--workload", "nce", "--shape", "2x3").fails(2, "2x3");
    Run.of("bench", "--batch", "0").fails(2, "--batch", "0");
  }
}
