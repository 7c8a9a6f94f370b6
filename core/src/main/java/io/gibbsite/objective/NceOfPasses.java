package io.gibbsite.objective;

import io.gibbsite.density.Density;

/**
 * {@link SigmoidNce} over the passes of any energy, and so with any noise density: sessions compute
 * it at once, but for the densities that they know alone.
 */
public final class NceOfPasses extends NoiseContrast {
  private double shift;

  /**
   * @param k noise rows for each data row, at least 1
   * @param noise the noise density {@code p_n}
   */
  public NceOfPasses(int k, Density noise) {
    super(new SigmoidNce(k, noise).k(), noise);
  }

  /**
   * The loss with given noise, and its gradient.
   *
   * @param logZ {@code c}
   * @param x float[n * d]
   * @param n at least 1
   * @param samples float[n * k * d]: the k noise rows of the first data row, then those of the next
   * @param gradient float[P + 1], out, the last one {@code d loss / dc}; or null for the loss alone
   */
  public double loss(
      EnergyPasses energy, float logZ, float[] x, int n, float[] samples, float[] gradient) {
    shift = logZ + Math.log(k());
    double loss = mean(energy, x, n, samples, gradient);
    if (gradient != null) {
      gradient[energy.parameterCount()] = (float) sumOfWeights(n);
    }
    return loss;
  }

  @Override
  double rowLoss(double[] s) {
    double u = s[0] - shift;
    double loss = softplus(-u);
    s[0] = sigmoid(-u);
    for (int j = 1; j < s.length; j++) {
      u = s[j] - shift;
      loss += softplus(u);
      s[j] = -sigmoid(u);
    }
    return loss;
  }

  private static double softplus(double u) {
    return Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));
  }

  private static double sigmoid(double u) {
    double e = Math.exp(-Math.abs(u));
    return (u >= 0 ? 1 : e) / (1 + e);
  }
}
