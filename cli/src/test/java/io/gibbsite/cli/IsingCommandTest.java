package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.backend.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
                "ising",
                "--size",
                "32",
                "--temperature",
                "3",
                "--sweeps",
                "1000",
                "--quiet",
                "--json",
                "--threads",
                "2"));
    assertThat(printed.get("onsager").asDouble()).isCloseTo(-0.817310, within(1e-6));
    assertThat(printed.get("energy").asDouble()).isCloseTo(-0.817310, within(0.02));
    assertThat(printed.get("spontaneous").asDouble()).isZero();
    assertThat(printed.get("lattices").asInt()).isEqualTo(64);
    assertThat(printed.get("measurements").asInt()).isEqualTo(6_400);
    assertThat(printed.get("flips_per_ns").asDouble()).isPositive();
  }

  /** Random spins at low temperature freeze into domains, far from the ordered state. */
  @Test
  void whatHasNotSettledStandsFarFromTheExactValue() {
    Run run =
        Run.of(
            "ising",
            "--size",
            "128",
            "--temperature",
            "1.5",
            "--start",
            "hot",
            "--sweeps",
            "100",
            "--quiet");
    assertThat(run.succeeds().out())
        .containsPattern("Yang, infinite lattice: 0.986\\d+, \\d\\d[\\d.]+ standard errors away");
  }

  @Test
  void aLatticeOfStripsIsDrawnAndFieldsHaveNoOnsager() throws IOException {
    String picture = folder.resolve("p.png").toString();
    Run run =
        Run.of(
                "ising",
                "--size",
                "128",
                "--temperature",
                "2",
                "--sweeps",
                "20",
                "--field",
                "0.5",
                "--start",
                "hot",
                "--picture",
                picture,
                "--quiet")
            .succeeds();
    assertThat(run.out())
        .contains("energy of a site", "magnetisation", "Binder cumulant", "flips/ns", "±")
        .doesNotContain("Onsager");
    assertThat(ImageIO.read(Path.of(picture).toFile()).getWidth()).isEqualTo(512);
  }

  /**
   * The spontaneous magnetisation below T_c, with the error that is printed: by Student's t with 63
   * degrees of freedom 6.5 errors are exceeded with 1.5e-8. The correlation length at T = 1.8 is
   * 1.2 sites.
   */
  @ParameterizedTest
  @ValueSource(strings = {"auto", "native"})
  void magnetisationStandsBesideYangs(String backend) throws IOException {
    if (!backend.equals("auto")) {
      assumeThat(Backends.report())
          .as("this machine has it")
          .anyMatch(status -> status.name().equals(backend) && status.available());
    }
    JsonNode printed =
        json(
            Run.of(
                "ising",
                "--size",
                "16",
                "--temperature",
                "1.8",
                "--sweeps",
                "400",
                "--measure-every",
                "4",
                "--backend",
                backend,
                "--quiet",
                "--json"));
    assertThat(printed.get("spontaneous").asDouble()).isCloseTo(0.956857, within(1e-6));
    double error = printed.get("magnetisation_error").asDouble();
    assertThat(error).isBetween(1e-5, 1e-2);
    assertThat(printed.get("magnetisation").asDouble())
        .isCloseTo(printed.get("spontaneous").asDouble(), within(6.5 * error));
    error = printed.get("energy_error").asDouble();
    assertThat(error).isBetween(1e-5, 1e-2);
    assertThat(printed.get("energy").asDouble())
        .isCloseTo(printed.get("onsager").asDouble(), within(6.5 * error));
    assertThat(printed.get("backend").asText())
        .startsWith(backend.equals("auto") ? "vector (" : backend + " (")
        .endsWith("float32)");
    assertThat(printed.get("precision").asText()).isEqualTo("float32");
    assertThat(printed.get("method").asText())
        .isEqualTo(backend.equals("auto") ? "multi-spin coding" : "as an RBM");
  }

  @Test
  void aSingleMeasurementHasNoError() {
    Run run =
        Run.of("ising", "--size", "128", "--sweeps", "1", "--measure-every", "1", "--quiet")
            .succeeds();
    assertThat(run.out())
        .contains("(Onsager, infinite lattice: -1.745565)", "(Yang, infinite lattice: 0.911319)")
        .contains("computed by", "multi-spin coding")
        .doesNotContain("±", "NaN");
  }

  @Test
  void aLatticeTooLargeForDenseWeightsIsRefused() {
    assumeThat(Backends.report())
        .as("this machine has it")
        .anyMatch(status -> status.name().equals("native") && status.available());
    Run.of("ising", "--size", "66", "--backend", "native", "--quiet")
        .fails(2, "at most 4096 sites, not 4356", "take vector or scalar");
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
