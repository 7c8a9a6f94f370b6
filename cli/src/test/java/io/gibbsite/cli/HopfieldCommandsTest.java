package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.hopfield.HopfieldModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    assertThat(recalled.out()).contains("6/6").contains("pattern");
    assertThat(ImageIO.read(folder.resolve("run/recall.png").toFile()).getWidth())
        .isGreaterThan(2_000);
    assertThat(folder.resolve("run/report.json")).exists();
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
    assertThat(lines[0]).isEqualTo(lines[1]).contains("\"spurious\":").contains("\"mean_after\":");
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
