package io.gibbsite.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpDouble;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpScalar;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Objectives by hand, and their gradients against central differences of their losses. */
class ObjectiveTest {
  private static final int N = 6;
  private static final int D = 3;
  private static final int K = 2;
  private static final Gaussian NOISE = Gaussian.isotropic(D, 0.2f, 1.5f);
  private static final float LOG_Z = 0.3f;
  private static final MlpShape SHAPE = MlpShape.of(Activation.SILU, D, 5, 4);

  enum Rule {
    INFO_NCE {
      @Override
      double loss(EnergyPasses energy, float[] gradient) {
        return new InfoNce(K, NOISE).loss(energy, X, N, SAMPLES, gradient);
      }
    },
    CONTRASTIVE_DIVERGENCE {
      @Override
      double loss(EnergyPasses energy, float[] gradient) {
        return new ContrastiveDivergence().loss(energy, X, N, SAMPLES, N - 2, gradient);
      }
    },
    HELD_ENERGIES {
      @Override
      double loss(EnergyPasses energy, float[] gradient) {
        return new ContrastiveDivergence(0.1f, 3).loss(energy, X, N, SAMPLES, N - 2, gradient);
      }
    },
    NCE_OF_PASSES {
      @Override
      double loss(EnergyPasses energy, float[] gradient) {
        float[] withC = gradient == null ? null : new float[gradient.length + 1];
        double loss = new NceOfPasses(K, NOISE).loss(energy, LOG_Z, X, N, SAMPLES, withC);
        if (gradient != null) {
          System.arraycopy(withC, 0, gradient, 0, gradient.length);
        }
        return loss;
      }
    },
    DENOISING {
      @Override
      double loss(EnergyPasses energy, float[] gradient) {
        return new DenoisingScoreMatching(0.4f).loss(energy, X, N, V, gradient);
      }
    },
    SLICED {
      @Override
      double loss(EnergyPasses energy, float[] gradient) {
        return new SlicedScoreMatching().sliced(energy, X, N, V, gradient);
      }
    },
    VARIANCE_REDUCED {
      @Override
      double loss(EnergyPasses energy, float[] gradient) {
        return new SlicedScoreMatching().varianceReduced(energy, X, N, V, gradient);
      }
    },
    IMPLICIT {
      @Override
      double loss(EnergyPasses energy, float[] gradient) {
        return new SlicedScoreMatching().implicit(energy, X, N, gradient);
      }
    };

    private static final float[] X = normals(N * D, 1);
    private static final float[] V = normals(N * D, 2);
    private static final float[] SAMPLES = normals(N * K * D, 3);

    abstract double loss(EnergyPasses energy, float[] gradient);
  }

  private static float[] normals(int count, long seed) {
    float[] x = new float[count];
    Draws.normals(seed, DrawStream.DATA, 0, 0, x, 0, count);
    return x;
  }

  /** The passes of the double reference, rounded at their ends: exact enough to difference. */
  private record DoublePasses(MlpDouble mlp) implements EnergyPasses {
    @Override
    public int columns() {
      return mlp.shape().inputs();
    }

    @Override
    public int parameterCount() {
      return mlp.shape().parameterCount();
    }

    private static double[] wide(float[] x, int count) {
      double[] wide = new double[count];
      for (int i = 0; i < count; i++) {
        wide[i] = x[i];
      }
      return wide;
    }

    private static void narrow(double[] from, float[] to) {
      for (int i = 0; i < from.length && to != null; i++) {
        to[i] = (float) from[i];
      }
    }

    @Override
    public void energy(float[] x, int n, float[] energy) {
      double[] e = new double[n];
      mlp.energy(wide(x, n * columns()), n, e);
      narrow(e, energy);
    }

    @Override
    public void inputGradient(float[] x, int n, float[] energy, float[] gradient) {
      double[] e = new double[n];
      double[] g = new double[n * columns()];
      mlp.inputGradient(wide(x, n * columns()), n, e, g);
      narrow(e, energy);
      narrow(g, gradient);
    }

    @Override
    public void parameterGradient(float[] x, float[] w, int n, float[] gradient) {
      double[] g = new double[parameterCount()];
      mlp.parameterGradient(wide(x, n * columns()), wide(w, n), n, g);
      narrow(g, gradient);
    }

    @Override
    public void directional(
        float[] x, float[] v, int n, float[] energy, float[] slope, float[] curvature) {
      double[][] out = new double[3][n];
      int count = n * columns();
      mlp.directional(wide(x, count), wide(v, count), n, out[0], out[1], out[2]);
      narrow(out[0], energy);
      narrow(out[1], slope);
      narrow(out[2], curvature);
    }

