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
 * <p>Philox runs in 64-bit lanes, where one multiplication gives both halves of its product; the
 * even rows are in one vector, the odd rows in another, so that interleaving their 32-bit results
 * puts the rows in order. Upper halves hold rubbish between rounds, since the multiplication masks
 * them.
 */
public final class DrawsVector {
  /** Length of the scratch array that the methods need. */
  public static final int SCRATCH = 4 * Lanes.COUNT;

  private static final int HALF = Lanes.COUNT / 2;

  private static final long LOW = 0xFFFFFFFFL;
  private static final LongVector EVEN = LongVector.zero(Lanes.LONG).addIndex(2);

  private static final Stage[] STAGES = Stage.values();

  private DrawsVector() {}

  /**
   * Writes uniform numbers in [0, 1) of {@link Lanes#COUNT} rows.
   *
   * @param row the first row
   * @param components how many; rounded up to a multiple of 4
   * @param out component {@code j} of row {@code row + i} goes to {@code out[offset + j * stride +
   *     i]}
   * @param words long[SCRATCH]
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
      long[] words) {
    uniforms(seed, stream, step, row, 0, components, out, offset, stride, words);
  }

  /**
   * As the method above, from component {@code first} on, a multiple of 4: component {@code first +
   * j} of row {@code row + i} goes to {@code out[offset + j * stride + i]}.
   */
  public static void uniforms(
      long seed,
      DrawStream stream,
      long step,
      int row,
      int first,
      int components,
      float[] out,
      int offset,
      int stride,
      long[] words) {
    for (int j = 0; j < components; j += 4) {
      words(seed, stream, step, row, (first + j) >> 2, words);
      Stage.UNIFORM.apply(words, out, offset + j * stride, stride);
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
      long[] words) {
    normals(seed, stream, step, row, 0, components, out, offset, stride, words);
  }

  /** As the method above, from component {@code first} on, a multiple of 4. */
  public static void normals(
      long seed,
      DrawStream stream,
      long step,
      int row,
      int first,
      int components,
      float[] out,
      int offset,
      int stride,
      long[] words) {
    for (int j = 0; j < components; j += 4) {
      words(seed, stream, step, row, (first + j) >> 2, words);
      for (Stage stage : STAGES) {
        stage.apply(words, out, offset + j * stride, stride);
      }
    }
  }

  /**
   * From words to normals, four components at a time. A call through three classes is not inlined,
   * so every stage is compiled on its own: together they exceed what C2 compiles without boxing
   * vectors.
   */
  private enum Stage {
    /** {@link Draws#uniform(int)} of the four words. */
    UNIFORM {
      @Override
      void apply(long[] words, float[] out, int at, int stride) {
        for (int w = 0; w < 4; w++) {
          LongVector even = LongVector.fromArray(Lanes.LONG, words, 2 * w * HALF);
          LongVector odd = LongVector.fromArray(Lanes.LONG, words, (2 * w + 1) * HALF);
          LongVector both = even.and(LOW).or(odd.lanewise(VectorOperators.LSHL, 32));
          IntVector top = both.reinterpretAsInts().lanewise(VectorOperators.LSHR, 8);
          ((FloatVector) top.convert(VectorOperators.I2F, 0))
              .mul(0x1p-24f)
              .intoArray(out, at + w * stride);
        }
      }
    },

    /** The radius of {@link BoxMuller#pair} in place of the first uniform of each pair. */
    RADIUS {
      @Override
      void apply(long[] words, float[] out, int at, int stride) {
        FloatVector one = FloatVector.broadcast(Lanes.FLOAT, 1f);
        for (int pair = 0; pair < 2; pair++) {
          int u = at + 2 * pair * stride;
          FloatVector rest = one.sub(FloatVector.fromArray(Lanes.FLOAT, out, u));
          FloatMathVector.log(rest).mul(-2f).sqrt().intoArray(out, u);
        }
      }
    },

    /** The two normals in place of the radius and the second uniform of each pair. */
    NORMAL {
      @Override
      void apply(long[] words, float[] out, int at, int stride) {
        for (int pair = 0; pair < 2; pair++) {
          int u = at + 2 * pair * stride;
          FloatMathVector.polar(out, u, u + stride);
        }
      }
    };

    abstract void apply(long[] words, float[] out, int at, int stride);
  }

  /**
   * Philox for COUNT rows: word {@code w} of the even rows goes to {@code words[2 w HALF ..]}, of
   * the odd rows to {@code words[(2 w + 1) HALF ..]}. Two counters at a time hide the latency of
   * the multiplications.
   */
  private static void words(
      long seed, DrawStream stream, long step, int row, int block, long[] words) {
    LongVector multiplier0 = LongVector.broadcast(Lanes.LONG, Philox4x32.MULTIPLIER_0 & LOW);
    LongVector multiplier1 = LongVector.broadcast(Lanes.LONG, Philox4x32.MULTIPLIER_1 & LOW);
    LongVector even0 = LongVector.broadcast(Lanes.LONG, block & LOW);
    LongVector even1 = EVEN.add(row & LOW);
    LongVector even2 = LongVector.broadcast(Lanes.LONG, step & LOW);
    LongVector even3 = LongVector.broadcast(Lanes.LONG, Draws.streamWord(stream, step) & LOW);
    LongVector odd0 = even0;
    LongVector odd1 = even1.add(1);
    LongVector odd2 = even2;
    LongVector odd3 = even3;
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < Philox4x32.ROUNDS; round++) {
      LongVector key0 = LongVector.broadcast(Lanes.LONG, k0 & LOW);
      LongVector key1 = LongVector.broadcast(Lanes.LONG, k1 & LOW);
      LongVector evenProduct0 = even0.and(LOW).mul(multiplier0);
      LongVector evenProduct1 = even2.and(LOW).mul(multiplier1);
      LongVector oddProduct0 = odd0.and(LOW).mul(multiplier0);
      LongVector oddProduct1 = odd2.and(LOW).mul(multiplier1);
      even0 = xor(evenProduct1.lanewise(VectorOperators.LSHR, 32), even1, key0);
      even2 = xor(evenProduct0.lanewise(VectorOperators.LSHR, 32), even3, key1);
      odd0 = xor(oddProduct1.lanewise(VectorOperators.LSHR, 32), odd1, key0);
      odd2 = xor(oddProduct0.lanewise(VectorOperators.LSHR, 32), odd3, key1);
      even1 = evenProduct1;
      even3 = evenProduct0;
      odd1 = oddProduct1;
      odd3 = oddProduct0;
      k0 += Philox4x32.WEYL_0;
      k1 += Philox4x32.WEYL_1;
    }
    even0.intoArray(words, 0);
    odd0.intoArray(words, HALF);
    even1.intoArray(words, 2 * HALF);
    odd1.intoArray(words, 3 * HALF);
    even2.intoArray(words, 4 * HALF);
    odd2.intoArray(words, 5 * HALF);
    even3.intoArray(words, 6 * HALF);
    odd3.intoArray(words, 7 * HALF);
  }

  private static LongVector xor(LongVector a, LongVector b, LongVector c) {
    return a.lanewise(VectorOperators.XOR, b).lanewise(VectorOperators.XOR, c);
  }
}
