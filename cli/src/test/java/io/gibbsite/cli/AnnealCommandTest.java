package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schedule that nothing need be said about. All draws are fixed, and so are the results. */
class AnnealCommandTest {
  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static JsonNode json(Run run) throws IOException {
    return new ObjectMapper().readTree(run.succeeds().out());
  }

  @Test
  void theGroundStatesOfSmallGlassesAreFound() throws IOException {
    for (int seed = 1; seed <= 20; seed++) {
      JsonNode found =
          json(Run.of("anneal", "--quiet", "--json", "--spins", "20", "--seed", "" + seed));
      assertThat(found.at("/energy").asDouble())
          .as("seed %d", seed)
          .isEqualTo(found.at("/ground_energy").asDouble());
      // The largest eigenvalue of 20 spins lies below the limit of 2.
      assertThat(found.at("/trace/0/temperature").asDouble()).isBetween(1.2, 2.3);
    }
  }

  /** Random patterns at less than a tenth of the capacity: the lowest states are patterns. */
  @ParameterizedTest
  @CsvSource({"20, 1", "20, 2", "200, 1", "200, 2", "200, 3"})
  void fewStoredPatternsAreFoundFromDisorder(int units, int patterns) throws IOException {
    float[] y = Fixture.normals(units * patterns, 9);
    Npy.write(folder.resolve("y.npy"), NdArray.of(y, patterns, units));
    Run.of(
            "train",
            "hopfield",
            "--quiet",
            "--rule",
            "hebbian",
            "--threshold",
            "0",
            "--data",
            path("y.npy"),
            "--patterns",
            "" + patterns,
            "--out",
            path("run"))
        .succeeds();
    JsonNode found = json(Run.of("anneal", "--quiet", "--json", "--model", path("run")));
    JsonNode trace = found.at("/trace");
    assertThat(trace.at("/0/temperature").asDouble()).isBetween(0.9, 1.4);
    // Disordered at first: the chance overlap with the nearest is some 1 / sqrt(units).
    assertThat(trace.at("/0/overlap").asDouble()).isLessThan(units == 20 ? 0.75 : 0.45);
    assertThat(trace.get(trace.size() - 1).at("/overlap").asDouble()).isGreaterThan(0.8);
    assertThat(found.at("/reached").asInt()).isGreaterThan(10);
    if (units == 20) {
      assertThat(found.at("/energy").asDouble()).isEqualTo(found.at("/ground_energy").asDouble());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--hottest, Infinity, --hottest must be positive",
    "--coldest, NaN, --coldest must be positive",
    "--spins, 40000, --spins must be from 2 to 32768",
    "--chains, 2000000000, --chains 2000000000 of 20 spins are too many"
  })
  void impossibleOptionsAreNamed(String option, String value, String said) {
    Run.of("anneal", "--quiet", option, value).fails(2, said);
  }

  @Test
  void withoutCouplingsThereIsAScheduleToo() throws IOException {
    String zeros = path("w.npy");
    Npy.write(Path.of(zeros), NdArray.of(new float[9], 3, 3));
    JsonNode found = json(Run.of("anneal", "--quiet", "--json", "--couplings", zeros));
    assertThat(found.at("/ground_states").asInt()).isEqualTo(8);
    assertThat(found.at("/trace/0/temperature").asDouble()).isEqualTo(1);
  }
}
