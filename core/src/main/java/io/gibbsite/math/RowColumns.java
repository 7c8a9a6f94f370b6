package io.gibbsite.math;

/**
 * Rows kept column by column, so that loops over many of them against one other row run over
 * adjacent numbers: the inner loops of kernels of all pairs.
 */
public final class RowColumns {
  private final float[] values;
  private final int rows;
  private final int columns;

  /**
   * @param x float[rows * columns], row-major; copied
   */
  public RowColumns(float[] x, int rows, int columns) {
    this.values = new float[rows * columns];
    this.rows = rows;
    this.columns = columns;
    set(x);
  }

  /** Takes other rows of the same number. */
  public void set(float[] x) {
    for (int i = 0; i < rows; i++) {
      for (int c = 0; c < columns; c++) {
        values[c * rows + i] = x[i * columns + c];
      }
    }
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /**
   * {@code out[i - from] = |x_i - u|^2} for i = from .. to - 1.
   *
   * @param u the other row, at {@code u[at ..]}
   */
  public void squaredDistances(float[] u, int at, int from, int to, float[] out) {
    differenceProducts(this, u, this, u, at, from, to, out);
  }

  /**
   * {@code out[i - from] = (a_i - u).(b_i - v)} for i = from .. to - 1.
   *
   * @param u the row to subtract from those of a, at {@code u[at ..]}
   * @param v the row to subtract from those of b, at {@code v[at ..]}
   */
  public static void differenceProducts(
      RowColumns a, float[] u, RowColumns b, float[] v, int at, int from, int to, float[] out) {
    int count = to - from;
    java.util.Arrays.fill(out, 0, count, 0);
    for (int c = 0; c < a.columns; c++) {
      addProducts(a.values, u[at + c], b.values, v[at + c], c * a.rows + from, count, out);
    }
  }

  private static void addProducts(
      float[] a, float u, float[] b, float v, int start, int count, float[] out) {
    for (int i = 0; i < count; i++) {
      out[i] += (a[start + i] - u) * (b[start + i] - v);
    }
  }

  /** {@code out[i - from] = x_i.u} for i = from .. to - 1. */
  public void products(float[] u, int at, int from, int to, float[] out) {
    int count = to - from;
    java.util.Arrays.fill(out, 0, count, 0);
    for (int c = 0; c < columns; c++) {
      float factor = u[at + c];
      int start = c * rows + from;
      for (int i = 0; i < count; i++) {
        out[i] += values[start + i] * factor;
      }
    }
  }

  /**
   * {@code sums[at + i] += kernel[i] (pull + push (x_c - u))} with column c of the rows {@code from
   * + i}, i = 0 .. count - 1.
   */
  public void addKernel(
      int c,
      float u,
      float push,
      float pull,
      float[] kernel,
      int from,
      int count,
      float[] sums,
      int at) {
    int start = c * rows + from;
    for (int i = 0; i < count; i++) {
      sums[at + i] += kernel[i] * (pull + push * (values[start + i] - u));
    }
  }

  /**
   * The median of the squared distances between the rows, of at most {@code most} of them, taken
   * evenly: a kernel's usual squared bandwidth.
   *
   * @param x float[n * d], row-major, n at least 2
   */
  public static double medianSquaredDistance(float[] x, int n, int d, int most) {
    return new MedianDistance(n, d, most).squared(x);
  }
}
