package io.gibbsite.mlp;

import io.gibbsite.math.Lanes;
import java.util.Arrays;

/**
 * One worker's sums over rows for B2 and D2, in the shapes that the kernels want.
 *
 * <p>A layer with more than 4 inputs sums {@code dW} as a matrix of whole vectors; a narrower one,
 * the last one (one output), and all biases are summed lane by lane and folded at the end.
 */
final class MlpGradientSums {
  /** Layers with at most this many inputs are summed lane by lane. */
  static final int NARROW = 4;

  private final MlpShape shape;
  private final float[][] weights;
  private final float[][] biases;
  private final float[] rows;
  private final float[] square = new float[Lanes.COUNT * Lanes.COUNT];

  MlpGradientSums(MlpShape shape, int tiles) {
    this.shape = shape;
    int layers = shape.layers();
    weights = new float[layers][];
    biases = new float[layers][];
    int widestStride = 0;
    for (int l = 0; l < layers; l++) {
      weights[l] = new float[weightSize(shape, l)];
      biases[l] = new float[shape.width(l + 1) * Lanes.COUNT];
      if (!lanewise(shape, l)) {
        widestStride = Math.max(widestStride, stride(shape.width(l)));
      }
    }
    rows = new float[tiles * Tile.ROWS * widestStride];
  }

  private static boolean lanewise(MlpShape shape, int l) {
    return shape.width(l) <= NARROW || l == shape.layers() - 1;
  }

  private static int stride(int columns) {
    return (columns + Lanes.COUNT - 1) / Lanes.COUNT * Lanes.COUNT;
  }

  private static int weightSize(MlpShape shape, int l) {
    int in = shape.width(l);
    int out = shape.width(l + 1);
    return lanewise(shape, l) ? in * out * Lanes.COUNT : Tile.panels(out) * Tile.PANEL * stride(in);
  }

  static long bytes(MlpShape shape, int tiles) {
    long sum = 0;
    for (int l = 0; l < shape.layers(); l++) {
      sum += weightSize(shape, l) + (long) shape.width(l + 1) * Lanes.COUNT;
    }
    return Float.BYTES * (sum + (long) tiles * Tile.ROWS * stride(MlpPacked.widest(shape)));
  }

  void clear() {
    for (int l = 0; l < shape.layers(); l++) {
      Arrays.fill(weights[l], 0f);
      Arrays.fill(biases[l], 0f);
    }
  }

  /** B2 for the weight of layer l: {@code dW_l += d^T a} over the tiles. */
  void addWeight(int l, float[] d, float[] a, int aAt, int tiles) {
    int in = shape.width(l);
    int out = shape.width(l + 1);
    int aTile = Tile.size(in);
    int dTile = Tile.size(out);
    if (l == shape.layers() - 1) {
      // One output: its weight's columns take the place of the outputs.
      for (int t = 0; t < tiles; t++) {
        TileProduct.lanewise(a, aAt + t * aTile, in, d, t * dTile, 1, weights[l], 0);
      }
    } else if (in <= NARROW) {
      for (int t = 0; t < tiles; t++) {
        TileProduct.lanewise(d, t * dTile, out, a, aAt + t * aTile, in, weights[l], 0);
      }
    } else {
      int stride = stride(in);
      for (int t = 0; t < tiles; t++) {
        TileTranspose.toRows(
            a, aAt + t * aTile, Tile.ROWS, in, rows, t * Tile.ROWS * stride, stride, square);
      }
      TileProduct.outer(d, dTile, out, rows, stride, tiles, weights[l], stride);
    }
  }

  /** B2 for the bias of layer l: {@code db_l += sum over rows of d}. */
  void addBias(int l, float[] d, int tiles) {
    int out = shape.width(l + 1);
    for (int t = 0; t < tiles; t++) {
      TileProduct.lanewiseSum(d, t * Tile.size(out), out, biases[l], 0);
    }
  }

  /** Writes the sums in the layout of {@link MlpShape}. */
  void write(float[] gradient) {
    for (int l = 0; l < shape.layers(); l++) {
      int in = shape.width(l);
      int out = shape.width(l + 1);
      boolean lanewise = lanewise(shape, l);
      for (int o = 0; o < out; o++) {
        int to = shape.weightOffset(l) + o * in;
        if (lanewise) {
          for (int i = 0; i < in; i++) {
            gradient[to + i] = TileProduct.fold(weights[l], (o * in + i) * Lanes.COUNT);
          }
        } else {
          System.arraycopy(weights[l], o * stride(in), gradient, to, in);
        }
        gradient[shape.biasOffset(l) + o] = TileProduct.fold(biases[l], o * Lanes.COUNT);
      }
    }
  }
}
