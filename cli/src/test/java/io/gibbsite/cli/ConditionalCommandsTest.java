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
import io.gibbsite.io.Safetensors;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.ConditionalModel;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code gibbsite train mlp --objective multi-dsm}, and what the other commands make of it. */
class ConditionalCommandsTest {
  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private Run train(String run, String... more) {
    List<String> all =
        new ArrayList<>(
            Arrays.asList(
                ("train mlp --backend vector --quiet --seed 3 --data two-moons --rows 400"
                        + " --hidden 8 --batch 32 --steps 40 --evaluate-every 10"
                        + " --checkpoint-every 15 --objective multi-dsm")
                    .split(" ")));
    all.addAll(List.of("--out", path(run)));
    all.addAll(Arrays.asList(more));
    return Run.of(all.toArray(String[]::new));
  }

  @Test
  void aRunLeavesItsFilesAndAModelWithItsLadder() throws IOException {
    Run run = train("run", "--sigma-first", "2", "--sigma-last", "0.1", "--noise-levels", "5");
    assertThat(run.succeeds().out()).contains("5 levels from 2.000 to 0.1000", "squared MMD");
    assertThat(folder.resolve("run").toFile().list())
        .contains("config.json", "report.json", "metrics.csv", "model.safetensors", "samples.png");
    ConditionalModel model = ConditionalModel.read(folder.resolve("run/model.safetensors"));
    assertThat(model.sigmas()).hasSize(5).contains(2f);
    assertThat(model.mean()).hasSize(2);
    assertThat(Files.readAllLines(folder.resolve("run/metrics.csv")).get(0))
        .isEqualTo("step,epoch,loss,held_out_loss,gradient_norm,learning_rate,seconds");
    JsonNode report = Json.read(folder.resolve("run/report.json"), JsonNode.class);
    assertThat(report.at("/figures/levels").asInt()).isEqualTo(5);
  }

  @Test
  void aResumedRunGivesTheSameBitsWithAnyNumberOfThreads() throws IOException {
    train("whole", "--threads", "2").succeeds();
    MlpTrainingOptions options = new MlpTrainingOptions();
    options.objective = "multi-dsm";
    options.data = "two-moons";
    options.rows = 400;
    options.hidden = new int[] {8};
    options.batch = 32;
    options.steps = 40;
    options.evaluateEvery = 10;
    options.checkpointEvery = 15;
    options.seed = 3;
    RunFolder part = RunFolder.create(folder.resolve("part"));
    AtomicInteger steps = new AtomicInteger();
    try (Backend backend = Backends.named("vector", new BackendOptions(1, Precision.FLOAT32));
        ConditionalTraining training =
            new ConditionalTraining(options, TrainingData.prepare(options), backend, part)) {
      training.begin();
      assertThat(training.train(Progress.none(), () -> steps.incrementAndGet() == 23)).isFalse();
    }
    Run.of("train", "mlp", "--resume", "--quiet", "--backend", "vector", "--out", path("part"))
        .succeeds();
    assertThat(Files.readAllBytes(part.model()))
        .isEqualTo(Files.readAllBytes(folder.resolve("whole/model.safetensors")));
  }

  @Test
  void samplesComeDownTheLadderWhateverTheThreads() throws IOException {
    train("run").succeeds();
    float[] first = null;
    for (String threads : new String[] {"1", "3"}) {
      String[] sample = {
        "sample",
        path("run"),
        "--quiet",
        "--backend",
        "vector",
        "--threads",
        threads,
        "--chains",
        "70",
        "--out",
        path("x.npz"),
        "--picture",
        path("x.png")
      };
      Run.of(sample).succeeds();
      NdArray x = Npz.read(folder.resolve("x.npz")).get("posterior/x");
      assertThat(x.shape()).containsExactly(70, 1, 2);
      first = first == null ? x.floats() : first;
      assertThat(x.floats()).isEqualTo(first);
    }
    assertThat(folder.resolve("x.png")).isNotEmptyFile();
  }

  private Run pass(String command, String model, String... more) {
    List<String> all =
        new ArrayList<>(List.of(command, "--quiet", "--backend", "vector", "--model", model));
    all.addAll(List.of("--data", path("x.csv")));
    if (!command.equals("loss")) {
      all.addAll(List.of("--out", path(command + ".npy")));
    }
    all.addAll(Arrays.asList(more));
    return Run.of(all.toArray(String[]::new));
  }

