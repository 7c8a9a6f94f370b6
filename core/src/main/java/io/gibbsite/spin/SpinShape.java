package io.gibbsite.spin;

/**
 * The size of a network of units -1 and +1.
 *
 * <p>The parameters lie in one array: {@code weight [units, units]} row-major and whole, though it
 * is symmetric, then {@code bias [units]}.
 *
 * @param units 1 to {@link #UNIT_LIMIT}
 */
public record SpinShape(int units) {
  /** More units than this are refused: their couplings would not fit in one array. */
  public static final int UNIT_LIMIT = 32_768;

  public SpinShape {
    if (units < 1 || units > UNIT_LIMIT) {
      throw new IllegalArgumentException(
          "the units must be between 1 and " + UNIT_LIMIT + ", not " + units);
    }
  }

  /** Where the biases begin. */
  public int biasOffset() {
    return units * units;
  }

  public int parameterCount() {
    return units * units + units;
  }

  /** Such as {@code 1000}. */
  @Override
  public String toString() {
    return Integer.toString(units);
  }
}
