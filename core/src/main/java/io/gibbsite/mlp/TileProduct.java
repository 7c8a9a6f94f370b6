package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.mlp.MlpGradientSums.COLUMN;
import static io.gibbsite.mlp.Tile.PANEL;
import static io.gibbsite.mlp.Tile.ROWS;

import jdk.incubator.vector.FloatVector;

/**
 * The matrix products of the vector backend, as register-blocked micro-kernels.
 *
 * <p>Both keep 16 accumulators in registers, enough to hide the latency of two fma units (4 cycles
 * each), and use each loaded vector 8 times. With 16 registers (256 bits and less) a panel is
 * computed in two halves. Sums run over inputs, or rows, in order.
 */
final class TileProduct {
  private static final boolean WIDE = COUNT == 16;

  private TileProduct() {}

  /**
   * One panel of {@code z = start + w a}: 8 outputs of a tile.
   *
   * @param a tile of w.inputs columns, at {@code aAt}
   * @param z tile that gets the panel, at {@code zAt}
   * @param start what each output starts from, float[whole panels of outputs]; or null to add to z
   */
  static void panel(
      PackedMatrix w, int panel, float[] a, int aAt, float[] z, int zAt, float[] start) {
    int first = w.firstInput(panel);
    int inputs = w.endInput(panel) - first;
    int wAt = (panel * w.inputs + first) * PANEL;
    int output = panel * PANEL;
    int zPanel = zAt + output * ROWS;
    int aFirst = aAt + first * ROWS;
    boolean half = w.outputs - output <= PANEL / 2;
    for (int lane = 0; lane < ROWS; lane += 2 * COUNT) {
      if (WIDE && !half) {
        panel8(w.values, wAt, a, aFirst + lane, inputs, z, zPanel + lane, start, output);
      } else {
        panel4(w.values, wAt, a, aFirst + lane, inputs, z, zPanel + lane, start, output);
        if (!half) {
          panel4(
              w.values,
              wAt + 4,
              a,
              aFirst + lane,
              inputs,
              z,
              zPanel + 4 * ROWS + lane,
              start,
              output + 4);
        }
      }
    }
  }

  /** All panels of {@code z = start + w a}; see {@link #panel}. */
  static void multiply(PackedMatrix w, float[] a, int aAt, float[] z, int zAt, float[] start) {
    for (int panel = 0; panel < Tile.panels(w.outputs); panel++) {
      panel(w, panel, a, aAt, z, zAt, start);
    }
  }

  /**
   * {@code g = d^T a} or {@code g += d^T a}, summed over the rows of several tiles, for one column
   * of inputs.
   *
   * @param d tiles of {@code outputs} columns, {@code dTile} floats each
   * @param a the tiles' rows one after another, from {@code aAt}: 2 COUNT inputs each
   * @param narrow whether only the first COUNT inputs of a row count
   * @param g float[whole panels of outputs][2 COUNT], from {@code gAt}
   * @param fresh whether g is overwritten
   */
  static void outer(
      float[] d,
      int dTile,
      int outputs,
      float[] a,
      int aAt,
      boolean narrow,
      int tiles,
      float[] g,
      int gAt,
      boolean fresh) {
    for (int o = 0; o < outputs; o += PANEL) {
      if (narrow) {
        outer8x1(d, o * ROWS, dTile, a, aAt, tiles, g, gAt + o * COLUMN, fresh);
      } else {
        outer8x2(d, o * ROWS, dTile, a, aAt, tiles, g, gAt + o * COLUMN, fresh);
      }
    }
  }

  /**
   * {@code g[o][i] += sum over the tile's rows of d[o] x[i]}, for few inputs: lane by lane, to be
   * folded by {@link #fold} at the end.
   *
   * @param d tile of {@code outputs} columns
   * @param x tile of {@code inputs} columns
   * @param g float[outputs * inputs][COUNT]
   */
  static void lanewise(
      float[] d, int dAt, int outputs, float[] x, int xAt, int inputs, float[] g, int gAt) {
    for (int i = 0; i < inputs; i++) {
      for (int lane = 0; lane < ROWS; lane += 2 * COUNT) {
        FloatVector xa = FloatVector.fromArray(FLOAT, x, xAt + i * ROWS + lane);
        FloatVector xb = FloatVector.fromArray(FLOAT, x, xAt + i * ROWS + lane + COUNT);
        for (int o = 0; o < outputs; o++) {
          FloatVector da = FloatVector.fromArray(FLOAT, d, dAt + o * ROWS + lane);
          FloatVector db = FloatVector.fromArray(FLOAT, d, dAt + o * ROWS + lane + COUNT);
          int at = gAt + (o * inputs + i) * COUNT;
          FloatVector sum = FloatVector.fromArray(FLOAT, g, at);
          db.fma(xb, da.fma(xa, sum)).intoArray(g, at);
        }
      }
    }
  }

