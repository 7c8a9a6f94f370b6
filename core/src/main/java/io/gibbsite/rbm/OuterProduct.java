package io.gibbsite.rbm;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.rbm.BitTile.ROWS;

import jdk.incubator.vector.FloatVector;

/** S2 on vectors: {@code sum_n v_n p_n^T} for 4 visible units, lanes being hidden units. */
final class OuterProduct {
  /** Visible units at a time. */
  static final int PANEL = 4;

  /** Hidden units at a time. */
  static final int COLUMNS = 2 * COUNT;

  private OuterProduct() {}

  /** Hidden units rounded up to whole columns. */
  static int stride(int hidden) {
    return (hidden + COLUMNS - 1) / COLUMNS * COLUMNS;
  }

  /**
   * Adds the sums over a tile's rows.
   *
   * @param v float[PANEL][ROWS]: the states of 4 visible units
   * @param p the tile's rows, float[ROWS][stride] from {@code pAt}
   * @param sums float[PANEL][stride], accumulated
   */
  static void add(float[] v, float[] p, int pAt, int stride, float[] sums) {
    for (int j = 0; j < stride; j += COLUMNS) {
      column(v, p, pAt + j, stride, sums, j);
    }
  }

  private static void column(float[] v, float[] p, int pAt, int stride, float[] sums, int at) {
    FloatVector s0a = FloatVector.zero(FLOAT);
    FloatVector s0b = s0a;
    FloatVector s1a = s0a;
    FloatVector s1b = s0a;
    FloatVector s2a = s0a;
    FloatVector s2b = s0a;
    FloatVector s3a = s0a;
    FloatVector s3b = s0a;
    for (int r = 0; r < ROWS; r++) {
      FloatVector pa = FloatVector.fromArray(FLOAT, p, pAt + r * stride);
      FloatVector pb = FloatVector.fromArray(FLOAT, p, pAt + r * stride + COUNT);
      FloatVector v0 = FloatVector.broadcast(FLOAT, v[r]);
      s0a = pa.fma(v0, s0a);
      s0b = pb.fma(v0, s0b);
      FloatVector v1 = FloatVector.broadcast(FLOAT, v[ROWS + r]);
      s1a = pa.fma(v1, s1a);
      s1b = pb.fma(v1, s1b);
      FloatVector v2 = FloatVector.broadcast(FLOAT, v[2 * ROWS + r]);
      s2a = pa.fma(v2, s2a);
      s2b = pb.fma(v2, s2b);
      FloatVector v3 = FloatVector.broadcast(FLOAT, v[3 * ROWS + r]);
      s3a = pa.fma(v3, s3a);
      s3b = pb.fma(v3, s3b);
    }
    add(s0a, s0b, sums, at);
    add(s1a, s1b, sums, at + stride);
    add(s2a, s2b, sums, at + 2 * stride);
    add(s3a, s3b, sums, at + 3 * stride);
  }

  private static void add(FloatVector a, FloatVector b, float[] sums, int at) {
    FloatVector.fromArray(FLOAT, sums, at).add(a).intoArray(sums, at);
    FloatVector.fromArray(FLOAT, sums, at + COUNT).add(b).intoArray(sums, at + COUNT);
  }
}
