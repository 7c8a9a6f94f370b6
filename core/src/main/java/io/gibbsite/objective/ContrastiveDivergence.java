package io.gibbsite.objective;

import java.util.Arrays;

/**
 * Contrastive divergence: data rows are pushed down, rows that chains brought are pushed up.
 *
 * <pre>
 *   loss = mean_i E(x_i) - mean_j E(x-_j)                i = 1 .. N, j = 1 .. M
 *   weights of dE: +1/N on data, -1/M on negatives
 * </pre>
 *
 * <p>Its gradient is that of the negative log-likelihood if the negatives are samples of the model;
 * the loss itself is no bound of anything. Cost: an energy and a parameter-gradient pass over N + M
 * rows. Source: Hinton, "Training products of experts by minimizing contrastive divergence", Neural
 * Computation 14, 2002.
 */
public final class ContrastiveDivergence {
  private ContrastiveDivergence() {}

  /**
   * The loss with given negatives, and its gradient.
   *
   * @param x float[n * d]
   * @param negatives float[m * d]
   * @param gradient float[P], out, or null for the loss alone
   */
  public static double loss(
      EnergyPasses energy, float[] x, int n, float[] negatives, int m, float[] gradient) {
    double up = meanEnergy(energy, x, n, gradient);
    float[] down = gradient == null ? null : new float[energy.parameterCount()];
    double loss = up - meanEnergy(energy, negatives, m, down);
    if (gradient != null) {
      for (int p = 0; p < down.length; p++) {
        gradient[p] -= down[p];
      }
    }
    return loss;
  }

  /**
   * One phase: the mean energy of rows, and its gradient.
   *
   * @param gradient float[P], out, or null for the mean alone
   */
  public static double meanEnergy(EnergyPasses energy, float[] x, int n, float[] gradient) {
    float[] values = new float[n];
    energy.energy(x, n, values);
    double mean = 0;
    for (float value : values) {
      mean += (double) value / n;
    }
    if (gradient != null) {
      Arrays.fill(values, 1f / n);
      energy.parameterGradient(x, values, n, gradient);
    }
    return mean;
  }
}
