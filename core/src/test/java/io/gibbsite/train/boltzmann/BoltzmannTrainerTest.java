package io.gibbsite.train.boltzmann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.backend.Workers;
import io.gibbsite.boltzmann.BoltzmannLogZ;
import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.boltzmann.BoltzmannShape;
import io.gibbsite.data.BarsAndStripes;
import io.gibbsite.spin.FixedPointCouplings;
import io.gibbsite.spin.SpinEnumeration;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinStates;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.LearningRate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs are fixed by their seeds, so a test that passes once passes always. */
class BoltzmannTrainerTest {
  private static final Backend BACKEND = backend("vector", 2);
  private static final Workers WORKERS = new Workers(2, "test");

  @AfterAll
  static void close() {
    BACKEND.close();
    WORKERS.close();
  }

  private static Backend backend(String name, int threads) {
    return Backends.named(name, new BackendOptions(threads, Precision.FLOAT32));
  }

  private static byte[] barsAndStripes(int side) {
    float[] x = new BarsAndStripes(side).all().values();
    byte[] v = new byte[x.length];
    for (int k = 0; k < v.length; k++) {
      v[k] = (byte) (2 * x[k] - 1);
    }
    return v;
  }

  private static BoltzmannTrainingOptions options(
      int batch, int chains, int sweeps, boolean meanField, LearningRate rate) {
    return new BoltzmannTrainingOptions(batch, chains, sweeps, meanField, 20, rate, 0, 0, 7);
  }

  private static double meanLogLikelihood(BoltzmannModel model, byte[] v, int rows) {
    double[] free = new double[rows];
    BoltzmannLogZ.freeEnergy(model, v, rows, free, WORKERS);
    return -Arrays.stream(free).average().orElseThrow() - BoltzmannLogZ.exact(model, WORKERS);
  }

