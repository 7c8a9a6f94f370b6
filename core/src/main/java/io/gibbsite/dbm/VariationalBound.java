package io.gibbsite.dbm;

import io.gibbsite.backend.Workers;
import io.gibbsite.rbm.LogPartition;

/**
 * V1 of {@link Dbm}: what the independent posterior {@code mu} says of {@code log p(v) + log Z}
 * from below; and the same exactly, by enumeration of what is left once {@code v} is known.
 */
public final class VariationalBound {
  private VariationalBound() {}

  /**
   * V1 of each row, to which {@code -log Z} is to be added.
   *
   * @param v byte[rows * visible]
   * @param mu float[rows * hidden]
   * @param bound double[rows], out
   */
  public static void of(
      DbmParameters parameters, byte[] v, float[] mu, int rows, double[] bound, Workers workers) {
    workers.run(rows, (row, worker) -> bound[row] = row(parameters, v, mu, row));
  }

  private static double row(DbmParameters parameters, byte[] v, float[] mu, int row) {
    DbmShape shape = parameters.shape();
    float[] values = parameters.values();
    double sum = 0;
    double[] below = new double[shape.visible()];
    for (int i = 0; i < below.length; i++) {
      below[i] = v[row * below.length + i];
      sum += below[i] * parameters.bias(0, i);
    }
    for (int l = 1; l <= shape.depth(); l++) {
      int units = shape.units(l);
      double[] input = new double[units];
      for (int i = 0; i < below.length; i++) {
        if (below[i] != 0) {
          addScaled(below[i], values, shape.weightOffset(l) + i * units, input);
        }
      }
      below = new double[units];
      for (int j = 0; j < units; j++) {
        below[j] = mu[row * shape.hidden() + shape.hiddenOffset(l) + j];
        sum += below[j] * (input[j] + parameters.bias(l, j)) + entropy(below[j]);
      }
    }
    return sum;
  }

  private static void addScaled(double x, float[] w, int at, double[] sums) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += x * w[at + j];
    }
  }

  /** Of a unit that is on with probability p. */
  private static double entropy(double p) {
    return -(p > 0 ? p * Math.log(p) : 0) - (p < 1 ? (1 - p) * Math.log1p(-p) : 0);
  }

  /** Whether {@link #exact} can enumerate a side of the hidden layers. */
  public static boolean canEnumerate(DbmShape shape, int most) {
    return Math.min(shape.rbm().visible() - shape.visible(), shape.rbm().hidden()) <= most;
  }

  /**
   * {@code log p(v) + log Z} itself, the sum over all states of the hidden layers, of one row.
   *
   * @param v byte[rows * visible]
   * @throws IllegalArgumentException if no side of the hidden layers can be enumerated
   */
  public static double exact(DbmParameters parameters, byte[] v, int row, Workers workers) {
    int visible = parameters.shape().visible();
    double sum = 0;
    for (int i = 0; i < visible; i++) {
      sum += v[row * visible + i] * (double) parameters.bias(0, i);
    }
    return sum + LogPartition.exact(DbmBlocks.given(parameters, v, row * visible), workers);
  }
}
