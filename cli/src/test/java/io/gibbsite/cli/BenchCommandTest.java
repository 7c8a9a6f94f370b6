package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
  void costGrowsWithChainsInATableAndAPicture(@TempDir Path folder) throws IOException {
    Path picture = folder.resolve("s.png");
    String[] arguments = {
      "bench",
      "--scale",
      "--workload",
      "energy",
      "--shape",
      "2-8-1",
      "--batch",
      "20",
      "--backend",
      "vector",
      "--threads",
      "2",
      "--json",
      "--picture",
      picture.toString()
    };
    List<String> lines = Run.of(arguments).succeeds().out().lines().toList();
    ObjectMapper json = new ObjectMapper();
    List<String> sizes = new ArrayList<>();
    for (String line : lines) {
      sizes.add(json.readTree(line).get("threads") + "x" + json.readTree(line).get("batch"));
    }
    assertThat(sizes).containsExactly("1x1", "1x5", "1x20", "2x1", "2x5", "2x20");
    assertThat(ImageIO.read(picture.toFile()).getWidth()).isGreaterThan(500);
    Run.of("bench", "--scale", "--picture", folder.resolve("no/s.png").toString())
        .fails(2, "s.png", "cannot be written");
  }

  @Test
  void wrongChoicesAreNamed() {
    Run.of("bench", "--workload", "sweep").fails(2, "'sweep'", "langevin");
    Run.of("bench", "--shape", "2-3").fails(2, "2-3");
    Run.of("bench", "--workload", "nce", "--shape", "2x3").fails(2, "2x3");
    Run.of("bench", "--batch", "0").fails(2, "--batch", "0");
  }
}
