package io.gibbsite.sampler;

import io.gibbsite.backend.Workers;
import io.gibbsite.math.FloatMath;
import io.gibbsite.math.RowColumns;
import java.util.Arrays;

/**
 * The direction in which particles approach {@code exp(-beta E)} fastest, among those of a kernel's
 * space; it vanishes where they are distributed so.
 *
 * <pre>
 *   k_ij  = exp(-|x_i - x_j|^2 / h),  h = median of |x_i - x_j|^2 / log n
 *   phi_i = mean_j [ -beta k_ij g(x_j) + (2 / h) k_ij (x_i - x_j) ]         g = dE/dx
 * </pre>
 *
 * <p>n^2 kernels of 3 d operations, in blocks of rows, each sum in the order of j, so that results
 * do not depend on the number of threads. The median is of at most 256 particles, taken evenly. An
 * instance keeps its scratch: it is used by one thread at a time. Source: Liu and Wang, "Stein
 * variational gradient descent", NeurIPS 2016.
 */
public final class SteinDirection {
  private static final int BLOCK = 64;
  private static final int MEDIAN_ROWS = 256;

  private final int rows;
  private final int columns;
  private final Workers workers;
  private final RowColumns points;
  private final float[][] kernels;
  private final float[][] sums;
  private final Workers.Body body = this::block;

  // The arguments of the call in progress.
  private float[] x;
  private float[] gradient;
  private float beta;
  private float width;
  private float[] direction;

  /**
   * @param rows n, at least 2
   * @param columns d
   * @param workers stay the caller's
   */
  public SteinDirection(int rows, int columns, Workers workers) {
    if (rows < 2) {
      throw new IllegalArgumentException("SVGD needs at least 2 particles, not " + rows);
    }
    this.rows = rows;
    this.columns = columns;
    this.workers = workers;
    points = new RowColumns(new float[rows * columns], rows, columns);
    kernels = new float[workers.threads()][BLOCK];
    sums = new float[workers.threads()][BLOCK * columns];
  }

  /**
   * Computes phi.
   *
   * @param particles float[n * d]
   * @param slopes float[n * d]: g there
   * @param inverseTemperature {@code beta}
   * @param out float[n * d]: phi
   */
  public void compute(float[] particles, float[] slopes, float inverseTemperature, float[] out) {
    x = particles;
    gradient = slopes;
    beta = inverseTemperature;
    direction = out;
    points.set(x);
    double median = RowColumns.medianSquaredDistance(x, rows, columns, MEDIAN_ROWS);
    // Where half of the particles are in one place, any width does.
    width = median > 0 ? (float) (median / Math.log(rows)) : 1;
    workers.run((rows + BLOCK - 1) / BLOCK, body);
  }

  private void block(int block, int worker) {
    int from = block * BLOCK;
    int to = Math.min(rows, from + BLOCK);
    int count = to - from;
    float[] kernel = kernels[worker];
    float[] sum = sums[worker];
    Arrays.fill(sum, 0);
    for (int j = 0; j < rows; j++) {
      points.squaredDistances(x, j * columns, from, to, kernel);
      for (int i = 0; i < count; i++) {
        kernel[i] = FloatMath.exp(-kernel[i] / width);
      }
      for (int c = 0; c < columns; c++) {
        float pull = -beta * gradient[j * columns + c];
        points.addKernel(
            c, x[j * columns + c], 2 / width, pull, kernel, from, count, sum, c * count);
      }
    }
    for (int i = 0; i < count; i++) {
      for (int c = 0; c < columns; c++) {
        direction[(from + i) * columns + c] = sum[c * count + i] / rows;
      }
    }
  }
}
