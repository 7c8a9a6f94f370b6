package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchObjectivesCommandTest {
  @TempDir private Path folder;

  private Run bench(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("bench", "objectives", "--backend", "vector", "--quiet", "--threads", "1"));
    arguments.addAll(List.of("--hidden", "8", "--out", folder.resolve("runs").toString()));
    arguments.addAll(Arrays.asList(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  @Test
  void aTableAPictureAndTheRuns() throws IOException {
    Run run = bench("--objectives", "ssm,cd,multi-dsm", "--steps", "20").succeeds();
    assertThat(run.out().lines()).hasSize(6);
    assertThat(run.out())
        .containsSubsequence(
            "held-out log-density", "the density itself", "| ssm |", "| cd |", "| multi-dsm | −");
    // Two moons and the data, then a density and samples of each.
    assertThat(ImageIO.read(folder.resolve("runs/objectives.png").toFile()).getWidth())
        .isGreaterThan(1500);
    assertThat(folder.resolve("runs/ssm/report.json")).exists();
    assertThat(folder.resolve("runs/cd/model.safetensors")).exists();
  }

  @Test
  void jsonForPrograms() throws IOException {
    Run run = bench("--objectives", "nce", "--steps", "30", "--json").succeeds();
    assertThat(run.out().lines()).hasSize(1);
    Files.writeString(folder.resolve("line.json"), run.out());
    JsonNode line = Json.read(folder.resolve("line.json"), JsonNode.class);
    assertThat(line.get("objective").asText()).isEqualTo("nce");
    assertThat(line.get("held_out_log_density").asDouble()).isNegative();
    assertThat(line.get("milliseconds_per_step").asDouble()).isPositive();
  }

  @Test
  void whatIsUnknownIsNamedAndNothingIsWritten() {
    bench("--objectives", "nce,gan").fails(2, "unknown objective 'gan'", "ssm-vr");
    bench("--steps", "0").fails(2, "--steps must be at least 1");
    assertThat(folder.resolve("runs")).doesNotExist();
  }
}
