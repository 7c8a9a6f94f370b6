package io.gibbsite.cli;

import io.gibbsite.data.Dataset;

/** Where values are cut into the two states of a unit: above it, and the rest. */
final class Threshold {
  /** Between the states 0 and 1, those of -1 and +1, and half-way of greys from 0 to 1. */
  private static final float MIDDLE = 0.5f;

  private Threshold() {}

  /**
   * The threshold that was given; else the middle, for values that have one.
   *
   * @param given or null
   * @param source of the rows, to name in a message
   * @throws IllegalArgumentException if none was given, and a value is neither a state of -1 nor
   *     from 0 to 1, or some are above 0 but none above the middle
   */
  static float of(Float given, Dataset data, String source) {
    if (given != null) {
      return given;
    }
    float middle = middle(data, source, ": give --threshold");
    float largest = 0;
    for (float value : data.values()) {
      largest = Math.max(largest, value);
    }
    if (largest > 0 && largest <= middle) {
      throw new IllegalArgumentException(
          "%s: its largest value is %s, so that no unit would be on: give --threshold below it"
              .formatted(source, largest));
    }
    return middle;
  }

  /**
   * The middle, for values that have one.
   *
   * @param source of the rows, to name in a message
   * @throws IllegalArgumentException if a value is neither a state of -1 nor from 0 to 1
   */
  static float middle(Dataset data, String source) {
    return middle(data, source, "");
  }

  private static float middle(Dataset data, String source, String remedy) {
    float[] values = data.values();
    for (int k = 0; k < values.length; k++) {
      if (!(values[k] >= 0 && values[k] <= 1 || values[k] == -1)) {
        throw new IllegalArgumentException(
            "%s: column %d (from 0) holds %s, neither a state nor a grey from 0 to 1%s"
                .formatted(source, k % data.columns(), values[k], remedy));
      }
    }
    return MIDDLE;
  }

  /**
   * @throws IllegalArgumentException if it is not a number
   */
  static void check(Float given) {
    RunOptions.require(
        given == null || Float.isFinite(given), "--threshold must be a number, not " + given);
  }
}
