package io.gibbsite.rbm;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.rbm.BitTile.ROWS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * S2 on vectors: {@code sum_n v_n p_n^T}, lanes being hidden units.
 *
 * <p>Probabilities lie column by column, a column being {@link #COLUMN} hidden units of a tile's
 * rows: {@code p[tile][column][row][COLUMN]}. A column stays in the first-level cache for a whole
 * strip of visible units.
 */
final class OuterProduct {
  /** Visible units that share a reading of p: whole panels. */
  static final int STRIP = 32;

  /** Hidden units of a column. */
  static final int COLUMN = 2 * COUNT;

  /** Visible units that the micro-kernel computes at a time. */
  private static final int PANEL = 4;

  private OuterProduct() {}

  /** Hidden units rounded up to whole columns. */
  static int stride(int hidden) {
    return (hidden + COLUMN - 1) / COLUMN * COLUMN;
  }

  /** Visible units rounded up to whole panels. */
  static int panels(int visible) {
    return (visible + PANEL - 1) / PANEL * PANEL;
  }

  /** Where a hidden unit's probability in the first row of the tile at {@code at} is. */
  static int index(int at, int unit) {
    return at + unit / COLUMN * ROWS * COLUMN + unit % COLUMN;
  }

  /** Copies a stretch's values to columns of the tile at {@code at}. */
  static void store(GibbsStage.Stretch s, float[] p, int at) {
    for (int unit = 0; unit < s.units; unit++) {
      int to = index(at, s.first + unit);
      for (int r = 0; r < ROWS; r++) {
        p[to + r * COLUMN] = s.value[unit * ROWS + r];
      }
    }
  }

  /**
   * {@code sum_n p_n} over the first {@code n} rows, those of a tile first.
   *
   * @param sums float[2 stride], of which the first half must be 0 and becomes the result
   */
  static void sumRows(float[] p, int n, int stride, float[] sums) {
    for (int tile = 0; tile < BitTile.count(n); tile++) {
      Arrays.fill(sums, stride, 2 * stride, 0f);
      int present = Math.min(ROWS, n - tile * ROWS);
      for (int j = 0; j < stride; j += COLUMN) {
        for (int r = 0; r < present; r++) {
          int at = (tile * stride + j) * ROWS + r * COLUMN;
          for (int k = 0; k < COLUMN; k++) {
            sums[stride + j + k] += p[at + k];
          }
        }
      }
      for (int j = 0; j < stride; j++) {
        sums[j] += sums[stride + j];
      }
    }
  }

  /**
   * Adds the sums over a tile's rows.
   *
   * @param v float[units][ROWS]: the states of the strip's visible units, of whole panels
   * @param p columns of the tile, from {@code pAt}
   * @param sums float[units][stride], accumulated
   */
  static void add(float[] v, int units, float[] p, int pAt, int stride, float[] sums) {
    for (int j = 0; j < stride; j += COLUMN) {
      for (int i = 0; i < units; i += PANEL) {
        panel(v, i * ROWS, p, pAt + j * ROWS, stride, sums, i * stride + j);
      }
    }
  }

  /** 4 visible units, a column: 8 accumulators, 4 broadcasts and 2 loads for 8 fma. */
  private static void panel(
      float[] v, int vAt, float[] p, int pAt, int stride, float[] sums, int at) {
    FloatVector s0a = FloatVector.zero(FLOAT);
    FloatVector s0b = s0a;
    FloatVector s1a = s0a;
    FloatVector s1b = s0a;
    FloatVector s2a = s0a;
    FloatVector s2b = s0a;
    FloatVector s3a = s0a;
    FloatVector s3b = s0a;
    for (int r = 0; r < ROWS; r++) {
      FloatVector pa = FloatVector.fromArray(FLOAT, p, pAt + r * COLUMN);
      FloatVector pb = FloatVector.fromArray(FLOAT, p, pAt + r * COLUMN + COUNT);
      FloatVector v0 = FloatVector.broadcast(FLOAT, v[vAt + r]);
      s0a = pa.fma(v0, s0a);
      s0b = pb.fma(v0, s0b);
      FloatVector v1 = FloatVector.broadcast(FLOAT, v[vAt + ROWS + r]);
      s1a = pa.fma(v1, s1a);
      s1b = pb.fma(v1, s1b);
      FloatVector v2 = FloatVector.broadcast(FLOAT, v[vAt + 2 * ROWS + r]);
      s2a = pa.fma(v2, s2a);
      s2b = pb.fma(v2, s2b);
      FloatVector v3 = FloatVector.broadcast(FLOAT, v[vAt + 3 * ROWS + r]);
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
