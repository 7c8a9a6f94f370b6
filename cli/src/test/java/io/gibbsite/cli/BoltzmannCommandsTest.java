package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.boltzmann.BoltzmannShape;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.io.Npz;
import io.gibbsite.spin.SpinParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoltzmannCommandsTest {
  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** A run of about a second; options given replace these. */
  private static Run train(String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", "boltzmann", "--quiet"));
    if (!Arrays.asList(more).contains("--backend")) {
      arguments.addAll(List.of("--backend", "scalar"));
    }
    if (!Arrays.asList(more).contains("--resume")) {
      String[][] small = {
        {"--data", "bars-and-stripes-3"}, {"--rows", "300"}, {"--hidden", "6"}, {"--batch", "20"},
        {"--steps", "40"}, {"--seed", "3"}, {"--evaluate-every", "20"}, {"--chains", "30"},
        {"--checkpoint-every", "15"}
      };
      for (String[] option : small) {
        if (!Arrays.asList(more).contains(option[0])) {
          arguments.addAll(List.of(option));
        }
      }
    }
    arguments.addAll(Arrays.asList(more));
    return Run.of(arguments.toArray(String[]::new));
  }

  private JsonNode json(Run run) throws IOException {
    Path file = folder.resolve("out.json");
    Files.writeString(file, run.succeeds().out());
    assertThat(run.out().lines()).hasSize(1);
    return Json.read(file, JsonNode.class);
  }

  @Test
  void aDivergedRunFailsAndKeepsItsCheckpoint() {
    train("--out", path("run"), "--learning-rate", "3e5", "--checkpoint-every", "1")
        .fails(1, "training diverged at step", "a parameter has grown to", "lower learning rate");
    assertThat(folder.resolve("run/checkpoint.safetensors")).exists();
    assertThat(folder.resolve("run/report.json")).doesNotExist();
  }

  @Test
  void whatCannotBeginLeavesNoFolder() {
    train("--out", path("run"), "--hidden", "99999")
        .fails(2, "--hidden must be from 0 to 32767, not 99999");
    train("--out", path("run"), "--hidden", "32760").fails(2, "32768 at the most, not 9 and 32760");
    train("--out", path("run"), "--data", "two-moons")
        .fails(2, "two-moons: column", "neither a state nor a grey from 0 to 1: give --threshold");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  /** Files of -1 and +1 need no threshold, in training as in what follows. */
  @Test
  void statesOfSpinsAreTakenAsTheyAre() throws IOException {
    float[] y = new float[40 * 4];
    for (int k = 0; k < y.length; k++) {
      y[k] = k / 4 % 2 == 0 ? 1 : -1;
    }
    Npy.write(folder.resolve("y.npy"), NdArray.of(y, 40, 4));
    train("--data", path("y.npy"), "--hidden", "2", "--out", path("run"), "--rows", "40")
        .succeeds();
    JsonNode figures =
        json(Run.of("evaluate", "--quiet", "--model", path("run"), "--data", path("y.npy")));
    assertThat(figures.get("mean_log_likelihood").asDouble()).isBetween(-4 * Math.log(2), 0.0);
    assertThat(figures.get("backend").asText()).contains("float32");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mean-field", "sampled"})
  void trainingEndsWithItsFiguresWhichEvaluateRepeats(String positive) throws IOException {
    Run run = train("--positive", positive, "--out", path("run"), "--json");
    JsonNode figures = json(run).get("figures");
    assertThat(figures.get("held_out").get("free_energy").asText()).isEqualTo("exact");
    double heldOut = figures.get("held_out").get("mean_log_likelihood").asDouble();
    assertThat(heldOut).isBetween(-9 * Math.log(2), -Math.log(14));
    double logZ = figures.get("held_out").get("log_z").get("log_z").asDouble();
    JsonNode again =
        json(
            Run.of(
                "logz", "--quiet", "--model", path("run/model.safetensors"), "--method", "exact"));
    assertThat(again.get("log_z").asDouble()).isEqualTo(logZ);
    JsonNode estimate =
        json(
            Run.of(
                "logz",
                "--quiet",
                "--model",
                path("run/model.safetensors"),
                "--method",
                "ais",
                "--chains",
                "200",
                "--temperatures",
                "200"));
    // Twelve standard errors: the estimate is rather low than high.
    assertThat(estimate.get("log_z").asDouble())
        .isCloseTo(logZ, within(12 * estimate.get("standard_error").asDouble() + 1e-3));
    JsonNode bracket =
        json(
            Run.of(
                "logz",
                "--quiet",
                "--model",
                path("run/model.safetensors"),
                "--temperatures",
                "200"));
    // Seed 0: one draw of an interval that is known to hold.
    assertThat(bracket.get("method").asText()).isEqualTo("bracket");
    assertThat(logZ).isBetween(bracket.get("lower").asDouble(), bracket.get("upper").asDouble());
    assertThat(folder.resolve("run/metrics.csv")).exists();
    assertThat(folder.resolve("run/report.json")).exists();
    Npy.write(folder.resolve("x.npy"), NdArray.of(new float[] {1, 1, 1, 0, 0, 0, 0, 0, 0}, 1, 9));
    JsonNode of =
        json(
            Run.of(
                "evaluate",
                "--quiet",
                "--model",
                path("run/model.safetensors"),
                "--data",
                path("x.npy")));
    assertThat(of.get("rows").asInt()).isEqualTo(1);
    assertThat(of.get("mean_log_likelihood").asDouble()).isNegative();
  }

  /** 9 + 20 units are more than can be enumerated, and 20 hidden ones leave the mean field. */
  @Test
  void largeMachinesAreBracketed() throws IOException {
    Run run = train("--hidden", "20", "--temperatures", "50", "--out", path("run")).succeeds();
    assertThat(run.out())
        .containsPattern("held-out lower bound +-[0-9.]+ to -[0-9.]+ nats a row")
        .containsPattern("log Z, bracket +[0-9.]+ to [0-9.]+");
    Npy.write(folder.resolve("x.npy"), NdArray.of(new float[] {1, 1, 1, 0, 0, 0, 0, 0, 0}, 1, 9));
    JsonNode of =
        json(
            Run.of(
                "evaluate",
                "--quiet",
                "--temperatures",
                "100",
                "--burn-in",
                "10",
                "--model",
                path("run/model.safetensors"),
                "--data",
                path("x.npy")));
    assertThat(of.get("free_energy").asText()).isEqualTo("mean-field");
    assertThat(of.get("lower").asDouble()).isLessThan(of.get("upper").asDouble());
    assertThat(of.get("upper").asDouble() - of.get("lower").asDouble())
        .isCloseTo(
            of.get("log_z").get("upper").asDouble() - of.get("log_z").get("lower").asDouble(),
            within(1e-9));
  }

  @Test
  void otherBackendsGiveTheSameBitsAndFinishedRunsStayAsTheyAre() throws IOException {
    train("--out", path("whole")).succeeds();
    train("--out", path("vector"), "--backend", "vector", "--threads", "3").succeeds();
    train("--out", path("parts")).succeeds();
    assertThat(folder.resolve("vector/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    train("--resume", "--out", path("parts")).succeeds();
    train("--resume", "--out", path("parts"), "--hidden", "7").fails(2, "--hidden is 7");
    assertThat(folder.resolve("parts/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
  }

  @Test
  void samplesHoldLabelsAndRows() throws IOException {
    train(
            "--data",
            "strokes",
            "--pool",
            "4",
            "--labels",
            "built-in",
            "--hidden",
            "4",
            "--out",
            path("run"))
        .succeeds();
    assertThat(ImageIO.read(folder.resolve("run/samples.png").toFile())).isNotNull();
    Run.of(
            "sample",
            path("run"),
            "--quiet",
            "--label",
            "7",
            "--chains",
            "16",
            "--steps",
            "20",
            "--thin",
            "5",
            "--burn-in",
            "5",
            "--out",
            path("x.npz"),
            "--picture",
            path("x.png"))
        .succeeds();
    NdArray x = Npz.read(folder.resolve("x.npz")).get("posterior/x");
    assertThat(x.shape()).containsExactly(16, 4, 59);
    for (int row = 0; row < 64; row++) {
      for (int label = 0; label < 10; label++) {
        assertThat(x.value(row * 59 + 49 + label)).isEqualTo(label == 7 ? 1 : -1);
      }
    }
    assertThat(ImageIO.read(folder.resolve("x.png").toFile())).isNotNull();
    Npy.write(folder.resolve("rows.npy"), NdArray.of(new float[49], 1, 49));
    Run.of(
            "sample",
            path("run"),
            "--quiet",
            "--from",
            path("rows.npy"),
            "--hold",
            "0-9",
            "--chains",
            "4",
            "--steps",
            "10",
            "--burn-in",
            "0",
            "--out",
            path("y.npz"))
        .succeeds();
    NdArray y = Npz.read(folder.resolve("y.npz")).get("posterior/x");
    for (int i = 0; i < 10; i++) {
      assertThat(y.value(i)).isEqualTo(-1);
    }
    Run.of("sample", path("run"), "--quiet", "--label", "10", "--out", path("z.npz"))
        .fails(2, "there is no label 10");
    Run.of("sample", path("run"), "--quiet", "--sampler", "hmc", "--out", path("z.npz"))
        .fails(2, "--sampler must be gibbs for a Boltzmann machine");
    Run.of("sample", path("run"), "--quiet", "--init", "noise", "--out", path("z.npz"))
        .fails(2, "--init must be base or data");
    Run.of("sample", path("run"), "--quiet", "--scan", "x", "--out", path("z.npz"))
        .fails(2, "--scan must be sequential, random, coloured");
  }

  /** Nine pixels held where they start are rows of the data: bars or stripes. */
  @Test
  void chainsStartFromTheRunsRows() throws IOException {
    train("--out", path("run")).succeeds();
    for (String scan : new String[] {"sequential", "random", "coloured"}) {
      Run run =
          Run.of(
              "sample",
              path("run"),
              "--quiet",
              "--init",
              "data",
              "--hold",
              "0-8",
              "--scan",
              scan,
              "--chains",
              "16",
              "--steps",
              "10",
              "--out",
              path("x.npz"),
              "--picture",
              path("x.png"));
      assertThat(run.succeeds().out()).contains("energy", "magnetisation");
      NdArray x = Npz.read(folder.resolve("x.npz")).get("posterior/x");
      for (int c = 0; c < 16; c++) {
        boolean stripes = true;
        boolean bars = true;
        for (int i = 0; i < 9; i++) {
          stripes &= x.value(c * 9 + i) == x.value(c * 9 + i / 3 * 3);
          bars &= x.value(c * 9 + i) == x.value(c * 9 + i % 3);
        }
        assertThat(stripes || bars).isTrue();
      }
    }
    assertThat(ImageIO.read(folder.resolve("x.png").toFile()).getHeight()).isGreaterThan(2_000);
  }

  /** Two pixels, each coupled to the unit of its own class: the lit one tells the class. */
  @Test
  void classesAreReadOffTheFreeEnergy() throws IOException {
    float[] weight = new float[16];
    weight[2] = weight[8] = weight[7] = weight[13] = 2;
    new BoltzmannModel(new BoltzmannShape(4, 0), SpinParameters.of(weight, new float[4]))
        .write(folder.resolve("m"), Map.of("labels", "2"));
    Npy.write(folder.resolve("x.npy"), NdArray.of(new float[] {1, 0, 0, 1, 1, 0, 0, 1}, 4, 2));
    float[][] labels = {{0, 1, 0, 1}, {1, 0, 1, 0}, {0, 1, 0, 0}};
    double[] errors = {0, 1, 0.25};
    for (int k = 0; k < 3; k++) {
      Npy.write(folder.resolve("y.npy"), NdArray.of(labels[k], 4, 1));
      JsonNode of =
          json(
              Run.of(
                  "evaluate",
                  "--quiet",
                  "--model",
                  path("m"),
                  "--data",
                  path("x.npy"),
                  "--labels",
                  path("y.npy")));
      assertThat(of.get("label_error").asDouble()).isEqualTo(errors[k]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--hidden, -1, --hidden must be from 0 to 32767",
    "--chains, 0, --chains must be at least 1",
    "--positive, x, '--positive must be mean-field, sampled, not'",
    "--positive-sweeps, 0, --positive-sweeps must be at least 1",
    "--momentum, 1, --momentum must be at least 0 and below 1",
    "--data, nothing, there are no built-in data"
  })
  void wrongOptionsEndWithOneLine(String option, String value, String said) {
    train(option, value, "--out", path("x")).fails(2, said);
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "vector"})
  void annealingFindsTheGroundStateAndSaysSo(String backend) throws IOException {
    Run run =
        Run.of(
            "anneal",
            "--quiet",
            "--spins",
            "16",
            "--seed",
            "5",
            "--backend",
            backend,
            "--out",
            path("y.npy"),
            "--picture",
            path("p.png"),
            "--json");
    JsonNode found = json(run);
    assertThat(found.get("energy").asDouble()).isEqualTo(found.get("ground_energy").asDouble());
    assertThat(found.get("ground_states").asInt()).isEqualTo(2);
    assertThat(found.get("trace").size()).isGreaterThan(50);
    assertThat(Npy.read(folder.resolve("y.npy")).shape()).containsExactly(16);
    assertThat(ImageIO.read(folder.resolve("p.png").toFile())).isNotNull();
  }

  @Test
  void couplingsComeFromFiles() throws IOException {
    // A ring of four that wants neighbours to differ: -4 at both of its two ground states.
    float[] ring = {0, -1, 0, -1, -1, 0, -1, 0, 0, -1, 0, -1, -1, 0, -1, 0};
    Npy.write(folder.resolve("w.npy"), NdArray.of(ring, 4, 4));
    for (String scan : new String[] {"sequential", "random", "coloured"}) {
      Run run =
          Run.of(
              "anneal",
              "--quiet",
              "--backend",
              "scalar",
              "--couplings",
              path("w.npy"),
              "--scan",
              scan,
              "--out",
              path("y.npy"));
      assertThat(run.succeeds().out())
          .contains("lowest energy -4.000000 (-1.00000 a spin)")
          .contains("enumeration: the ground state has -4.000000 (2 states): found");
      NdArray y = Npy.read(folder.resolve("y.npy"));
      assertThat(y.value(0)).isEqualTo(-y.value(1)).isEqualTo(y.value(2));
    }
    Run.of("anneal", "--quiet", "--couplings", path("w.npy"), "--spins", "4")
        .fails(2, "--spins, --couplings and --model");
    ring[1] = 2;
    Npy.write(folder.resolve("w.npy"), NdArray.of(ring, 4, 4));
    Run.of("anneal", "--quiet", "--couplings", path("w.npy")).fails(2, "w.npy", "symmetric");
    Npy.write(folder.resolve("w.npy"), NdArray.of(ring, 2, 8));
    Run.of("anneal", "--quiet", "--couplings", path("w.npy")).fails(2, "no square matrix");
    Run.of("evaluate", "--model", path("w.npy"), "--data", path("w.npy"), "--threshold", "NaN")
        .fails(2, "--threshold must be a number, not NaN");
    Run.of("anneal", "--quiet", "--factor", "1").fails(2, "--factor must be between 0 and 1");
    Run.of("anneal", "--quiet", "--hottest", "1", "--coldest", "2").fails(2, "--coldest 2.0");
    Run.of("anneal", "--quiet", "--scan", "x").fails(2, "--scan must be");
  }
}
