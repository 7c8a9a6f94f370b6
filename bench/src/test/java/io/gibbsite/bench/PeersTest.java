package io.gibbsite.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * With a shell script in Python's place, which answers as the scripts of {@code bench/peers} do.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the interpreter here is a shell script")
class PeersTest {
  @TempDir Path folder;
  private final List<String> notes = new ArrayList<>();

  private Path python(String script) throws IOException {
    Path file = folder.resolve("python");
    Files.writeString(file, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private static final String JAX_ALONE =
      """
      case "$1" in
        *torch*) echo '{"missing": "No module named torch"}'; exit ;;
      esac
      echo '{"peer": "jax", "version": "9.9", "threads": 1}'
      while read -r request; do
        case "$request" in
          *'"nce"'*) echo '{"error": "TypeError: no"}' ;;
          *'"seconds":0.0,'* | *'"seconds":0.0}'*) echo '{"times": []}' ;;
          *) echo '{"times": [0.002, 0.004, 0.003]}' ;;
        esac
      done
      """;

  @Test
  void goesOnWithThoseThatAreThere() throws IOException {
    Workload energy = Workloads.named("energy", "2-8-1", 64);
    Workload nce = Workloads.named("nce", "2-8-1", 64);
    Timing timing = new Timing(0.01, 0.01, 5);
    try (Peers peers = new Peers(python(JAX_ALONE), 1, "cpu", notes::add);
        Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32))) {
      assertThat(peers.all()).hasSize(1);
      assertThat(notes).singleElement().asString().contains("python", "No module named torch");
      BenchResult row =
          Row.measure(energy, List.of(backend), timing, null, peers.all(), notes::add).get(0);
      PeerResult jax = row.peers().get(0);
      assertThat(jax.name()).isEqualTo("jax");
      assertThat(jax.version()).isEqualTo("9.9");
      assertThat(jax.seconds()).isEqualTo(0.003);
      assertThat(row.ratio()).isCloseTo(0.003 / row.seconds(), within(1e-9 / row.seconds()));
      row = Row.measure(nce, List.of(backend), timing, null, peers.all(), notes::add).get(0);
      assertThat(row.peers()).isEmpty();
      assertThat(row.ratio()).isNull();
      assertThat(notes.get(1)).isEqualTo("jax cannot do nce 2-8-1: TypeError: no");
    }
  }

  @Test
  void spinsHavePeersOfTheirOwn() throws IOException {
    String script =
        """
        case "$1" in
          *numpy*) echo '{"peer": "numpy", "version": "1.0", "threads": 1}' ;;
          *jax*) echo '{"peer": "jax", "version": "9.9", "threads": 1}' ;;
          *) exit 3 ;;
        esac
        while read -r request; do
          case "$1$request" in
            *jax*'"boltzmann"'*) echo '{"error": "TypeError: no"}' ;;
            *jax*) echo '{"times": [0.002]}' ;;
            *) echo '{"times": [0.005, 0.004, 0.006]}' ;;
          esac
        done
        """;
    Timing timing = new Timing(0.01, 0.01, 5);
    try (Peers peers = Peers.ofSpins(python(script), 1, notes::add);
        Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32))) {
      assertThat(peers.all()).extracting(Peer::name).containsExactly("numpy", "jax");
      SpinResult row =
          SpinResult.measure(
                  SpinWork.lattices(8), List.of(backend), timing, peers.all(), notes::add)
              .get(0);
      assertThat(row.peers())
          .extracting(SpinResult.PeerRate::seconds)
          .containsExactly(0.005, 0.002);
      assertThat(row.ratio()).isCloseTo(0.002 / row.seconds(), within(1e-9 / row.seconds()));
      assertThat(notes).isEmpty();
      row =
          SpinResult.measure(
                  new BoltzmannWork(9, 3), List.of(backend), timing, peers.all(), notes::add)
              .get(0);
      assertThat(row.peers()).extracting(SpinResult.PeerRate::name).containsExactly("numpy");
      assertThat(row.updatesPerNs()).isEqualTo(27 / row.seconds() / 1e9);
      assertThat(notes).containsExactly("jax cannot do boltzmann 9: TypeError: no");
    }
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    Path none = python("echo '{\"missing\": \"No module named x\"}'");
    assertThatExceptionOfType(PeerException.class)
        .isThrownBy(() -> new Peers(none, 1, "cpu", notes::add))
        .withMessageContaining("no peer to measure")
        .withMessageContaining("No module named x");
    Path dead = python("exit 3");
    assertThatExceptionOfType(PeerException.class)
        .isThrownBy(() -> new Peers(dead, 1, "cpu", notes::add))
        .withMessageContaining("ended without an answer");
    assertThatExceptionOfType(PeerException.class)
        .isThrownBy(() -> new Peers(folder.resolve("nothing"), 1, "cpu", notes::add))
        .withMessageContaining("nothing: cannot be started");
    assertThat(notes).isEmpty();
  }
}
