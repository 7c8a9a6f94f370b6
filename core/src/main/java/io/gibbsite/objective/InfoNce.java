package io.gibbsite.objective;

import io.gibbsite.density.Density;

/**
 * InfoNCE, or ranking noise-contrastive estimation: each data row is to be told from its k noise
 * rows. It needs no {@code log Z}, and learns none.
 *
 * <pre>
 *   s(x) = -E(x) - log p_n(x)
 *   loss = -mean_i log p_i0,  p_i = softmax(s(x_i), s(x~_i1), .., s(x~_ik))     i = 1 .. N
 *   weights of dE: +(1 - p_i0) / N on data, -p_ij / N on noise
 * </pre>
 *
 * <p>Cost: an energy and a parameter-gradient pass over N (1 + k) rows. An instance keeps its
 * scratch: it is used by one thread at a time. Source: Ma and Collins, "Noise contrastive
 * estimation and negative sampling for conditional models", 2018; van den Oord, Li and Vinyals,
 * "Representation learning with contrastive predictive coding", 2018.
 */
public final class InfoNce extends NoiseContrast {
  /**
   * @param k noise rows for each data row, at least 1
   * @param noise the noise density {@code p_n}
   */
  public InfoNce(int k, Density noise) {
    super(k, noise);
    if (k < 1) {
      throw new IllegalArgumentException(
          "InfoNCE needs at least one noise row a data row, not k = " + k);
    }
  }

  /**
   * The loss with given noise, and its gradient.
   *
   * @param x float[n * d]
   * @param n at least 1
   * @param samples float[n * k * d]: the k noise rows of the first data row, then those of the next
   * @param gradient float[P], out, or null for the loss alone
   */
  public double loss(EnergyPasses energy, float[] x, int n, float[] samples, float[] gradient) {
    return mean(energy, x, n, samples, gradient);
  }

  @Override
  double rowLoss(double[] s) {
    double largest = s[0];
    for (double score : s) {
      largest = Math.max(largest, score);
    }
    double own = s[0];
    double sum = 0;
    for (int j = 0; j < s.length; j++) {
      s[j] = Math.exp(s[j] - largest);
      sum += s[j];
    }
    s[0] = 1 - s[0] / sum;
    for (int j = 1; j < s.length; j++) {
      s[j] = -s[j] / sum;
    }
    return largest + Math.log(sum) - own;
  }
}
