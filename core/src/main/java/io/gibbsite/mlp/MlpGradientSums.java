package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.tile.Tile.PANEL;
import static io.gibbsite.tile.Tile.ROWS;

import io.gibbsite.tile.Tile;
import io.gibbsite.tile.TileTranspose;
import java.util.Arrays;

/**
 * How sums over rows for B2 and D2 lie in one array, in the order in which the kernels make them,
 * and how they are made there.
 *
 * <p>A layer with more than 4 inputs sums {@code dW} in columns of two vectors: {@code [column of
 * inputs][ whole panels of outputs][2 COUNT]}. A narrower one, the last one (one output), and all
 * biases are summed lane by lane, {@code [entry][COUNT]}, and folded at the end.
 */
final class MlpGradientSums {
  /** Layers with at most this many inputs are summed lane by lane. */
  private static final int NARROW = 4;

  /** Inputs in a column. */
  static final int COLUMN = 2 * COUNT;

  /** Columns of a part: their sums and some tiles' {@code d} share the second-level cache. */
  private static final int PART = 2;

  private final MlpShape shape;
  private final int[] weightAt;
  private final int[] biasAt;
  private final int size;

  MlpGradientSums(MlpShape shape) {
    this.shape = shape;
    int layers = shape.layers();
    weightAt = new int[layers];
    biasAt = new int[layers];
    long at = 0;
    for (int l = 0; l < layers; l++) {
      int in = shape.width(l);
      int out = shape.width(l + 1);
      weightAt[l] = (int) at;
      at += lanewise(l) ? (long) in * out * COUNT : (long) columns(in) * columnSize(out);
      biasAt[l] = (int) at;
      at += (long) out * COUNT;
      if (at > Integer.MAX_VALUE - 64) {
        throw new IllegalArgumentException("shape " + shape + " is too large for its gradient");
      }
    }
    size = (int) at;
  }

  private boolean lanewise(int l) {
    return shape.width(l) <= NARROW || l == shape.layers() - 1;
  }

  private static int columns(int inputs) {
    return (inputs + COLUMN - 1) / COLUMN;
  }

  private static int columnSize(int outputs) {
    return Tile.panels(outputs) * PANEL * COLUMN;
  }

  /** Floats in an array of sums. */
  int size() {
    return size;
  }

  /** Floats in the scratch that {@link #addWeight} needs for so many tiles. */
  static int scratch(int tiles) {
    return tiles * ROWS * COLUMN;
  }

  /**
   * Parts that threads can sum beside each other. Those of a layer follow each other: first its
   * bias, with the weights that are summed lane by lane, then some columns each.
   */
  int parts() {
    int parts = 0;
    for (int l = 0; l < shape.layers(); l++) {
      parts += parts(l);
    }
    return parts;
  }

  private int parts(int l) {
    return 1 + (lanewise(l) ? 0 : (columns(shape.width(l)) + PART - 1) / PART);
  }

  /** The layer of a part. */
  int layer(int part) {
    int l = 0;
    for (int rest = part; rest >= parts(l); l++) {
      rest -= parts(l);
    }
    return l;
  }

  /** The number of a part among those of its layer: 0 is the bias. */
  int within(int part) {
    int rest = part;
    for (int l = 0; rest >= parts(l); l++) {
      rest -= parts(l);
    }
    return rest;
  }

  /** Makes the parts zero that are summed lane by lane; the others start with {@code fresh}. */
  void clear(float[] sums) {
    for (int l = 0; l < shape.layers(); l++) {
      clear(l, sums);
    }
  }

  /** As above, for one layer. */
  void clear(int l, float[] sums) {
    int from = lanewise(l) ? weightAt[l] : biasAt[l];
    Arrays.fill(sums, from, biasAt[l] + shape.width(l + 1) * COUNT, 0f);
  }

