package io.gibbsite.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpScalar;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import org.junit.jupiter.api.Test;

class GaussianMixtureTest {
  private static final Gaussian LEFT = Gaussian.isotropic(2, -2, 0.5f);
  private static final Gaussian RIGHT =
      new Gaussian(new float[] {2, 1}, new float[] {1, 0, 0.5f, 0.4f});
  private static final GaussianMixture MIXTURE =
      new GaussianMixture(new float[] {3, 1}, LEFT, RIGHT);

  private static float[] draws(Density density, int rows) {
    float[] x = new float[rows * 2];
    for (int i = 0; i < rows; i++) {
      density.sample(8, DrawStream.DATA, 0, i, x, 2 * i);
    }
    return x;
  }

  @Test
  void logDensityIsThatOfTheWeightedSum() {
    float[] x = {-1.5f, -2, 0, 0, 2, 1, 60, -60};
    for (int at = 0; at < 6; at += 2) {
      double sum =
          0.75 * Math.exp(LEFT.logDensity(x, at)) + 0.25 * Math.exp(RIGHT.logDensity(x, at));
      assertThat(MIXTURE.logDensity(x, at)).isCloseTo(Math.log(sum), within(1e-12));
    }
    // Far out, where both densities are 0 in double.
    assertThat(MIXTURE.logDensity(x, 6)).isFinite().isLessThan(-2000);
  }

  /**
   * Of 20,000 draws the share of the left component has the standard error 0.0031, and the mean of
   * its first column 0.0041: 6 of them are 2e-9. The rest is for draws on the wrong side of the
   * line between the components.
   */
  @Test
  void drawsHaveTheWeightsAndTheComponents() {
    int rows = 20_000;
    float[] x = draws(MIXTURE, rows);
    int left = 0;
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      if (x[2 * i] + x[2 * i + 1] < -1) {
        left++;
        sum += x[2 * i];
      }
    }
    assertThat(left / (double) rows).isCloseTo(0.75, within(0.0186 + 0.002));
    assertThat(sum / left).isCloseTo(-2, within(0.0246 + 0.005));
  }

  /** Expectation maximisation never lowers the likelihood, and finds the two components. */
  @Test
  void fittingRaisesTheLikelihoodUpToThatOfTheTruth() {
    int rows = 4000;
    float[] x = draws(MIXTURE, rows);
    GaussianMixture fit =
        new GaussianMixture(
            new float[] {1, 1},
            Gaussian.isotropic(2, -1, 1),
            new Gaussian(new float[] {1, 1}, new float[] {1, 0, 0.1f, 1}));
    fit = fit.fitted(x, rows, 1, 0);
    double before = Double.NEGATIVE_INFINITY;
    for (int step = 0; step < 60; step++) {
      double after = mean(fit, x, rows);
      assertThat(after).isGreaterThan(before - 1e-5);
      before = after;
      fit = fit.fitted(x, rows, 1, 0);
    }
    assertThat(mean(fit, x, rows))
        .isBetween(mean(MIXTURE, x, rows) - 1e-3, mean(MIXTURE, x, rows) + 0.01);
  }

  private static double mean(Density density, float[] x, int rows) {
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += density.logDensity(x, 2 * i) / rows;
    }
    return sum;
  }

  @Test
  void sessionsNameWhatTheyDoNotKnow() {
    MlpShape shape = MlpShape.of(Activation.SILU, 2, 3);
    try (MlpScalar session = new MlpScalar(shape, 4)) {
      session.setParameters(MlpParameters.random(shape, null, 1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> session.nce(new SigmoidNce(1, MIXTURE), 0, new float[8], 4, 1, 0, null))
          .withMessageContaining("mixture of 2 Gaussians")
          .withMessageContaining("NceOfPasses");
    }
  }

  @Test
  void wrongMixturesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GaussianMixture(new float[] {1, 0}, LEFT, RIGHT))
        .withMessageContaining("component 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GaussianMixture(new float[] {1}, LEFT, RIGHT))
        .withMessageContaining("1 weights and 2 Gaussians");
  }
}
