package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.mlp.MlpGradientSums.COLUMN;
import static io.gibbsite.tile.Tile.ROWS;

import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernel of B2: a panel of outputs times one or two vectors of inputs, kept in registers
 * over the rows of all tiles. {@code d} holds tiles, {@code a} rows of {@code COLUMN} inputs;
 * {@code fresh} overwrites {@code g}.
 */
final class OuterKernel {
  private OuterKernel() {}

  /** 8 outputs by 2 vectors of inputs, summed over the rows of all tiles. */
  static void outer8x2(
      float[] d, int dAt, int dTile, float[] a, int tiles, float[] g, int gAt, boolean fresh) {
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
      int aRow = t * ROWS * COLUMN;
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
  static void outer8x1(
      float[] d, int dAt, int dTile, float[] a, int tiles, float[] g, int gAt, boolean fresh) {
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
      int aRow = t * ROWS * COLUMN;
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
