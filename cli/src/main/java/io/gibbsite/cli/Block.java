package io.gibbsite.cli;

import java.util.Arrays;

/**
 * Some rows of a longer array.
 *
 * @param first row
 * @param rows how many
 */
record Block(int first, int rows) {
  /** Work on one block. */
  interface Work {
    void on(Block block);
  }

  /**
   * Goes through {@code total} rows in blocks of at most {@code most}, and shows how far it has
   * come.
   */
  static void each(int total, int most, Progress progress, Work work) {
    for (int first = 0; first < total; first += most) {
      Block block = new Block(first, Math.min(most, total - first));
      work.on(block);
      progress.at(first + block.rows, "");
    }
  }

  /**
   * The block's part of {@code values}, which has {@code columns} values a row; a copy if it is
   * less.
   */
  float[] of(float[] values, int columns) {
    int from = first * columns;
    int length = rows * columns;
    return from == 0 && length == values.length
        ? values
        : Arrays.copyOfRange(values, from, from + length);
  }

  /** Copies the block's results to their place in {@code values}. */
  void store(float[] results, float[] values, int columns) {
    System.arraycopy(results, 0, values, first * columns, rows * columns);
  }
}