  /** {@code g[o] += sum over the tile's rows of d[o]}, lane by lane; g is float[outputs][COUNT]. */
  static void lanewiseSum(float[] d, int dAt, int outputs, float[] g, int gAt) {
    for (int o = 0; o < outputs; o++) {
      FloatVector sum = FloatVector.fromArray(FLOAT, g, gAt + o * COUNT);
      for (int lane = 0; lane < ROWS; lane += COUNT) {
        sum = sum.add(FloatVector.fromArray(FLOAT, d, dAt + o * ROWS + lane));
      }
      sum.intoArray(g, gAt + o * COUNT);
    }
  }

  /** The sum of the COUNT lanes at {@code g[gAt]}. */
  static float fold(float[] g, int gAt) {
    float sum = 0;
    for (int lane = 0; lane < COUNT; lane++) {
      sum += g[gAt + lane];
    }
    return sum;
  }

  /**
   * {@code e = bias + w a} for one output, in four partial sums.
   *
   * @param w the weights, from {@code wAt}
   * @param a tile of {@code inputs} columns
   * @param e float[ROWS]
   */
  static void dot(
      float[] w, int wAt, float bias, float[] a, int aAt, int inputs, float[] e, int eAt) {
    for (int lane = 0; lane < ROWS; lane += COUNT) {
      FloatVector s0 = FloatVector.broadcast(FLOAT, bias);
      FloatVector s1 = FloatVector.zero(FLOAT);
      FloatVector s2 = FloatVector.zero(FLOAT);
      FloatVector s3 = FloatVector.zero(FLOAT);
      int at = aAt + lane;
      int i = 0;
      for (; i + 4 <= inputs; i += 4) {
        s0 = FloatVector.fromArray(FLOAT, a, at + i * ROWS).fma(all(w[wAt + i]), s0);
        s1 = FloatVector.fromArray(FLOAT, a, at + (i + 1) * ROWS).fma(all(w[wAt + i + 1]), s1);
        s2 = FloatVector.fromArray(FLOAT, a, at + (i + 2) * ROWS).fma(all(w[wAt + i + 2]), s2);
        s3 = FloatVector.fromArray(FLOAT, a, at + (i + 3) * ROWS).fma(all(w[wAt + i + 3]), s3);
      }
      for (; i < inputs; i++) {
        s0 = FloatVector.fromArray(FLOAT, a, at + i * ROWS).fma(all(w[wAt + i]), s0);
      }
      s0.add(s1).add(s2.add(s3)).intoArray(e, eAt + lane);
    }
  }

  private static FloatVector all(float x) {
    return FloatVector.broadcast(FLOAT, x);
  }