  /**
   * One step moves the parameters against the gradient of the exact likelihood: each of 15 means of
   * 20,000 chains and 5,000 rows lies within 5.5 of the largest standard deviations that it can
   * have, which fails once in a million times. A sign or a factor of 2 would be seen.
   */
  @Test
  void stepsFollowTheExactGradient() {
    BoltzmannShape shape = new BoltzmannShape(3, 2);
    int rows = 5_000;
    byte[] v = SpinStates.sample(new float[] {0.6f, -0.4f, 0.2f}, rows, 8);
    for (int row = 0; row < rows; row++) {
      v[row * 3 + 2] = (byte) (row % 4 == 0 ? v[row * 3 + 2] : v[row * 3] * v[row * 3 + 1]);
    }
    float[] weight = new float[25];
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < i; j++) {
        weight[i * 5 + j] = weight[j * 5 + i] = 0.3f * (((3 * i + 5 * j) % 7) - 3) / 3;
      }
    }
    BoltzmannModel start =
        new BoltzmannModel(
            shape, SpinParameters.of(weight, new float[] {0.2f, -0.1f, 0, 0.3f, -0.2f}));
    float rate = 0.5f;
    double[] exact = exactGradient(start, v, rows);
    double bound = 5.5 * Math.sqrt(1.0 / 20_000 + 1.0 / rows);
    try (BoltzmannTrainer trainer =
        new BoltzmannTrainer(
            BACKEND,
            start,
            v,
            rows,
            options(rows, 20_000, 40, false, LearningRate.constant(rate)))) {
      trainer.step();
      float[] after = trainer.model().parameters().values();
      for (int k = 0; k < after.length; k++) {
        double found = (start.parameters().values()[k] - after[k]) / rate;
        assertThat(found).describedAs("entry %d", k).isCloseTo(exact[k], within(bound));
      }
    }
    assertThat(Arrays.stream(exact).map(Math::abs).max().orElseThrow()).isGreaterThan(4 * bound);
    // And that gradient is the derivative of the likelihood.
    float[] values = start.parameters().values().clone();
    values[1 * 5 + 3] += 0.01f;
    values[3 * 5 + 1] += 0.01f;
    BoltzmannModel moved = new BoltzmannModel(shape, new SpinParameters(shape.network(), values));
    double rise = meanLogLikelihood(moved, v, 500) - meanLogLikelihood(start, v, 500);
    assertThat(rise / 0.01).isCloseTo(-exactGradient(start, v, 500)[1 * 5 + 3], within(0.01));
  }

  private static double[] exactGradient(BoltzmannModel model, byte[] v, int rows) {
    double[] gradient = SpinEnumeration.of(model.parameters(), WORKERS).moments();
    FixedPointCouplings couplings = FixedPointCouplings.of(model.parameters());
    byte[] y = new byte[model.shape().units()];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(v, row * 3, y, 0, 3);
      double[] ofRow =
          new SpinEnumeration(couplings, y, model.shape().hiddenUnits(), WORKERS).moments();
      for (int k = 0; k < gradient.length; k++) {
        gradient[k] -= ofRow[k] / rows;
      }
    }
    return gradient;
  }

  /**
   * The 14 bars and stripes of 3 x 3 pixels, each 16 times in a minibatch, with 8 hidden units: no
   * model's mean log-likelihood is above -log 14 = -2.639; training ends within 0.1 of it.
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void barsAndStripesComeCloseToTheMaximumLikelihood(boolean meanField) {
    byte[] v = barsAndStripes(3);
    byte[] copies = new byte[16 * v.length];
    for (int k = 0; k < copies.length; k++) {
      copies[k] = v[k % v.length];
    }
    int steps = 3_000;
    LearningRate rate = new LearningRate(LearningRate.Schedule.LINEAR, 0.1f, 0.01f, steps);
    BoltzmannModel start = BoltzmannTrainer.initial(new BoltzmannShape(9, 8), new float[9], 3);
    BoltzmannTrainingOptions options = options(14 * 16, 256, 5, meanField, rate);
    try (BoltzmannTrainer trainer =
        new BoltzmannTrainer(BACKEND, start, copies, 14 * 16, options)) {
      steps(trainer, steps);
      double reached = meanLogLikelihood(trainer.model(), v, 14);
      assertThat(reached).isBetween(-Math.log(14) - 0.1, -Math.log(14));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void resumedRunsEqualUninterruptedOnesOnEveryBackend(boolean meanField, @TempDir Path folder)
      throws IOException {
    byte[] v = barsAndStripes(3);
    float[] expected = null;
    for (String name : new String[] {"scalar", "vector"}) {
      for (int threads : new int[] {1, 3}) {
        try (Backend backend = backend(name, threads)) {
          try (BoltzmannTrainer whole = trainer(backend, v, meanField);
              BoltzmannTrainer first = trainer(backend, v, meanField);
              BoltzmannTrainer second = trainer(backend, v, meanField)) {
            steps(whole, 10);
            steps(first, 6);
            Path file = folder.resolve(name + threads);
            Checkpoint.write(file, first);
            Checkpoint.resume(file, second);
            steps(second, 4);
            float[] values = whole.model().parameters().values();
            assertThat(second.model().parameters().values()).isEqualTo(values);
            expected = expected == null ? values : expected;
            assertThat(values).isEqualTo(expected);
            assertThat(whole.stepsDone()).isEqualTo(10);
          }
        }
      }
    }
  }

  private static BoltzmannTrainer trainer(Backend backend, byte[] v, boolean meanField) {
    BoltzmannModel start = BoltzmannTrainer.initial(new BoltzmannShape(9, 5), new float[9], 3);
    BoltzmannTrainingOptions options =
        new BoltzmannTrainingOptions(
            5, 40, 2, meanField, 3, LearningRate.constant(0.1f), 0.5f, 0.01f, 4);
    return new BoltzmannTrainer(backend, start, v, 14, options);
  }

  private static void steps(BoltzmannTrainer trainer, int count) {
    for (int k = 0; k < count; k++) {
      trainer.step();
    }
  }

  @Test
  void badOptionsAreRefused() {
    byte[] v = barsAndStripes(3);
    BoltzmannModel start = BoltzmannTrainer.initial(new BoltzmannShape(9, 5), new float[9], 3);
    LearningRate rate = LearningRate.constant(0.1f);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BoltzmannTrainer(BACKEND, start, v, 15, options(5, 5, 1, true, rate)))
        .withMessageContaining("15 training rows of 9 columns");
    assertThatIllegalArgumentException().isThrownBy(() -> options(0, 5, 1, true, rate));
    assertThatIllegalArgumentException().isThrownBy(() -> options(5, 0, 1, true, rate));
    assertThatIllegalArgumentException().isThrownBy(() -> options(5, 5, 0, true, rate));
  }
}
