package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchSamplersCommandTest {
  @TempDir private Path folder;

  private static Run bench(String... more) {
    String[] arguments = {
      "bench",
      "samplers",
      "--quick",
      "--chains",
      "20",
      "--backend",
      "scalar",
      "--threads",
      "1",
      "--quiet"
    };
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return Run.of(all);
  }

  @Test
  void tableForPeopleAndAPicture() throws IOException {
    Path picture = folder.resolve("s.png");
    Run run =
        bench(
                "--targets",
                "banana,gaussian",
                "--samplers",
                "mala,svgd",
                "--picture",
                picture.toString())
            .succeeds();
    assertThat(run.out().lines()).hasSize(5);
    assertThat(run.out())
        .containsSubsequence("ess/s", "r-hat", "sd off", "banana", "mala", "banana", "svgd");
    assertThat(ImageIO.read(picture.toFile()).getHeight()).isGreaterThan(500);
  }

  @Test
  void jsonForPrograms() throws IOException {
    Run run = bench("--targets", "funnel", "--samplers", "hmc,langevin", "--json").succeeds();
    List<String> lines = run.out().lines().toList();
    assertThat(lines).hasSize(2);
    Files.writeString(folder.resolve("line.json"), lines.get(0));
    JsonNode hmc = Json.read(folder.resolve("line.json"), JsonNode.class);
    assertThat(hmc.get("target").asText()).isEqualTo("funnel");
    assertThat(hmc.get("sampler").asText()).isEqualTo("hmc");
    assertThat(hmc.get("chains").asInt()).isEqualTo(20);
    assertThat(hmc.get("acceptance").asDouble()).isBetween(0.5, 1.0);
    assertThat(hmc.get("ess_per_evaluation").asDouble()).isPositive();
    assertThat(lines.get(1)).contains("\"acceptance\":null");
  }

  @Test
  void wrongNamesAreRefused() {
    bench("--targets", "ring").fails(2, "'ring'", "banana");
    bench("--samplers", "nuts").fails(2, "'nuts'", "hmc");
    Run.of("bench", "samplers", "--chains", "1").fails(2, "--chains must be at least 2");
  }
}
