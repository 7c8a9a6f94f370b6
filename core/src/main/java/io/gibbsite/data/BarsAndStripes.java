package io.gibbsite.data;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * Square binary images whose lines are each all 0 or all 1 (stripes), or whose columns are (bars):
 * {@code 2^(n + 1) - 2} distinct ones of {@code n x n} pixels, each equally likely, so that no
 * model has a mean log-likelihood above {@code -log(2^(n + 1) - 2)}.
 *
 * <p>Source: MacKay, "Information theory, inference, and learning algorithms", 2003, section 43.
 *
 * @param side n, from 1 to {@link #SIDE_LIMIT}
 */
public record BarsAndStripes(int side) {
  /** So that there are at most 2^24 patterns or so. */
  public static final int SIDE_LIMIT = 23;

  public BarsAndStripes {
    if (side < 1 || side > SIDE_LIMIT) {
      throw new IllegalArgumentException(
          "bars and stripes have a side from 1 to " + SIDE_LIMIT + ", not " + side);
    }
  }

  /** How many distinct patterns there are. */
  public int patterns() {
    return (2 << side) - 2;
  }

  /** The name in options and results, such as {@code bars-and-stripes-4}. */
  public String label() {
    return "bars-and-stripes-" + side;
  }

  /**
   * Writes a pattern: the stripes of the bits of 0 .. 2^n - 1 first, then the bars that are not
   * stripes too.
   *
   * @param pattern 0 .. {@link #patterns} - 1
   * @param x its n * n pixels, row-major, from {@code offset} on, out
   */
  public void write(int pattern, float[] x, int offset) {
    boolean stripes = pattern < 1 << side;
    int bits = stripes ? pattern : pattern - (1 << side) + 1;
    for (int i = 0; i < side; i++) {
      for (int j = 0; j < side; j++) {
        x[offset + i * side + j] = bits >>> (stripes ? i : j) & 1;
      }
    }
  }

  /** Every pattern once. */
  public Dataset all() {
    int pixels = side * side;
    float[] x = new float[Math.multiplyExact(patterns(), pixels)];
    for (int i = 0; i < patterns(); i++) {
      write(i, x, i * pixels);
    }
    return dataset(x, patterns());
  }

  /** Independent patterns; row {@code i} is chosen by component 0 of the draw at (DATA, 0, i). */
  public Dataset sample(int rows, long seed) {
    int pixels = side * side;
    float[] x = new float[Math.multiplyExact(rows, pixels)];
    int[] words = new int[4];
    for (int i = 0; i < rows; i++) {
      Draws.words(seed, DrawStream.DATA, 0, i, 0, words);
      write((int) ((words[0] & 0xFFFFFFFFL) * patterns() >>> 32), x, i * pixels);
    }
    return dataset(x, rows);
  }

  private Dataset dataset(float[] x, int rows) {
    return new Dataset(x, rows, side * side, label(), new ImageLayout(side, side, 1));
  }
}
