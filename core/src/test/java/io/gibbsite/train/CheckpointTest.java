package io.gibbsite.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.density.Gaussian;
import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.train.LearningRate.Schedule;
import io.gibbsite.train.mlp.MlpTrainer;
import io.gibbsite.train.mlp.NceObjective;
import io.gibbsite.train.mlp.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private static final MlpShape SHAPE = MlpShape.of(Activation.SILU, 2, 9, 7);
  private static final int ROWS = 100;

  @TempDir private Path folder;

  private static Backend backend(int threads) {
    return Backends.named("scalar", new BackendOptions(threads, Precision.FLOAT32));
  }

  private static MlpTrainer trainer(Backend backend, Optimiser optimiser, long seed) {
    Gaussian source = new Gaussian(new float[] {1, 0}, new float[] {1, 0, 0.5f, 0.5f});
    float[] x = new float[2 * ROWS];
    for (int i = 0; i < ROWS; i++) {
      source.sample(1, DrawStream.DATA, 0, i, x, 2 * i);
    }
    Gaussian noise = Gaussian.fit(x, ROWS, 2, true);
    TrainingOptions options =
        new TrainingOptions(
            33,
            new LearningRate(Schedule.COSINE, 0.01f, 0.1f, 40),
            seed,
            1e-3f,
            5,
            0.9f,
            new float[] {0.1f, 0.2f});
    MlpModel start = new MlpModel(MlpParameters.random(SHAPE, noise, seed), 0.1f);
    return new MlpTrainer(
        backend, start, x, ROWS, new NceObjective(new SigmoidNce(3, noise)), optimiser, options);
  }

  private static Optimiser adam() {
    return new Adam(SHAPE.parameterCount() + 1);
  }

  private static void steps(MlpTrainer trainer, int count) {
    for (int s = 0; s < count; s++) {
      trainer.step();
    }
  }

  private byte[] model(MlpTrainer trainer) throws IOException {
    Path file = folder.resolve("model.safetensors");
    trainer.model().write(file);
    return Files.readAllBytes(file);
  }

  private byte[] uninterrupted() throws IOException {
    try (Backend backend = backend(1);
        MlpTrainer trainer = trainer(backend, adam(), 5)) {
      steps(trainer, 40);
      return model(trainer);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aResumedRunGivesTheSameBitsWithAnyNumberOfThreads(int threads) throws IOException {
    Path file = folder.resolve("checkpoint.safetensors");
    try (Backend backend = backend(threads);
        MlpTrainer trainer = trainer(backend, adam(), 5)) {
      steps(trainer, 20);
      Checkpoint.write(file, trainer);
    }
    try (Backend backend = backend(threads);
        MlpTrainer trainer = trainer(backend, adam(), 5)) {
      Checkpoint.resume(file, trainer);
      assertThat(trainer.stepsDone()).isEqualTo(20);
      steps(trainer, 20);
      assertThat(model(trainer)).isEqualTo(uninterrupted());
      steps(trainer, 1);
      assertThat(model(trainer)).isNotEqualTo(uninterrupted());
    }
  }

  @Test
  void aMeanGoesOnOverTheStop() throws IOException {
    Path file = folder.resolve("checkpoint.safetensors");
    try (Backend backend = backend(1);
        MlpTrainer trainer = trainer(backend, adam(), 5)) {
      RunningMean mean = new RunningMean();
      mean.add(0.1);
      mean.add(0.7);
      steps(trainer, 2);
      Checkpoint.write(file, trainer, mean);
      mean.add(100);
      Checkpoint.resume(file, trainer, mean);
      mean.add(0.2);
      assertThat(mean.value()).isEqualTo((0.1 + 0.7 + 0.2) / 3);

      Safetensors whole = Safetensors.read(file);
      Map<String, NdArray> tensors = new LinkedHashMap<>(whole.tensors());
      tensors.put("metrics.mean", NdArray.of(new double[] {1, Double.NaN}, 2));
      new Safetensors(whole.metadata(), tensors).write(file);
      assertThatThrownBy(() -> Checkpoint.resume(file, trainer, mean))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("metrics.mean is no sum and count");
      assertThat(mean.value()).isEqualTo((0.1 + 0.7 + 0.2) / 3);

      // As checkpoints once were, without a mean.
      tensors.remove("metrics.mean");
      new Safetensors(whole.metadata(), tensors).write(file);
      Checkpoint.resume(file, trainer, mean);
      assertThat(trainer.stepsDone()).isEqualTo(2);
      assertThat(mean.value()).isNaN();
    }
  }

  @Test
  void anotherRunsCheckpointIsRefusedAndChangesNothing() throws IOException {
    Path file = folder.resolve("checkpoint.safetensors");
    try (Backend backend = backend(1);
        MlpTrainer trainer = trainer(backend, adam(), 5);
        MlpTrainer other = trainer(backend, adam(), 6);
        MlpTrainer sgd = trainer(backend, new Sgd(SHAPE.parameterCount() + 1, 0.9f), 5)) {
      steps(trainer, 3);
      Checkpoint.write(file, trainer);
      byte[] before = model(other);
      assertThatThrownBy(() -> Checkpoint.resume(file, other))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("checkpoint.safetensors")
          .hasMessageContaining("seed=5 where there is seed=6");
      assertThat(model(other)).isEqualTo(before);
      assertThatThrownBy(() -> Checkpoint.resume(file, sgd))
          .hasMessageContaining(
              "optimiser=adam(0.9, 0.999, 1.0E-8) where there is optimiser=sgd(0.9)");
    }
  }

  @Test
  void damagedFilesAndModelsAreRefused() throws IOException {
    Path file = folder.resolve("checkpoint.safetensors");
    Path model = folder.resolve("model.safetensors");
    try (Backend backend = backend(1);
        MlpTrainer trainer = trainer(backend, adam(), 5)) {
      Checkpoint.write(file, trainer);
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
      assertThatThrownBy(() -> Checkpoint.resume(file, trainer))
          .isInstanceOf(FormatException.class);
      trainer.model().write(model);
      assertThatThrownBy(() -> Checkpoint.resume(model, trainer))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("is no checkpoint");
    }
  }
}
