package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import io.gibbsite.io.Safetensors;
import io.gibbsite.mlp.Generator;
import io.gibbsite.mlp.GeneratorModel;
import io.gibbsite.mlp.GeneratorScalar;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code gibbsite train mlp --objective O}. */
class TrainMlpObjectivesTest {
  @TempDir private Path folder;

  static Stream<String> objectives() {
    return MlpObjectiveOptions.OBJECTIVES.stream();
  }

  private static Run train(String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("train", "mlp", "--backend", "vector", "--quiet", "--seed", "3"));
    all.addAll(Arrays.asList(arguments));
    return Run.of(all.toArray(String[]::new));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Run small(String objective, String run, String... more) {
    String[] base =
        ("--data two-moons --rows 400 --hidden 8 --batch 32 --steps 40 --evaluate-every 10"
                + " --checkpoint-every 15 --importance-samples 2000 --objective "
                + objective)
            .split(" ");
    List<String> all = new ArrayList<>(Arrays.asList(base));
    all.addAll(List.of("--out", path(run)));
    all.addAll(Arrays.asList(more));
    return train(all.toArray(String[]::new));
  }

  @Test
  void aGeneratorIsLeftBesideItsEnergyAndSampledFrom() throws IOException {
    byte[] first = null;
    for (String threads : List.of("1", "3")) {
      String run = "run" + threads;
      small("steingan", run, "--threads", threads, "--latent", "3").succeeds();
      byte[] file = Files.readAllBytes(folder.resolve(run + "/generator.safetensors"));
      first = first == null ? file : first;
      assertThat(file).isEqualTo(first);
      assertThat(folder.resolve(run + "/model.safetensors")).exists();
    }
    float[] drawn = null;
    for (String threads : List.of("1", "3")) {
      sampleGenerator("--threads", threads, "--chains", "300", "--picture", path("x.png"))
          .succeeds();
      NdArray x = Npz.read(folder.resolve("x.npz")).get("posterior/x");
      assertThat(x.shape()).containsExactly(300, 1, 2);
      drawn = drawn == null ? x.floats() : drawn;
      assertThat(x.floats()).isEqualTo(drawn);
    }
    assertThat(folder.resolve("x.png")).isNotEmptyFile();
    Generator generator =
        new GeneratorScalar(GeneratorModel.read(generatorFile()).parameters().shape(), 300);
    generator.setParameters(GeneratorModel.read(generatorFile()).parameters());
    float[] z = new float[300 * 3];
    for (int i = 0; i < 300; i++) {
      Draws.normals(5, DrawStream.INITIAL_STATE, 0, i, z, 3 * i, 3);
    }
    float[] expected = new float[600];
    generator.forward(z, 300, expected);
    assertThat(drawn).usingComparatorWithPrecision(1e-5f).containsExactly(expected);
    sampleGenerator("--sampler", "mala").fails(2, "--sampler: a generator draws every sample");
    sampleGenerator("--chains", "0").fails(2, "--chains must be at least 1");
    Run.of("logz", "--quiet", "--model", generatorFile().toString()).fails(2, "'generator'");
  }

  private Path generatorFile() {
    return folder.resolve("run1/generator.safetensors");
  }

  private Run sampleGenerator(String... more) {
    List<String> all =
        new ArrayList<>(List.of("sample", generatorFile().toString(), "--quiet", "--seed", "5"));
    all.addAll(List.of("--out", path("x.npz")));
    all.addAll(Arrays.asList(more));
    return Run.of(all.toArray(String[]::new));
  }

  /**
   * With the objective's defaults. The Gaussian fitted to two moons has a held-out log-density of
   * -2.4 nats, the density itself -1.7; samples of that Gaussian have a squared discrepancy of 0.02
   * and more. A generator learns more slowly than chains. All draws are fixed by the seed.
   */
  @ParameterizedTest
  @MethodSource("objectives")
  void twoMoonsAreLearnedWithNothingButTheObjectivesName(String objective) throws IOException {
    Run run =
        train(
                "--data",
                "two-moons",
                "--rows",
                "6000",
                "--hidden",
                "48,48",
                "--steps",
                "800",
                "--importance-samples",
                "20000",
                "--json",
                "--objective",
                objective,
                "--out",
                path("run"))
            .succeeds();
    Files.writeString(folder.resolve("out.json"), run.out());
    JsonNode figures = Json.read(folder.resolve("out.json"), JsonNode.class).get("figures");
    assertThat(figures.get("objective").asText()).isEqualTo(objective);
    assertThat(figures.at("/integral/log_z").isNumber()).isTrue();
    assertThat(figures.at("/held_out/model/value").asDouble())
        .isGreaterThan(objective.equals("steingan") ? -2.35 : -2.0);
    assertThat(figures.at("/discrepancy/squared").asDouble()).isLessThan(0.012);
    // The model file has log Z, learned or integrated.
    MlpModel model = MlpModel.read(folder.resolve("run/model.safetensors"));
    assertThat((double) model.logZ())
        .isBetween(
            figures.at("/integral/log_z").asDouble() - 0.1,
            figures.at("/integral/log_z").asDouble() + 0.1);
  }

