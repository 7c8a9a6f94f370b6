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

/** The steps T and D of {@link MlpEnergy} on a few tiles, with one worker's scratch memory. */
final class MlpTaylorTiles {
  private final MlpPacked packed;
  private final MlpGradientSums layout;
  private final MlpShape shape;
  private final int hidden;
  private final TaylorStage[] forwardStages;
  private final TaylorStage[] backwardStages;
  private final TaylorStage.Stretch stretch = new TaylorStage.Stretch();

  /** T2: {@code z_l}, {@code zt_l}, {@code zs_l}, l = 0 .. L-2; {@code zs_0} stays zero. */
  private final float[][] z;

  private final float[][] zt;
  private final float[][] zs;

  /** T3: {@code a_l}, {@code at_l}, {@code as_l}, l = 0 .. L-1; {@code as_0} stays zero. */
  private final float[][] a;

  private final float[][] at;
  private final float[][] as;

  /** D4: {@code d_{l-1}}, {@code dt_{l-1}}, {@code ds_{l-1}}, l = 1 .. L-1. */
  private final float[][][] d;

  /** D1: w, a and b as tiles of one column. */
  final float[][] seeds = new float[3][];

  private final float[] rows;
  private final float[] square = new float[COUNT * COUNT];

  /** T5's {@code y}, {@code yt} and scratch, for a base density. */
  private float[] y;

  private float[] yt;
  private float[] centred;
  private final float[] rowSums = new float[3 * ROWS];

  /** T4, float[tiles * ROWS] each. */
  final float[] energy;

  final float[] slope;
  final float[] curvature;

  /** The last layer's outputs, a tile. */
  private final float[] output = new float[Tile.size(1)];

  /** The values, first and second derivatives: inputs and results of T4, by order. */
  private final float[][][] derivatives;

  private final float[][] results;

  /** Who sees the stages, or null; and which rows of the batch these tiles hold. */
  private TileStages stages;

  private int firstRow;
  private int rowCount;

  MlpTaylorTiles(MlpPacked packed, MlpGradientSums layout, int tiles) {
    this.packed = packed;
    this.layout = layout;
    rows = new float[MlpGradientSums.scratch(tiles)];
    shape = packed.shape;
    hidden = shape.layers() - 1;
    forwardStages = TaylorStage.forward(shape.activation());
    backwardStages = TaylorStage.backward(shape.activation());
    z = new float[hidden][];
    zt = new float[hidden][];
    zs = new float[hidden][];
    a = new float[hidden + 1][];
    at = new float[hidden + 1][];
    as = new float[hidden + 1][];
    as[0] = new float[tiles * Tile.size(shape.inputs())];
    d = new float[hidden + 1][3][];
    for (int l = 0; l < hidden; l++) {
      int size = tiles * Tile.size(shape.width(l + 1));
      z[l] = new float[size];
      zt[l] = new float[size];
      zs[l] = new float[size];
      a[l + 1] = new float[size];
      at[l + 1] = new float[size];
      as[l + 1] = new float[size];
      for (int order = 0; order < 3; order++) {
        d[l + 1][order] = new float[size];
      }
    }
    for (int order = 0; order < 3; order++) {
      seeds[order] = new float[tiles * Tile.size(1)];
    }
    energy = new float[tiles * ROWS];
    slope = new float[tiles * ROWS];
    curvature = new float[tiles * ROWS];
    derivatives = new float[][][] {a, at, as};
    results = new float[][] {energy, slope, curvature};
  }

  static long bytes(MlpShape shape, int tiles) {
    long sum = 0;
    for (int l = 1; l < shape.layers(); l++) {
      sum += 9L * Tile.size(shape.width(l));
    }
    return Float.BYTES * tiles * (sum + Tile.size(shape.inputs()) + 3L * Tile.size(1))
        + (long) Float.BYTES * MlpGradientSums.scratch(tiles);
  }

