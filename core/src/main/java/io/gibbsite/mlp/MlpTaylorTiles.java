package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.mlp.Tile.PANEL;
import static io.gibbsite.mlp.Tile.ROWS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** The steps T and D of {@link MlpEnergy} on a few tiles, with one worker's scratch memory. */
final class MlpTaylorTiles {
  private final MlpPacked packed;
  private final MlpGradientSums layout;
  private final MlpShape shape;
  private final int hidden;
  private final TileActivation activation;

  /** T2: {@code z_l}, {@code zt_l}, {@code zs_l}, l = 0 .. L-2; {@code zs_0} is null. */
  private final float[][] z;

  private final float[][] zt;
  private final float[][] zs;

  /** T3: {@code a_l}, {@code at_l}, {@code as_l}, l = 1 .. L-1. */
  private final float[][] a;

  private final float[][] at;
  private final float[][] as;

  /** D4: {@code d}, {@code dt}, {@code ds}, by turns. */
  private final float[][] even = new float[3][];

  private final float[][] odd = new float[3][];
  private final float[] rows;
  private final float[] square = new float[COUNT * COUNT];
  private final float[] jets = new float[4 * PANEL * ROWS];

  /** T4, float[tiles * ROWS] each. */
  final float[] energy;

  final float[] slope;
  final float[] curvature;

  MlpTaylorTiles(MlpPacked packed, MlpGradientSums layout, int tiles) {
    this.packed = packed;
    this.layout = layout;
    rows = new float[MlpGradientSums.scratch(packed.shape, tiles)];
    shape = packed.shape;
    hidden = shape.layers() - 1;
    activation = TileActivation.of(shape.activation());
    z = new float[hidden][];
    zt = new float[hidden][];
    zs = new float[hidden][];
    a = new float[hidden + 1][];
    at = new float[hidden + 1][];
    as = new float[hidden + 1][];
    int widest = 0;
    for (int l = 0; l < hidden; l++) {
      int size = tiles * Tile.size(shape.width(l + 1));
      z[l] = new float[size];
      zt[l] = new float[size];
      zs[l] = l == 0 ? null : new float[size];
      a[l + 1] = new float[size];
      at[l + 1] = new float[size];
      as[l + 1] = new float[size];
      widest = Math.max(widest, size);
    }
    for (int i = 0; i < 3; i++) {
      even[i] = new float[widest];
      odd[i] = new float[widest];
    }
    energy = new float[tiles * ROWS];
    slope = new float[tiles * ROWS];
    curvature = new float[tiles * ROWS];
  }

  static long bytes(MlpShape shape, int tiles) {
    long sum = 0;
    long widest = 0;
    for (int l = 1; l < shape.layers(); l++) {
      sum += 6L * Tile.size(shape.width(l));
      widest = Math.max(widest, Tile.size(shape.width(l)));
    }
    return Float.BYTES * tiles * (sum + 6 * widest)
        + (long) Float.BYTES * MlpGradientSums.scratch(shape, tiles);
  }

  /** T1 to T5, for tiles x and v from their beginning. */
  void forward(float[] x, float[] v, int tiles) {
    for (int l = 0; l < hidden; l++) {
      int inSize = Tile.size(shape.width(l));
      int outSize = Tile.size(shape.width(l + 1));
      for (int t = 0; t < tiles; t++) {
        layer(l, l == 0 ? x : a[l], l == 0 ? v : at[l], t * inSize, t * outSize);
      }
    }
    float[] last = hidden == 0 ? x : a[hidden];
    float[] lastT = hidden == 0 ? v : at[hidden];
    int width = shape.width(hidden);
    int size = Tile.size(width);
    for (int t = 0; t < tiles; t++) { // T4
      float[] w = packed.lastWeight;
      TileProduct.dot(w, 0, packed.lastBias, last, t * size, width, energy, t * ROWS);
      TileProduct.dot(w, 0, 0f, lastT, t * size, width, slope, t * ROWS);
      if (hidden == 0) {
        Arrays.fill(curvature, t * ROWS, (t + 1) * ROWS, 0f);
      } else {
        TileProduct.dot(w, 0, 0f, as[hidden], t * size, width, curvature, t * ROWS);
      }
    }
    if (packed.base != null) {
      base(x, v, tiles);
    }
  }

