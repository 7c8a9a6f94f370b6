package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.io.Npz;
import io.gibbsite.rbm.GaussianRbmModel;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GaussianRbmCommandsTest {
  /** Of {@link #model}: two free hidden units, deviations 2 and 0.5. */
  private static final double LOG_Z = 2 * Math.log(2) + Math.log(2 * Math.PI);

  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** A run of about a second; options given replace these. */
  private static Run train(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "rbm", "--backend", "scalar", "--quiet"));
    if (!Arrays.asList(more).contains("--resume")) {
      String[][] small = {
        {"--visible", "gaussian"}, {"--data", "two-moons"}, {"--rows", "500"}, {"--hidden", "8"},
        {"--batch", "50"}, {"--steps", "40"}, {"--seed", "3"}, {"--evaluate-every", "10"},
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
    return Json.read(file, JsonNode.class);
  }

  /** Without weights. */
  private String model() throws IOException {
    RbmParameters others =
        RbmParameters.of(new RbmShape(2, 2), new float[4], new float[] {1, -1}, new float[2]);
    new GaussianRbmModel(GaussianRbmParameters.of(others, new float[] {2, 0.5f}))
        .write(folder.resolve("m"));
    return path("m");
  }

  @Test
  void aRunOnThePlaneLeavesAllItsFilesAndPrintsItsFigures() throws IOException {
    Run run = train("--out", path("run")).succeeds();
    assertThat(run.out())
        .contains("held-out log-likelihood", "  of a Gaussian", "log Z, exact", "scalar");
    assertThat(folder.resolve("run").toFile().list())
        .containsExactlyInAnyOrder(
            "config.json",
            "model.safetensors",
            "checkpoint.safetensors",
            "metrics.csv",
            "report.json",
            "density.png",
            "free-energy.png",
            "likelihood.png");
    GaussianRbmModel model = GaussianRbmModel.read(folder.resolve("run/model.safetensors"));
    assertThat(model.parameters().shape()).hasToString("2x8");
    assertThat(ImageIO.read(folder.resolve("run/density.png").toFile()).getWidth())
        .isGreaterThan(1000);
  }

  @Test
  void aRunOnImagesDrawsThem() {
    train(
            "--data",
            "strokes",
            "--pool",
            "2",
            "--jitter",
            "0.1",
            "--hidden",
            "9",
            "--out",
            path("run"))
        .succeeds();
    assertThat(folder.resolve("run").toFile().list()).contains("filters.png", "samples.png");
  }

  /** The Gaussian comes to about -2.55 and the model to 0.1 above it. */
  @Test
  void trainingBeatsTheGaussian() throws IOException {
    JsonNode report =
        json(
            train(
                "--out",
                path("run"),
                "--json",
                "--rows",
                "2000",
                "--steps",
                "2000",
                "--objective",
                "cd",
                "--sweeps",
                "5",
                "--learning-rate",
                "0.1"));
    double value = report.at("/figures/held_out/mean_log_likelihood").asDouble();
    double gaussian = report.at("/figures/gaussian_log_likelihood").asDouble();
    assertThat(gaussian).isBetween(-2.7, -2.4);
    assertThat(value).isGreaterThan(gaussian + 0.05);
  }

  /** Stopped after step 23, which is neither a checkpoint's nor a measurement's. */
  @ParameterizedTest
  @CsvSource({"pcd,1", "cd,1", "pcd,3"})
  void aResumedRunGivesTheSameBits(String objective, int levels) throws IOException {
    train(
            "--out",
            path("whole"),
            "--objective",
            objective,
            "--levels",
            "" + levels,
            "--threads",
            "1")
        .succeeds();
    TrainRbmOptions options = new TrainRbmOptions();
    options.visible = "gaussian";
    options.data = "two-moons";
    options.rows = 500;
    options.hidden = 8;
    options.batch = 50;
    options.steps = 40;
    options.objective = objective;
    options.levels = levels;
    options.evaluateEvery = 10;
    options.checkpointEvery = 15;
    options.seed = 3;
    RunFolder part = RunFolder.create(folder.resolve("part"));
    AtomicInteger steps = new AtomicInteger();
    try (Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32));
        GaussianRbmTraining training =
            new GaussianRbmTraining(options, TrainRbmCommand.split(options), backend, part)) {
      training.begin();
      assertThat(training.train(Progress.none(), () -> steps.incrementAndGet() == 23)).isFalse();
    }
    train("--resume", "--out", path("part"), "--threads", "2").succeeds();
    assertThat(folder.resolve("part/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
  }

  @ParameterizedTest
  @CsvSource({"exact,0", "ais,1e-6", "reverse-ais,1e-6"})
  void logZIsPrintedWithItsError(String method, double error) throws IOException {
    JsonNode result = json(Run.of("logz", "--quiet", "--model", model(), "--method", method));
    assertThat(result.at("/log_z").asDouble()).isCloseTo(LOG_Z, within(1e-6));
    assertThat(result.at("/standard_error").asDouble()).isBetween(0.0, error);
  }

  @Test
  void evaluateGivesTheMeanLogLikelihood() throws IOException {
    Npy.write(folder.resolve("x.npy"), NdArray.of(new float[] {1, -1, 3, -1.5f}, 2, 2));
    JsonNode result =
        json(Run.of("evaluate", "--quiet", "--model", model(), "--data", path("x.npy")));
    // The second row is one deviation off in either column.
    double expected = -Math.log(2 * Math.PI) - 0.5;
    assertThat(result.at("/mean_log_likelihood").asDouble()).isCloseTo(expected, within(1e-6));
  }

  @Test
  void samplesAreGibbsChainsWhateverTheThreads() throws IOException {
    train("--out", path("run")).succeeds();
    String[][] runs = {
      {"a.npz", "--backend", "scalar", "--picture", path("p.png")},
      {"b.npz", "--threads", "2", "--backend", "vector"},
      {"c.npz", "--init", "data", "--burn-in", "0", "--hold", "1", "--backend", "vector"}
    };
    for (String[] more : runs) {
      List<String> all =
          new ArrayList<>(
              List.of("sample", path("run"), "--quiet", "--chains", "9", "--steps", "20"));
      all.addAll(List.of("--thin", "5", "--out", path(more[0])));
      all.addAll(Arrays.asList(more).subList(1, more.length));
      Run.of(all.toArray(String[]::new)).succeeds();
    }
    NdArray x = Npz.read(folder.resolve("a.npz")).get("posterior/x");
    assertThat(x.shape()).containsExactly(9, 4, 2);
    assertThat(Npz.read(folder.resolve("b.npz")).get("posterior/x").floats()).isEqualTo(x.floats());
    float[] held = Npz.read(folder.resolve("c.npz")).get("posterior/x").floats();
    for (int draw = 1; draw < 4; draw++) {
      assertThat(held[2 * draw + 1]).isEqualTo(held[1]);
      assertThat(held[2 * draw]).isNotEqualTo(held[0]);
    }
    assertThat(ImageIO.read(folder.resolve("p.png").toFile())).isNotNull();
  }

  /** Two hidden units that are both on or both off, with the visible ones at 0 or at (8, -4). */
  private String twoModes() throws IOException {
    RbmParameters others =
        RbmParameters.of(
            new RbmShape(2, 2), new float[] {4, 4, -4, -4}, new float[2], new float[] {-32, -32});
    new GaussianRbmModel(GaussianRbmParameters.of(others, new float[] {1, 0.5f}))
        .write(folder.resolve("modes"));
    return path("modes");
  }

  /**
   * The modes have the same weight by symmetry. Of 2,000 chains 750 start in the far one, where
   * Gibbs sweeps would leave them; tempered ones end there with 1,000, sd 22.4, within 6 of them
   * but for 2e-9.
   */
  @Test
  void temperedSamplesHaveBothModesWhateverTheThreads() throws IOException {
    float[] rows = new float[16];
    for (int row = 0; row < 3; row++) {
      rows[2 * row] = 8;
      rows[2 * row + 1] = -4;
    }
    Npy.write(folder.resolve("x.npy"), NdArray.of(rows, 8, 2));
    List<Map<String, NdArray>> found = new ArrayList<>();
    for (String[] more : new String[][] {{"--backend", "scalar"}, {"--threads", "2"}}) {
      List<String> all =
          new ArrayList<>(
              List.of("sample", twoModes(), "--quiet", "--sampler", "pt", "--levels", "12"));
      all.addAll(List.of("--chains", "2000", "--burn-in", "300", "--steps", "20"));
      all.addAll(List.of("--from", path("x.npy"), "--out", path("s.npz")));
      all.addAll(List.of("--picture", path("p.png")));
      all.addAll(Arrays.asList(more));
      Run run = Run.of(all.toArray(String[]::new)).succeeds();
      assertThat(run.out()).contains("inverse temperatures     0.000", "swap acceptance upwards");
      found.add(Npz.read(folder.resolve("s.npz")));
    }
    NdArray x = found.get(0).get("posterior/x");
    assertThat(x.shape()).containsExactly(2000, 2, 2);
    assertThat(found.get(1).get("posterior/x").floats()).isEqualTo(x.floats());
    assertThat(found.get(0).get("tempering/beta").floats()).hasSize(12).startsWith(0).endsWith(1);
    assertThat(found.get(0).get("sample_stats/swap_acceptance").shape())
        .containsExactly(2000, 2, 11);
    int far = 0;
    for (int chain = 0; chain < 2000; chain++) {
      far += x.floats()[4 * chain] > 4 ? 1 : 0;
    }
    assertThat(far).isBetween(866, 1134);
    assertThat(ImageIO.read(folder.resolve("p.png").toFile())).isNotNull();
  }

  @Test
  void temperedChainsOfImagesMayStartFromTheData() {
    train("--data", "strokes", "--pool", "2", "--jitter", "0.1", "--out", path("run")).succeeds();
    String[] arguments = {
      "sample",
      path("run"),
      "--quiet",
      "--sampler",
      "pt",
      "--levels",
      "3",
      "--init",
      "data",
      "--chains",
      "9",
      "--steps",
      "20",
      "--out",
      path("s.npz"),
      "--picture",
      path("p.png")
    };
    Run.of(arguments).succeeds();
    assertThat(folder.resolve("p.png")).isNotEmptyFile();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--visible;real;--visible must be binary, gaussian, not 'real'",
        "--visible-sd;0;--visible-sd must be positive",
        "--sd-rate;-1;--sd-rate must be at least 0",
        "--jitter;-1;--jitter must be at least 0",
        "--labels;y.npy;--labels need --visible binary",
        "--threshold;0.2;--threshold is of --visible binary",
        "--data;bars-and-stripes-0;a side from 1 to 23"
      })
  void badTrainingOptionsAreNamed(String option, String value, String said) {
    train("--out", path("run"), option, value).fails(2, said);
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void badInputOfTheOtherCommandsIsNamed() throws IOException {
    train("--out", path("run"), "--visible", "binary", "--jitter", "0.1")
        .fails(2, "--jitter is of --visible gaussian");
    Npy.write(folder.resolve("x.npy"), NdArray.of(new float[3], 1, 3));
    Run.of("evaluate", "--quiet", "--model", model(), "--data", path("x.npy"))
        .fails(2, "3 columns, but the model has 2 visible units");
    Run.of("sample", model(), "--quiet", "--label", "1", "--out", path("s.npz"))
        .fails(2, "--label needs a model that was trained with --labels");
    Run.of("sample", model(), "--quiet", "--sampler", "langevin", "--out", path("s.npz"))
        .fails(2, "--sampler must be gibbs or pt for an RBM");
    String[][] pt = {
      {"--levels", "1", "--levels must be at least 2, not 1"},
      {"--temperature", "2", "--temperature is of gibbs"},
      {"--hold", "0", "--hold holds units, which pt does not"},
      {"--chains", "200000000", "too many"}
    };
    for (String[] bad : pt) {
      Run.of(
              "sample",
              model(),
              "--quiet",
              "--sampler",
              "pt",
              bad[0],
              bad[1],
              "--out",
              path("s.npz"))
          .fails(2, bad[2]);
    }
  }
}
