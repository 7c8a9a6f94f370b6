package io.gibbsite.density;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * The uniform density on a box: {@code x = low + (high - low) u}, {@code log p = -sum log(high -
 * low)}.
 */
public final class UniformBox implements Density {
  private final float[] low;
  private final float[] high;
  private final float[] extent;
  private final double logDensity;

  /**
   * @throws IllegalArgumentException if the lengths differ or a side is not positive and finite
   */
  public UniformBox(float[] low, float[] high) {
    if (low.length != high.length || low.length == 0) {
      throw new IllegalArgumentException(
          "a box with " + low.length + " lower and " + high.length + " upper bounds");
    }
    this.low = low.clone();
    this.high = high.clone();
    this.extent = new float[low.length];
    double sum = 0;
    for (int i = 0; i < low.length; i++) {
      extent[i] = high[i] - low[i];
      if (!(extent[i] > 0) || !Float.isFinite(extent[i])) {
        throw new IllegalArgumentException(
            "column " + i + " of the box runs from " + low[i] + " to " + high[i]);
      }
      sum -= Math.log(extent[i]);
    }
    this.logDensity = sum;
  }

  /**
   * The data's box, widened on each side by the given fraction of its extent.
   *
   * @param x float[rows * columns], row-major
   */
  public static UniformBox fit(float[] x, int rows, int columns, float margin) {
    float[] low = new float[columns];
    float[] high = new float[columns];
    java.util.Arrays.fill(low, Float.POSITIVE_INFINITY);
    java.util.Arrays.fill(high, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        low[j] = Math.min(low[j], x[i * columns + j]);
        high[j] = Math.max(high[j], x[i * columns + j]);
      }
    }
    for (int j = 0; j < columns; j++) {
      float pad = margin * (high[j] - low[j]);
      low[j] -= pad;
      high[j] += pad;
    }
    return new UniformBox(low, high);
  }

  @Override
  public int columns() {
    return low.length;
  }

  public float low(int column) {
    return low[column];
  }

  public float high(int column) {
    return high[column];
  }

  /** {@code high - low}, as drawn with. */
  public float extent(int column) {
    return extent[column];
  }

  /** {@code log p} inside. */
  public double logDensity() {
    return logDensity;
  }

  @Override
  public double logDensity(float[] x, int offset) {
    for (int i = 0; i < low.length; i++) {
      if (!(x[offset + i] >= low[i] && x[offset + i] <= high[i])) {
        return Double.NEGATIVE_INFINITY;
      }
    }
    return logDensity;
  }

  @Override
  public void sample(long seed, DrawStream stream, long step, int row, float[] x, int offset) {
    Draws.uniforms(seed, stream, step, row, x, offset, low.length);
    for (int i = 0; i < low.length; i++) {
      x[offset + i] = Math.fma(extent[i], x[offset + i], low[i]);
    }
  }

  @Override
  public String description() {
    return "uniform box (" + low.length + " columns)";
  }
}