  /** T2 and T3, panel by panel. */
  private void layer(int l, float[] in, float[] inT, int inAt, int outAt) {
    PackedMatrix w = packed.weights[l];
    for (int panel = 0; panel < Tile.panels(w.outputs); panel++) {
      TileProduct.panel(w, panel, in, inAt, z[l], outAt, packed.biases[l]);
      TileProduct.panel(w, panel, inT, inAt, zt[l], outAt, packed.zeros);
      if (l > 0) {
        TileProduct.panel(w, panel, as[l], inAt, zs[l], outAt, packed.zeros);
      }
      activation.taylor(
          z[l],
          zt[l],
          zs[l],
          a[l + 1],
          at[l + 1],
          as[l + 1],
          outAt + panel * PANEL * ROWS,
          Math.min(PANEL, w.outputs - panel * PANEL) * ROWS,
          jets);
    }
  }

  /** T5. */
  private void base(float[] x, float[] v, int tiles) {
    int size = Tile.size(shape.inputs());
    float[] y = new float[size];
    float[] yt = new float[size];
    float[] centred = new float[size];
    float[] sums = new float[3 * ROWS];
    float constant = (float) -packed.base.gaussian.logNormaliser();
    for (int t = 0; t < tiles; t++) {
      packed.base.whiten(x, t * size, true, y, 0, centred);
      packed.base.whiten(v, t * size, false, yt, 0, centred);
      TileGaussian.rowProducts(y, 0, y, 0, shape.inputs(), sums, 0);
      TileGaussian.rowProducts(y, 0, yt, 0, shape.inputs(), sums, ROWS);
      TileGaussian.rowProducts(yt, 0, yt, 0, shape.inputs(), sums, 2 * ROWS);
      for (int r = 0; r < ROWS; r++) {
        energy[t * ROWS + r] += 0.5f * sums[r] + constant;
        slope[t * ROWS + r] += sums[ROWS + r];
        curvature[t * ROWS + r] += sums[2 * ROWS + r];
      }
    }
  }

  /**
   * D1 to D4 after {@link #forward}: adds {@code sum_i [ w_i dE + a_i d(v_i.dE) + b_i d(v_i^T H_i
   * v_i) ]}.
   *
   * @param seeds w, a and b as tiles of one column; 0 for rows that do not count
   */
  void parameterGradient(
      float[] x, float[] v, float[][] seeds, int tiles, float[] sums, boolean fresh) {
    addSums(hidden, seeds, x, v, tiles, sums, fresh);
    if (hidden == 0) {
      return;
    }
    float[][] d = hidden % 2 == 0 ? even : odd;
    int width = shape.width(hidden);
    int size = Tile.size(width);
    for (int t = 0; t < tiles; t++) {
      for (int i = 0; i < width; i++) { // D3 at layer L-1
        FloatVector w = FloatVector.broadcast(FLOAT, packed.lastWeight[i]);
        for (int lane = 0; lane < ROWS; lane += COUNT) {
          for (int s = 0; s < 3; s++) {
            FloatVector.fromArray(FLOAT, seeds[s], t * Tile.size(1) + lane)
                .mul(w)
                .intoArray(d[s], t * size + i * ROWS + lane);
          }
        }
      }
    }
    for (int l = hidden - 1; l >= 0; l--) {
      activationBackward(l, d, tiles);
      addSums(l, d, x, v, tiles, sums, fresh);
      if (l > 0) {
        d = inputs(l, d, tiles);
      }
    }
  }

  /** D2. */
  private void addSums(
      int l, float[][] d, float[] x, float[] v, int tiles, float[] sums, boolean fresh) {
    layout.addWeight(l, d[0], l == 0 ? x : a[l], 0, tiles, sums, fresh, rows, square);
    layout.addWeight(l, d[1], l == 0 ? v : at[l], 0, tiles, sums, false, rows, square);
    if (l > 0) {
      layout.addWeight(l, d[2], as[l], 0, tiles, sums, false, rows, square);
    }
    layout.addBias(l, d[0], tiles, sums);
  }

  /** D4, in place. */
  private void activationBackward(int l, float[][] d, int tiles) {
    int width = shape.width(l + 1);
    int size = Tile.size(width);
    for (int t = 0; t < tiles; t++) {
      for (int i = 0; i < width; i += PANEL) {
        activation.taylorBackward(
            z[l],
            zt[l],
            zs[l],
            d[0],
            d[1],
            d[2],
            t * size + i * ROWS,
            Math.min(PANEL, width - i) * ROWS,
            jets);
      }
    }
  }

  /** D3. */
  private float[][] inputs(int l, float[][] d, int tiles) {
    float[][] out = l % 2 == 0 ? even : odd;
    int inSize = Tile.size(shape.width(l + 1));
    int outSize = Tile.size(shape.width(l));
    for (int t = 0; t < tiles; t++) {
      for (int s = 0; s < 3; s++) {
        TileProduct.multiply(
            packed.transposed[l], d[s], t * inSize, out[s], t * outSize, packed.zeros);
      }
    }
    return out;
  }
}
