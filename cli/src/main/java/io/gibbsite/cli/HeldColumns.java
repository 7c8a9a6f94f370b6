package io.gibbsite.cli;

import io.gibbsite.io.NdArray;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which columns of a sample file's states the chains held at what they started from.
 *
 * @param held boolean[columns]
 * @param alike whether all chains held the same values, and so sampled one conditional density
 */
record HeldColumns(boolean[] held, boolean alike) {
  /** Bytes 0 or 1, [column]; ArviZ has a group of that name for what does not change. */
  private static final String NAME = "constant_data/held";

  /**
   * Notes them in the arrays of a sample file.
   *
   * @param held boolean[at least columns], or null for none
   */
  static void put(boolean[] held, int columns, Map<String, NdArray> arrays) {
    if (held != null) {
      byte[] bytes = new byte[columns];
      for (int c = 0; c < columns; c++) {
        bytes[c] = (byte) (held[c] ? 1 : 0);
      }
      arrays.put(NAME, NdArray.of(bytes, columns));
    }
  }

  /**
   * Those of the states x [chain, draw, ...], or null if the file names none.
   *
   * @throws IllegalArgumentException if they do not fit the states
   */
  static HeldColumns of(Map<String, NdArray> arrays, NdArray x) {
    NdArray read = arrays.get(NAME);
    if (read == null) {
      return null;
    }
    int[] shape = x.shape();
    int columns = x.size() / shape[0] / shape[1];
    if (read.size() != columns) {
      throw new IllegalArgumentException(
          "%s is %s, but a state has %d columns".formatted(NAME, read, columns));
    }
    boolean[] held = new boolean[columns];
    boolean alike = true;
    for (int c = 0; c < columns; c++) {
      held[c] = read.value(c) != 0;
      for (int chain = 1; held[c] && chain < shape[0]; chain++) {
        alike &= x.value(chain * shape[1] * columns + c) == x.value(c);
      }
    }
    return new HeldColumns(held, alike);
  }

  /** What is said of the columns that were free. */
  <T> List<T> others(List<T> ofColumns) {
    return IntStream.range(0, held.length).filter(c -> !held[c]).mapToObj(ofColumns::get).toList();
  }

  int count() {
    return (int) IntStream.range(0, held.length).filter(c -> held[c]).count();
  }
}
