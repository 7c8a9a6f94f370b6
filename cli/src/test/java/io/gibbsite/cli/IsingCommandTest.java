package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IsingCommandTest {
  @TempDir private Path folder;

  private JsonNode json(Run run) throws IOException {
    Path file = folder.resolve("out.json");
    Files.writeString(file, run.succeeds().out());
    assertThat(run.out().lines()).hasSize(1);
    return Json.read(file, JsonNode.class);
  }

  /**
   * 64 lattices of 32x32 at T = 3, 100 measurements each of nearly independent states: the standard
   * error is about 8e-4, and 0.02 are 25 of them.
   */
  @Test
  void energiesStandBesideOnsagers() throws IOException {
    JsonNode printed =
        json(
            Run.of(
                "ising", "--size", "32", "--temperature", "3", "--sweeps", "1000", "--quiet",
                "--json", "--threads", "2"));
    assertThat(printed.get("onsager").asDouble()).isCloseTo(-0.817310, within(1e-6));
    assertThat(printed.get("energy").asDouble()).isCloseTo(-0.817310, within(0.02));
    assertThat(printed.get("spontaneous").asDouble()).isZero();
    assertThat(printed.get("lattices").asInt()).isEqualTo(64);
    assertThat(printed.get("measurements").asInt()).isEqualTo(6_400);
    assertThat(printed.get("flips_per_ns").asDouble()).isPositive();
  }

  @Test
  void aLatticeOfStripsIsDrawnAndFieldsHaveNoOnsager() throws IOException {
    String picture = folder.resolve("p.png").toString();
    Run run =
        Run.of(
                "ising", "--size", "128", "--temperature", "2", "--sweeps", "20", "--field", "0.5",
                "--start", "hot", "--picture", picture, "--quiet")
            .succeeds();
    assertThat(run.out())
        .contains("energy of a site", "magnetisation", "Binder cumulant", "flips/ns")
        .doesNotContain("Onsager");
    assertThat(ImageIO.read(Path.of(picture).toFile()).getWidth()).isEqualTo(512);
  }

  @Test
  void theBenchHasARowForEveryShape() throws IOException {
    Run run = Run.of("bench", "ising", "--quick", "--json", "--threads", "1").succeeds();
    assertThat(run.out().lines())
        .hasSize(3)
        .allMatch(line -> line.contains("\"flips_per_ns\":"))
        .anyMatch(line -> line.contains("\"shape\":\"1024x1024\""));
  }

  @Test
  void wrongUsageIsOneLine() {
    Run.of("ising", "--size", "33").fails(2, "--size must be even and at least 4, not 33");
    Run.of("ising", "--temperature", "0").fails(2, "--temperature must be positive");
    Run.of("ising", "--sweeps", "5").fails(2, "--measure-every must be from 1 to --sweeps");
    Run.of("ising", "--start", "warm").fails(2, "--start must be cold, hot, not 'warm'");
    Run.of("ising", "--picture", "none/p.png").fails(2, "none");
  }
}
