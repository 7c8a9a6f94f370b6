package io.gibbsite.target;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * Independent normal columns around 0, with standard deviations in a geometric sequence from 1 down
 * to {@code 1 / ratio}: the condition number of the covariance is {@code ratio^2}.
 */
public final class IllConditionedGaussian extends Target {
  private final double[] deviations;

  /**
   * @param columns at least 1
   * @param ratio of the largest standard deviation to the smallest, at least 1
   */
  public IllConditionedGaussian(int columns, double ratio) {
    super("gaussian", columns);
    deviations = new double[columns];
    for (int c = 0; c < columns; c++) {
      deviations[c] = Math.pow(ratio, -c / Math.max(1.0, columns - 1));
    }
  }

  @Override
  public double energy(double[] x, double[] gradient) {
    double energy = 0;
    for (int c = 0; c < deviations.length; c++) {
      energy += normal(x[c], deviations[c]);
      gradient[c] = x[c] / (deviations[c] * deviations[c]);
    }
    return energy;
  }

  @Override
  public double mean(int column) {
    return 0;
  }

  @Override
  public double deviation(int column) {
    return deviations[column];
  }

  @Override
  public void sample(long seed, DrawStream stream, int row, float[] x, int offset) {
    Draws.normals(seed, stream, 0, row, x, offset, columns());
    for (int c = 0; c < columns(); c++) {
      x[offset + c] *= (float) deviations[c];
    }
  }
}
