package io.gibbsite.ising;

import io.gibbsite.backend.Workers;
import io.gibbsite.random.Draws;

/** {@link Ising} in plain loops, word by word: the reference. */
final class IsingScalar extends MultiSpin {
  IsingScalar(IsingShape shape, IsingParameters parameters, Workers workers) {
    super(shape, parameters, workers);
  }

  @Override
  void update(
      long[] to, int at, long[] other, int above, int below, int side, int firstDraw, int worker) {
    int[] draw = new int[4];
    for (int w = 0; w < words; w++) {
      long a = other[above + w];
      long b = other[below + w];
      long c = other[at + w];
      long d = other[at + w + side];
      long ab = a & b; // N1
      long cd = c & d;
      long carry = (a ^ b) & (c ^ d);
      long ones = a ^ b ^ c ^ d;
      long twos = ab ^ cd ^ carry;
      long fours = ab & cd;
      long up = 0;
      long open = -1L;
      for (int digit = 0; digit < DIGITS && open != 0; digit++) { // N3
        int half = digit % 2 * 2;
        if (half == 0) {
          Draws.words(seed(), stream(), sweep(), firstDraw + w, digit / 2, draw);
        }
        long u = draw[half] & 0xFFFFFFFFL | (long) draw[half + 1] << 32;
        long p = threshold(digit, ones, twos, fours);
        up |= open & p & ~u;
        open &= ~(p ^ u);
      }
      to[at + w] = up;
    }
  }

  /** N2: a digit of every site's P. */
  private long threshold(int digit, long ones, long twos, long fours) {
    long none = ~(ones | twos | fours);
    return digit(0, digit) & none
        | digit(1, digit) & ones & ~twos
        | digit(2, digit) & twos & ~ones
        | digit(3, digit) & ones & twos
        | digit(4, digit) & fours;
  }

  /** All bits are that digit of the threshold of k. */
  private long digit(int k, int digit) {
    return -(thresholds()[k] >>> (DIGITS - 1 - digit) & 1);
  }
}
