package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.tile.Tile.PANEL;
import static io.gibbsite.tile.Tile.ROWS;

import io.gibbsite.tile.PackedMatrix;
import io.gibbsite.tile.Tile;
import io.gibbsite.tile.TileProduct;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The forward and backward steps F and B of {@link MlpEnergy} on a few tiles, with one worker's
 * scratch memory. The activations of these rows stay in cache from the first layer to the gradient.
 */
final class MlpTiles {
  /** Panels between activations: 4 KiB, within the first-level cache, and long enough a loop. */
  private static final int GROUP = 4;

  private final MlpPacked packed;
  private final MlpGradientSums layout;
  private final MlpShape shape;
  private final int hidden;
  private final TileActivation[] value;
  private final TileActivation[] valueAndSlope;
  private final TileActivation[] valueSlopeAndCurvature;

  /** The output tiles of hidden layer l - 1, l = 1 .. L-1: {@code a_l}. */
  final float[][] a;

  /** {@code f'(z_{l-1})}, as a. */
  final float[][] slope;

  /** B4's {@code d_{l-1}}, as a. */
  final float[][] d;

  /**
   * {@code f''(z_{l-1})}, as a, made when first used; after the backward steps {@code p_l
   * f''(z_{l-1})}.
   */
  final float[][] curvature;

  /** How many derivatives of the activation the last forward step left. */
  private int derivatives;

  /** F4's energies, float[tiles * ROWS]. */
  final float[] energy;

  private final float[] spreadWeights;

  /** The last layer's outputs, a tile. */
  private final float[] output = new float[Tile.size(1)];

  /** F5's {@code y}, and scratch, for a base density. */
  private float[] y;

  private float[] centred;
  private final float[] rowSums = new float[ROWS];

  /** B2's {@code a} by rows, made when first used. */
  private float[] rows;

  final float[] square = new float[COUNT * COUNT];

  /** Who sees the stages, or null; and which rows of the batch these tiles hold. */
  private TileStages stages;

  private int firstRow;
  private int rowCount;

  MlpTiles(MlpPacked packed, MlpGradientSums layout, int tiles) {
    this.packed = packed;
    this.layout = layout;
    shape = packed.shape;
    hidden = shape.layers() - 1;
    value = TileActivation.value(shape.activation());
    valueAndSlope = TileActivation.valueAndSlope(shape.activation());
    valueSlopeAndCurvature = TileActivation.valueSlopeAndCurvature(shape.activation());
    a = new float[hidden + 1][];
    slope = new float[hidden + 1][];
    d = new float[hidden + 1][];
    curvature = new float[hidden + 1][];
    for (int l = 1; l <= hidden; l++) {
      int size = tiles * Tile.size(shape.width(l));
      a[l] = new float[size];
      slope[l] = new float[size];
      d[l] = new float[size];
    }
    energy = new float[tiles * ROWS];
    spreadWeights = new float[tiles * Tile.size(1)];
  }

  static long bytes(MlpShape shape, int tiles) {
    long sum = 0;
    for (int l = 1; l < shape.layers(); l++) {
      sum += 4L * Tile.size(shape.width(l));
    }
    return Float.BYTES * tiles * (sum + 2L * Tile.size(shape.inputs()))
        + (long) Float.BYTES * MlpGradientSums.scratch(tiles);
  }

  /** Shows the stages of what follows. */
  void show(TileStages to, int first, int count) {
    stages = to;
    firstRow = first;
    rowCount = count;
  }

  /**
   * F1 to F5.
   *
   * @param x tiles of the inputs, from {@code xAt}
   * @param derivatives of the activation that following steps need: 1 for backward steps, 2 for
   *     those of {@link MlpScoreTiles} too, else 0
   */
  void forward(float[] x, int xAt, int tiles, int derivatives) {
    this.derivatives = derivatives;
    if (derivatives == 2 && hidden > 0 && curvature[1] == null) {
      for (int l = 1; l <= hidden; l++) {
        curvature[l] = new float[a[l].length];
      }
    }
    for (int l = 0; l < hidden; l++) {
      int inSize = Tile.size(shape.width(l));
      int outSize = Tile.size(shape.width(l + 1));
      for (int t = 0; t < tiles; t++) {
        float[] in = l == 0 ? x : a[l];
        int inAt = l == 0 ? xAt + t * inSize : t * inSize;
        layer(l, in, inAt, t * outSize);
      }
      if (stages != null) {
        stages.show("F3", l, firstRow, rowCount, shape.width(l + 1), a[l + 1]);
      }
    }
    float[] last = hidden == 0 ? x : a[hidden];
    int lastAt = hidden == 0 ? xAt : 0;
    int size = Tile.size(shape.width(hidden));
    for (int t = 0; t < tiles; t++) { // F4
      TileProduct.panel(packed.last, 0, last, lastAt + t * size, output, 0, packed.lastBias);
      System.arraycopy(output, 0, energy, t * ROWS, ROWS);
    }
    if (stages != null) {
      stages.show("F4", hidden, firstRow, rowCount, energy);
    }
    if (packed.base != null) {
      base(x, xAt, tiles);
    }
  }

