package io.gibbsite.random;

/**
 * The counter-based generator Philox4x32-10: a bijection of 128-bit counters under a 64-bit key.
 *
 * <p>Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
public final class Philox4x32 {
  static final int ROUNDS = 10;
  static final int MULTIPLIER_0 = 0xD2511F53;
  static final int MULTIPLIER_1 = 0xCD9E8D57;
  static final int WEYL_0 = 0x9E3779B9;
  static final int WEYL_1 = 0xBB67AE85;

  private Philox4x32() {}

  /**
   * Writes the four words of one counter to {@code words[offset .. offset + 3]}.
   *
   * @param c0 counter word 0 (least significant); {@code c1}, {@code c2}, {@code c3} follow
   * @param k0 key word 0; {@code k1} follows
   */
  public static void block(
      int c0, int c1, int c2, int c3, int k0, int k1, int[] words, int offset) {
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = (MULTIPLIER_0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
      long product1 = (MULTIPLIER_1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    words[offset] = c0;
    words[offset + 1] = c1;
    words[offset + 2] = c2;
    words[offset + 3] = c3;
  }
}
