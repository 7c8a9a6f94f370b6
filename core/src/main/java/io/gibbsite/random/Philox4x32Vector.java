package io.gibbsite.random;

import static io.gibbsite.math.Lanes.LONG;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link Philox4x32} in 64-bit lanes, whose lanes are rows: the 128 bits of two successive blocks
 * as four vectors of 64.
 *
 * <p>Upper halves hold rubbish between rounds, since the multiplication masks them.
 */
public final class Philox4x32Vector {
  private static final int COUNT = LONG.length();
  private static final long LOW = 0xFFFFFFFFL;
  private static final LongVector MULTIPLIER_0 =
      LongVector.broadcast(LONG, Philox4x32.MULTIPLIER_0 & LOW);
  private static final LongVector MULTIPLIER_1 =
      LongVector.broadcast(LONG, Philox4x32.MULTIPLIER_1 & LOW);
  private static final LongVector INDEX = LongVector.zero(LONG).addIndex(1);

  private Philox4x32Vector() {}

  /**
   * Writes words (0, 1) of {@code block}, its words (2, 3), then those of {@code block + 1}, the
   * lower half first, of rows {@code row .. row + COUNT - 1}.
   *
   * @param out long[4 COUNT]
   */
  public static void draw(int block, int row, int lowStep, int streamWord, long seed, long[] out) {
    LongVector a0 = LongVector.broadcast(LONG, block & LOW);
    LongVector b0 = LongVector.broadcast(LONG, block + 1 & LOW);
    LongVector a1 = INDEX.add(row & LOW);
    LongVector b1 = a1;
    LongVector a2 = LongVector.broadcast(LONG, lowStep & LOW);
    LongVector b2 = a2;
    LongVector a3 = LongVector.broadcast(LONG, streamWord & LOW);
    LongVector b3 = a3;
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < Philox4x32.ROUNDS; round++) {
      LongVector key0 = LongVector.broadcast(LONG, k0 & LOW);
      LongVector key1 = LongVector.broadcast(LONG, k1 & LOW);
      LongVector ap = a0.and(LOW).mul(MULTIPLIER_0);
      LongVector aq = a2.and(LOW).mul(MULTIPLIER_1);
      LongVector bp = b0.and(LOW).mul(MULTIPLIER_0);
      LongVector bq = b2.and(LOW).mul(MULTIPLIER_1);
      a0 = xor(aq.lanewise(VectorOperators.LSHR, 32), a1, key0);
      a2 = xor(ap.lanewise(VectorOperators.LSHR, 32), a3, key1);
      b0 = xor(bq.lanewise(VectorOperators.LSHR, 32), b1, key0);
      b2 = xor(bp.lanewise(VectorOperators.LSHR, 32), b3, key1);
      a1 = aq;
      a3 = ap;
      b1 = bq;
      b3 = bp;
      k0 += Philox4x32.WEYL_0;
      k1 += Philox4x32.WEYL_1;
    }
    join(a0, a1).intoArray(out, 0);
    join(a2, a3).intoArray(out, COUNT);
    join(b0, b1).intoArray(out, 2 * COUNT);
    join(b2, b3).intoArray(out, 3 * COUNT);
  }

  private static LongVector xor(LongVector a, LongVector b, LongVector c) {
    return a.lanewise(VectorOperators.XOR, b).lanewise(VectorOperators.XOR, c);
  }

  private static LongVector join(LongVector low, LongVector high) {
    return low.and(LOW).or(high.lanewise(VectorOperators.LSHL, 32));
  }
}
