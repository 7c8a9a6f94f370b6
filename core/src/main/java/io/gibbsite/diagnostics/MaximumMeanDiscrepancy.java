package io.gibbsite.diagnostics;

import io.gibbsite.backend.Workers;
import io.gibbsite.math.RowColumns;

/**
 * The squared maximum mean discrepancy between two samples, with the Gaussian kernel {@code k(x, y)
 * = exp(-|x - y|^2 / (2 h^2))}, h the median distance between rows of both together.
 *
 * <pre>
 *   squared = mean of k(x, x') + mean of k(y, y') - 2 mean of k(x, y)      x and x', y and y' different
 * </pre>
 *
 * <p>It is unbiased, so that it is 0 in the mean, and negative half of the time, if both samples
 * have one distribution. Cost: (n + m)^2 / 2 pairs, in blocks. Source: Gretton, Borgwardt, Rasch,
 * Schölkopf and Smola, "A kernel two-sample test", JMLR 13, 2012.
 *
 * @param squared the unbiased estimate
 * @param bandwidth h
 */
public record MaximumMeanDiscrepancy(double squared, double bandwidth) {
  private static final int BLOCK = 256;

  /** Rows that the median is taken of. */
  private static final int MEDIAN_ROWS = 1000;

  /**
   * Of two samples.
   *
   * @param x float[n * d], row-major
   * @param n at least 2
   * @param y float[m * d], row-major
   * @param m at least 2
   * @param workers the result does not depend on their number
   * @throws IllegalArgumentException if there are too few rows, or half of them are the same
   */
  public static MaximumMeanDiscrepancy of(
      float[] x, int n, float[] y, int m, int d, Workers workers) {
    if (n < 2 || m < 2) {
      throw new IllegalArgumentException(
          "a discrepancy needs at least 2 rows of each sample, not %d and %d".formatted(n, m));
    }
    float[] both = new float[(n + m) * d];
    System.arraycopy(x, 0, both, 0, n * d);
    System.arraycopy(y, 0, both, n * d, m * d);
    double square = RowColumns.medianSquaredDistance(both, n + m, d, MEDIAN_ROWS);
    if (!(square > 0 && Double.isFinite(square))) {
      throw new IllegalArgumentException(
          "the median squared distance of the rows is " + square + ": it gives no bandwidth");
    }
    double within =
        mean(x, n, null, 0, d, square, workers) + mean(y, m, null, 0, d, square, workers);
    double between = mean(x, n, y, m, d, square, workers);
    return new MaximumMeanDiscrepancy(within - 2 * between, Math.sqrt(square));
  }

  /** The mean kernel of rows of x with ones of y, or, if y is null, with other ones of x. */
  private static double mean(
      float[] x, int n, float[] y, int m, int d, double square, Workers workers) {
    RowColumns rows = new RowColumns(x, n, d);
    float[] others = y == null ? x : y;
    int blocks = (n + BLOCK - 1) / BLOCK;
    double[] sums = new double[blocks];
    workers.run(
        blocks,
        (block, worker) -> {
          int from = block * BLOCK;
          int to = Math.min(n, from + BLOCK);
          float[] squares = new float[BLOCK];
          double sum = 0;
          // Within a sample each pair counts once: row j with the later ones of the block.
          for (int j = 0; j < (y == null ? to - 1 : m); j++) {
            int first = y == null ? Math.max(from, j + 1) : from;
            rows.squaredDistances(others, j * d, first, to, squares);
            for (int i = 0; i < to - first; i++) {
              sum += Math.exp(-0.5 * squares[i] / square);
            }
          }
          sums[block] = sum;
        });
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return y == null ? 2 * total / ((double) n * (n - 1)) : total / ((double) n * m);
  }
}
