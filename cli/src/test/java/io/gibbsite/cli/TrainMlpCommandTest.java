package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.io.Safetensors;
import io.gibbsite.mlp.MlpModel;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainMlpCommandTest {
  @TempDir private Path folder;

  /** A run of a few seconds at most; what is given last counts. */
  private static Run train(String... more) {
    return Run.of(arguments(more));
  }

  private static String[] arguments(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("train", "mlp", "--backend", "scalar", "--quiet"));
    List<String> small =
        List.of(
            "--data two-moons --rows 400 --hidden 8 --batch 32 --steps 40 --k 2 --seed 3",
            "--importance-samples 2000 --evaluate-every 10 --checkpoint-every 15");
    if (!Arrays.asList(more).contains("--resume")) {
      for (String option : String.join(" ", small).split(" --")) {
        String[] words = ("--" + option.replaceFirst("^--", "")).split(" ");
        if (!Arrays.asList(more).contains(words[0])) {
          arguments.addAll(Arrays.asList(words));
        }
      }
    }
    arguments.addAll(Arrays.asList(more));
    return arguments.toArray(String[]::new);
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private byte[] model(String run) throws IOException {
    return Files.readAllBytes(folder.resolve(run).resolve("model.safetensors"));
  }

  /** The lines of metrics.csv without their last column, the seconds. */
  private List<String> metrics(String run) throws IOException {
    return Files.readAllLines(folder.resolve(run).resolve("metrics.csv")).stream()
        .map(line -> line.substring(0, line.lastIndexOf(',')))
        .toList();
  }

  @Test
  void aRunLeavesAllItsFilesAndPrintsItsFigures() throws IOException {
    Run run = train("--out", path("run")).succeeds();
    assertThat(run.out())
        .contains("held-out loss", "learned c", "effective samples", "log Z, integrated")
        .contains("held-out log-likelihood", "gain", "computed by", "scalar");
    assertThat(run.err()).isEmpty();
    assertThat(folder.resolve("run").toFile().list())
        .containsExactlyInAnyOrder(
            "config.json",
            "fitted.safetensors",
            "model.safetensors",
            "checkpoint.safetensors",
            "metrics.csv",
            "report.json",
            "loss.png",
            "density.png");
    MlpModel model = MlpModel.read(folder.resolve("run/model.safetensors"));
    assertThat(model.parameters().shape()).hasToString("2-8-1");
    assertThat(model.parameters().base()).isNotNull();
    assertThat(ImageIO.read(folder.resolve("run/density.png").toFile()).getWidth())
        .isGreaterThan(1000);
    assertThat(Files.readAllLines(folder.resolve("run/metrics.csv")))
        .hasSize(6)
        .first()
        .isEqualTo("step,epoch,loss,held_out_loss,log_z,gradient_norm,learning_rate,seconds");
  }

  @Test
  void jsonIsOneObjectWithTheFiguresAndWhatComputedThem() throws IOException {
    Run run = train("--out", path("run"), "--json").succeeds();
    assertThat(run.out().lines()).hasSize(1);
    Files.writeString(folder.resolve("out.json"), run.out());
    JsonNode report = Json.read(folder.resolve("out.json"), JsonNode.class);
    assertThat(report.at("/figures/steps").asLong()).isEqualTo(40);
    assertThat(report.at("/figures/learned_log_z").isNumber()).isTrue();
    assertThat(report.at("/figures/importance/standard_error").asDouble()).isPositive();
    assertThat(report.at("/figures/held_out/gain/value").isNumber()).isTrue();
    assertThat(report.at("/figures/training_rows").asInt()).isEqualTo(360);
    assertThat(report.at("/backend").asText()).contains("scalar");
    assertThat(report.at("/system/jdk").asText()).isNotEmpty();
    assertThat(report.at("/options/k").asInt()).isEqualTo(2);
    assertThat(Json.read(folder.resolve("run/report.json"), JsonNode.class)).isEqualTo(report);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "5"})
  void anyNumberOfThreadsGivesTheSameBits(String threads) throws IOException {
    train("--out", path("two")).succeeds();
    train("--out", path("other"), "--threads", threads).succeeds();
    assertThat(model("other")).isEqualTo(model("two"));
    train("--out", path("seed"), "--seed", "4").succeeds();
    assertThat(model("seed")).isNotEqualTo(model("two"));
  }

  /** Stopped after step 23, which is neither a checkpoint's nor an evaluation's. */
  @Test
  void aResumedRunGivesTheSameBits() throws IOException {
    String jitter = "0.05";
    train("--out", path("whole"), "--jitter", jitter).succeeds();
    MlpTrainingOptions options = new MlpTrainingOptions();
    options.data = "two-moons";
    options.rows = 400;
    options.hidden = new int[] {8};
    options.batch = 32;
    options.steps = 40;
    options.k = 2;
    options.jitter = 0.05f;
    options.importanceSamples = 2000;
    options.evaluateEvery = 10;
    options.checkpointEvery = 15;
    options.seed = 3;
    RunFolder part = RunFolder.create(folder.resolve("part"));
    AtomicInteger steps = new AtomicInteger();
    try (Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32));
        MlpTraining training =
            new MlpTraining(options, TrainingData.prepare(options), backend, part)) {
      training.begin();
      assertThat(training.train(Progress.none(), () -> steps.incrementAndGet() == 23)).isFalse();
    }
    assertThat(Safetensors.read(part.checkpoint()).metadata()).containsEntry("step", "23");
    Run resumed = train("--resume", "--out", path("part")).succeeds();
    assertThat(model("part")).isEqualTo(model("whole"));
    assertThat(resumed.out()).contains("40 steps");
    assertThat(metrics("part")).hasSize(6).isEqualTo(metrics("whole"));
    // Once more: nothing is left to do, and nothing changes.
    train("--resume", "--out", path("part"), "--k", "2").succeeds();
    assertThat(model("part")).isEqualTo(model("whole"));
  }

  @Test
  void resumingWithOtherOptionsOrWithoutARunIsRefused() throws IOException {
    train("--out", path("run")).succeeds();
    byte[] before = model("run");
    train("--resume", "--out", path("run"), "--k", "3")
        .fails(2, "--k is 3", "was begun with 2", "leave it out");
    train("--resume", "--out", path("run"), "--seed", "9").fails(2, "--seed is 9");
    train("--resume", "--out", path("none")).fails(2, "none: holds no run");
    Files.writeString(folder.resolve("run/config.json"), "{\"data\": \"rings\", \"rows\": 400}");
    train("--resume", "--out", path("run")).fails(2, "checkpoint.safetensors: is of another run");
    Files.writeString(folder.resolve("run/config.json"), "{\"dta\": 1}");
    train("--resume", "--out", path("run")).fails(2, "config.json", "dta");
    assertThat(model("run")).isEqualTo(before);
  }

  @Test
  void aFolderWithSomethingInItIsRefused() throws IOException {
    Files.createDirectories(folder.resolve("run"));
    Files.writeString(folder.resolve("run/thesis.txt"), "years of work");
    train("--out", path("run")).fails(2, "run: is not empty", "--resume");
    assertThat(folder.resolve("run").toFile().list()).containsExactly("thesis.txt");
    train("--out", path("run/thesis.txt")).fails(2, "thesis.txt");
    train("--out", path("run/thesis.txt/run")).fails(2, "cannot be made a folder");
    assertThat(folder.resolve("run/thesis.txt")).hasContent("years of work");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--k|0|--k must be at least 1, not 0",
        "--steps|-5|--steps must be at least 1, not -5",
        "--batch|0|--batch must be at least 1",
        "--batch|361|--batch 361 is larger than the 360 training rows",
        "--learning-rate|NaN|--learning-rate must be positive, not NaN",
        "--learning-rate|-1|--learning-rate must be positive",
        "--jitter|-0.1|--jitter must be at least 0",
        "--held-out|400|400 of 400 rows cannot be held out",
        "--hidden|8,0|--hidden must be widths of at least 1, not 0",
        "--hidden|8,x|'x'",
        "--activation|relu|--activation must be silu, softplus, tanh, gelu, not 'relu'",
        "--objective|cda|--objective must be nce, nce-adaptive",
        "--noise|white|--noise must be gaussian, gaussian-diagonal, uniform, not 'white'",
        "--base|uniform|--base must be gaussian, gaussian-diagonal, none",
        "--optimiser|lion|--optimiser must be adam, sgd",
        "--schedule|step|--schedule must be constant, cosine, linear",
        "--average|1|--average must be at least 0 and below 1",
        "--final-fraction|2|--final-fraction must be between 0 and 1",
        "--weight-decay|-1|--weight-decay must be at least 0",
        "--gradient-norm-limit|0|--gradient-norm-limit must be positive",
        "--evaluate-every|0|--evaluate-every must be at least 1",
        "--checkpoint-every|0|--checkpoint-every must be at least 1",
        "--importance-samples|1|--importance-samples must be at least 2",
        "--rows|1|--rows must be at least 2",
        "--pool|2|its rows are no images",
        "--pool|0|--pool must be at least 1",
        "--data|three-moons|two-moons",
        "--data|missing.npy|missing.npy: does not exist",
      })
  void wrongValuesAreNamedAndNothingIsWritten(String option, String value, String message) {
    train("--out", path("run"), option, value).fails(2, message);
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void badDataIsNamedAndNothingIsWritten() throws IOException {
    float[] x = new float[200];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(i * i);
    }
    x[37] = Float.NaN;
    Npy.write(folder.resolve("nan.npy"), NdArray.of(x, 100, 2));
    train("--out", path("run"), "--data", path("nan.npy"), "--rows", "100")
        .fails(2, "nan.npy: row 18, column 1", "NaN");
    byte[] idx = new byte[16 + 3 * 4];
    System.arraycopy(new byte[] {0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 2}, 0, idx, 0, 16);
    Files.write(folder.resolve("images.idx"), idx);
    train("--out", path("run"), "--data", path("images.idx")).fails(2, "images.idx: is truncated");
    Files.writeString(folder.resolve("text.csv"), "1,2\n3,four\n");
    train("--out", path("run"), "--data", path("text.csv")).fails(2, "text.csv");
    Files.write(folder.resolve("empty.npy"), new byte[0]);
    train("--out", path("run"), "--data", path("empty.npy")).fails(2, "empty.npy: is empty");
    assertThat(folder.resolve("run")).doesNotExist();
  }

  /** Blurred bars, 4 x 4 pixels, from bytes to a grid of samples. */
  @Test
  void imagesAreScaledPooledJitteredAndStandardised() throws IOException {
    int rows = 300;
    byte[] idx = new byte[16 + rows * 16];
    System.arraycopy(new byte[] {0, 0, 8, 3, 0, 0, 1, 44, 0, 0, 0, 4, 0, 0, 0, 4}, 0, idx, 0, 16);
    for (int i = 0; i < rows * 16; i++) {
      idx[16 + i] = (byte) ((i / 16 * 7 + i % 4 * 50) % 256);
    }
    Files.write(folder.resolve("bars.idx"), idx);
    Run run =
        train(
                "--out",
                path("run"),
                "--data",
                path("bars.idx"),
                "--rows",
                "200",
                "--pool",
                "2",
                "--jitter",
                "0.1")
            .succeeds();
    assertThat(run.out()).contains("standardised rows", "180 rows").doesNotContain("integrated");
    assertThat(folder.resolve("run/samples.png")).exists();
    assertThat(folder.resolve("run/density.png")).doesNotExist();
    RunFolder.Fitted fitted = new RunFolder(folder.resolve("run")).readFitted();
    assertThat(fitted.images().height()).isEqualTo(2);
    assertThat(fitted.standardiser().columns()).isEqualTo(4);
    for (float sd : fitted.standardiser().sd()) {
      // Greys from 0 to 1 have deviations below 0.5; jitter adds to them.
      assertThat(sd).isBetween(0.1f, 0.6f);
    }
    Run.of(
            "sample",
            path("run"),
            "--chains",
            "9",
            "--steps",
            "20",
            "--quiet",
            "--out",
            path("x.npz"),
            "--picture",
            path("x.png"))
        .succeeds();
    assertThat(ImageIO.read(folder.resolve("x.png").toFile())).isNotNull();
  }

  @Test
  void otherNoiseBaseAndOptimiserRun() {
    train("--out", path("a"), "--noise", "uniform", "--base", "none").succeeds();
    train("--out", path("b"), "--noise", "gaussian-diagonal", "--optimiser", "sgd").succeeds();
    train("--out", path("c"), "--average", "0.9", "--schedule", "linear", "--standardise")
        .succeeds();
  }

  @Test
  void aDivergedRunFailsAndKeepsItsLastCheckpoint() throws IOException {
    Run run =
        train(
            "--out",
            path("run"),
            "--optimiser",
            "sgd",
            "--learning-rate",
            "1e30",
            "--checkpoint-every",
            "1");
    run.fails(1, "training diverged at step", "lower learning rate");
    assertThat(folder.resolve("run/report.json")).doesNotExist();
  }

  /** A run that would take for ever is asked to stop, as Ctrl-C does, and leaves a checkpoint. */
  @Test
  void aTerminatedRunSavesACheckpointAndSaysHowToGoOn() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                "io.gibbsite.cli.Main"));
    command.addAll(
        Arrays.asList(
            arguments(
                "--out", path("run"), "--steps", "1000000000", "--checkpoint-every", "999999999")));
    Path err = folder.resolve("err.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectError(err.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      Path metrics = folder.resolve("run/metrics.csv");
      for (int i = 0; i < 600 && (!Files.exists(metrics) || Files.size(metrics) < 300); i++) {
        assertThat(process.isAlive()).describedAs("%s", err).isTrue();
        Thread.sleep(100);
      }
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(err, StandardCharsets.UTF_8))
        .contains("stopped after step", "gibbsite train mlp --resume --out " + path("run"));
    // 128 + SIGTERM; Ctrl-C, SIGINT, gives 130.
    assertThat(process.exitValue()).isEqualTo(143);
    Safetensors checkpoint = Safetensors.read(folder.resolve("run/checkpoint.safetensors"));
    assertThat(Long.parseLong(checkpoint.metadata().get("step"))).isPositive();
    MlpModel.read(folder.resolve("run/model.safetensors"));
  }
}
