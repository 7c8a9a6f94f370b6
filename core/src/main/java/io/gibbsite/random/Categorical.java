package io.gibbsite.random;

import java.util.Arrays;

/** Draws from a finite set with given weights. */
public final class Categorical {
  private Categorical() {}

  /**
   * Independent draws with 56 bits, so that small weights are met too.
   *
   * @param weights at least 0, not all 0; overwritten by their sums up to each
   * @param rows how many draws; row r is drawn at (stream, step, r)
   * @return int[rows]: indices of weights
   */
  public static int[] draw(double[] weights, DrawStream stream, long step, int rows, long seed) {
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      sum += weights[k];
      weights[k] = sum;
    }
    int[] drawn = new int[rows];
    int[] words = new int[4];
    for (int row = 0; row < rows; row++) {
      Draws.words(seed, stream, step, row, 0, words);
      double u = ((words[0] & 0xFFFFFFFFL) + Draws.uniform(words[1])) * 0x1p-32;
      int found = Arrays.binarySearch(weights, u * sum);
      drawn[row] = Math.min(found >= 0 ? found + 1 : -found - 1, weights.length - 1);
    }
    return drawn;
  }
}
