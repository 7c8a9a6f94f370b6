package io.gibbsite.rbm;

import io.gibbsite.math.FloatMath;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/** Independent binary units: what is known of data before any model. */
public final class BaseRates {
  private BaseRates() {}

  /**
   * The log-odds of each column being 1, with half an observation of each kind added, so that a
   * column that never changes has finite ones.
   *
   * @param x float[rows * columns], from 0 to 1
   */
  public static float[] logOdds(float[] x, int rows, int columns) {
    double[] ones = sums(x, rows, columns);
    float[] odds = new float[columns];
    for (int j = 0; j < columns; j++) {
      odds[j] = (float) Math.log((ones[j] + 0.5) / (rows - ones[j] + 0.5));
    }
    return odds;
  }

  /**
   * The mean of each column.
   *
   * @param x float[rows * columns]
   */
  public static float[] means(float[] x, int rows, int columns) {
    double[] sums = sums(x, rows, columns);
    float[] means = new float[columns];
    for (int j = 0; j < columns; j++) {
      means[j] = (float) (sums[j] / rows);
    }
    return means;
  }

  private static double[] sums(float[] x, int rows, int columns) {
    double[] sums = new double[columns];
    for (int i = 0; i < rows * columns; i++) {
      sums[i % columns] += x[i];
    }
    return sums;
  }

  /**
   * Chains' first states, byte[chains * units], from units of these log-odds: component {@code i}
   * of the draw at (INITIAL_STATE, 0, chain).
   */
  public static byte[] sample(float[] logOdds, int chains, long seed) {
    float[] p = new float[Math.multiplyExact(chains, logOdds.length)];
    for (int k = 0; k < p.length; k++) {
      p[k] = FloatMath.sigmoid(logOdds[k % logOdds.length]);
    }
    return bernoulli(p, logOdds.length, seed, DrawStream.INITIAL_STATE);
  }

  /** Row r, component i at (stream, 0, r). */
  static byte[] bernoulli(float[] p, int columns, long seed, DrawStream stream) {
    byte[] states = new byte[p.length];
    float[] u = new float[columns];
    for (int r = 0; r < p.length / columns; r++) {
      Draws.uniforms(seed, stream, 0, r, u, 0, columns);
      for (int i = 0; i < columns; i++) {
        states[r * columns + i] = (byte) (u[i] < p[r * columns + i] ? 1 : 0);
      }
    }
    return states;
  }
}
