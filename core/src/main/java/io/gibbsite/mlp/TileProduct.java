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
        PanelKernel.panel8(
            w.values, wAt, a, aFirst + lane, inputs, z, zPanel + lane, start, output);
      } else {
        PanelKernel.panel4(
            w.values, wAt, a, aFirst + lane, inputs, z, zPanel + lane, start, output);
        if (!half) {
          PanelKernel.panel4(
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
        OuterKernel.outer8x1(d, o * ROWS, dTile, a, aAt, tiles, g, gAt + o * COLUMN, fresh);
      } else {
        OuterKernel.outer8x2(d, o * ROWS, dTile, a, aAt, tiles, g, gAt + o * COLUMN, fresh);
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
}
