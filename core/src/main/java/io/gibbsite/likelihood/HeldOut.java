package io.gibbsite.likelihood;

import io.gibbsite.density.Density;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.sampler.EnergyFunction;

/**
 * How well a model predicts rows it was not trained on, in nats a row, beside a reference density.
 *
 * <p>The standard errors are those of the mean over the rows, with {@code log Z} taken as given;
 * the gain's is of the paired differences.
 *
 * @param model mean of {@code -E(x) - log Z}
 * @param reference mean of the reference's log-density
 * @param gain mean of their difference
 */
public record HeldOut(Mean model, Mean reference, Mean gain) {
  /**
   * A mean.
   *
   * @param value the mean
   * @param standardError {@code sd / sqrt(rows)}
   */
  public record Mean(double value, double standardError) {
    static Mean of(double[] values) {
      int n = values.length;
      double sum = 0;
      for (double v : values) {
        sum += v;
      }
      double mean = sum / n;
      double squares = 0;
      for (double v : values) {
        squares += (v - mean) * (v - mean);
      }
      return new Mean(mean, Math.sqrt(squares / (n - 1.0) / n));
    }
  }

  /**
   * The comparison on the given rows.
   *
   * @param session holds the model's parameters
   * @param logZ of the model
   * @param reference such as the Gaussian fitted to the training rows
   * @param x float[rows * d]
   * @param rows at least 2
   */
  public static HeldOut compare(
      MlpSession session, double logZ, Density reference, float[] x, int rows) {
    return compare(session, session.rows(), logZ, reference, x, rows);
  }

  /**
   * The same of any energy.
   *
   * @param most rows of a call
   */
  public static HeldOut compare(
      EnergyFunction function, int most, double logZ, Density reference, float[] x, int rows) {
    int d = function.columns();
    if (rows < 2 || x.length < (long) rows * d || reference.columns() != d) {
      throw new IllegalArgumentException(
          "%d held-out rows in %d entries, with a reference of %d columns, for an energy of %d"
              .formatted(rows, x.length, reference.columns(), d));
    }
    double[] model = new double[rows];
    double[] other = new double[rows];
    double[] gain = new double[rows];
    int block = Math.min(most, rows);
    float[] chunk = new float[block * d];
    float[] energy = new float[block];
    for (int first = 0; first < rows; first += block) {
      int n = Math.min(block, rows - first);
      System.arraycopy(x, first * d, chunk, 0, n * d);
      function.energy(chunk, n, energy);
      for (int i = 0; i < n; i++) {
        model[first + i] = -energy[i] - logZ;
        other[first + i] = reference.logDensity(x, (first + i) * d);
        gain[first + i] = model[first + i] - other[first + i];
      }
    }
    return new HeldOut(Mean.of(model), Mean.of(other), Mean.of(gain));
  }
}