  /** Shows the stages of what follows. */
  void show(TileStages to, int first, int count) {
    stages = to;
    firstRow = first;
    rowCount = count;
  }

  /**
   * T1 to T5, for tiles x and v from their beginning.
   *
   * @param orders 3, or 2 for the value and the first derivative alone: {@code zs_l} is 0 then
   */
  void forward(float[] x, float[] v, int tiles, int orders) {
    a[0] = x;
    at[0] = v;
    for (int l = 0; l < hidden; l++) {
      int inSize = Tile.size(shape.width(l));
      int outSize = Tile.size(shape.width(l + 1));
      for (int t = 0; t < tiles; t++) {
        layer(l, t * inSize, t * outSize, orders);
      }
      if (stages != null) {
        stages.show("T3", l, firstRow, rowCount, shape.width(l + 1), at[l + 1], as[l + 1]);
      }
    }
    int size = Tile.size(shape.width(hidden));
    for (int t = 0; t < tiles; t++) { // T4
      for (int order = 0; order < orders; order++) {
        float[] start = order == 0 ? packed.lastBias : packed.zeros;
        TileProduct.panel(packed.last, 0, derivatives[order][hidden], t * size, output, 0, start);
        System.arraycopy(output, 0, results[order], t * ROWS, ROWS);
      }
    }
    if (packed.base != null) {
      base(tiles);
    }
  }

  /** T2 and T3, panel by panel. */
  private void layer(int l, int inAt, int outAt, int orders) {
    PackedMatrix w = packed.weights[l];
    for (int panel = 0; panel < Tile.panels(w.outputs); panel++) {
      TileProduct.panel(w, panel, a[l], inAt, z[l], outAt, packed.biases[l]);
      TileProduct.panel(w, panel, at[l], inAt, zt[l], outAt, packed.zeros);
      int width = Math.min(PANEL, w.outputs - panel * PANEL);
      int from = outAt + panel * PANEL * ROWS;
      if (l > 0 && orders == 3) {
        TileProduct.panel(w, panel, as[l], inAt, zs[l], outAt, packed.zeros);
      } else if (l > 0) {
        Arrays.fill(zs[l], from, from + width * ROWS, 0f);
      }
      run(forwardStages, l, a[l + 1], at[l + 1], as[l + 1], from, width);
    }
  }

  private void run(
      TaylorStage[] stages,
      int l,
      float[] value,
      float[] first,
      float[] second,
      int from,
      int width) {
    stretch.z = z[l];
    stretch.zt = zt[l];
    stretch.zs = zs[l];
    stretch.value = value;
    stretch.first = first;
    stretch.second = second;
    stretch.at = from;
    stretch.length = width * ROWS;
    for (TaylorStage stage : stages) {
      stage.apply(stretch);
    }
  }

  /** T5. */
  private void base(int tiles) {
    int size = Tile.size(shape.inputs());
    if (y == null) {
      y = new float[size];
      yt = new float[size];
      centred = new float[size];
    }
    float constant = (float) -packed.base.gaussian.logNormaliser();
    for (int t = 0; t < tiles; t++) {
      for (int order = 0; order < 2; order++) {
        float[] to = order == 0 ? y : yt;
        packed.base.whiten(derivatives[order][0], t * size, order == 0, to, 0, centred);
      }
      for (int order = 0; order < 3; order++) {
        float[] left = order == 2 ? yt : y;
        float[] right = order == 0 ? y : yt;
        TileGaussian.rowProducts(left, 0, right, 0, shape.inputs(), rowSums, order * ROWS);
      }
      for (int r = 0; r < ROWS; r++) {
        energy[t * ROWS + r] += 0.5f * rowSums[r] + constant;
        slope[t * ROWS + r] += rowSums[ROWS + r];
        curvature[t * ROWS + r] += rowSums[2 * ROWS + r];
      }
    }
  }

