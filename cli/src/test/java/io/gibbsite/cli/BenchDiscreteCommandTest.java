package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchDiscreteCommandTest {
  @TempDir private Path folder;

  @Test
  void everyBackendIsMeasured() throws IOException {
    Run run =
        Run.of(
                "bench",
                "discrete",
                "--quick",
                "--units",
                "30",
                "--chains",
                "33",
                "--threads",
                "1",
                "--json")
            .succeeds();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(2);
    for (int k = 0; k < 2; k++) {
      Files.writeString(folder.resolve("line"), lines.get(k));
      JsonNode line = Json.read(folder.resolve("line"), JsonNode.class);
      assertThat(line.get("backend").asText()).isEqualTo(k == 0 ? "vector" : "scalar");
      double seconds = line.get("seconds").asDouble();
      assertThat(seconds).isPositive();
      assertThat(line.get("sweeps_per_s").asDouble()).isEqualTo(33 / seconds);
      assertThat(line.get("updates_per_s").asDouble()).isEqualTo(33.0 * 30 / seconds);
    }
    Run.of("bench", "discrete", "--units", "0").fails(2, "--units must be at least 1");
    Run.of("bench", "discrete", "--chains", "0").fails(2, "--chains must be at least 1");
    assertThat(
            Run.of("bench", "discrete", "--quick", "--units", "5", "--backend", "scalar")
                .succeeds()
                .out()
                .lines())
        .hasSize(2);
  }
}
