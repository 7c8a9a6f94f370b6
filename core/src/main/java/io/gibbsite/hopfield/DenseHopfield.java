package io.gibbsite.hopfield;

import io.gibbsite.backend.Workers;

/**
 * The dense Hopfield network with a log-sum-exp energy, steps D1 to D3 of {@link Hopfield}: it
 * keeps the patterns themselves, exponentially many in n.
 *
 * <p>Computed in double, rows shared among threads; results do not depend on their number.
 *
 * @param patterns what is stored
 * @param beta the sharpness, positive: of random patterns a few tenths separate them
 */
public record DenseHopfield(Patterns patterns, double beta) {
  public DenseHopfield {
    if (!(beta > 0) || !Double.isFinite(beta)) {
      throw new IllegalArgumentException("beta must be positive, not " + beta);
    }
  }

  /**
   * D1 to D3 for every row.
   *
   * @param x double[rows * n], in and out
   * @param energy double[rows], out: D2 before the step
   */
  public void step(double[] x, int rows, double[] energy, Workers workers) {
    int n = patterns.units();
    if (x.length < (long) rows * n || energy.length < rows) {
      throw new IllegalArgumentException(
          "%d values and %d energies for %d rows of %d units"
              .formatted(x.length, energy.length, rows, n));
    }
    workers.run(rows, (row, worker) -> energy[row] = step(x, row * n));
  }

  private double step(double[] x, int at) {
    int n = patterns.units();
    byte[] xi = patterns.y();
    double[] s = new double[patterns.count()];
    double largest = Double.NEGATIVE_INFINITY;
    for (int m = 0; m < s.length; m++) { // D1
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += xi[m * n + i] * x[at + i];
      }
      s[m] = beta * sum;
      largest = Math.max(largest, s[m]);
    }
    double total = 0;
    for (int m = 0; m < s.length; m++) {
      s[m] = Math.exp(s[m] - largest);
      total += s[m];
    }
    double square = 0;
    for (int i = 0; i < n; i++) {
      square += x[at + i] * x[at + i];
      x[at + i] = 0;
    }
    for (int m = 0; m < s.length; m++) { // D3
      double share = s[m] / total;
      for (int i = 0; i < n; i++) {
        x[at + i] += share * xi[m * n + i];
      }
    }
    return -(largest + Math.log(total)) / beta + 0.5 * square; // D2
  }

  /**
   * Steps from states of -1 and +1, and the signs of what they end in; 0 counts as +1.
   *
   * @param y byte[rows * n]
   * @param steps at least 1
   * @return byte[rows * n]
   */
  public byte[] recall(byte[] y, int rows, int steps, Workers workers) {
    double[] x = new double[rows * patterns.units()];
    for (int k = 0; k < x.length; k++) {
      x[k] = y[k];
    }
    double[] energy = new double[rows];
    for (int t = 0; t < steps; t++) {
      step(x, rows, energy, workers);
    }
    byte[] recalled = new byte[x.length];
    for (int k = 0; k < x.length; k++) {
      recalled[k] = (byte) (x[k] < 0 ? -1 : 1);
    }
    return recalled;
  }
}
