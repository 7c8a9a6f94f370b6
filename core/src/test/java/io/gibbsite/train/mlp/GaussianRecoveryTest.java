package io.gibbsite.train.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.train.LearningRate;
import io.gibbsite.train.LearningRate.Schedule;
import io.gibbsite.train.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The energy {@code E(x) = w x + b + x^2 / 2 + log(2 pi) / 2} is that of N(-w, 1), with {@code log
 * Z = w^2 / 2 - b}: an MLP without hidden layers over a standard normal base. Estimators of w and
 * of {@code b + c} must come as near the truth as their theory says, neither further nor nearer.
 */
class GaussianRecoveryTest {
  private static final float MEAN = 0.7f;
  private static final MlpShape SHAPE = MlpShape.of(Activation.SILU, 1);

  private static float[] data(int rows, int replica) {
    Gaussian truth = Gaussian.isotropic(1, MEAN, 1);
    float[] x = new float[rows];
    for (int i = 0; i < rows; i++) {
      truth.sample(21, DrawStream.DATA, replica, i, x, i);
    }
    return x;
  }

  private static MlpTrainer trainer(
      Backend backend, float[] x, float rate, int steps, MlpObjective objective) {
    TrainingOptions options =
        TrainingOptions.of(x.length, new LearningRate(Schedule.COSINE, rate, 0, steps), 4);
    MlpParameters start =
        new MlpParameters(SHAPE, new float[] {-MEAN, 0}, Gaussian.isotropic(1, 0, 1));
    float c = MEAN * MEAN / 2;
    return new MlpTrainer(
        backend, new MlpModel(start, c), x, x.length, objective, new Sgd(3, 0), options);
  }

  /**
   * With noise drawn afresh at every step, the estimate solves the score equation of the data
   * alone: its covariance is {@code I^-1 Cov(P g) I^-1 / n} with {@code g = (-x, -1)}, {@code P = k
   * p_n / (p + k p_n)}, {@code I = E(P g g^T)}, means over the data density (Gutmann and Hyvarinen
   * 2012, theorem 3, with all the noise there is). Over 30 replicas of n rows the sum of squared,
   * standardised errors is chi-square of 30 degrees: its mean is outside [0.18, 2.9] with
   * probability 5e-7; the noise of the last steps adds less than a tenth to it. At another rate
   * than 1/n one of the two sizes, 16 times apart, would be out.
   */
  @ParameterizedTest
  @ValueSource(ints = {250, 4000})
  void nceFindsTheMeanAndLogZAtTheStatedRate(int rows) {
    int k = 2;
    int replicas = 30;
    double[] variance = asymptoticVariance(k);
    double squareW = 0;
    double squareC = 0;
    try (Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32))) {
      for (int r = 0; r < replicas; r++) {
        float[] x = data(rows, r);
        SigmoidNce nce = new SigmoidNce(k, Gaussian.isotropic(1, 0, 1.5f));
        try (MlpTrainer trainer = trainer(backend, x, 2, 200, new NceObjective(nce))) {
          for (int s = 0; s < 200; s++) {
            trainer.step();
          }
          float[] theta = trainer.model().parameters().values();
          double w = theta[0] + MEAN;
          double c = theta[1] + trainer.logZ() - MEAN * MEAN / 2;
          squareW += w * w * rows / variance[0] / replicas;
          squareC += c * c * rows / variance[1] / replicas;
        }
      }
    }
    assertThat(squareW).as("w").isBetween(0.18, 3.2);
    assertThat(squareC).as("log Z").isBetween(0.18, 3.2);
  }

  /** Of w and of c, times n; integrals by the midpoint rule. */
  private static double[] asymptoticVariance(int k) {
    double[][] information = new double[2][2];
    double[][] second = new double[2][2];
    double[] first = new double[2];
    double h = 0.001;
    for (double x = -12; x < 12; x += h) {
      double p = Math.exp(-(x - MEAN) * (x - MEAN) / 2) / Math.sqrt(2 * Math.PI);
      double q = Math.exp(-x * x / 4.5) / Math.sqrt(4.5 * Math.PI);
      double weight = k * q / (p + k * q);
      double[] g = {-x, -1};
      for (int i = 0; i < 2; i++) {
        first[i] += h * p * weight * g[i];
        for (int j = 0; j < 2; j++) {
          information[i][j] += h * p * weight * g[i] * g[j];
          second[i][j] += h * p * weight * weight * g[i] * g[j];
        }
      }
    }
    double det = information[0][0] * information[1][1] - information[0][1] * information[1][0];
    double[][] inverse = {
      {information[1][1] / det, -information[0][1] / det},
      {-information[1][0] / det, information[0][0] / det}
    };
    double[] variance = new double[2];
    for (int a = 0; a < 2; a++) {
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
          variance[a] += inverse[a][i] * (second[i][j] - first[i] * first[j]) * inverse[j][a];
        }
      }
    }
    return variance;
  }

  /**
   * Implicit score matching of this family is the mean of the rows, the best there is; that it is,
   * is exact. The error of a mean of 500 rows has the deviation 0.045: 5.5 of it is 4e-8.
   */
  @Test
  void implicitScoreMatchingFindsTheMean() {
    float[] x = data(500, 99);
    double mean = 0;
    for (float value : x) {
      mean += value / 500.0;
    }
    try (Backend backend = Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32));
        MlpTrainer trainer = trainer(backend, x, 0.5f, 100, ScoreMatchingObjective.implicit())) {
      for (int s = 0; s < 100; s++) {
        trainer.step();
      }
      double w = trainer.model().parameters().values()[0];
      assertThat(-w).isCloseTo(mean, within(1e-4));
      assertThat(-w).isCloseTo(MEAN, within(0.246));
    }
  }
}