  /** The gradient in x is that of the energy, and the loss of dsm is made of it. */
  @Test
  void passesAreThoseOfTheLevel() throws IOException {
    train("run").succeeds();
    String model = path("run/model.safetensors");
    float h = 1e-2f;
    Files.writeString(
        folder.resolve("x.csv"), "0.5,0.25\n%s,0.25\n%s,0.25\n".formatted(0.5f + h, 0.5f - h));
    for (String sigma : new String[] {"0.1", "0.7"}) {
      pass("energy", model, "--sigma", sigma).succeeds();
      pass("gradient", model, "--sigma", sigma).succeeds();
      float[] e = Npy.read(folder.resolve("energy.npy")).floats();
      float[] g = Npy.read(folder.resolve("gradient.npy")).floats();
      // Differences of float32 energies near 1: their rounding over 2 h, and h^2 of a third one.
      assertThat((e[1] - e[2]) / (2 * h)).isCloseTo(g[0], within(2e-2f * (1 + Math.abs(g[0]))));
      float s = Float.parseFloat(sigma);
      float[] n = {0.3f, -0.6f, 0, 0.2f, 1, 0};
      StringBuilder noise = new StringBuilder();
      StringBuilder noisy = new StringBuilder();
      for (int i = 0; i < 3; i++) {
        noise.append(n[2 * i]).append(',').append(n[2 * i + 1]).append('\n');
        noisy.append(0.5f + s * n[2 * i]).append(',').append(0.25f + s * n[2 * i + 1]).append('\n');
      }
      Files.writeString(folder.resolve("n.csv"), noise);
      Files.writeString(folder.resolve("x.csv"), noisy);
      pass("gradient", model, "--sigma", sigma).succeeds();
      g = Npy.read(folder.resolve("gradient.npy")).floats();
      double expected = 0;
      for (int k = 0; k < 6; k++) {
        expected += 0.5 * Math.pow(n[k] - s * g[k], 2) / 3;
      }
      Files.writeString(folder.resolve("x.csv"), "0.5,0.25\n".repeat(3));
      String[] dsm = {"--objective", "dsm", "--direction", path("n.csv"), "--sigma", sigma};
      List<String> more = new ArrayList<>(Arrays.asList(dsm));
      more.addAll(List.of("--gradients", path("g.safetensors")));
      Run loss = pass("loss", model, more.toArray(String[]::new)).succeeds();
      assertThat(Json.node(folder, loss.out().strip()).get("loss").asDouble())
          .isCloseTo(expected, within(1e-4));
      assertThat(Safetensors.read(folder.resolve("g.safetensors")).tensors())
          .containsOnlyKeys("layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias");
      Files.writeString(
          folder.resolve("x.csv"), "0.5,0.25\n%s,0.25\n%s,0.25\n".formatted(0.5f + h, 0.5f - h));
    }
  }

  @Test
  void whatHasNoMeaningIsRefused() throws IOException {
    train("run").succeeds();
    String model = path("run/model.safetensors");
    Run.of("logz", "--quiet", "--model", model)
        .fails(2, "conditional-mlp", "models of one density");
    Run.of("evaluate", "--quiet", "--model", model, "--data", "x.npy")
        .fails(2, "conditional-mlp", "models of one density");
    Files.writeString(folder.resolve("x.csv"), "1,2\n");
    pass("energy", model).fails(2, "levels of noise: --sigma must be from");
    pass("gradient", model, "--sigma", "99").fails(2, "--sigma must be from", "not 99.0");
    String[] cd = {"--objective", "cd", "--negatives", path("x.csv"), "--sigma", "1"};
    pass("loss", model, "--objective", "ism").fails(2, "--sigma must be from");
    pass("loss", model, cd).fails(2, "--sigma is not of --objective cd");
    String plain = path("plain.safetensors");
    new MlpModel(MlpParameters.random(MlpShape.of(Activation.SILU, 2, 4), null, 1), 0)
        .write(Path.of(plain));
    pass("energy", plain, "--sigma", "1").fails(2, "--sigma is of noise-conditional models");
    Run.of("sample", model, "--quiet", "--sampler", "hmc", "--out", path("x.npz"))
        .fails(2, "--sampler: a noise-conditional energy is sampled by Langevin steps");
    Run.of("sample", model, "--quiet", "--step-size", "0", "--out", path("x.npz"))
        .fails(2, "--step-size must be positive");
    train("bad", "--sigma-first", "0.1", "--sigma-last", "1")
        .fails(2, "--sigma-last must be below --sigma-first");
    train("bad2", "--k", "2").fails(2, "--k is of --objective nce");
  }
}
