package io.gibbsite.likelihood;

import io.gibbsite.density.Density;
import io.gibbsite.math.LogWeights;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.random.DrawStream;

/**
 * The log partition function {@code log Z} of {@code exp(-E)} by importance sampling.
 *
 * <pre>
 *   x_i ~ q,  w_i = exp(-E(x_i)) / q(x_i),  Z = mean w
 * </pre>
 *
 * <p>{@link LogWeights} has the formulas. The estimate of Z is unbiased. What lies outside the
 * support of {@code q} is not counted.
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
    LogWeights weights = new LogWeights();
    for (int first = 0; first < samples; first += block) {
      int rows = Math.min(block, samples - first);
      for (int i = 0; i < rows; i++) {
        density.sample(seed, DrawStream.IMPORTANCE, 0, first + i, x, i * d);
      }
      session.energy(x, rows, energy);
      for (int i = 0; i < rows; i++) {
        weights.add(-energy[i] - density.logDensity(x, i * d));
      }
    }
    return new ImportanceLogZ(
        weights.logMean(), weights.standardError(), weights.effectiveSamples(), samples);
  }
}
