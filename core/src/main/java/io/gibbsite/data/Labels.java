package io.gibbsite.data;

/**
 * Labels as columns: class k of K is the row of K columns whose k-th is 1 and whose others are 0.
 */
public final class Labels {
  /** A label file that claims more classes than this is taken for another kind of file. */
  public static final int CLASS_LIMIT = 1000;

  private Labels() {}

  /**
   * How many classes there are, counted from 0 to the largest label.
   *
   * @param labels one column
   * @throws IllegalArgumentException if one is no whole number from 0 to {@link #CLASS_LIMIT} - 1
   */
  public static int classes(Dataset labels) {
    if (labels.columns() != 1) {
      throw new IllegalArgumentException(
          "%s: labels are one column, not %d".formatted(labels.description(), labels.columns()));
    }
    int largest = 0;
    for (int i = 0; i < labels.rows(); i++) {
      largest = Math.max(largest, label(labels, i, CLASS_LIMIT));
    }
    return largest + 1;
  }

  /**
   * Rows with their labels as last columns.
   *
   * @param rows without labels
   * @param labels one column, as many rows
   * @param classes how many there are
   * @throws IllegalArgumentException if the rows do not match, or a label is not below {@code
   *     classes}
   */
  public static Dataset append(Dataset rows, Dataset labels, int classes) {
    if (labels.rows() != rows.rows() || labels.columns() != 1) {
      throw new IllegalArgumentException(
          "%s: %d rows of %d columns are no labels of the %d rows of %s"
              .formatted(
                  labels.description(),
                  labels.rows(),
                  labels.columns(),
                  rows.rows(),
                  rows.description()));
    }
    int before = rows.columns();
    int columns = before + classes;
    float[] values = new float[Math.multiplyExact(rows.rows(), columns)];
    for (int i = 0; i < rows.rows(); i++) {
      System.arraycopy(rows.values(), i * before, values, i * columns, before);
      values[i * columns + before + label(labels, i, classes)] = 1;
    }
    return new Dataset(values, rows.rows(), columns, rows.description(), rows.images(), classes);
  }

  private static int label(Dataset labels, int row, int classes) {
    float value = labels.values()[row];
    if (!(value >= 0 && value < classes && value == Math.rint(value))) {
      throw new IllegalArgumentException(
          "%s: row %d (from 0) is %s: labels are whole numbers from 0 to %d"
              .formatted(labels.description(), row, value, classes - 1));
    }
    return (int) value;
  }
}