  /** F2 and F3, panel by panel. */
  private void layer(int l, float[] in, int inAt, int outAt) {
    PackedMatrix w = packed.weights[l];
    float[] out = a[l + 1];
    int panels = Tile.panels(w.outputs);
    for (int first = 0; first < panels; first += GROUP) {
      int end = Math.min(panels, first + GROUP);
      for (int panel = first; panel < end; panel++) {
        TileProduct.panel(w, panel, in, inAt, out, outAt, packed.biases[l]);
      }
      int at = outAt + first * PANEL * ROWS;
      int length = (Math.min(end * PANEL, w.outputs) - first * PANEL) * ROWS;
      for (TileActivation function : activation()) {
        function.apply(out, slope[l + 1], curvature[l + 1], at, length);
      }
    }
  }

  private TileActivation[] activation() {
    return switch (derivatives) {
      case 0 -> value;
      case 1 -> valueAndSlope;
      default -> valueSlopeAndCurvature;
    };
  }

  /** F5. */
  private void base(float[] x, int xAt, int tiles) {
    int size = Tile.size(shape.inputs());
    if (y == null) {
      y = new float[energy.length / ROWS * size];
      centred = new float[size];
    }
    float constant = (float) -packed.base.gaussian.logNormaliser();
    for (int t = 0; t < tiles; t++) {
      packed.base.whiten(x, xAt + t * size, true, y, t * size, centred);
      TileGaussian.rowProducts(y, t * size, y, t * size, shape.inputs(), rowSums, 0);
      for (int r = 0; r < ROWS; r++) {
        energy[t * ROWS + r] += 0.5f * rowSums[r] + constant;
      }
    }
  }

  /**
   * B1 to B5 after {@link #forward} with slopes: {@code dE/dx}.
   *
   * @param p0 tiles, out
   */
  void inputGradient(float[] p0, int tiles) {
    int size = Tile.size(shape.inputs());
    if (hidden == 0) {
      for (int t = 0; t < tiles; t++) {
        for (int i = 0; i < shape.inputs(); i++) {
          int at = t * size + i * ROWS;
          Arrays.fill(p0, at, at + ROWS, packed.lastWeight[i]);
        }
      }
    } else {
      lastDelta(null, tiles);
      for (int l = hidden - 1; l > 0; l--) {
        delta(l, tiles);
      }
      int dSize = Tile.size(shape.width(1));
      for (int t = 0; t < tiles; t++) { // B3 at layer 0
        TileProduct.multiply(packed.transposed[0], d[1], t * dSize, p0, t * size, packed.zeros);
      }
    }
    if (packed.base != null) { // B5
      for (int t = 0; t < tiles; t++) {
        packed.base.addGradient(y, t * size, p0, t * size);
      }
    }
    if (stages != null) {
      stages.show("B5", 0, firstRow, rowCount, shape.inputs(), p0);
    }
  }

  /**
   * B1 to B4 after {@link #forward} with slopes: adds {@code sum_i w_i dE(x_i)/d theta} to the
   * sums.
   *
   * @param x tiles of the inputs
   * @param w float[tiles * ROWS], 0 for rows that do not count
   * @param sums null to leave B2 to {@link #addPart}
   * @param fresh whether these are the first terms
   */
  void parameterGradient(float[] x, float[] w, int tiles, float[] sums, boolean fresh) {
    spread(w, tiles);
    for (int l = hidden; l >= 0; l--) {
      if (l == hidden - 1) {
        lastDelta(w, tiles);
      } else if (l < hidden) {
        delta(l + 1, tiles);
      }
      if (sums != null) {
        float[] in = l == 0 ? x : a[l];
        layout.addWeight(l, outputs(l), in, tiles, sums, fresh, rows(), square);
        layout.addBias(l, outputs(l), tiles, sums);
      }
    }
  }