  /**
   * 8 outputs of a panel, 2 vectors of rows: 16 accumulators, 8 broadcasts and 2 loads for 16 fma.
   */
  private static void panel8(
      float[] w,
      int wAt,
      float[] a,
      int aAt,
      int inputs,
      float[] z,
      int zAt,
      float[] start,
      int startAt) {
    FloatVector c0a;
    FloatVector c0b;
    FloatVector c1a;
    FloatVector c1b;
    FloatVector c2a;
    FloatVector c2b;
    FloatVector c3a;
    FloatVector c3b;
    FloatVector c4a;
    FloatVector c4b;
    FloatVector c5a;
    FloatVector c5b;
    FloatVector c6a;
    FloatVector c6b;
    FloatVector c7a;
    FloatVector c7b;
    if (start != null) {
      c0a = c0b = FloatVector.broadcast(FLOAT, start[startAt + 0]);
      c1a = c1b = FloatVector.broadcast(FLOAT, start[startAt + 1]);
      c2a = c2b = FloatVector.broadcast(FLOAT, start[startAt + 2]);
      c3a = c3b = FloatVector.broadcast(FLOAT, start[startAt + 3]);
      c4a = c4b = FloatVector.broadcast(FLOAT, start[startAt + 4]);
      c5a = c5b = FloatVector.broadcast(FLOAT, start[startAt + 5]);
      c6a = c6b = FloatVector.broadcast(FLOAT, start[startAt + 6]);
      c7a = c7b = FloatVector.broadcast(FLOAT, start[startAt + 7]);
    } else {
      c0a = FloatVector.fromArray(FLOAT, z, zAt + 0);
      c0b = FloatVector.fromArray(FLOAT, z, zAt + 0 + COUNT);
      c1a = FloatVector.fromArray(FLOAT, z, zAt + 32);
      c1b = FloatVector.fromArray(FLOAT, z, zAt + 32 + COUNT);
      c2a = FloatVector.fromArray(FLOAT, z, zAt + 64);
      c2b = FloatVector.fromArray(FLOAT, z, zAt + 64 + COUNT);
      c3a = FloatVector.fromArray(FLOAT, z, zAt + 96);
      c3b = FloatVector.fromArray(FLOAT, z, zAt + 96 + COUNT);
      c4a = FloatVector.fromArray(FLOAT, z, zAt + 128);
      c4b = FloatVector.fromArray(FLOAT, z, zAt + 128 + COUNT);
      c5a = FloatVector.fromArray(FLOAT, z, zAt + 160);
      c5b = FloatVector.fromArray(FLOAT, z, zAt + 160 + COUNT);
      c6a = FloatVector.fromArray(FLOAT, z, zAt + 192);
      c6b = FloatVector.fromArray(FLOAT, z, zAt + 192 + COUNT);
      c7a = FloatVector.fromArray(FLOAT, z, zAt + 224);
      c7b = FloatVector.fromArray(FLOAT, z, zAt + 224 + COUNT);
    }
    for (int i = 0; i < inputs; i++) {
      FloatVector xa = FloatVector.fromArray(FLOAT, a, aAt + i * ROWS);
      FloatVector xb = FloatVector.fromArray(FLOAT, a, aAt + i * ROWS + COUNT);
      FloatVector w0 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 0]);
      c0a = xa.fma(w0, c0a);
      c0b = xb.fma(w0, c0b);
      FloatVector w1 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 1]);
      c1a = xa.fma(w1, c1a);
      c1b = xb.fma(w1, c1b);
      FloatVector w2 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 2]);
      c2a = xa.fma(w2, c2a);
      c2b = xb.fma(w2, c2b);
      FloatVector w3 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 3]);
      c3a = xa.fma(w3, c3a);
      c3b = xb.fma(w3, c3b);
      FloatVector w4 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 4]);
      c4a = xa.fma(w4, c4a);
      c4b = xb.fma(w4, c4b);
      FloatVector w5 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 5]);
      c5a = xa.fma(w5, c5a);
      c5b = xb.fma(w5, c5b);
      FloatVector w6 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 6]);
      c6a = xa.fma(w6, c6a);
      c6b = xb.fma(w6, c6b);
      FloatVector w7 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 7]);
      c7a = xa.fma(w7, c7a);
      c7b = xb.fma(w7, c7b);
    }
    c0a.intoArray(z, zAt + 0);
    c0b.intoArray(z, zAt + 0 + COUNT);
    c1a.intoArray(z, zAt + 32);
    c1b.intoArray(z, zAt + 32 + COUNT);
    c2a.intoArray(z, zAt + 64);
    c2b.intoArray(z, zAt + 64 + COUNT);
    c3a.intoArray(z, zAt + 96);
    c3b.intoArray(z, zAt + 96 + COUNT);
    c4a.intoArray(z, zAt + 128);
    c4b.intoArray(z, zAt + 128 + COUNT);
    c5a.intoArray(z, zAt + 160);
    c5b.intoArray(z, zAt + 160 + COUNT);
    c6a.intoArray(z, zAt + 192);
    c6b.intoArray(z, zAt + 192 + COUNT);
    c7a.intoArray(z, zAt + 224);
    c7b.intoArray(z, zAt + 224 + COUNT);
  }

  /**
   * 4 outputs of a panel, 2 vectors of rows: 8 accumulators, 4 broadcasts and 2 loads for 8 fma.
   */
  private static void panel4(
      float[] w,
      int wAt,
      float[] a,
      int aAt,
      int inputs,
      float[] z,
      int zAt,
      float[] start,
      int startAt) {
    FloatVector c0a;
    FloatVector c0b;
    FloatVector c1a;
    FloatVector c1b;
    FloatVector c2a;
    FloatVector c2b;
    FloatVector c3a;
    FloatVector c3b;
    if (start != null) {
      c0a = c0b = FloatVector.broadcast(FLOAT, start[startAt + 0]);
      c1a = c1b = FloatVector.broadcast(FLOAT, start[startAt + 1]);
      c2a = c2b = FloatVector.broadcast(FLOAT, start[startAt + 2]);
      c3a = c3b = FloatVector.broadcast(FLOAT, start[startAt + 3]);
    } else {
      c0a = FloatVector.fromArray(FLOAT, z, zAt + 0);
      c0b = FloatVector.fromArray(FLOAT, z, zAt + 0 + COUNT);
      c1a = FloatVector.fromArray(FLOAT, z, zAt + 32);
      c1b = FloatVector.fromArray(FLOAT, z, zAt + 32 + COUNT);
      c2a = FloatVector.fromArray(FLOAT, z, zAt + 64);
      c2b = FloatVector.fromArray(FLOAT, z, zAt + 64 + COUNT);
      c3a = FloatVector.fromArray(FLOAT, z, zAt + 96);
      c3b = FloatVector.fromArray(FLOAT, z, zAt + 96 + COUNT);
    }
    for (int i = 0; i < inputs; i++) {
      FloatVector xa = FloatVector.fromArray(FLOAT, a, aAt + i * ROWS);
      FloatVector xb = FloatVector.fromArray(FLOAT, a, aAt + i * ROWS + COUNT);
      FloatVector w0 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 0]);
      c0a = xa.fma(w0, c0a);
      c0b = xb.fma(w0, c0b);
      FloatVector w1 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 1]);
      c1a = xa.fma(w1, c1a);
      c1b = xb.fma(w1, c1b);
      FloatVector w2 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 2]);
      c2a = xa.fma(w2, c2a);
      c2b = xb.fma(w2, c2b);
      FloatVector w3 = FloatVector.broadcast(FLOAT, w[wAt + i * PANEL + 3]);
      c3a = xa.fma(w3, c3a);
      c3b = xb.fma(w3, c3b);
    }
    c0a.intoArray(z, zAt + 0);
    c0b.intoArray(z, zAt + 0 + COUNT);
    c1a.intoArray(z, zAt + 32);
    c1b.intoArray(z, zAt + 32 + COUNT);
    c2a.intoArray(z, zAt + 64);
    c2b.intoArray(z, zAt + 64 + COUNT);
    c3a.intoArray(z, zAt + 96);
    c3b.intoArray(z, zAt + 96 + COUNT);
  }

  /** 8 outputs by 2 vectors of inputs, summed over the rows of all tiles. */
  private static void outer8x2(
      float[] d,
      int dAt,
      int dTile,
      float[] a,
      int aAt,
      int tiles,
      float[] g,
      int gAt,
      boolean fresh) {
    FloatVector c0a;
    FloatVector c0b;
    FloatVector c1a;
    FloatVector c1b;
    FloatVector c2a;
    FloatVector c2b;
    FloatVector c3a;
    FloatVector c3b;
    FloatVector c4a;
    FloatVector c4b;
    FloatVector c5a;
    FloatVector c5b;
    FloatVector c6a;
    FloatVector c6b;
    FloatVector c7a;
    FloatVector c7b;
    if (fresh) {
      c0a =
          c0b =
              c1a =
                  c1b =
                      c2a =
                          c2b =
                              c3a =
                                  c3b =
                                      c4a =
                                          c4b =
                                              c5a =
                                                  c5b =
                                                      c6a =
                                                          c6b = c7a = c7b = FloatVector.zero(FLOAT);
    } else {
      c0a = FloatVector.fromArray(FLOAT, g, gAt + 0 * COLUMN);
      c0b = FloatVector.fromArray(FLOAT, g, gAt + 0 * COLUMN + COUNT);
      c1a = FloatVector.fromArray(FLOAT, g, gAt + 1 * COLUMN);
      c1b = FloatVector.fromArray(FLOAT, g, gAt + 1 * COLUMN + COUNT);
      c2a = FloatVector.fromArray(FLOAT, g, gAt + 2 * COLUMN);
      c2b = FloatVector.fromArray(FLOAT, g, gAt + 2 * COLUMN + COUNT);
      c3a = FloatVector.fromArray(FLOAT, g, gAt + 3 * COLUMN);
      c3b = FloatVector.fromArray(FLOAT, g, gAt + 3 * COLUMN + COUNT);
      c4a = FloatVector.fromArray(FLOAT, g, gAt + 4 * COLUMN);
      c4b = FloatVector.fromArray(FLOAT, g, gAt + 4 * COLUMN + COUNT);
      c5a = FloatVector.fromArray(FLOAT, g, gAt + 5 * COLUMN);
      c5b = FloatVector.fromArray(FLOAT, g, gAt + 5 * COLUMN + COUNT);
      c6a = FloatVector.fromArray(FLOAT, g, gAt + 6 * COLUMN);
      c6b = FloatVector.fromArray(FLOAT, g, gAt + 6 * COLUMN + COUNT);
      c7a = FloatVector.fromArray(FLOAT, g, gAt + 7 * COLUMN);
      c7b = FloatVector.fromArray(FLOAT, g, gAt + 7 * COLUMN + COUNT);
    }
    for (int t = 0; t < tiles; t++) {
      int dRow = dAt + t * dTile;
      int aRow = aAt + t * ROWS * COLUMN;
      for (int r = 0; r < ROWS; r++) {
        FloatVector xa = FloatVector.fromArray(FLOAT, a, aRow + r * COLUMN);
        FloatVector xb = FloatVector.fromArray(FLOAT, a, aRow + r * COLUMN + COUNT);
        FloatVector d0 = FloatVector.broadcast(FLOAT, d[dRow + r + 0]);
        c0a = xa.fma(d0, c0a);
        c0b = xb.fma(d0, c0b);
        FloatVector d1 = FloatVector.broadcast(FLOAT, d[dRow + r + 32]);
        c1a = xa.fma(d1, c1a);
        c1b = xb.fma(d1, c1b);
        FloatVector d2 = FloatVector.broadcast(FLOAT, d[dRow + r + 64]);
        c2a = xa.fma(d2, c2a);
        c2b = xb.fma(d2, c2b);
        FloatVector d3 = FloatVector.broadcast(FLOAT, d[dRow + r + 96]);
        c3a = xa.fma(d3, c3a);
        c3b = xb.fma(d3, c3b);
        FloatVector d4 = FloatVector.broadcast(FLOAT, d[dRow + r + 128]);
        c4a = xa.fma(d4, c4a);
        c4b = xb.fma(d4, c4b);
        FloatVector d5 = FloatVector.broadcast(FLOAT, d[dRow + r + 160]);
        c5a = xa.fma(d5, c5a);
        c5b = xb.fma(d5, c5b);
        FloatVector d6 = FloatVector.broadcast(FLOAT, d[dRow + r + 192]);
        c6a = xa.fma(d6, c6a);
        c6b = xb.fma(d6, c6b);
        FloatVector d7 = FloatVector.broadcast(FLOAT, d[dRow + r + 224]);
        c7a = xa.fma(d7, c7a);
        c7b = xb.fma(d7, c7b);
      }
    }
    c0a.intoArray(g, gAt + 0 * COLUMN);
    c0b.intoArray(g, gAt + 0 * COLUMN + COUNT);
    c1a.intoArray(g, gAt + 1 * COLUMN);
    c1b.intoArray(g, gAt + 1 * COLUMN + COUNT);
    c2a.intoArray(g, gAt + 2 * COLUMN);
    c2b.intoArray(g, gAt + 2 * COLUMN + COUNT);
    c3a.intoArray(g, gAt + 3 * COLUMN);
    c3b.intoArray(g, gAt + 3 * COLUMN + COUNT);
    c4a.intoArray(g, gAt + 4 * COLUMN);
    c4b.intoArray(g, gAt + 4 * COLUMN + COUNT);
    c5a.intoArray(g, gAt + 5 * COLUMN);
    c5b.intoArray(g, gAt + 5 * COLUMN + COUNT);
    c6a.intoArray(g, gAt + 6 * COLUMN);
    c6b.intoArray(g, gAt + 6 * COLUMN + COUNT);
    c7a.intoArray(g, gAt + 7 * COLUMN);
    c7b.intoArray(g, gAt + 7 * COLUMN + COUNT);
  }

  /** 8 outputs by 1 vector of inputs, summed over the rows of all tiles. */
  private static void outer8x1(
      float[] d,
      int dAt,
      int dTile,
      float[] a,
      int aAt,
      int tiles,
      float[] g,
      int gAt,
      boolean fresh) {
    FloatVector c0a;
    FloatVector c1a;
    FloatVector c2a;
    FloatVector c3a;
    FloatVector c4a;
    FloatVector c5a;
    FloatVector c6a;
    FloatVector c7a;
    if (fresh) {
      c0a = c1a = c2a = c3a = c4a = c5a = c6a = c7a = FloatVector.zero(FLOAT);
    } else {
      c0a = FloatVector.fromArray(FLOAT, g, gAt + 0 * COLUMN);
      c1a = FloatVector.fromArray(FLOAT, g, gAt + 1 * COLUMN);
      c2a = FloatVector.fromArray(FLOAT, g, gAt + 2 * COLUMN);
      c3a = FloatVector.fromArray(FLOAT, g, gAt + 3 * COLUMN);
      c4a = FloatVector.fromArray(FLOAT, g, gAt + 4 * COLUMN);
      c5a = FloatVector.fromArray(FLOAT, g, gAt + 5 * COLUMN);
      c6a = FloatVector.fromArray(FLOAT, g, gAt + 6 * COLUMN);
      c7a = FloatVector.fromArray(FLOAT, g, gAt + 7 * COLUMN);
    }
    for (int t = 0; t < tiles; t++) {
      int dRow = dAt + t * dTile;
      int aRow = aAt + t * ROWS * COLUMN;
      for (int r = 0; r < ROWS; r++) {
        FloatVector xa = FloatVector.fromArray(FLOAT, a, aRow + r * COLUMN);
        FloatVector d0 = FloatVector.broadcast(FLOAT, d[dRow + r + 0]);
        c0a = xa.fma(d0, c0a);
        FloatVector d1 = FloatVector.broadcast(FLOAT, d[dRow + r + 32]);
        c1a = xa.fma(d1, c1a);
        FloatVector d2 = FloatVector.broadcast(FLOAT, d[dRow + r + 64]);
        c2a = xa.fma(d2, c2a);
        FloatVector d3 = FloatVector.broadcast(FLOAT, d[dRow + r + 96]);
        c3a = xa.fma(d3, c3a);
        FloatVector d4 = FloatVector.broadcast(FLOAT, d[dRow + r + 128]);
        c4a = xa.fma(d4, c4a);
        FloatVector d5 = FloatVector.broadcast(FLOAT, d[dRow + r + 160]);
        c5a = xa.fma(d5, c5a);
        FloatVector d6 = FloatVector.broadcast(FLOAT, d[dRow + r + 192]);
        c6a = xa.fma(d6, c6a);
        FloatVector d7 = FloatVector.broadcast(FLOAT, d[dRow + r + 224]);
        c7a = xa.fma(d7, c7a);
      }
    }
    c0a.intoArray(g, gAt + 0 * COLUMN);
    c1a.intoArray(g, gAt + 1 * COLUMN);
    c2a.intoArray(g, gAt + 2 * COLUMN);
    c3a.intoArray(g, gAt + 3 * COLUMN);
    c4a.intoArray(g, gAt + 4 * COLUMN);
    c5a.intoArray(g, gAt + 5 * COLUMN);
    c6a.intoArray(g, gAt + 6 * COLUMN);
    c7a.intoArray(g, gAt + 7 * COLUMN);
  }
}
