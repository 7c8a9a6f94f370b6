package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BenchSpinsCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  private static List<JsonNode> quick(String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("bench", "spins", "--quick", "--json"));
    command.addAll(List.of("--threads", "1", "--quiet"));
    command.addAll(List.of(options));
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Run.of(command.toArray(String[]::new)).succeeds().out().lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  @Test
  void latticesAndTheMachineAreMeasuredOnEveryBackendThatHasThem() throws IOException {
    List<JsonNode> lines = quick("--size", "8", "--units", "30", "--chains", "33");
    assertThat(lines)
        .extracting(line -> line.get("workload").asText() + " " + line.get("backend").asText())
        .contains("ising vector", "ising scalar", "boltzmann vector", "boltzmann scalar")
        .doesNotContain("boltzmann native", "boltzmann cuda");
    for (JsonNode line : lines) {
      boolean ising = line.get("workload").asText().equals("ising");
      boolean multiSpin = List.of("vector", "scalar").contains(line.get("backend").asText());
      assertThat(line.get("method").asText())
          .isEqualTo(!ising ? "sequential scan" : multiSpin ? "multi-spin coding" : "as an RBM");
      assertThat(line.get("shape").asText()).isEqualTo(ising ? "8x8" : "30");
      int chains = ising ? 64 : 33;
      assertThat(line.get("chains").asInt()).isEqualTo(chains);
      double seconds = line.get("seconds").asDouble();
      assertThat(seconds).isPositive();
      assertThat(line.get("sweeps_per_s").asDouble()).isEqualTo(chains / seconds);
      assertThat(line.get("updates_per_ns").asDouble())
          .isEqualTo((ising ? 64.0 * 64 : 33.0 * 30) / seconds / 1e9);
      assertThat(line.get("peers")).isEmpty();
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the interpreter here is a shell script")
  void peersStandBesideTheRow() throws IOException {
    Path python = folder.resolve("python");
    Files.writeString(
        python,
        """
        #!/bin/sh
        case "$1" in
          *jax*) echo '{"missing": "No module named jax"}'; exit ;;
          *numpy*) echo '{"peer": "numpy", "version": "1.2", "threads": 1}' ;;
          *) exit 3 ;;
        esac
        while read -r request; do
          case "$request" in
            *'"ising"'*'"8x8"'* | *'"8x8"'*'"ising"'*) echo '{"times": [0.5, 0.25, 1.5]}' ;;
            *) echo '{"error": "TypeError: no"}' ;;
          esac
        done
        """);
    assertThat(python.toFile().setExecutable(true)).isTrue();
    JsonNode line =
        quick("--size", "8", "--backend", "scalar", "--peers", python.toString()).get(0);
    JsonNode peer = line.get("peers").get(0);
    assertThat(peer.get("name").asText()).isEqualTo("numpy");
    assertThat(peer.get("updates_per_ns").asDouble()).isEqualTo(64 * 64 / 0.5 / 1e9);
    assertThat(line.get("ratio").asDouble())
        .isEqualTo(line.get("updates_per_ns").asDouble() / peer.get("updates_per_ns").asDouble());
    Run run =
        Run.of(
                "bench",
                "spins",
                "--quick",
                "--units",
                "5",
                "--backend",
                "scalar",
                "--peers",
                python.toString())
            .succeeds();
    assertThat(run.err())
        .contains("going on without a peer: ", "No module named jax")
        .contains("numpy cannot do boltzmann 5: TypeError: no");
    assertThat(run.out().lines()).hasSize(2);
    assertThat(run.out()).contains("numpy", "ratio");
  }

  @Test
  void whatCannotBeMeasuredIsOneLine() {
    Run.of("bench", "spins", "--size", "9").fails(2, "--size must be even and at least 4, not 9");
    Run.of("bench", "spins", "--units", "0").fails(2, "--units must be at least 1");
    Run.of("bench", "spins", "--chains", "0").fails(2, "--chains must be at least 1");
  }
}
