package io.gibbsite.cli;

import io.gibbsite.data.Dataset;
import java.util.Arrays;

/** Units -1 and +1 from numbers, and as greys. */
final class Spins {
  private Spins() {}

  /** +1 where a value is above the threshold, else -1: byte[rows * columns]. */
  static byte[] above(Dataset data, float threshold) {
    float[] values = data.values();
    byte[] y = new byte[values.length];
    for (int k = 0; k < y.length; k++) {
      y[k] = (byte) (values[k] > threshold ? 1 : -1);
    }
    return y;
  }

  /** 1 for +1 and 0 for -1. */
  static float[] greys(byte[] y) {
    float[] greys = new float[y.length];
    for (int k = 0; k < y.length; k++) {
      greys[k] = y[k] > 0 ? 1 : 0;
    }
    return greys;
  }

  /**
   * Gives rows a label: the unit of this class is +1, those of others are -1.
   *
   * @param v byte[rows * visible]
   * @throws IllegalArgumentException if there is no such class
   */
  static void label(byte[] v, int rows, VisibleLayout layout, int label) {
    if (label < 0 || label >= layout.labels()) {
      throw new IllegalArgumentException(
          "there is no label %d: the model has 0 to %d".formatted(label, layout.labels() - 1));
    }
    for (int row = 0; row < rows; row++) {
      int end = (row + 1) * layout.visible();
      Arrays.fill(v, end - layout.labels(), end, (byte) -1);
      v[end - layout.labels() + label] = 1;
    }
  }
}
