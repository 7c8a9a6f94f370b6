package io.gibbsite.objective;

import io.gibbsite.density.Density;

/**
 * What noise-contrastive objectives share: the log-ratio {@code s(x) = -E(x) - log p_n(x)} of each
 * data row and of its k noise rows, which a rule turns into the row's loss and into weights.
 *
 * <p>Cost: an energy and a parameter-gradient pass over N (1 + k) rows, N at a time. An instance
 * keeps its scratch: it is used by one thread at a time.
 */
abstract class NoiseContrast {
  private final int k;
  private final Density noise;
  private final double[] row;
  private float[] onData = {};
  private float[] onNoise = {};
  private float[] rows = {};
  private float[] weights = {};
  private float[] part = {};

  NoiseContrast(int k, Density noise) {
    this.k = k;
    this.noise = noise;
    this.row = new double[k + 1];
  }

  /** Noise rows for each data row. */
  public final int k() {
    return k;
  }

  /** {@code p_n}. */
  public final Density noise() {
    return noise;
  }

  /**
   * One data row's loss.
   *
   * @param s double[k + 1], in: the log-ratios, the data row's first; out: the loss's derivatives
   *     by the energies
   */
  abstract double rowLoss(double[] s);

  /** The mean loss; {@code gradient} float[P], or null. */
  final double mean(EnergyPasses energy, float[] x, int n, float[] samples, float[] gradient) {
    int d = energy.columns();
    onData = Scratch.atLeast(onData, n);
    onNoise = Scratch.atLeast(onNoise, n * k);
    rows = Scratch.atLeast(rows, n * d);
    weights = Scratch.atLeast(weights, n);
    energy.energy(x, n, onData);
    // A pass takes as many noise rows as there are data rows.
    for (int first = 0; first < n * k; first += n) {
      System.arraycopy(samples, first * d, rows, 0, n * d);
      energy.energy(rows, n, weights);
      System.arraycopy(weights, 0, onNoise, first, n);
    }
    double loss = 0;
    for (int i = 0; i < n; i++) {
      row[0] = -onData[i] - noise.logDensity(x, i * d);
      for (int j = 0; j < k; j++) {
        int at = i * k + j;
        row[j + 1] = -onNoise[at] - noise.logDensity(samples, at * d);
      }
      loss += rowLoss(row) / n;
      // From here on these are weights.
      onData[i] = (float) (row[0] / n);
      for (int j = 0; j < k; j++) {
        onNoise[i * k + j] = (float) (row[j + 1] / n);
      }
    }
    if (gradient != null) {
      gradient(energy, x, n, samples, gradient);
    }
    return loss;
  }

  private void gradient(EnergyPasses energy, float[] x, int n, float[] samples, float[] gradient) {
    int d = energy.columns();
    part = Scratch.atLeast(part, energy.parameterCount());
    energy.parameterGradient(x, onData, n, gradient);
    for (int first = 0; first < n * k; first += n) {
      System.arraycopy(samples, first * d, rows, 0, n * d);
      System.arraycopy(onNoise, first, weights, 0, n);
      energy.parameterGradient(rows, weights, n, part);
      Scratch.add(part, gradient, energy.parameterCount());
    }
  }

  /** The sum of the last call's weights. */
  final double sumOfWeights(int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += onData[i];
    }
    for (int i = 0; i < n * k; i++) {
      sum += onNoise[i];
    }
    return sum;
  }
}
