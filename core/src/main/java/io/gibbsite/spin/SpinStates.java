package io.gibbsite.spin;

import io.gibbsite.math.FloatMath;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/** States that chains start from: bytes -1 or +1, a row each. */
public final class SpinStates {
  private SpinStates() {}

  /**
   * Independent units: unit i of chain c is +1 where component i of the draw at (INITIAL_STATE,
   * step, c) is below {@code sigmoid(2 bias_i)}.
   *
   * @param bias float[n]
   * @return byte[chains * n]
   */
  public static byte[] sample(float[] bias, int chains, long step, long seed) {
    int n = bias.length;
    byte[] y = new byte[Math.multiplyExact(chains, n)];
    float[] u = new float[n];
    for (int c = 0; c < chains; c++) {
      Draws.uniforms(seed, DrawStream.INITIAL_STATE, step, c, u, 0, n);
      for (int i = 0; i < n; i++) {
        y[c * n + i] = (byte) (u[i] < FloatMath.sigmoid(2f * bias[i]) ? 1 : -1);
      }
    }
    return y;
  }

  /** The same at step 0. */
  public static byte[] sample(float[] bias, int chains, long seed) {
    return sample(bias, chains, 0, seed);
  }

  /** The same without biases: each unit -1 or +1 with equal probability. */
  public static byte[] random(int units, int chains, long seed) {
    return sample(new float[units], chains, seed);
  }

  /** The mean of {@code n} units from {@code at} on: -1 to 1. */
  public static double magnetisation(byte[] y, int at, int n) {
    int sum = 0;
    for (int i = at; i < at + n; i++) {
      sum += y[i];
    }
    return (double) sum / n;
  }

  /**
   * Half the log-odds of each column being +1, with half an observation of each kind added: the
   * biases of independent units with the rows' means.
   *
   * @param y byte[rows * columns]
   */
  public static float[] biases(byte[] y, int rows, int columns) {
    float[] bias = new float[columns];
    for (int i = 0; i < columns; i++) {
      long sum = 0;
      for (int row = 0; row < rows; row++) {
        sum += y[row * columns + i];
      }
      bias[i] = (float) (0.5 * Math.log((rows + sum + 1.0) / (rows - sum + 1.0)));
    }
    return bias;
  }
}
