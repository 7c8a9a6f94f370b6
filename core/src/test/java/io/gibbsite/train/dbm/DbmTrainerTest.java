package io.gibbsite.train.dbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.Workers;
import io.gibbsite.data.BarsAndStripes;
import io.gibbsite.dbm.DbmBlocks;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.dbm.MeanField;
import io.gibbsite.dbm.VariationalBound;
import io.gibbsite.io.FormatException;
import io.gibbsite.rbm.LogPartition;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.LearningRate;
import io.gibbsite.train.rbm.CentredGradient;
import io.gibbsite.train.rbm.RbmGradient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DbmTrainerTest {
  private static final BarsAndStripes BARS = new BarsAndStripes(3);
  private static final int ROWS = BARS.patterns();

  @TempDir private Path folder;

  private static byte[] patterns() {
    float[] x = BARS.all().values();
    byte[] states = new byte[x.length];
    for (int i = 0; i < x.length; i++) {
      states[i] = (byte) x[i];
    }
    return states;
  }

  private static Backend backend(String name, int threads) {
    return Backends.named(name, new BackendOptions(threads, Precision.FLOAT32));
  }

  private static DbmTrainingOptions options(int batch, RbmGradient gradient, long layerSteps) {
    return options(batch, 1, gradient, layerSteps);
  }

  private static DbmTrainingOptions options(
      int batch, int levels, RbmGradient gradient, long layerSteps) {
    return new DbmTrainingOptions(
        batch,
        20,
        levels,
        3,
        gradient,
        layerSteps,
        LearningRate.constant(0.05f),
        LearningRate.constant(0.05f),
        0.5f,
        1e-3f,
        new MeanField.Stop(30, 1e-4f),
        3);
  }

  private static DbmTrainer trainer(Backend backend, DbmTrainingOptions options, int... layers) {
    return new DbmTrainer(backend, DbmShape.of(layers), patterns(), ROWS, options);
  }

  private static void steps(DbmTrainer trainer, int count) {
    for (int i = 0; i < count; i++) {
      trainer.step();
    }
  }

  /** The mean over the patterns of the bound and of the exact log-likelihood. */
  private static double[] likelihood(DbmParameters p) {
    float[] mu = new float[ROWS * p.shape().hidden()];
    double[] bound = new double[ROWS];
    double[] exact = new double[ROWS];
    try (Workers workers = new Workers(1, "test")) {
      MeanField field = MeanField.of(p.shape(), workers);
      field.setParameters(p);
      field.infer(patterns(), ROWS, MeanField.Stop.CONVERGED, mu);
      VariationalBound.of(p, patterns(), mu, ROWS, bound, workers);
      double logZ = LogPartition.exact(DbmBlocks.join(p), workers);
      for (int row = 0; row < ROWS; row++) {
        exact[row] = VariationalBound.exact(p, patterns(), row, workers);
        assertThat(bound[row]).isLessThanOrEqualTo(exact[row] + 1e-5);
      }
      return new double[] {
        Arrays.stream(bound).average().orElseThrow() - logZ,
        Arrays.stream(exact).average().orElseThrow() - logZ
      };
    }
  }

  /** Layers first, then together; the best there is is -log 14 = -2.639. */
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void barsAndStripesAreLearnt(int levels) {
    DbmTrainingOptions options =
        new DbmTrainingOptions(
            ROWS,
            100,
            levels,
            5,
            RbmGradient.ENHANCED,
            1_000,
            LearningRate.constant(0.1f),
            new LearningRate(LearningRate.Schedule.LINEAR, 0.02f, 0, 4_000),
            0,
            0,
            new MeanField.Stop(50, 1e-4f),
            2);
    try (Backend backend = backend("auto", 1);
        DbmTrainer trainer = trainer(backend, options, 9, 12, 8)) {
      assertThat(likelihood(trainer.model().parameters())[1]).isLessThan(-5);
      steps(trainer, 2_000);
      double[] layered = likelihood(trainer.model().parameters());
      steps(trainer, 4_000);
      double[] joint = likelihood(trainer.model().parameters());
      assertThat(layered[1]).isGreaterThan(-4);
      assertThat(joint[0]).isGreaterThan(layered[0] + 0.1).isBetween(-3.0, -Math.log(14));
      assertThat(joint[1]).isBetween(joint[0], -Math.log(14));
    }
  }

  @ParameterizedTest
  @CsvSource({"scalar,PLAIN,1", "auto,ENHANCED,3", "auto,CENTRED,1"})
  void aResumedRunGivesTheSameBits(String backend, RbmGradient gradient, int levels)
      throws IOException {
    Path file = folder.resolve("checkpoint.safetensors");
    DbmTrainingOptions options = options(5, levels, gradient, 7);
    int[] layers = {9, 6, 5, 4};
    float[] whole;
    try (Backend one = backend(backend, 1);
        DbmTrainer trainer = trainer(one, options, layers)) {
      steps(trainer, 30);
      whole = trainer.model().parameters().values();
    }
    // Within layers, at their borders, at the border of the joint training, and within that.
    for (int stop : new int[] {3, 7, 16, 21, 26}) {
      try (Backend some = backend(backend, 2);
          DbmTrainer trainer = trainer(some, options, layers)) {
        steps(trainer, stop);
        Checkpoint.write(file, trainer);
        steps(trainer, 1);
      }
      try (Backend some = backend(backend, 5);
          DbmTrainer trainer = trainer(some, options, layers)) {
        Checkpoint.resume(file, trainer);
        assertThat(trainer.stepsDone()).isEqualTo(stop);
        steps(trainer, 30 - stop);
        assertThat(trainer.model().parameters().values())
            .describedAs("stopped after %d", stop)
            .isEqualTo(whole);
        steps(trainer, 1);
        assertThat(trainer.model().parameters().values()).isNotEqualTo(whole);
      }
    }
  }

  /** Statistics have one order of summation, and the mean field has one too. */
  @Test
  void backendsTrainTheSameBits() {
    float[] reference = null;
    for (String name : new String[] {"scalar", "vector", "auto"}) {
      try (Backend backend = backend(name, 2);
          DbmTrainer trainer = trainer(backend, options(10, RbmGradient.ENHANCED, 10), 9, 17, 33)) {
        steps(trainer, 60);
        float[] trained = trainer.model().parameters().values();
        reference = reference == null ? trained : reference;
        assertThat(trained).describedAs(name).isEqualTo(reference);
      }
    }
  }

  @Test
  void anotherRunsCheckpointIsRefused() throws IOException {
    Path file = folder.resolve("checkpoint.safetensors");
    try (Backend backend = backend("scalar", 1);
        DbmTrainer trainer = trainer(backend, options(5, RbmGradient.PLAIN, 2), 9, 6, 5);
        DbmTrainer other = trainer(backend, options(5, RbmGradient.PLAIN, 3), 9, 6, 5)) {
      steps(trainer, 2);
      Checkpoint.write(file, trainer);
      assertThatThrownBy(() -> Checkpoint.resume(file, other))
          .isInstanceOf(FormatException.class)
          .hasMessageContaining("steps of a layer=2 where there is steps of a layer=3");
    }
  }

  /** With both layers' inputs once, a unit has what its two RBMs give it with one of them twice. */
  @Test
  void layersArePutTogetherWithHalvedShares() {
    try (Backend backend = backend("scalar", 1);
        DbmTrainer trainer = trainer(backend, options(5, RbmGradient.PLAIN, 4), 9, 6, 5, 4)) {
      steps(trainer, 12);
      DbmParameters p = trainer.model().parameters();
      float[] first = trainer.state().get("layer.1.theta");
      float[] second = trainer.state().get("layer.2.theta");
      float[] third = trainer.state().get("layer.3.theta");
      assertThat(p.weight(1, 8, 5)).isEqualTo(first[8 * 6 + 5]);
      assertThat(p.weight(2, 5, 4)).isEqualTo(0.5f * second[5 * 5 + 4]);
      assertThat(p.weight(3, 4, 3)).isEqualTo(third[4 * 4 + 3]);
      assertThat(p.bias(0, 8)).isEqualTo(first[54 + 8]);
      assertThat(p.bias(1, 2)).isEqualTo(0.5f * first[54 + 9 + 2] + 0.5f * second[30 + 2]);
      assertThat(p.bias(2, 1)).isEqualTo(0.5f * second[30 + 6 + 1] + 0.5f * third[20 + 1]);
      assertThat(p.bias(3, 0)).isEqualTo(third[20 + 5]);
    }
  }

  /** Two hidden layers are a dense RBM, whose gradient rules are known. */
  @ParameterizedTest
  @EnumSource
  void theGradientOfTwoHiddenLayersIsThatOfTheirRbm(RbmGradient rule) {
    DbmShape shape = DbmShape.of(4, 3, 5);
    RbmShape rbm = shape.rbm();
    SplittableRandom random = new SplittableRandom(5);
    float[] data = new float[rbm.parameterCount()];
    float[] model = new float[data.length];
    for (int k = 0; k < data.length; k++) {
      data[k] = (float) random.nextDouble(10);
      model[k] = (float) random.nextDouble(7);
    }
    float[] deepData = new float[shape.parameterCount()];
    float[] deepModel = new float[deepData.length];
    DbmBlocks.split(shape, data, deepData);
    DbmBlocks.split(shape, model, deepModel);
    // Layers 0, 1, 2 here; even ones first, then the odd one, in the RBM.
    float[] deepOffsets = {.1f, .2f, .3f, .4f, .5f, .6f, .7f, 0, 0, 0, 0, 0};
    float[] offsets = {.1f, .2f, .3f, .4f, 0, 0, 0, 0, 0, .5f, .6f, .7f};
    if (rule == RbmGradient.CENTRED) {
      // The RBM keeps the offsets of its visible side; here only those of layer 0 are kept.
      System.arraycopy(new float[] {.9f, .8f, .7f, .6f, .5f}, 0, offsets, 4, 5);
      for (int i = 0; i < 5; i++) {
        deepOffsets[7 + i] =
            (offsets[4 + i] - 0.01f * data[rbm.visibleBiasOffset() + 4 + i] / 10) / 0.99f;
      }
    }
    try (Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32))) {
      new CentredGradient(rbm, backend).compute(rule, data, 10, model, 7, offsets, false);
    }
    DbmGradient.of(rule, shape, deepData, 10, deepModel, 7, deepOffsets, false);
    float[] expected = new float[deepModel.length];
    DbmBlocks.split(shape, model, expected);
    for (int k = 0; k < expected.length; k++) {
      assertThat(deepModel[k]).describedAs("parameter %d", k).isCloseTo(expected[k], within(2e-6f));
    }
  }
}
