package io.gibbsite.tile;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.tile.Tile.PANEL;
import static io.gibbsite.tile.Tile.ROWS;

import jdk.incubator.vector.FloatVector;

/**
 * The micro-kernel of F2 and B3: outputs of a panel times two vectors of rows, kept in registers
 * over all inputs. {@code w} is packed ({@link PackedMatrix}), {@code a} and {@code z} are tiles;
 * where {@code start} is null the outputs are added to {@code z}.
 */
final class PanelKernel {
  private PanelKernel() {}

  /**
   * 8 outputs of a panel, 2 vectors of rows: 16 accumulators, 8 broadcasts and 2 loads for 16 fma.
   */
  static void panel8(
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
  static void panel4(
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
}
