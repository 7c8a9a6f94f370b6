package io.gibbsite.train;

import io.gibbsite.density.Density;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.random.DrawStream;

/**
 * The log partition function {@code log Z} of {@code exp(-E)} by importance sampling.
 *
 * <pre>
 *   x_i ~ q,  w_i = exp(-E(x_i)) / q(x_i),  Z = mean w
 *   standard error of log Z = sd(w) / (sqrt(n) mean w)            the delta method
 *   effective sample size   = (sum w)^2 / sum w^2
 * </pre>
 *
 * <p>Sums are kept in double, scaled by the largest weight. The estimate of Z is unbiased, so log Z
 * is low by about half its squared standard error; where the effective sample size is small,
 * neither is to be trusted. What lies outside the support of {@code q} is not counted. Source:
 * Kong, Liu and Wong, "Sequential imputations and Bayesian missing data problems", 1994.
 *
 * @param logZ the estimate
 * @param standardError of {@code logZ}
 * @param effectiveSamples the effective sample size
 * @param samples n
 */
public record ImportanceLogZ(
    double logZ, double standardError, double effectiveSamples, int samples) {

  /**
   * The estimate for the parameters that the session holds.
   *
   * @param density {@code q}, drawn from at (IMPORTANCE, 0, i)
   * @param samples n, at least 2
   * @param seed of the draws
   */
  public static ImportanceLogZ estimate(
      MlpSession session, Density density, int samples, long seed) {
    if (samples < 2) {
      throw new IllegalArgumentException(
          "importance sampling needs at least 2 samples, not " + samples);
    }
    int d = session.shape().inputs();
    if (density.columns() != d) {
      throw new IllegalArgumentException(
          "a proposal of " + density.columns() + " columns for an energy of " + d);
    }
    int block = Math.min(session.rows(), samples);
    float[] x = new float[block * d];
    float[] energy = new float[block];
    WeightSums sums = new WeightSums();
    for (int first = 0; first < samples; first += block) {
      int rows = Math.min(block, samples - first);
      for (int i = 0; i < rows; i++) {
        density.sample(seed, DrawStream.IMPORTANCE, 0, first + i, x, i * d);
      }
      session.energy(x, rows, energy);
      for (int i = 0; i < rows; i++) {
        sums.add(-energy[i] - density.logDensity(x, i * d));
      }
    }
    return sums.estimate(samples);
  }

  /** {@code sum w} and {@code sum w^2} from log-weights, relative to the largest so far. */
  private static final class WeightSums {
    private double largest = Double.NEGATIVE_INFINITY;
    private double first;
    private double second;

    void add(double logWeight) {
      if (logWeight > largest) {
        double shrink = Math.exp(largest - logWeight);
        first *= shrink;
        second *= shrink * shrink;
        largest = logWeight;
      }
      double w = logWeight == largest ? 1 : Math.exp(logWeight - largest);
      first += w;
      second += w * w;
    }

    ImportanceLogZ estimate(int n) {
      double logZ = largest + Math.log(first / n);
      double relativeVariance = Math.max(0, (n * second / (first * first) - 1) * n / (n - 1));
      return new ImportanceLogZ(logZ, Math.sqrt(relativeVariance / n), first * first / second, n);
    }
  }
}