  /**
   * B2 for one part, after {@link #parameterGradient} with the same x.
   *
   * @param me whose scratch memory is used: those of the thread that calls
   */
  void addPart(int part, float[] x, int tiles, float[] sums, boolean fresh, MlpTiles me) {
    int l = layout.layer(part);
    int within = layout.within(part);
    float[] in = l == 0 ? x : a[l];
    layout.addPart(l, within, outputs(l), in, tiles, sums, fresh, me.rows(), me.square);
    if (within == 0) {
      layout.addBias(l, outputs(l), tiles, sums);
    }
  }

  /** The derivatives of the energies by the outputs of layer l; of the last, the row weights. */
  private float[] outputs(int l) {
    return l == hidden ? spreadWeights : d[l + 1];
  }

  /** Scratch for sums over rows, by rows. */
  float[] rows() {
    if (rows == null) {
      rows = new float[MlpGradientSums.scratch(energy.length / ROWS)];
    }
    return rows;
  }

  /** The row weights as tiles of one column. */
  private void spread(float[] w, int tiles) {
    int size = Tile.size(1);
    for (int t = 0; t < tiles; t++) {
      System.arraycopy(w, t * ROWS, spreadWeights, t * size, ROWS);
    }
  }

  /** B1, B3 and B4 of the last layer: {@code d_{L-2} = w W_{L-1} f'}; w is 1 where null. */
  private void lastDelta(float[] w, int tiles) {
    int width = shape.width(hidden);
    int size = Tile.size(width);
    float[] out = d[hidden];
    for (int t = 0; t < tiles; t++) {
      for (int lane = 0; lane < ROWS; lane += COUNT) {
        FloatVector row =
            w == null
                ? FloatVector.broadcast(FLOAT, 1f)
                : FloatVector.fromArray(FLOAT, w, t * ROWS + lane);
        int at = t * size + lane;
        for (int i = 0; i < width; i++) {
          FloatVector p = row.mul(packed.lastWeight[i]);
          p.mul(FloatVector.fromArray(FLOAT, slope[hidden], at + i * ROWS))
              .intoArray(out, at + i * ROWS);
          if (derivatives == 2) {
            p.mul(FloatVector.fromArray(FLOAT, curvature[hidden], at + i * ROWS))
                .intoArray(curvature[hidden], at + i * ROWS);
          }
        }
      }
    }
    showDelta(hidden);
  }

  /** B3 and B4: {@code d_{l-1} = (d_l W_l) f'(z_{l-1})}, panel by panel. */
  private void delta(int l, int tiles) {
    PackedMatrix w = packed.transposed[l];
    float[] in = d[l + 1];
    float[] out = d[l];
    int inSize = Tile.size(shape.width(l + 1));
    int outSize = Tile.size(shape.width(l));
    for (int t = 0; t < tiles; t++) {
      for (int panel = 0; panel < Tile.panels(w.outputs); panel++) {
        TileProduct.panel(w, panel, in, t * inSize, out, t * outSize, packed.zeros);
        int width = Math.min(PANEL, w.outputs - panel * PANEL);
        timesDerivatives(l, t * outSize + panel * PANEL * ROWS, width * ROWS);
      }
    }
    showDelta(l);
  }

  /** B4 for a stretch of {@code p_l}, in place; and {@code p_l f''} where there is f''. */
  private void timesDerivatives(int l, int at, int length) {
    if (derivatives == 2) {
      multiply(curvature[l], d[l], at, length);
    }
    multiply(d[l], slope[l], at, length);
  }

  /** {@code y = y x}. */
  private static void multiply(float[] y, float[] x, int at, int length) {
    for (int i = at; i < at + length; i += COUNT) {
      FloatVector.fromArray(FLOAT, y, i).mul(FloatVector.fromArray(FLOAT, x, i)).intoArray(y, i);
    }
  }

  private void showDelta(int l) {
    if (stages != null) {
      stages.show("B4", l, firstRow, rowCount, shape.width(l), d[l]);
    }
  }
}