  /**
   * D1 to D4 after {@link #forward}: adds {@code sum_i [ w_i dE + a_i d(v_i.dE) + b_i d(v_i^T H_i
   * v_i) ]}.
   *
   * <p>w, a and b are {@link #seeds}, 0 for rows that do not count.
   *
   * @param orders as of {@link #forward}; 2 only where all of b is 0
   * @param sums null to leave D2 to {@link #addPart}
   */
  void parameterGradient(int tiles, int orders, float[] sums, boolean fresh) {
    for (int l = hidden; l >= 0; l--) {
      if (l < hidden) {
        if (l == hidden - 1) {
          lastInputs(tiles);
        } else {
          inputs(l + 1, tiles, orders);
        }
        activationBackward(l, d[l + 1], tiles);
        if (stages != null) {
          stages.show("D4", l + 1, firstRow, rowCount, shape.width(l + 1), d[l + 1]);
        }
      }
      if (sums != null) {
        for (int order = 0; order < terms(l, orders); order++) { // D2
          boolean first = fresh && order == 0;
          layout.addWeight(
              l, outputs(l)[order], derivatives[order][l], tiles, sums, first, rows, square);
        }
        layout.addBias(l, outputs(l)[0], tiles, sums);
      }
    }
  }

  /** Terms of D2: inputs have no second derivative. */
  private static int terms(int l, int orders) {
    return l == 0 ? 2 : orders;
  }

  /** What the sum's derivatives by the outputs of layer l are; of the last, the seeds. */
  private float[][] outputs(int l) {
    return l == hidden ? seeds : d[l + 1];
  }

  /**
   * D2 for one part, after {@link #parameterGradient}.
   *
   * @param me whose scratch memory is used: those of the thread that calls
   */
  void addPart(int part, int tiles, int orders, float[] sums, boolean fresh, MlpTaylorTiles me) {
    int l = layout.layer(part);
    int within = layout.within(part);
    float[][] outputs = outputs(l);
    for (int order = 0; order < terms(l, orders); order++) {
      boolean first = fresh && order == 0;
      float[] in = derivatives[order][l];
      layout.addPart(l, within, outputs[order], in, tiles, sums, first, me.rows, me.square);
    }
    if (within == 0) {
      layout.addBias(l, outputs[0], tiles, sums);
    }
  }

  /** D3 at layer L-1. */
  private void lastInputs(int tiles) {
    int width = shape.width(hidden);
    int size = Tile.size(width);
    for (int t = 0; t < tiles; t++) {
      for (int i = 0; i < width; i++) {
        FloatVector w = FloatVector.broadcast(FLOAT, packed.lastWeight[i]);
        for (int lane = 0; lane < ROWS; lane += COUNT) {
          for (int order = 0; order < 3; order++) {
            FloatVector.fromArray(FLOAT, seeds[order], t * Tile.size(1) + lane)
                .mul(w)
                .intoArray(d[hidden][order], t * size + i * ROWS + lane);
          }
        }
      }
    }
  }

  /** D4, in place. */
  private void activationBackward(int l, float[][] d, int tiles) {
    int width = shape.width(l + 1);
    int size = Tile.size(width);
    for (int t = 0; t < tiles; t++) {
      for (int i = 0; i < width; i += PANEL) {
        int from = t * size + i * ROWS;
        run(backwardStages, l, d[0], d[1], d[2], from, Math.min(PANEL, width - i));
      }
    }
  }

  /** D3. */
  private void inputs(int l, int tiles, int orders) {
    float[][] in = d[l + 1];
    float[][] out = d[l];
    int inSize = Tile.size(shape.width(l + 1));
    int outSize = Tile.size(shape.width(l));
    for (int t = 0; t < tiles; t++) {
      for (int order = 0; order < orders; order++) {
        TileProduct.multiply(
            packed.transposed[l], in[order], t * inSize, out[order], t * outSize, packed.zeros);
      }
    }
    if (orders == 2) {
      Arrays.fill(out[2], 0, tiles * outSize, 0f);
    }
  }
}
