package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.hopfield.ContrastiveStorage;
import io.gibbsite.hopfield.HopfieldModel;
import io.gibbsite.hopfield.Patterns;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.hopfield.StorageTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HopfieldCommandsTest {
  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Run train(String rule, String out, String backend) {
    return Run.of(
        "train",
        "hopfield",
        "--quiet",
        "--data",
        "strokes",
        "--pool",
        "2",
        "--patterns",
        "6",
        "--rule",
        rule,
        "--epochs",
        "40",
        "--backend",
        backend,
        "--seed",
        "3",
        "--out",
        path(out));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pseudo-inverse", "contrastive", "dense"})
  void storedPatternsAreRecalledAndDrawn(String rule) throws IOException {
    assertThat(train(rule, "run", "scalar").succeeds().out())
        .startsWith("stored 6 patterns of 196 units by the " + rule + " rule")
        .contains("6 are fixed points");
    Run recalled =
        Run.of("recall", "--quiet", "--model", path("run"), "--flip", "0.1", "--trials", "3")
            .succeeds();
    assertThat(recalled.out().lines().filter(line -> line.startsWith(rule))).hasSize(1);
    assertThat(recalled.out().lines().filter(line -> line.startsWith("hebbian"))).hasSize(1);
    assertThat(recalled.out())
        .contains("6/6")
        .contains("3 copies of each of 6 with 10.0 % of the units flipped");
    assertThat(ImageIO.read(folder.resolve("run/recall.png").toFile()).getWidth())
        .isGreaterThan(2_000);
    assertThat(folder.resolve("run/report.json")).exists();
  }

  /** A run of 40 epochs whose last checkpoint was at 25 goes on to the same bits. */
  @Test
  void aResumedRunGivesTheSameBits() throws IOException {
    train("contrastive", "whole", "scalar").succeeds();
    Path checkpoint = folder.resolve("early");
    Patterns patterns = HopfieldModel.read(folder.resolve("whole/model.safetensors")).patterns();
    ContrastiveStorage.Options options = new ContrastiveStorage.Options(1, 0.2f, 4, 3, 3);
    try (Backend backend = Backends.named("scalar", BackendOptions.defaults());
        StorageTrainer trainer = new StorageTrainer(patterns, options, backend)) {
      for (int epoch = 0; epoch < 25; epoch++) {
        trainer.step();
      }
      Checkpoint.write(checkpoint, trainer);
    }
    byte[] whole = Files.readAllBytes(folder.resolve("whole/model.safetensors"));
    byte[] metrics = Files.readAllBytes(folder.resolve("whole/metrics.csv"));
    Files.move(
        checkpoint,
        folder.resolve("whole/checkpoint.safetensors"),
        StandardCopyOption.REPLACE_EXISTING);
    Files.delete(folder.resolve("whole/model.safetensors"));
    Run resumed =
        Run.of("train", "hopfield", "--resume", "--backend", "vector", "--out", path("whole"));
    assertThat(resumed.succeeds().err()).contains("resumed after epoch 25");
    assertThat(Files.readAllBytes(folder.resolve("whole/model.safetensors"))).isEqualTo(whole);
    assertThat(Files.readAllBytes(folder.resolve("whole/metrics.csv"))).isEqualTo(metrics);
    assertThat(folder.resolve("whole/overlap.png")).exists();
    Run.of("train", "hopfield", "--quiet", "--resume", "--copies", "9", "--out", path("whole"))
        .fails(2, "--copies is 9, but the run");
    train("hebbian", "other", "scalar").succeeds();
    Run.of("train", "hopfield", "--quiet", "--resume", "--out", path("other"))
        .fails(2, "--resume: the hebbian rule stores at once");
    Run.of("train", "hopfield", "--quiet", "--resume", "--out", path("absent"))
        .fails(2, "holds no run to resume");
  }

  @Test
  void backendsStoreAndRecallTheSame() throws IOException {
    train("contrastive", "a", "scalar").succeeds();
    train("contrastive", "b", "vector").succeeds();
    assertThat(folder.resolve("a/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("b/model.safetensors"));
    assertThat(HopfieldModel.read(folder.resolve("a/model.safetensors")).patterns().count())
        .isEqualTo(6);
    String[] lines = new String[2];
    for (int k = 0; k < 2; k++) {
      lines[k] =
          Run.of(
                  "recall",
                  "--quiet",
                  "--json",
                  "--scan",
                  "random",
                  "--backend",
                  k == 0 ? "scalar" : "vector",
                  "--model",
                  path("a/model.safetensors"))
              .succeeds()
              .out();
    }
    String[] figures =
        Stream.of(lines).map(HopfieldCommandsTest::withoutBackend).toArray(String[]::new);
    assertThat(figures[0])
        .isEqualTo(figures[1])
        .contains("\"spurious\":", "\"mean_after\":", "\"standard_error\":")
        .doesNotContain("states\":\"");
    assertThat(lines[0]).contains("\"backend\":\"scalar (");
    assertThat(lines[1]).contains("\"backend\":\"vector (");
  }

  private static String withoutBackend(String lines) {
    return lines.replaceAll(",\"backend\":\"[^\"]*\"", "");
  }

  private Run sample(String temperature, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "sample",
                path("run"),
                "--quiet",
                "--backend",
                "scalar",
                "--temperature",
                temperature,
                "--chains",
                "12",
                "--steps",
                "20",
                "--burn-in",
                "0",
                "--out",
                path("x.npz")));
    arguments.addAll(List.of(more));
    return Run.of(arguments.toArray(String[]::new)).succeeds();
  }

  /**
   * Cold chains stay at their patterns. Hot ones have overlaps of sd 1/14: one of 0.5 is 7 of them,
   * and of 144 none is expected in 1e-9.
   */
  @Test
  void chainsStayAtPatternsWhileTheyAreCold() throws IOException {
    train("pseudo-inverse", "run", "scalar").succeeds();
    Run cold = sample("0.05", "--init", "data", "--picture", path("x.png"));
    assertThat(cold.out()).contains("magnetisation", "overlap with the nearest pattern: 1.0000");
    assertThat(ImageIO.read(folder.resolve("x.png").toFile()).getHeight()).isGreaterThan(2_000);
    Map<String, NdArray> arrays = Npz.read(folder.resolve("x.npz"));
    NdArray overlap = arrays.get("sample_stats/overlap");
    assertThat(overlap.shape()).containsExactly(12, 2, 6);
    NdArray magnetisation = arrays.get("sample_stats/magnetisation");
    for (int c = 0; c < 12; c++) {
      assertThat(overlap.value((2 * c + 1) * 6 + c % 6)).isGreaterThan(0.99);
      double sum = 0;
      for (int i = 0; i < 196; i++) {
        sum += arrays.get("posterior/x").value(2 * c * 196 + i);
      }
      assertThat(magnetisation.value(2 * c)).isCloseTo(sum / 196, within(1e-6));
    }
    sample("1000", "--scan", "random");
    overlap = Npz.read(folder.resolve("x.npz")).get("sample_stats/overlap");
    for (int k = 0; k < 144; k++) {
      assertThat(Math.abs(overlap.value(k))).isLessThan(0.5);
    }
  }

  /** At 30 times the couplings' scale units are all but free: overlaps of sd 1/14 at the start. */
  @Test
  void annealingEndsAtPatterns() throws IOException {
    train("pseudo-inverse", "run", "scalar").succeeds();
    Run run =
        Run.of(
            "anneal",
            "--quiet",
            "--backend",
            "scalar",
            "--model",
            path("run"),
            "--hottest",
            "30",
            "--chains",
            "8",
            "--json");
    Files.writeString(folder.resolve("out.json"), run.succeeds().out());
    JsonNode trace = Json.read(folder.resolve("out.json"), JsonNode.class).get("trace");
    JsonNode last = trace.get(trace.size() - 1);
    assertThat(trace.get(0).get("overlap").asDouble()).isLessThan(0.5);
    assertThat(last.get("overlap").asDouble()).isGreaterThan(0.9);
    assertThat(last.get("magnetisation").asDouble()).isBetween(0.01, 1.0);
    assertThat(
            Run.of("anneal", "--quiet", "--backend", "scalar", "--model", path("run"))
                .succeeds()
                .out())
        .contains("|magnetisation|  overlap");
    Run.of("anneal", "--quiet", "--model", path("run"), "--spins", "4")
        .fails(2, "--spins, --couplings and --model name different networks");
  }

  @Test
  void denseNetworksAreForRecallAlone() {
    train("dense", "run", "scalar").succeeds();
    Run.of("sample", path("run"), "--quiet", "--out", path("x.npz"))
        .fails(2, "a dense Hopfield network has no couplings");
    Run.of("logz", "--quiet", "--model", path("run/model.safetensors"))
        .fails(2, "a dense Hopfield network has no couplings");
  }

  @ParameterizedTest
  @CsvSource({
    "--patterns, 0, --patterns must be at least 1",
    "--rule, other, '--rule must be hebbian, pseudo-inverse, contrastive, dense, not'",
    "--flip, 2, --flip must be between 0 and 1",
    "--epochs, 0, --epochs must be at least 1",
    "--beta, 1, --beta is of --rule dense",
    "--data, nothing, there are no built-in data",
    "--backend, native, backend"
  })
  void wrongOptionsEndWithOneLine(String option, String value, String said) {
    String data = option.equals("--data") ? value : "strokes";
    Run run =
        option.equals("--data")
            ? Run.of("train", "hopfield", "--quiet", "--data", data, "--out", path("x"))
            : Run.of(
                "train", "hopfield", "--quiet", "--data", data, option, value, "--out", path("x"));
    run.fails(2, said);
    assertThat(Files.exists(folder.resolve("x/model.safetensors"))).isFalse();
  }

  @Test
  void recallRefusesWhatIsNoHopfieldNetwork() throws IOException {
    Files.writeString(folder.resolve("text"), "nothing of the kind");
    Run.of("recall", "--model", path("text")).fails(2, "text");
    Run.of("recall", "--model", path("absent")).fails(2, "absent", "does not exist");
    train("dense", "run", "scalar").succeeds();
    Run.of("recall", "--quiet", "--model", path("run"), "--flip", "-1")
        .fails(2, "--flip must be between 0 and 1");
    Run.of("recall", "--quiet", "--model", path("run"), "--scan", "x").fails(2, "--scan must be");
  }
}
