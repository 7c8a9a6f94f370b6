package io.gibbsite.spin;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/** The order in which a sweep visits the units. */
public enum Scan {
  /** 0, 1, 2, and so on. */
  SEQUENTIAL,

  /**
   * A new permutation for every sweep, the same for all chains, by Fisher and Yates: the swap of
   * place k uses component k of the draw at (SCAN_ORDER, sweep, 0).
   */
  RANDOM,

  /**
   * By colour: no two units of a colour are coupled, so that a colour is updated as one block. The
   * colouring is greedy, in the order of the units.
   */
  COLOURED;

  /**
   * Writes the order.
   *
   * @param free the units that are not clamped, ascending
   * @param order int[free.length], out
   */
  void order(int[] free, FixedPointCouplings couplings, long seed, long sweep, int[] order) {
    System.arraycopy(free, 0, order, 0, free.length);
    switch (this) {
      case SEQUENTIAL -> {}
      case RANDOM -> shuffle(order, seed, sweep);
      case COLOURED -> byColour(free, couplings, order);
    }
  }

  private static void shuffle(int[] order, long seed, long sweep) {
    int[] words = new int[4];
    for (int k = 0; k < order.length - 1; k++) {
      if ((k & 3) == 0) {
        Draws.words(seed, DrawStream.SCAN_ORDER, sweep, 0, k >> 2, words);
      }
      // An integer below the bound from 32 bits; its bias is at most bound / 2^32.
      int other = k + (int) ((words[k & 3] & 0xFFFFFFFFL) * (order.length - k) >>> 32);
      int swapped = order[k];
      order[k] = order[other];
      order[other] = swapped;
    }
  }

  private static void byColour(int[] units, FixedPointCouplings couplings, int[] order) {
    int[] colour = couplings.colours();
    int at = 0;
    for (int c = 0; at < order.length; c++) {
      for (int unit : units) {
        if (colour[unit] == c) {
          order[at++] = unit;
        }
      }
    }
  }

  /** The first colour that no neighbour of a lower number has, int[n]. */
  static int[] colours(FixedPointCouplings couplings) {
    int n = couplings.units();
    int[] q = couplings.q();
    int[] colour = new int[n];
    int[] takenBy = new int[n + 1];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        if (q[i * n + j] != 0) {
          takenBy[colour[j]] = i + 1;
        }
      }
      while (takenBy[colour[i]] == i + 1) {
        colour[i]++;
      }
    }
    return colour;
  }
}