    @Override
    public void directionalParameterGradient(
        float[] x, float[] v, float[] w, float[] a, float[] b, int n, float[] gradient) {
      double[] g = new double[parameterCount()];
      int count = n * columns();
      mlp.directionalParameterGradient(
          wide(x, count), wide(v, count), wide(w, n), wide(a, n), wide(b, n), n, g);
      narrow(g, gradient);
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientIsTheCentralDifference(Rule rule) {
    Gaussian base = Gaussian.isotropic(D, -0.1f, 1.2f);
    MlpParameters start = MlpParameters.random(SHAPE, base, 4);
    double[] theta = new double[SHAPE.parameterCount()];
    for (int p = 0; p < theta.length; p++) {
      theta[p] = 1.5 * start.values()[p];
    }
    float[] gradient = new float[theta.length];
    Arrays.fill(gradient, Float.NaN);
    double loss = rule.loss(new DoublePasses(new MlpDouble(SHAPE, theta, base)), gradient);
    assertThat(rule.loss(new DoublePasses(new MlpDouble(SHAPE, theta, base)), null))
        .isEqualTo(loss);
    double h = 1e-2;
    double largest = 0;
    for (int p = 0; p < theta.length; p++) {
      double[] moved = theta.clone();
      moved[p] += h;
      double above = rule.loss(new DoublePasses(new MlpDouble(SHAPE, moved, base)), null);
      moved[p] -= 2 * h;
      double below = rule.loss(new DoublePasses(new MlpDouble(SHAPE, moved, base)), null);
      double difference = (above - below) / (2 * h);
      largest = Math.max(largest, Math.abs(difference));
      assertThat((double) gradient[p]).as("parameter %d", p).isCloseTo(difference, within(5e-4));
    }
    assertThat(largest).isGreaterThan(0.02);
  }

  /** On E = |x|^2 / 2 every loss can be written down. */
  @ParameterizedTest
  @EnumSource
  void lossOfAParabolaByHand(Rule rule) {
    MlpShape linear = MlpShape.of(Activation.SILU, D);
    MlpParameters zero =
        new MlpParameters(linear, new float[linear.parameterCount()], Gaussian.isotropic(D, 0, 1));
    double constant = D * Math.log(2 * Math.PI) / 2;
    double expected = 0;
    for (int i = 0; i < N; i++) {
      double along = 0;
      for (int c = 0; c < D; c++) {
        along += Rule.V[i * D + c] * (double) Rule.X[i * D + c];
      }
      double x = square(Rule.X, i);
      double v = square(Rule.V, i);
      double noisy = 0;
      for (int c = 0; c < D; c++) {
        double n = Rule.V[i * D + c];
        noisy += Math.pow(n - 0.4f * (Rule.X[i * D + c] + 0.4f * n), 2);
      }
      expected +=
          switch (rule) {
                case INFO_NCE -> ranking(i, constant);
                case CONTRASTIVE_DIVERGENCE ->
                    x / 2 - (i < N - 2 ? square(Rule.SAMPLES, i) / 2 * N / (N - 2) : 0);
                case HELD_ENERGIES -> held(i, x / 2 + constant);
                case NCE_OF_PASSES -> binary(i, constant);
                case DENOISING -> noisy / 2;
                case SLICED -> along * along / 2 - v;
                case VARIANCE_REDUCED -> x / 2 - v;
                case IMPLICIT -> x / 2 - D;
              }
              / N;
    }
    try (MlpScalar session = new MlpScalar(linear, N)) {
      session.setParameters(zero);
      assertThat(rule.loss(session, null)).isCloseTo(expected, within(2e-5));
    }
  }

  private static double ranking(int i, double constant) {
    double own = -square(Rule.X, i) / 2 - constant - NOISE.logDensity(Rule.X, i * D);
    double sum = Math.exp(own);
    for (int j = i * K; j < (i + 1) * K; j++) {
      double energy = square(Rule.SAMPLES, j) / 2 + constant;
      sum += Math.exp(-energy - NOISE.logDensity(Rule.SAMPLES, j * D));
    }
    return Math.log(sum) - own;
  }

  private static double binary(int i, double constant) {
    double shift = LOG_Z + Math.log(K) + constant;
    double own = -square(Rule.X, i) / 2 - NOISE.logDensity(Rule.X, i * D) - shift;
    double loss = Math.log1p(Math.exp(-own));
    for (int j = i * K; j < (i + 1) * K; j++) {
      double u = -square(Rule.SAMPLES, j) / 2 - NOISE.logDensity(Rule.SAMPLES, j * D) - shift;
      loss += Math.log1p(Math.exp(u));
    }
    return loss;
  }

  private static double held(int i, double energy) {
    double loss = energy + 0.1f * Math.pow(energy - 3, 2);
    if (i < N - 2) {
      double negative = square(Rule.SAMPLES, i) / 2 + D * Math.log(2 * Math.PI) / 2;
      loss += (-negative + 0.1f * Math.pow(negative - 3, 2)) * N / (N - 2);
    }
    return loss;
  }

  private static double square(float[] x, int i) {
    double sum = 0;
    for (int c = 0; c < D; c++) {
      sum += x[i * D + c] * (double) x[i * D + c];
    }
    return sum;
  }

  /** The sessions' own NCE and the one over passes are the same function. */
  @Test
  void nceOfPassesIsThatOfSessions() {
    MlpParameters parameters = MlpParameters.random(SHAPE, Gaussian.isotropic(D, 0, 1), 4);
    float[] own = new float[SHAPE.parameterCount() + 1];
    float[] passes = own.clone();
    try (MlpScalar session = new MlpScalar(SHAPE, N)) {
      session.setParameters(parameters);
      SigmoidNce nce = new SigmoidNce(K, NOISE);
      double loss = session.nce(nce, LOG_Z, Rule.X, N, Rule.SAMPLES, own);
      assertThat(new NceOfPasses(K, NOISE).loss(session, LOG_Z, Rule.X, N, Rule.SAMPLES, passes))
          .isCloseTo(loss, within(1e-5));
    }
    for (int p = 0; p < own.length; p++) {
      assertThat(passes[p]).as("parameter %d", p).isCloseTo(own[p], within(1e-5f));
    }
    assertThat(Math.abs(own[own.length - 1])).isGreaterThan(0.01f);
  }

  @Test
  void wrongSettingsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new InfoNce(0, NOISE))
        .withMessageContaining("k = 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DenoisingScoreMatching(0))
        .withMessageContaining("sigma");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ContrastiveDivergence(-1, 0))
        .withMessageContaining("at least 0");
  }
}
