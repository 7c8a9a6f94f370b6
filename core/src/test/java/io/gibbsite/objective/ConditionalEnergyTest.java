package io.gibbsite.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Workers;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.mlp.MlpVector;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.NoiseAnnealing;
import io.gibbsite.sampler.SamplerSettings;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionalEnergyTest {
  private static final int D = 2;
  private static final float[] MEAN = {0.5f, -1};
  private static final float SD = 0.7f;
  private static final Workers ALONE = new Workers(1, "test");
  private static final MlpShape SHAPE = MlpShape.of(Activation.TANH, D + 1, 8, 6);

  private static MlpSession session(MlpParameters parameters, int rows) {
    MlpSession session = new MlpVector(parameters.shape(), rows, ALONE);
    session.setParameters(parameters);
    return session;
  }

  /** A network with weights twice the usual, so that it matters beside the first term. */
  private static MlpParameters random() {
    MlpParameters parameters = MlpParameters.random(SHAPE, null, 3);
    for (int p = 0; p < parameters.values().length; p++) {
      parameters.values()[p] *= 2;
    }
    return parameters;
  }

  private static MlpParameters nothing() {
    return new MlpParameters(SHAPE, new float[SHAPE.parameterCount()]);
  }

  private static float[] normals(int count, long seed) {
    float[] values = new float[count];
    Draws.normals(seed, DrawStream.DATA, 0, 0, values, 0, count);
    return values;
  }

  /** N1 and N2 as they are written. */
  @ParameterizedTest
  @ValueSource(floats = {0.01f, 0.7f, 30})
  void theEnergyIsTheCard(float sigma) {
    float[] x = {1, 2};
    double c = Math.sqrt(SD * SD + sigma * sigma);
    float[] u = {(float) (0.5 / c), (float) (3 / c), (float) (Math.log(sigma) / 4)};
    float[] e = new float[1];
    try (MlpSession network = session(random(), 1)) {
      network.energy(u, 1, e);
      double expected = (0.25 + 9) / (2 * c * c) + SD / sigma * e[0];
      ConditionalEnergy energy = new ConditionalEnergy(network, MEAN, SD);
      energy.sigma(sigma);
      energy.energy(x, 1, e);
      assertThat((double) e[0]).isCloseTo(expected, within(1e-5 * (1 + Math.abs(expected))));
    }
  }

  /** Central differences of float32 energies: what is not float32's error is a wrong factor. */
  @ParameterizedTest
  @ValueSource(floats = {0.05f, 0.7f, 10})
  void theGradientIsThatOfTheEnergy(float sigma) {
    try (MlpSession network = session(random(), 4)) {
      ConditionalEnergy energy = new ConditionalEnergy(network, MEAN, SD);
      energy.sigma(sigma);
      float[] x = {0.3f, -0.4f};
      float[] e = new float[4];
      float[] gradient = new float[2];
      energy.inputGradient(x, 1, e, gradient);
      float h = 0.01f;
      float[] around = {0.3f + h, -0.4f, 0.3f - h, -0.4f, 0.3f, -0.4f + h, 0.3f, -0.4f - h};
      energy.energy(around, 4, e);
      for (int j = 0; j < 2; j++) {
        double difference = ((double) e[2 * j] - e[2 * j + 1]) / (2 * h);
        assertThat((double) gradient[j])
            .isCloseTo(difference, within(2e-3 * (1 + Math.abs(difference)) / Math.min(1, sigma)));
      }
    }
  }

  /** Over each level and all together; rows have a further column, which is not looked at. */
  @Test
  void theLossHasTheGradientOfItsDifferences() {
    int n = 6;
    float[] x = normals(n * 3, 1);
    float[] noise = normals(n * D, 2);
    float[] sigmas = {3, 1, 0.3f, 0.1f, 2, 0.5f};
    float[] values = random().values();
    float[] gradient = new float[values.length];
    try (MlpSession network = session(random(), n)) {
      MultiScaleDenoising rule = new MultiScaleDenoising(network, MEAN, SD);
      Arrays.fill(gradient, Float.NaN);
      double loss = rule.loss(x, 3, n, sigmas, noise, gradient);
      assertThat(loss).isCloseTo(slow(network, x, n, sigmas, noise), within(1e-4 * loss));
      for (int p = 0; p < values.length; p++) {
        float[] moved = values.clone();
        float h = 0.01f;
        moved[p] = values[p] + h;
        network.setParameters(new MlpParameters(SHAPE, moved));
        double difference = rule.loss(x, 3, n, sigmas, noise, null);
        moved[p] = values[p] - h;
        network.setParameters(new MlpParameters(SHAPE, moved));
        difference = (difference - rule.loss(x, 3, n, sigmas, noise, null)) / (2 * h);
        assertThat((double) gradient[p])
            .describedAs("parameter %d", p)
            .isCloseTo(difference, within(2e-3 * (1 + Math.abs(difference))));
      }
    }
  }

  /** {@code mean |n - sigma dE|^2 / 2} by the energy itself, row by row. */
  private static double slow(MlpSession network, float[] x, int n, float[] sigmas, float[] noise) {
    ConditionalEnergy energy = new ConditionalEnergy(network, MEAN, SD);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      float[] noisy = new float[D];
      for (int j = 0; j < D; j++) {
        noisy[j] = x[3 * i + j] + sigmas[i] * noise[D * i + j];
      }
      float[] gradient = new float[D];
      energy.sigma(sigmas[i]);
      energy.inputGradient(noisy, 1, null, gradient);
      for (int j = 0; j < D; j++) {
        double r = noise[D * i + j] - sigmas[i] * gradient[j];
        sum += 0.5 * r * r / n;
      }
    }
    return sum;
  }

  /**
   * Without a network the energy is that of noisy N(m, s^2 I), and the loss on such data {@code d
   * s^2 / (2 c^2)}: 20000 rows, six standard errors.
   */
  @Test
  void withoutANetworkNormalDataAreFittedExactly() {
    int n = 20_000;
    float[] z = normals(n * D, 5);
    float[] x = new float[n * 3];
    for (int i = 0; i < n; i++) {
      x[3 * i] = MEAN[0] + SD * z[D * i];
      x[3 * i + 1] = MEAN[1] + SD * z[D * i + 1];
    }
    float[] sigmas = new float[n];
    Arrays.fill(sigmas, 0.5f);
    try (MlpSession network = session(nothing(), n)) {
      MultiScaleDenoising rule = new MultiScaleDenoising(network, MEAN, SD);
      double expected = SD * SD / (SD * SD + 0.25);
      assertThat(rule.loss(x, 3, n, sigmas, normals(n * D, 6), null))
          .isCloseTo(expected, within(6 * expected / Math.sqrt(n)));
    }
  }

  /**
   * The ladder's last level has the deviation c = sqrt(s^2 + 0.3^2), and the last step makes it s^2
   * / c; steps of 0.05 sigma^2 add a bias below 0.1 %. Of 8192 chains and two columns the deviation
   * has a standard error of 0.55 %: 4 % is seven of them, and c alone is 8.8 % more than s.
   */
  @Test
  void annealedSamplesOfNormalDataHaveTheirDeviation() {
    int chains = 8192;
    float[] ladder = NoiseAnnealing.ladder(3, 0.3f, 6);
    assertThat(ladder[0]).isEqualTo(3);
    assertThat(ladder[5]).isCloseTo(0.3f, within(1e-6f));
    float[] x = new float[chains * D];
    Gaussian start = Gaussian.isotropic(D, 0, 3);
    for (int i = 0; i < chains; i++) {
      start.sample(1, DrawStream.INITIAL_STATE, 0, i, x, i * D);
    }
    NoiseAnnealing annealing = new NoiseAnnealing(ladder, 150, 0.05f);
    long[] done = new long[1];
    try (MlpSession network = session(nothing(), chains)) {
      annealing.run(
          new ConditionalEnergy(network, MEAN, SD),
          x,
          chains,
          new SamplerSettings(1, 4, ALONE),
          steps -> done[0] = steps);
    }
    assertThat(done[0]).isEqualTo(annealing.total());
    double c = Math.sqrt(SD * SD + 0.09);
    for (int j = 0; j < D; j++) {
      double mean = 0;
      double square = 0;
      for (int i = 0; i < chains; i++) {
        double away = x[i * D + j] - MEAN[j];
        mean += away / chains;
        square += away * away / chains;
      }
      assertThat(mean).isCloseTo(0, within(0.05));
      assertThat(Math.sqrt(square)).isCloseTo(SD * SD / c, within(0.04 * SD));
    }
  }

  @Test
  void wrongArgumentsAreNamed() {
    try (MlpSession network = session(nothing(), 1)) {
      assertThatThrownBy(() -> new ConditionalEnergy(network, new float[3], 1))
          .hasMessageContaining("3 columns for data of 3");
      assertThatThrownBy(() -> new ConditionalEnergy(network, MEAN, 0))
          .hasMessageContaining("deviation must be positive");
      assertThatThrownBy(() -> new ConditionalEnergy(network, MEAN, 1).sigma(-1))
          .hasMessageContaining("sigma must be positive, not -1");
    }
    assertThatThrownBy(() -> new NoiseAnnealing(new float[] {1, 2}, 1, 1))
        .hasMessageContaining("must descend");
    assertThatThrownBy(() -> new NoiseAnnealing(new float[0], 1, 1))
        .hasMessageContaining("needs a level");
    assertThatThrownBy(() -> new NoiseAnnealing(new float[] {1}, 0, 1))
        .hasMessageContaining("at least one step");
    assertThatThrownBy(() -> new NoiseAnnealing(new float[] {1}, 1, 0))
        .hasMessageContaining("step size must be positive");
  }
}
