package io.gibbsite.data;

import java.util.Arrays;

/**
 * Rows of numbers.
 *
 * @param values float[rows * columns], row-major; not copied
 * @param rows at least 1
 * @param columns at least 1
 * @param description where they come from, such as a file name
 * @param images how the columns before the label are an image, or null
 * @param labels how many of the last columns are a one-hot label; 0 for none
 */
public record Dataset(
    float[] values, int rows, int columns, String description, ImageLayout images, int labels) {
  public Dataset {
    if (rows < 1 || columns < 1 || (long) rows * columns != values.length) {
      throw new IllegalArgumentException(
          "%s: %d values are not %d rows of %d columns"
              .formatted(description, values.length, rows, columns));
    }
    if (images != null && images.pixels() != columns - labels) {
      throw new IllegalArgumentException(
          "%s: %d columns are not images of %d x %d pixels"
              .formatted(description, columns - labels, images.height(), images.width()));
    }
  }

  /** Rows without labels. */
  public Dataset(float[] values, int rows, int columns, String description, ImageLayout images) {
    this(values, rows, columns, description, images, 0);
  }

  /** Rows that are no images. */
  public Dataset(float[] values, int rows, int columns, String description) {
    this(values, rows, columns, description, null);
  }

  /** The training rows and the held-out ones. */
  public record Split(Dataset training, Dataset heldOut) {}

  /** The same rows with other values in place, such as standardised ones. */
  public Dataset with(float[] replaced) {
    return new Dataset(replaced, rows, columns, description, images, labels);
  }

  /**
   * Checks that every value is finite.
   *
   * @return this
   * @throws IllegalArgumentException naming the first value that is not
   */
  public Dataset requireFinite() {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "%s: row %d, column %d (from 0) is %s: remove such rows or fill them in"
                .formatted(description, i / columns, i % columns, values[i]));
      }
    }
    return this;
  }

  /** The mean of each column, float[columns]. */
  public float[] means() {
    double[] sums = new double[columns];
    for (int i = 0; i < values.length; i++) {
      sums[i % columns] += values[i];
    }
    float[] means = new float[columns];
    for (int j = 0; j < columns; j++) {
      means[j] = (float) (sums[j] / rows);
    }
    return means;
  }

  /**
   * Holds the last rows out.
   *
   * @throws IllegalArgumentException unless that leaves at least one row on each side
   */
  public Split split(int heldOutRows) {
    if (heldOutRows < 1 || heldOutRows >= rows) {
      throw new IllegalArgumentException(
          "%s: %d of %d rows cannot be held out".formatted(description, heldOutRows, rows));
    }
    return new Split(range(0, rows - heldOutRows), range(rows - heldOutRows, rows));
  }

  /**
   * The first rows.
   *
   * @throws IllegalArgumentException if there are fewer
   */
  public Dataset take(int count) {
    if (count < 1 || count > rows) {
      throw new IllegalArgumentException(
          "%s: %d rows were asked for of %d".formatted(description, count, rows));
    }
    return count == rows ? this : range(0, count);
  }

  private Dataset range(int from, int to) {
    float[] part = Arrays.copyOfRange(values, from * columns, to * columns);
    return new Dataset(part, to - from, columns, description, images, labels);
  }

  /** Such as {@code two-moons (4096 rows, 2 columns)}. */
  @Override
  public String toString() {
    return description + " (" + rows + " rows, " + columns + " columns)";
  }
}
