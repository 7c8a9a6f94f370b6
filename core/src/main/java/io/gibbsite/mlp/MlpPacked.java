package io.gibbsite.mlp;

import io.gibbsite.tile.PackedMatrix;
import io.gibbsite.tile.Tile;
import java.util.Arrays;

/** An MLP's parameters as the vector backend reads them: weights in panels, both ways round. */
final class MlpPacked {
  final MlpShape shape;

  /** Layer l's weight, for F2; not the last layer's. */
  final PackedMatrix[] weights;

  /** Layer l's weight transposed, for B3; not the last layer's. */
  final PackedMatrix[] transposed;

  /** Layer l's bias, padded to whole panels; not the last layer's. */
  final float[][] biases;

  /** The last layer's weight, float[n_{L-1}], for B3. */
  final float[] lastWeight;

  /** Zeros for whole panels of the widest layer. */
  final float[] zeros;

  /** The last layer, for F4. */
  final PackedMatrix last;

  /** The last layer's bias, padded to a whole panel. */
  final float[] lastBias = new float[Tile.PANEL];

  /** The base density, or null. */
  TileGaussian base;

  MlpPacked(MlpShape shape) {
    this.shape = shape;
    int hidden = shape.layers() - 1;
    weights = new PackedMatrix[hidden];
    transposed = new PackedMatrix[hidden];
    biases = new float[hidden][];
    int widest = shape.inputs();
    for (int l = 0; l < hidden; l++) {
      weights[l] = new PackedMatrix(shape.width(l + 1), shape.width(l), PackedMatrix.Form.FULL);
      transposed[l] = new PackedMatrix(shape.width(l), shape.width(l + 1), PackedMatrix.Form.FULL);
      biases[l] = new float[Tile.panels(shape.width(l + 1)) * Tile.PANEL];
      widest = Math.max(widest, shape.width(l + 1));
    }
    lastWeight = new float[shape.width(hidden)];
    last = new PackedMatrix(1, shape.width(hidden), PackedMatrix.Form.FULL);
    zeros = new float[Tile.panels(widest) * Tile.PANEL];
  }

  void pack(MlpParameters parameters) {
    float[] values = parameters.values();
    int hidden = shape.layers() - 1;
    for (int l = 0; l < hidden; l++) {
      int in = shape.width(l);
      int at = shape.weightOffset(l);
      weights[l].pack(values, at, in, 1);
      transposed[l].pack(values, at, 1, in);
      System.arraycopy(values, shape.biasOffset(l), biases[l], 0, shape.width(l + 1));
    }
    System.arraycopy(values, shape.weightOffset(hidden), lastWeight, 0, lastWeight.length);
    last.pack(lastWeight, 0, lastWeight.length, 1);
    lastBias[0] = values[shape.biasOffset(hidden)];
    if (parameters.base() == null) {
      base = null;
    } else if (base == null || base.gaussian != parameters.base()) {
      base = new TileGaussian(parameters.base());
    }
  }

  static long bytes(MlpShape shape) {
    long sum = 0;
    for (int l = 0; l < shape.layers() - 1; l++) {
      sum += PackedMatrix.bytes(shape.width(l + 1), shape.width(l));
      sum += PackedMatrix.bytes(shape.width(l), shape.width(l + 1));
    }
    return sum;
  }

  /** The widest of the inputs and hidden layers. */
  static int widest(MlpShape shape) {
    int[] widths = new int[shape.layers()];
    Arrays.setAll(widths, shape::width);
    return Arrays.stream(widths).max().orElseThrow();
  }
}
