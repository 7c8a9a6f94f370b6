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
  static int scratch(MlpShape shape, int tiles) {
    return tiles * ROWS * columns(MlpPacked.widest(shape)) * COLUMN;
  }

  /** Makes the parts zero that are summed lane by lane; the others start with {@code fresh}. */
  void clear(float[] sums) {
    for (int l = 0; l < shape.layers(); l++) {
      int from = lanewise(l) ? weightAt[l] : biasAt[l];
      Arrays.fill(sums, from, biasAt[l] + shape.width(l + 1) * COUNT, 0f);
    }
  }

  /**
   * B2 for the weight of layer l: {@code dW_l += d^T a} over the tiles.
   *
   * @param fresh whether this is the first term since {@link #clear}
   * @param scratch float[scratch(shape, tiles)]
   */
  void addWeight(
      int l,
      float[] d,
      float[] a,
      int aAt,
      int tiles,
      float[] sums,
      boolean fresh,
      float[] scratch,
      float[] square) {
    int in = shape.width(l);
    int out = shape.width(l + 1);
    int aTile = Tile.size(in);
    int dTile = Tile.size(out);
    if (l == shape.layers() - 1) {
      // One output: its weight's columns take the place of the outputs.
      for (int t = 0; t < tiles; t++) {
        RowSums.lanewise(a, aAt + t * aTile, in, d, t * dTile, 1, sums, weightAt[l]);
      }
    } else if (in <= NARROW) {
      for (int t = 0; t < tiles; t++) {
        RowSums.lanewise(d, t * dTile, out, a, aAt + t * aTile, in, sums, weightAt[l]);
      }
    } else {
      int column = tiles * ROWS * COLUMN;
      for (int c = 0; c < columns(in); c++) {
        int width = Math.min(COLUMN, in - c * COLUMN);
        for (int t = 0; t < tiles; t++) {
          TileTranspose.toRows(
              a,
              aAt + t * aTile + c * COLUMN * ROWS,
              ROWS,
              width,
              scratch,
              c * column + t * ROWS * COLUMN,
              COLUMN,
              square);
        }
        RowSums.outer(
            d,
            dTile,
            out,
            scratch,
            c * column,
            width <= COUNT,
            tiles,
            sums,
            weightAt[l] + c * columnSize(out),
            fresh);
      }
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
