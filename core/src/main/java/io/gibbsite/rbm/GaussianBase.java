package io.gibbsite.rbm;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/** Independent normal units: a Gaussian-Bernoulli RBM without weights. */
public final class GaussianBase {
  private GaussianBase() {}

  /**
   * Chains' first states, float[chains * units], from {@code N(mean, sd^2)}: component {@code i} of
   * the draw at (INITIAL_STATE, 0, chain).
   *
   * @param mean float[units]
   * @param sd float[units]
   */
  public static float[] sample(float[] mean, float[] sd, int chains, long seed) {
    float[] states = new float[Math.multiplyExact(chains, mean.length)];
    for (int k = 0; k < states.length; k++) {
      states[k] = mean[k % mean.length];
    }
    addNoise(states, sd, seed, DrawStream.INITIAL_STATE);
    return states;
  }

  /** Adds {@code sd_i} times the normal i at (stream, 0, r) to row r. */
  static void addNoise(float[] rows, float[] sd, long seed, DrawStream stream) {
    int columns = sd.length;
    float[] normals = new float[columns];
    for (int r = 0; r < rows.length / columns; r++) {
      Draws.normals(seed, stream, 0, r, normals, 0, columns);
      for (int i = 0; i < columns; i++) {
        rows[r * columns + i] = Math.fma(normals[i], sd[i], rows[r * columns + i]);
      }
    }
  }

  /** {@code log Z_0} with hidden units that are fair coins. */
  static double logZ(float[] sd, int hidden) {
    double sum = hidden * Math.log(2);
    for (double s : sd) {
      sum += Math.log(s) + 0.5 * Math.log(2 * Math.PI);
    }
    return sum;
  }
}
