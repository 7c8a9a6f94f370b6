package io.gibbsite.random;

import io.gibbsite.math.FloatMathVector;
import io.gibbsite.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link Draws} on vectors, one row a lane: the same bits as the scalar draws.
 *
 * <p>Philox runs in 64-bit lanes, where one multiplication gives both halves of its product; the even rows
 * are in one vector, the odd rows in another, so that interleaving their 32-bit results puts the rows in
 * order. Upper halves hold rubbish between rounds, since the multiplication masks them.
 */
public final class DrawsVector {
  /** Length of the scratch array that the methods need. */
  public static final int SCRATCH = 4 * 16;

  private static final long LOW = 0xFFFFFFFFL;
  private static final LongVector EVEN = index(0);
  private static final LongVector ODD = index(1);

  private DrawsVector() {}

  private static LongVector index(int first) {
    long[] rows = new long[Lanes.COUNT / 2];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = 2L * i + first;
    }
    return LongVector.fromArray(Lanes.LONG, rows, 0);
  }

  /**
   * Writes uniform numbers in [0, 1) of {@link Lanes#COUNT} rows.
   *
   * @param row the first row
   * @param components how many; rounded up to a multiple of 4
   * @param out component {@code j} of row {@code row + i} goes to {@code out[offset + j * stride + i]}
   * @param words int[SCRATCH]
   */
  public static void uniforms(
      long seed,
      DrawStream stream,
      long step,
      int row,
      int components,
      float[] out,
      int offset,
      int stride,
      int[] words) {
    for (int j = 0; j < components; j += 4) {
      words(seed, stream, step, row, j >> 2, words);
      for (int w = 0; w < 4; w++) {
        uniform(words, w).intoArray(out, offset + (j + w) * stride);
      }
    }
  }

  /** As {@link #uniforms}, for standard normal numbers. */
  public static void normals(
      long seed,
      DrawStream stream,
      long step,
      int row,
      int components,
      float[] out,
      int offset,
      int stride,
      int[] words) {
    for (int j = 0; j < components; j += 4) {
      words(seed, stream, step, row, j >> 2, words);
      int at = offset + j * stride;
      boxMuller(words, 0, out, at, at + stride);
      if (j + 2 < components) {
        boxMuller(words, 2, out, at + 2 * stride, at + 3 * stride);
      }
    }
  }

  private static FloatVector uniform(int[] words, int w) {
    IntVector word = IntVector.fromArray(Lanes.INT, words, w * Lanes.COUNT);
    IntVector top = word.lanewise(VectorOperators.LSHR, 8);
    return ((FloatVector) top.convert(VectorOperators.I2F, 0)).mul(0x1p-24f);
  }

  /** As {@link BoxMuller#pair}. */
  private static void boxMuller(int[] words, int w, float[] out, int cosAt, int sinAt) {
    FloatVector one = FloatVector.broadcast(Lanes.FLOAT, 1f);
    FloatVector radius = FloatMathVector.log(one.sub(uniform(words, w))).mul(-2f).sqrt();
    FloatVector turn = uniform(words, w + 1);
    radius.mul(FloatMathVector.cosTurn(turn)).intoArray(out, cosAt);
    radius.mul(FloatMathVector.sinTurn(turn)).intoArray(out, sinAt);
  }

  /** Word {@code w} of row {@code row + i} goes to {@code words[w * COUNT + i]}. */
  static void words(long seed, DrawStream stream, long step, int row, int block, int[] words) {
    int streamWord = Draws.streamWord(stream, step);
    rounds(seed, (int) step, streamWord, row, block, EVEN, words, false);
    rounds(seed, (int) step, streamWord, row, block, ODD, words, true);
  }

  private static void rounds(
      long seed,
      int stepWord,
      int streamWord,
      int row,
      int block,
      LongVector rows,
      int[] words,
      boolean odd) {
    LongVector multiplier0 = LongVector.broadcast(Lanes.LONG, Philox4x32.MULTIPLIER_0 & LOW);
    LongVector multiplier1 = LongVector.broadcast(Lanes.LONG, Philox4x32.MULTIPLIER_1 & LOW);
    LongVector c0 = LongVector.broadcast(Lanes.LONG, block & LOW);
    LongVector c1 = rows.add(row & LOW);
    LongVector c2 = LongVector.broadcast(Lanes.LONG, stepWord & LOW);
    LongVector c3 = LongVector.broadcast(Lanes.LONG, streamWord & LOW);
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < Philox4x32.ROUNDS; round++) {
      LongVector product0 = c0.and(LOW).mul(multiplier0);
      LongVector product1 = c2.and(LOW).mul(multiplier1);
      c0 = product1.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1).lanewise(VectorOperators.XOR, k0 & LOW);
      c1 = product1;
      c2 = product0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3).lanewise(VectorOperators.XOR, k1 & LOW);
      c3 = product0;
      k0 += Philox4x32.WEYL_0;
      k1 += Philox4x32.WEYL_1;
    }
    store(c0, words, 0, odd);
    store(c1, words, 1, odd);
    store(c2, words, 2, odd);
    store(c3, words, 3, odd);
  }

  private static void store(LongVector c, int[] words, int w, boolean odd) {
    int at = w * Lanes.COUNT;
    if (odd) {
      IntVector even = IntVector.fromArray(Lanes.INT, words, at);
      c.lanewise(VectorOperators.LSHL, 32).reinterpretAsInts().or(even).intoArray(words, at);
    } else {
      c.and(LOW).reinterpretAsInts().intoArray(words, at);
    }
  }
}
