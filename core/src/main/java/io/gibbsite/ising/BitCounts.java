package io.gibbsite.ising;

/** How often each of the 64 bits was 1 in the words added: digits side by side, one carry chain. */
final class BitCounts {
  private final long[] digits = new long[48];

  void add(long word) {
    for (int d = 0; word != 0; d++) {
      long carry = digits[d] & word;
      digits[d] ^= word;
      word = carry;
    }
  }

  /** Of every bit. */
  long[] sums() {
    long[] sums = new long[64];
    for (int bit = 0; bit < 64; bit++) {
      for (int d = 0; d < digits.length; d++) {
        sums[bit] += (digits[d] >>> bit & 1) << d;
      }
    }
    return sums;
  }
}
