package io.gibbsite.objective;

/**
 * Contrastive divergence: data rows are pushed down, rows that chains brought are pushed up; their
 * energies may be held to a level.
 *
 * <pre>
 *   loss = mean_i E(x_i) - mean_j E(x-_j)                i = 1 .. N, j = 1 .. M
 *          + alpha [ mean_i (E(x_i) - e)^2 + mean_j (E(x-_j) - e)^2 ]
 *   weights of dE: (1 + 2 alpha (E_i - e)) / N on data, (-1 + 2 alpha (E_j - e)) / M on negatives
 * </pre>
 *
 * <p>Without alpha its gradient is that of the negative log-likelihood if the negatives are samples
 * of the model; the loss itself is no bound of anything. Cost: an energy and a parameter-gradient
 * pass over N + M rows. An instance keeps its scratch: it is used by one thread at a time. Sources:
 * Hinton, "Training products of experts by minimizing contrastive divergence", Neural Computation
 * 14, 2002; Du and Mordatch, "Implicit generation and modeling with energy-based models", NeurIPS
 * 2019 (alpha, with e = 0).
 */
public final class ContrastiveDivergence {
  private final float alpha;
  private final float level;
  private float[] weights = {};
  private float[] part = {};
  private double dataEnergy = Double.NaN;
  private double negativeEnergy = Double.NaN;
  private double lastMean;

  /** Without alpha. */
  public ContrastiveDivergence() {
    this(0, 0);
  }

  /**
   * @param alpha at least 0
   * @param level {@code e}
   */
  public ContrastiveDivergence(float alpha, float level) {
    if (!(alpha >= 0 && Float.isFinite(alpha) && Float.isFinite(level))) {
      throw new IllegalArgumentException(
          "energies are held to a level by a weight of at least 0, not to %s by %s"
              .formatted(level, alpha));
    }
    this.alpha = alpha;
    this.level = level;
  }

  /**
   * The loss with given negatives, and its gradient.
   *
   * @param x float[n * d]
   * @param negatives float[m * d]
   * @param gradient float[P], out, or null for the loss alone
   */
  public double loss(
      EnergyPasses energy, float[] x, int n, float[] negatives, int m, float[] gradient) {
    double loss = phase(energy, x, n, 1, gradient);
    dataEnergy = lastMean;
    if (gradient == null) {
      loss += phase(energy, negatives, m, -1, null);
    } else {
      part = Scratch.atLeast(part, energy.parameterCount());
      loss += phase(energy, negatives, m, -1, part);
      Scratch.add(part, gradient, energy.parameterCount());
    }
    negativeEnergy = lastMean;
    return loss;
  }

  /** Mean energy of the data rows at the last {@link #loss}. */
  public double dataEnergy() {
    return dataEnergy;
  }

  /** Mean energy of the negatives at the last {@link #loss}. */
  public double negativeEnergy() {
    return negativeEnergy;
  }

  /**
   * One phase: what rows add to the loss, and to its gradient.
   *
   * @param sign 1 for data, -1 for negatives
   * @param gradient float[P], out, or null for the loss alone
   */
  public double phase(EnergyPasses energy, float[] x, int n, int sign, float[] gradient) {
    weights = Scratch.atLeast(weights, n);
    energy.energy(x, n, weights);
    double mean = 0;
    double square = 0;
    for (int i = 0; i < n; i++) {
      double above = weights[i] - (double) level;
      mean += (double) weights[i] / n;
      square += above * above / n;
      // From here on this is a weight.
      weights[i] = (float) ((sign + 2 * alpha * above) / n);
    }
    if (gradient != null) {
      energy.parameterGradient(x, weights, n, gradient);
    }
    lastMean = mean;
    return sign * mean + alpha * square;
  }
}
