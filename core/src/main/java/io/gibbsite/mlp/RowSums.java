package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.mlp.MlpGradientSums.COLUMN;
import static io.gibbsite.tile.Tile.PANEL;
import static io.gibbsite.tile.Tile.ROWS;

import jdk.incubator.vector.FloatVector;

/**
 * Products that sum over the rows of tiles, as register-blocked micro-kernels; sums run over rows
 * in order.
 */
final class RowSums {
  private RowSums() {}

  /**
   * {@code g = d^T a} or {@code g += d^T a}, summed over the rows of several tiles, for one column
   * of inputs.
   *
   * @param d tiles of {@code outputs} columns, {@code dTile} floats each
   * @param a the tiles' rows one after another: 2 COUNT inputs each
   * @param narrow whether only the first COUNT inputs of a row count
   * @param g float[whole panels of outputs][2 COUNT], from {@code gAt}
   * @param fresh whether g is overwritten
   */
  static void outer(
      float[] d,
      int dTile,
      int outputs,
      float[] a,
      boolean narrow,
      int tiles,
      float[] g,
      int gAt,
      boolean fresh) {
    for (int o = 0; o < outputs; o += PANEL) {
      if (narrow) {
        OuterKernel.outer8x1(d, o * ROWS, dTile, a, tiles, g, gAt + o * COLUMN, fresh);
      } else {
        OuterKernel.outer8x2(d, o * ROWS, dTile, a, tiles, g, gAt + o * COLUMN, fresh);
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