  /**
   * B2 for the weight of layer l: {@code dW_l += d^T a} over the tiles.
   *
   * @param fresh whether this is the first term since {@link #clear}
   * @param scratch float[scratch(tiles)]
   */
  void addWeight(
      int l,
      float[] d,
      float[] a,
      int tiles,
      float[] sums,
      boolean fresh,
      float[] scratch,
      float[] square) {
    if (lanewise(l)) {
      addNarrowWeight(l, d, a, tiles, sums);
    } else {
      int all = columns(shape.width(l));
      addColumns(l, 0, all, d, a, tiles, sums, fresh, scratch, square);
    }
  }

  /**
   * B2 for one part.
   *
   * @param within the number of the part in layer l
   * @param scratch as for {@link #addWeight}
   */
  void addPart(
      int l,
      int within,
      float[] d,
      float[] a,
      int tiles,
      float[] sums,
      boolean fresh,
      float[] scratch,
      float[] square) {
    if (within > 0) {
      int from = (within - 1) * PART;
      int to = Math.min(from + PART, columns(shape.width(l)));
      addColumns(l, from, to, d, a, tiles, sums, fresh, scratch, square);
    } else if (lanewise(l)) {
      addNarrowWeight(l, d, a, tiles, sums);
    }
  }

  private void addNarrowWeight(int l, float[] d, float[] a, int tiles, float[] sums) {
    int in = shape.width(l);
    int out = shape.width(l + 1);
    int aTile = Tile.size(in);
    int dTile = Tile.size(out);
    if (l == shape.layers() - 1) {
      // One output: its weight's columns take the place of the outputs.
      for (int t = 0; t < tiles; t++) {
        RowSums.lanewise(a, t * aTile, in, d, t * dTile, 1, sums, weightAt[l]);
      }
    } else {
      for (int t = 0; t < tiles; t++) {
        RowSums.lanewise(d, t * dTile, out, a, t * aTile, in, sums, weightAt[l]);
      }
    }
  }

  private void addColumns(
      int l,
      int from,
      int to,
      float[] d,
      float[] a,
      int tiles,
      float[] sums,
      boolean fresh,
      float[] scratch,
      float[] square) {
    int in = shape.width(l);
    int out = shape.width(l + 1);
    int aTile = Tile.size(in);
    for (int c = from; c < to; c++) {
      int width = Math.min(COLUMN, in - c * COLUMN);
      for (int t = 0; t < tiles; t++) {
        TileTranspose.toRows(
            a,
            t * aTile + c * COLUMN * ROWS,
            ROWS,
            width,
            scratch,
            t * ROWS * COLUMN,
            COLUMN,
            square);
      }
      RowSums.outer(
          d,
          Tile.size(out),
          out,
          scratch,
          width <= COUNT,
          tiles,
          sums,
          weightAt[l] + c * columnSize(out),
          fresh);
    }
  }

  /** B2 for the bias of layer l: {@code db_l += sum over rows of d}. */
  void addBias(int l, float[] d, int tiles, float[] sums) {
    int out = shape.width(l + 1);
    for (int t = 0; t < tiles; t++) {
      RowSums.lanewiseSum(d, t * Tile.size(out), out, sums, biasAt[l]);
    }
  }

  /** Copies the sums into the layout of {@link MlpShape}. */
  void unpack(float[] sums, float[] gradient) {
    for (int l = 0; l < shape.layers(); l++) {
      int in = shape.width(l);
      int out = shape.width(l + 1);
      for (int o = 0; o < out; o++) {
        int to = shape.weightOffset(l) + o * in;
        if (lanewise(l)) {
          for (int i = 0; i < in; i++) {
            gradient[to + i] = RowSums.fold(sums, weightAt[l] + (o * in + i) * COUNT);
          }
        } else {
          for (int c = 0; c < columns(in); c++) {
            int from = weightAt[l] + c * columnSize(out) + o * COLUMN;
            int width = Math.min(COLUMN, in - c * COLUMN);
            System.arraycopy(sums, from, gradient, to + c * COLUMN, width);
          }
        }
        gradient[shape.biasOffset(l) + o] = RowSums.fold(sums, biasAt[l] + o * COUNT);
      }
    }
  }
}
