package io.gibbsite.math;

import java.util.Arrays;

/**
 * The median distance between rows, of some of them that are taken evenly. An instance keeps its
 * scratch: it is used by one thread at a time.
 */
public final class MedianDistance {
  private final int rows;
  private final int columns;
  private final int taken;
  private final float[] some;
  private final RowColumns points;
  private final float[] squares;
  private final float[] line;

  /**
   * @param rows n, at least 2
   * @param columns d
   * @param most of the rows that are taken
   */
  public MedianDistance(int rows, int columns, int most) {
    this.rows = rows;
    this.columns = columns;
    taken = Math.min(rows, most);
    some = new float[taken * columns];
    points = new RowColumns(some, taken, columns);
    squares = new float[taken * (taken - 1) / 2];
    line = new float[taken];
  }

  /**
   * The median of the squared distances.
   *
   * @param x float[n * d], row-major
   */
  public double squared(float[] x) {
    for (int i = 0; i < taken; i++) {
      int row = (int) ((long) i * rows / taken);
      System.arraycopy(x, row * columns, some, i * columns, columns);
    }
    points.set(some);
    int filled = 0;
    for (int j = 1; j < taken; j++) {
      points.squaredDistances(some, j * columns, 0, j, line);
      System.arraycopy(line, 0, squares, filled, j);
      filled += j;
    }
    Arrays.sort(squares);
    int middle = filled / 2;
    return filled % 2 == 1
        ? squares[middle]
        : 0.5 * ((double) squares[middle - 1] + squares[middle]);
  }
}
