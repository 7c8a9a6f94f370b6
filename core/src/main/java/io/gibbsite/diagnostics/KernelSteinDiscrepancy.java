package io.gibbsite.diagnostics;

import io.gibbsite.backend.Workers;
import io.gibbsite.math.RowColumns;

/**
 * The kernel Stein discrepancy between rows and an unnormalised density, of which only the score
 * {@code s = -dE/dx} is needed, with the inverse multiquadric kernel {@code k(x, y) = (1 + |x -
 * y|^2)^(-1/2)}, which sees samples that miss mass as well as ones that have moved.
 *
 * <pre>
 *   q = 1 + |x - y|^2
 *   u(x, y) = s_x.s_y q^(-1/2) + (s_x - s_y).(x - y) q^(-3/2) + d q^(-3/2) - 3 |x - y|^2 q^(-5/2)
 *   squared = mean of u over all pairs, those of a row with itself too: never negative
 *   unbiased = mean of u over the pairs of different rows: 0 in the mean for exact samples
 * </pre>
 *
 * <p>Cost: n^2 / 2 pairs of 6 d operations, in blocks. Source: Gorham and Mackey, "Measuring sample
 * quality with kernels", ICML 2017; Liu, Lee and Jordan, "A kernelized Stein discrepancy for
 * goodness-of-fit tests", ICML 2016.
 *
 * @param squared the V-statistic
 * @param unbiased the U-statistic
 * @param rows n
 */
public record KernelSteinDiscrepancy(double squared, double unbiased, int rows) {
  private static final int BLOCK = 256;

  /** The discrepancy, {@code sqrt(squared)}. */
  public double value() {
    return Math.sqrt(Math.max(0, squared));
  }

  /**
   * Of the rows of a sample.
   *
   * @param x float[n * d], row-major
   * @param gradient float[n * d]: dE/dx there
   * @param n at least 2
   * @param workers the result does not depend on their number
   */
  public static KernelSteinDiscrepancy of(
      float[] x, float[] gradient, int n, int d, Workers workers) {
    if (n < 2) {
      throw new IllegalArgumentException("a discrepancy needs at least 2 rows, not " + n);
    }
    RowColumns points = new RowColumns(x, n, d);
    RowColumns slopes = new RowColumns(gradient, n, d);
    int blocks = (n + BLOCK - 1) / BLOCK;
    double[] sums = new double[blocks];
    workers.run(
        blocks,
        (block, worker) -> {
          int from = block * BLOCK;
          int to = Math.min(n, from + BLOCK);
          float[][] scratch = new float[3][BLOCK];
          double sum = 0;
          // Each pair once: row j with the later ones of the block.
          for (int j = 0; j < to - 1; j++) {
            int first = Math.max(from, j + 1);
            sum += pairs(points, x, slopes, gradient, j, first, to, scratch);
          }
          sums[block] = sum;
        });
    double pairs = 0;
    for (double sum : sums) {
      pairs += sum;
    }
    double diagonal = 0;
    for (int i = 0; i < n; i++) {
      diagonal += d;
      for (int c = 0; c < d; c++) {
        diagonal += (double) gradient[i * d + c] * gradient[i * d + c];
      }
    }
    double squared = (2 * pairs + diagonal) / ((double) n * n);
    return new KernelSteinDiscrepancy(squared, 2 * pairs / ((double) n * (n - 1)), n);
  }

  /** The sum of {@code u} of row j with rows from .. to - 1. */
  private static double pairs(
      RowColumns points,
      float[] x,
      RowColumns slopes,
      float[] g,
      int j,
      int from,
      int to,
      float[][] scratch) {
    int d = points.columns();
    float[] squares = scratch[0];
    float[] products = scratch[1];
    float[] crossed = scratch[2];
    points.squaredDistances(x, j * d, from, to, squares);
    slopes.products(g, j * d, from, to, products);
    // The scores are the negative slopes: (s_x - s_y).(x - y) has the opposite sign.
    RowColumns.differenceProducts(slopes, g, points, x, j * d, from, to, crossed);
    double sum = 0;
    for (int i = 0; i < to - from; i++) {
      double r = squares[i];
      double q = 1 / (1 + r);
      sum += Math.sqrt(q) * (products[i] + q * (d - crossed[i] - 3 * r * q));
    }
    return sum;
  }
}