  @ParameterizedTest
  @MethodSource("objectives")
  void aResumedRunGivesTheSameBitsWithAnyNumberOfThreads(String objective) throws IOException {
    small(objective, "whole", "--threads", "2").succeeds();
    MlpTrainingOptions options = new MlpTrainingOptions();
    options.objective = objective;
    options.data = "two-moons";
    options.rows = 400;
    options.hidden = new int[] {8};
    options.batch = 32;
    options.steps = 40;
    options.importanceSamples = 2000;
    options.evaluateEvery = 10;
    options.checkpointEvery = 15;
    options.seed = 3;
    RunFolder part = RunFolder.create(folder.resolve("part"));
    AtomicInteger steps = new AtomicInteger();
    try (Backend backend = Backends.named("vector", new BackendOptions(1, Precision.FLOAT32));
        MlpTraining training =
            new MlpTraining(options, TrainingData.prepare(options), backend, part)) {
      training.begin();
      assertThat(training.train(Progress.none(), () -> steps.incrementAndGet() == 23)).isFalse();
    }
    train("--resume", "--out", path("part")).succeeds();
    assertThat(Files.readAllBytes(part.model()))
        .isEqualTo(Files.readAllBytes(folder.resolve("whole/model.safetensors")));
    assertThat(Files.readAllLines(part.metrics())).hasSize(6);
  }

  @Test
  void metricsAreTheObjectivesOwn() throws IOException {
    small("pcd", "pcd", "--replay", "100").succeeds();
    assertThat(Files.readAllLines(folder.resolve("pcd/metrics.csv")).get(0))
        .isEqualTo(
            "step,epoch,loss,held_out_energy,data_energy,sample_energy,gradient_norm,learning_rate,"
                + "seconds");
    assertThat(
            Safetensors.read(folder.resolve("pcd/checkpoint.safetensors"))
                .tensors()
                .get("chains")
                .size())
        .isEqualTo(200);
    Run run = small("dsm", "dsm").succeeds();
    assertThat(Files.readAllLines(folder.resolve("dsm/metrics.csv")).get(0))
        .isEqualTo("step,epoch,loss,held_out_loss,gradient_norm,learning_rate,seconds");
    assertThat(run.out()).contains("squared MMD").doesNotContain("learned c");
  }

  @Test
  void anExplodingGapEndsTheRunInOneLine() throws IOException {
    small("mle", "run", "--gap-limit", "1e-6")
        .fails(1, "training diverged at step", "mean energy", "Langevin steps");
    assertThat(folder.resolve("run/report.json")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nce|--sigma|0.1|--sigma is of --objective dsm, not of nce",
        "cd|--k|3|--k is of --objective nce, nce-adaptive, infonce, not of cd",
        "cd|--noise|uniform|--noise is of --objective nce",
        "ism|--langevin-steps|5|--langevin-steps is of",
        "mle|--replay|500|--replay is of --objective pcd, not of mle",
        "ssm|--energy-penalty|1|--energy-penalty is of --objective cd, pcd, mle, steincd, steingan, not",
        "infonce|--components|2|--components is of --objective nce-adaptive",
        "pcd|--replay|31|--replay must be at least the 32 chains of a step, not 31",
        "pcd|--restart|1.5|--restart must be between 0 and 1, not 1.5",
        "pcd|--chains|0|--chains must be at least 1, not 0",
        "cd|--langevin-steps|0|--langevin-steps must be at least 1",
        "cd|--step-size|0|--step-size must be positive, not 0.0",
        "cd|--noise-scale|-1|--noise-scale must be at least 0",
        "cd|--clip|0|--clip must be positive",
        "cd|--energy-penalty|-1|--energy-penalty must be at least 0",
        "cd|--gap-limit|0|--gap-limit must be positive",
        "dsm|--sigma|NaN|--sigma must be positive, not NaN",
        "steincd|--latent|3|--latent is of --objective steingan, not of steincd",
        "steincd|--chains|1|--objective steincd needs at least 2 chains, not 1",
        "steincd|--stein-steps|0|--stein-steps must be at least 1, not 0",
        "steingan|--generator-rate|0|--generator-rate must be positive, not 0.0",
        "steingan|--generator-hidden|4,0|--generator-hidden must be widths of at least 1, not 0",
        "infonce|--k|0|--k must be at least 1",
        "nce-adaptive|--noise|uniform|--noise must be gaussian, gaussian-diagonal, not",
        "nce-adaptive|--components|0|--components must be at least 1",
        "nce-adaptive|--refit-every|0|--refit-every must be at least 1",
      })
  void optionsOfOtherObjectivesAndWrongValuesAreRefused(
      String objective, String option, String value, String message) {
    small(objective, "run", option, value).fails(2, message);
    assertThat(folder.resolve("run")).doesNotExist();
  }
}
