package io.gibbsite.rbm;

/**
 * The units of a restricted Boltzmann machine, such as {@code 784x500}.
 *
 * <p>The parameters lie in one array: {@code weight [visible, hidden]} row-major, then {@code
 * visible_bias [visible]}, then {@code hidden_bias [hidden]}.
 *
 * @param visible units, 1 to {@link #UNIT_LIMIT}
 * @param hidden units, 1 to {@link #UNIT_LIMIT}
 */
public record RbmShape(int visible, int hidden) {
  /** More units than this on a side are refused: a file that claims them is damaged. */
  public static final int UNIT_LIMIT = 1 << 18;

  public RbmShape {
    requireUnits("visible", visible);
    requireUnits("hidden", hidden);
    if ((visible + 1L) * (hidden + 1L) > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "an RBM of more than 2^31 parameters: " + visible + "x" + hidden);
    }
  }

  private static void requireUnits(String side, int units) {
    if (units < 1 || units > UNIT_LIMIT) {
      throw new IllegalArgumentException(
          "the " + side + " units must be between 1 and " + UNIT_LIMIT + ", not " + units);
    }
  }

  /**
   * Reads {@code 784x500}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static RbmShape parse(String text) {
    if (!text.matches("\\d{1,7}x\\d{1,7}")) {
      throw new IllegalArgumentException(
          "a shape reads VISIBLExHIDDEN, such as 784x500, not '" + text + "'");
    }
    int cross = text.indexOf('x');
    return new RbmShape(
        Integer.parseInt(text.substring(0, cross)), Integer.parseInt(text.substring(cross + 1)));
  }

  /** Entries of the weight matrix, which begins at 0. */
  public int weightCount() {
    return visible * hidden;
  }

  /** Where the visible biases begin. */
  public int visibleBiasOffset() {
    return weightCount();
  }

  /** Where the hidden biases begin. */
  public int hiddenBiasOffset() {
    return weightCount() + visible;
  }

  public int parameterCount() {
    return weightCount() + visible + hidden;
  }

  /** Such as {@code 784x500}. */
  @Override
  public String toString() {
    return visible + "x" + hidden;
  }
}
