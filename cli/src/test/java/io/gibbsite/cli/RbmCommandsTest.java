package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.data.BarsAndStripes;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.Images;
import io.gibbsite.data.Strokes;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.io.Npz;
import io.gibbsite.rbm.RbmModel;
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
import org.junit.jupiter.params.provider.ValueSource;

class RbmCommandsTest {
  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  /** A run of about a second; options given replace these. */
  private static Run train(String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", "rbm", "--quiet"));
    if (!Arrays.asList(more).contains("--backend")) {
      arguments.addAll(List.of("--backend", "scalar"));
    }
    if (!Arrays.asList(more).contains("--resume")) {
      String[][] small = {
        {"--data", "bars-and-stripes-3"}, {"--rows", "300"}, {"--hidden", "12"}, {"--batch", "20"},
        {"--steps", "40"}, {"--seed", "3"}, {"--evaluate-every", "10"}, {"--checkpoint-every", "15"}
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

  /** Units without weights: log Z = (9 + 4) log 2 + log(1 + e) - log 2. */
  private String model() throws IOException {
    float[] values = new float[9 * 4 + 13];
    values[9 * 4] = 1;
    new RbmModel(new RbmParameters(new RbmShape(9, 4), values)).write(folder.resolve("m"));
    return path("m");
  }

  private static final double LOG_Z = 12 * Math.log(2) + Math.log(1 + Math.E);

  @Test
  void aRunLeavesAllItsFilesAndPrintsItsFigures() throws IOException {
    Run run = train("--out", path("run")).succeeds();
    assertThat(run.out())
        .contains("held-out log-likelihood", "log Z, exact", "s an epoch", "scalar");
    assertThat(run.err()).isEmpty();
    assertThat(folder.resolve("run").toFile().list())
        .containsExactlyInAnyOrder(
            "config.json",
            "model.safetensors",
            "checkpoint.safetensors",
            "metrics.csv",
            "report.json",
            "filters.png",
            "samples.png",
            "chains.png",
            "free-energy.png",
            "likelihood.png");
    RbmModel model = RbmModel.read(folder.resolve("run/model.safetensors"));
    assertThat(model.parameters().shape()).hasToString("9x12");
    assertThat(ImageIO.read(folder.resolve("run/samples.png").toFile()).getWidth())
        .isGreaterThan(1000);
    assertThat(Files.readAllLines(folder.resolve("run/metrics.csv"))).hasSize(6);
  }

  @Test
  void trainingRaisesTheExactHeldOutLikelihood() throws IOException {
    JsonNode report =
        json(
            train(
                "--out",
                path("run"),
                "--json",
                "--steps",
                "1500",
                "--objective",
                "cd",
                "--sweeps",
                "5",
                "--learning-rate",
                "0.2"));
    double value = report.at("/figures/held_out/mean_log_likelihood").asDouble();
    assertThat(value).isBetween(-4.5, -2.4); // the best is -log 14 = -2.64, the start -6.2
    assertThat(report.at("/figures/held_out/lower").asDouble()).isEqualTo(value);
    assertThat(report.at("/figures/held_out/log_z/method").asText()).isEqualTo("exact");
    assertThat(report.at("/options/objective").asText()).isEqualTo("cd");
  }

  /** Stopped after step 23, which is neither a checkpoint's nor a measurement's. */
  @ParameterizedTest
  @ValueSource(strings = {"pcd", "cd"})
  void aResumedRunGivesTheSameBits(String objective) throws IOException {
    train("--out", path("whole"), "--objective", objective, "--threads", "1").succeeds();
    TrainRbmOptions options = new TrainRbmOptions();
    options.data = "bars-and-stripes-3";
    options.rows = 300;
    options.hidden = 12;
    options.batch = 20;
    options.steps = 40;
    options.objective = objective;
    options.evaluateEvery = 10;
    options.checkpointEvery = 15;
    options.seed = 3;
    RunFolder part = RunFolder.create(folder.resolve("part"));
    AtomicInteger steps = new AtomicInteger();
    try (Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32));
        RbmTraining training =
            new RbmTraining(
                options, DataSource.split(DataSource.read(options), options), backend, part)) {
      training.begin();
      assertThat(training.train(Progress.none(), () -> steps.incrementAndGet() == 23)).isFalse();
    }
    train("--resume", "--out", path("part"), "--threads", "2").succeeds();
    assertThat(folder.resolve("part/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model.safetensors"));
    train("--resume", "--out", path("part"), "--hidden", "13")
        .fails(2, "--hidden is 13", "begun with 12");
    Run other = Run.of("train", "mlp", "--resume", "--out", path("part"));
    other.fails(2, "config.json: holds '", "it is of another command, or another version");
    assertThat(other.err()).doesNotContain("io.gibbsite");
  }

  @Test
  void oneTrainingAtATimeHasAFolder() throws IOException {
    RunFolder run = RunFolder.create(folder.resolve("run"));
    try (FolderLock lock = FolderLock.on(run)) {
      lock.requireUnused();
      train("--out", path("run")).fails(2, "run: another training is at work in it");
    }
    train("--out", path("run")).succeeds();
    try (FolderLock lock = FolderLock.on(run)) {
      assertThatThrownBy(lock::requireUnused).hasMessageContaining("is not empty");
      train("--out", path("run"), "--resume").fails(2, "another training");
    }
    assertThat(run.file(FolderLock.NAME)).doesNotExist();
  }

  /** Before a backend is opened, which would be another line. */
  @Test
  void samplesWithoutAPlaceAreRefusedBeforeAnythingIsSampled() throws IOException {
    Run.of("sample", model(), "--out", path("none/x.npz"))
        .fails(2, "none/x.npz: cannot be written", "does not exist");
  }

  @ParameterizedTest
  @CsvSource({"exact,0", "ais,1e-6", "reverse-ais,1e-6"})
  void logZIsPrintedWithItsError(String method, double error) throws IOException {
    JsonNode result = json(Run.of("logz", "--quiet", "--model", model(), "--method", method));
    assertThat(result.at("/log_z").asDouble()).isCloseTo(LOG_Z, within(1e-6));
    assertThat(result.at("/standard_error").asDouble()).isBetween(0.0, error);
    assertThat(result.has("lower")).isFalse();
  }

  @Test
  void aBracketHasTwoEnds() throws IOException {
    String data = path("x.npy");
    Npy.write(Path.of(data), NdArray.of(new BarsAndStripes(3).all().values(), 14, 9));
    JsonNode result =
        json(
            Run.of("logz", "--quiet", "--model", model(), "--data", data, "--temperatures", "500"));
    assertThat(result.at("/lower").asDouble()).isCloseTo(LOG_Z, within(0.1));
    assertThat(result.at("/upper").asDouble())
        .isGreaterThan(result.at("/lower").asDouble())
        .isCloseTo(LOG_Z, within(0.1));
    assertThat(result.has("log_z")).isFalse();
    assertThat(result.at("/forward/standard_error").asDouble()).isPositive();
  }

  @Test
  void anEstimateFromFewEffectiveSamplesIsDoubted() throws IOException {
    float[] values = new float[26 * 26 + 52];
    for (int k = 0; k < 26 * 26; k++) {
      values[k] = k % 27 == 0 ? 30 : -3; // One hidden unit for each visible one, and against all.
    }
    new RbmModel(new RbmParameters(new RbmShape(26, 26), values)).write(folder.resolve("sharp"));
    Run sharp = Run.of("logz", "--model", path("sharp"), "--method", "ais", "--temperatures", "2");
    assertThat(sharp.succeeds().err()).contains("effective samples of 100 chains");
    Run plain = Run.of("logz", "--model", model(), "--method", "ais");
    assertThat(plain.succeeds().err()).doesNotContain("effective samples");
  }

  @Test
  void evaluateGivesTheMeanLogLikelihood() throws IOException {
    String data = path("x.npy");
    Npy.write(Path.of(data), NdArray.of(new BarsAndStripes(3).all().values(), 14, 9));
    JsonNode result = json(Run.of("evaluate", "--quiet", "--model", model(), "--data", data));
    // Half of the patterns have the first pixel.
    double expected = 0.5 - Math.log(1 + Math.E) - 8 * Math.log(2);
    assertThat(result.at("/mean_log_likelihood").asDouble()).isCloseTo(expected, within(1e-6));
    assertThat(result.at("/upper").asDouble()).isEqualTo(result.at("/lower").asDouble());
    assertThat(result.at("/rows").asInt()).isEqualTo(14);
  }

  @Test
  void samplesAreGibbsChainsWhateverTheThreads() throws IOException {
    train("--out", path("run")).succeeds();
    String[] arguments = {
      "sample", path("run"), "--quiet", "--chains", "9", "--steps", "20", "--thin", "5", "--out"
    };
    List<Map<String, NdArray>> found = new ArrayList<>();
    for (String[] more :
        new String[][] {
          {"a.npz", "--backend", "scalar", "--picture", path("p.png")},
          {"b.npz", "--threads", "2", "--sampler", "gibbs"},
          {"c.npz", "--seed", "8"},
          {"d.npz", "--init", "data", "--burn-in", "0"}
        }) {
      List<String> all = new ArrayList<>(List.of(arguments));
      all.add(path(more[0]));
      all.addAll(Arrays.asList(more).subList(1, more.length));
      Run.of(all.toArray(String[]::new)).succeeds();
      found.add(Npz.read(folder.resolve(more[0])));
    }
    NdArray x = found.get(0).get("posterior/x");
    assertThat(x.shape()).containsExactly(9, 4, 9);
    assertThat(found.get(0).get("sample_stats/free_energy").shape()).containsExactly(9, 4);
    assertThat(found.get(1).get("posterior/x").floats()).isEqualTo(x.floats());
    assertThat(found.get(2).get("posterior/x").floats()).isNotEqualTo(x.floats());
    assertThat(found.get(3).get("posterior/x").floats()).isNotEqualTo(x.floats());
    assertThat(x.floats()).containsOnly(0, 1).contains(0, 1);
    assertThat(ImageIO.read(folder.resolve("p.png").toFile())).isNotNull();
  }

  /** Strokes with labels: what a run of some seconds must and need not reach. */
  @Test
  void labelsClassifyAndSteerSamples() throws IOException {
    String[] strokes = {
      "--data", "strokes", "--labels", "built-in", "--rows", "2000", "--pool", "2", "--hidden", "40"
    };
    List<String> arguments = new ArrayList<>(Arrays.asList(strokes));
    arguments.addAll(
        List.of("--steps", "1500", "--learning-rate", "0.1", "--temperatures", "100", "--json"));
    arguments.addAll(List.of("--evaluate-every", "1500", "--checkpoint-every", "1500"));
    arguments.addAll(List.of("--backend", "auto", "--out", path("run")));
    JsonNode report = json(train(arguments.toArray(String[]::new)));
    // Guessing errs on nine rows of ten.
    assertThat(report.at("/figures/label_error").asDouble()).isLessThan(0.5);

    NdArray digits = strokes(200, 5);
    Npy.write(folder.resolve("x.npy"), digits);
    Npy.write(folder.resolve("y.npy"), labels(200, 5));
    String model = path("run/model.safetensors");
    String[] evaluate = {
      "evaluate", "--quiet", "--temperatures", "100", "--model", model, "--data", path("x.npy")
    };
    Run.of(evaluate).fails(2, "196 columns", "206 visible units", "add --labels");
    JsonNode unseen = json(Run.of(with(evaluate, "--labels", path("y.npy"))));
    assertThat(unseen.at("/label_error").asDouble()).isLessThan(0.5);
    assertThat(unseen.at("/mean_log_likelihood").asDouble()).isNegative();

    String[] sample = {"sample", path("run"), "--quiet", "--chains", "20", "--out", path("s.npz")};
    Run sevens = Run.of(with(sample, "--label", "7", "--picture", path("p.png"))).succeeds();
    assertThat(sevens.out()).contains("20 chains of 100 draws, 10 columns held", "R-hat at most");
    float[] x = Npz.read(folder.resolve("s.npz")).get("posterior/x").floats();
    for (int row = 0; row < x.length / 206; row++) {
      assertThat(Arrays.copyOfRange(x, row * 206 + 196, row * 206 + 206))
          .containsExactly(0, 0, 0, 0, 0, 0, 0, 1, 0, 0);
    }
    assertThat(ImageIO.read(folder.resolve("p.png").toFile())).isNotNull();
    Run.of(with(sample, "--label", "10")).fails(2, "there is no label 10: the model has 0 to 9");

    // In-filling: what is held stays, and the rest moves.
    String table = Run.of(with(sample, "--from", path("x.npy"), "--hold", "top")).succeeds().out();
    assertThat(table)
        .contains("98 columns held", "chains that hold different rows")
        .doesNotContain("R-hat at most");
    assertThat(Run.of("diagnose", path("s.npz")).succeeds().out()).isEqualTo(table);
    x = Npz.read(folder.resolve("s.npz")).get("posterior/x").floats();
    boolean moved = false;
    for (int row = 0; row < x.length / 206; row++) {
      int chain = row / 100;
      for (int pixel = 0; pixel < 196; pixel++) {
        float start = digits.floats()[chain * 196 + pixel] > 0.5f ? 1 : 0;
        if (pixel < 98) {
          assertThat(x[row * 206 + pixel]).isEqualTo(start);
        }
        moved |= x[row * 206 + pixel] != start;
      }
    }
    assertThat(moved).isTrue();
    Run.of(with(sample, "--hold", "top")).fails(2, "add --from X or --init data");
    Run.of(with(sample, "--init", "data", "--hold", "5-999")).fails(2, "run from 0 to 205");
    Run.of(with(sample, "--init", "data", "--hold", "middle")).fails(2, "top, bottom, left");
  }

  private static String[] with(String[] arguments, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  private static NdArray strokes(int rows, long seed) {
    Dataset pooled = Images.pool(Strokes.dataset(rows, seed), 2);
    return NdArray.of(pooled.values(), rows, 14, 14);
  }

  private static NdArray labels(int rows, long seed) {
    int[] digits = Strokes.labels(rows, seed);
    float[] values = new float[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = digits[i];
    }
    return NdArray.of(values, rows);
  }

  @Test
  void temperedSamplesHaveTheModelsMeansWhateverTheThreads() throws IOException {
    List<Map<String, NdArray>> found = new ArrayList<>();
    for (String[] more : new String[][] {{"--backend", "scalar"}, {"--threads", "2"}}) {
      List<String> all =
          new ArrayList<>(
              List.of(
                  "sample", model(), "--quiet", "--sampler", "pt", "--levels", "4", "--chains"));
      all.addAll(List.of("500", "--steps", "20", "--burn-in", "64", "--out", path("s.npz")));
      all.addAll(Arrays.asList(more));
      Run run = Run.of(all.toArray(String[]::new)).succeeds();
      assertThat(run.out()).contains("inverse temperatures     0.000", "swap acceptance upwards");
      found.add(Npz.read(folder.resolve("s.npz")));
    }
    NdArray x = found.get(0).get("posterior/x");
    assertThat(x.shape()).containsExactly(500, 2, 9);
    assertThat(found.get(1).get("posterior/x").floats()).isEqualTo(x.floats());
    assertThat(found.get(0).get("tempering/beta").floats()).hasSize(4).startsWith(0).endsWith(1);
    NdArray acceptance = found.get(0).get("sample_stats/swap_acceptance");
    assertThat(acceptance.shape()).containsExactly(500, 2, 3);
    double ones = 0;
    double others = 0;
    for (int k = 0; k < 9000; k++) {
      ones += k % 9 == 0 ? x.floats()[k] : 0;
      others += k % 9 == 0 ? 0 : x.floats()[k];
    }
    // 1,000 and 8,000 draws that are independent but for exchanges: 6 standard errors, rate 2e-9.
    assertThat(ones / 1000).isCloseTo(1 / (1 + Math.exp(-1)), within(0.085));
    assertThat(others / 8000).isCloseTo(0.5, within(0.034));
    float least = 1;
    for (float a : acceptance.floats()) {
      assertThat(a).isBetween(0f, 1f);
      least = Math.min(least, a);
    }
    // Only the first unit's bias tells levels apart, by exp(-1/3) at the most where they are even.
    assertThat(least).isBetween(0.5f, 0.95f);
  }

  @Test
  void theChainsOfSmallModelsAreTempered() {
    TrainRbmOptions options = new TrainRbmOptions();
    assertThat(options.training(100).levels()).isEqualTo(10);
    assertThat(options.training(101).levels()).isEqualTo(1);
    options.levels = 4;
    assertThat(options.training(101).levels()).isEqualTo(4);
    options.levels = null;
    options.objective = "cd";
    assertThat(options.training(16).levels()).isEqualTo(1);
  }

  @Test
  void temperedChainsMayStartFromTheData() throws IOException {
    train("--out", path("run")).succeeds();
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
    assertThat(Npz.read(folder.resolve("s.npz")).get("posterior/x").floats()).containsOnly(0, 1);
    assertThat(ImageIO.read(folder.resolve("p.png").toFile())).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--labels;built-in;--labels built-in is of the strokes, not of bars-and-stripes-3",
        "--labels;nowhere.npy;does not exist",
        "--hidden;0;--hidden must be at least 1, not 0",
        "--objective;nce;--objective must be pcd, cd, not 'nce'",
        "--gradient;steep;--gradient must be enhanced, centred, plain",
        "--sparsity;1;--sparsity must be between 0 and 1, not 1.0",
        "--sparsity-cost;0;--sparsity-cost must be positive",
        "--sparsity-cost;2;--sparsity-cost needs a target: add --sparsity",
        "--visible-sd;0.1;--visible-sd is of --visible gaussian",
        "--sd-rate;0.1;--sd-rate is of --visible gaussian",
        "--sweeps;0;--sweeps must be at least 1",
        "--momentum;1;--momentum must be at least 0 and below 1",
        "--levels;0;--levels must be at least 1, not 0",
        "--chains;0;--chains must be at least 1",
        "--data;barres;no built-in data 'barres'",
        "--data;two-moons;neither a state nor a grey from 0 to 1: give --threshold",
        "--data;bars-and-stripes-99;a side from 1 to 23, not 99",
        "--batch;500;larger than the 270 training rows"
      })
  void badTrainingOptionsAreNamed(String option, String value, String said) {
    train("--out", path("run"), option, value).fails(2, said);
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void contrastiveDivergenceHasNoChainsOfItsOwn() {
    train("--out", path("run"), "--objective", "cd", "--chains", "20")
        .fails(2, "--chains is of --objective pcd");
  }

  @Test
  void badInputOfTheOtherCommandsIsNamed() throws IOException {
    String model = model();
    Run.of("logz", "--quiet", "--model", model, "--method", "guess").fails(2, "--method must be");
    Run.of("logz", "--quiet", "--model", model, "--chains", "1").fails(2, "--chains must be at");
    Run.of("logz", "--quiet", "--model", model, "--leapfrog", "3")
        .fails(2, "--leapfrog is of MLPs");
    Run.of("logz", "--quiet", "--model", model, "--base", "normal:0,1")
        .fails(2, "--base is of MLPs");
    Run.of("logz", "--quiet", "--model", path("none")).fails(2, "none", "does not exist");
    new RbmModel(new RbmParameters(new RbmShape(26, 26), new float[26 * 28]))
        .write(folder.resolve("wide"));
    Run.of("logz", "--quiet", "--model", path("wide"), "--method", "exact")
        .fails(2, "26x26", "estimate log Z by AIS");
    Npy.write(folder.resolve("x.npy"), NdArray.of(new float[] {0, 2, 1}, 1, 3));
    Run.of("evaluate", "--quiet", "--model", model, "--data", path("x.npy"))
        .fails(2, "3 columns, but the model has 9 visible units");
    Npy.write(
        folder.resolve("y.npy"), NdArray.of(new byte[] {0, 16, 1, 0, 0, 0, 0, 0, 0}, 1, 3, 3));
    Run.of("evaluate", "--quiet", "--model", model, "--data", path("y.npy"))
        .fails(2, "y.npy: its largest value is 0.0627", "give --threshold below it");
    Npy.write(folder.resolve("y.npy"), NdArray.of(new float[] {0, 2, 1, 0, 0, 0, 0, 0, 0}, 1, 9));
    Run.of("evaluate", "--quiet", "--model", model, "--data", path("y.npy"))
        .fails(2, "y.npy: column 1 (from 0) holds 2.0", "from 0 to 1: give --threshold");
    String value =
        Run.of(
                "evaluate",
                "--quiet",
                "--model",
                model,
                "--data",
                path("y.npy"),
                "--threshold",
                "0.5")
            .succeeds()
            .out();
    assertThat(value).contains("\"mean_log_likelihood\":", "\"backend\":\"");
    Run.of("logz", "--quiet", "--model", model, "--data", path("y.npy"))
        .fails(2, "y.npy: holds 2.0, and base rates run from 0 to 1");
    String out = path("s.npz");
    Run.of("sample", model, "--quiet", "--sampler", "langevin", "--out", out)
        .fails(2, "--sampler must be gibbs or pt for an RBM");
    Run.of("sample", model, "--quiet", "--levels", "4", "--out", out).fails(2, "--levels is of pt");
    String[] pt = {"sample", model, "--quiet", "--sampler", "pt", "--out", out};
    for (String[] bad :
        new String[][] {
          {"--levels", "1", "--levels must be at least 2, not 1"},
          {"--temperature", "2", "--temperature is of gibbs"},
          {"--hold", "0-3", "--hold holds units, which pt does not"},
          {"--clip", "1", "--clip is of samplers of MLPs"}
        }) {
      List<String> all = new ArrayList<>(Arrays.asList(pt));
      all.addAll(List.of(bad[0], bad[1]));
      Run.of(all.toArray(String[]::new)).fails(2, bad[2]);
    }
    Run.of("sample", model, "--quiet", "--clip", "1", "--out", out)
        .fails(2, "--clip is of samplers of MLPs");
    Run.of("sample", model, "--quiet", "--init", "data", "--out", out)
        .fails(2, "needs a run's folder");
    Run.of("sample", model, "--quiet", "--label", "1", "--out", out)
        .fails(2, "--label needs a model that was trained with --labels");
    Run.of("sample", model, "--quiet", "--picture", path("p.png"), "--out", out)
        .fails(2, "--picture needs a model that was trained on images");
  }
}
