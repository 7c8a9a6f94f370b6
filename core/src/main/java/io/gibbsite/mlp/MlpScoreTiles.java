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
 * The steps S2 to S4 of {@link MlpEnergy} on a few tiles, after F and B of {@link MlpTiles} with
 * two derivatives of the activation, whose results they go on from.
 */
final class MlpScoreTiles {
  private final MlpPacked packed;
  private final MlpGradientSums layout;
  private final MlpShape shape;
  private final int hidden;
  private final MlpTiles tiles;

  /** S2: {@code at_l}, l = 0 .. L-1. */
  private final float[][] at;

  /**
   * S2's {@code p_l f'' zt_{l-1}}, and from S3 on {@code e_{l-1}}, l = 1 .. L-1: in place of {@code
   * p_l f''}.
   */
  private final float[][] e;

  /** S3's product for one tile. */
  private final float[] product;

  /** B's d at layer L-1. */
  private final float[] ones;

  /** Who sees the stages, or null; and which rows of the batch these tiles hold. */
  private TileStages stages;

  private int firstRow;
  private int rowCount;

  /**
   * @param tiles that take the steps F and B
   * @param count how many tiles they are
   */
  MlpScoreTiles(MlpPacked packed, MlpGradientSums layout, MlpTiles tiles, int count) {
    this.packed = packed;
    this.layout = layout;
    this.tiles = tiles;
    shape = packed.shape;
    hidden = shape.layers() - 1;
    e = tiles.curvature;
    at = new float[hidden + 1][];
    for (int l = 1; l <= hidden; l++) {
      at[l] = new float[count * Tile.size(shape.width(l))];
    }
    product = new float[widest(shape)];
    ones = new float[count * Tile.size(1)];
    Arrays.fill(ones, 1f);
  }

  /** Floats in a tile of the widest hidden layer. */
  private static int widest(MlpShape shape) {
    int size = 0;
    for (int l = 1; l < shape.layers(); l++) {
      size = Math.max(size, Tile.size(shape.width(l)));
    }
    return size;
  }

  static long bytes(MlpShape shape, int count) {
    long sum = Tile.size(1);
    for (int l = 1; l < shape.layers(); l++) {
      sum += Tile.size(shape.width(l));
    }
    return Float.BYTES * (count * sum + widest(shape));
  }

  /** Shows the stages of what follows. */
  void show(TileStages to, int first, int count) {
    stages = to;
    firstRow = first;
    rowCount = count;
  }

  /**
   * S2 to S4: adds {@code sum_i d(v_i.dE)/d theta} to the sums.
   *
   * @param x tiles of the inputs
   * @param v tiles of the directions, 0 for rows that do not count
   * @param sums null to leave S4 to {@link #addPart}
   * @param fresh whether these are the first terms
   */
  void parameterGradient(float[] x, float[] v, int count, float[] sums, boolean fresh) {
    at[0] = v;
    if (stages != null) {
      stages.show("S1", 0, firstRow, rowCount, shape.inputs(), v);
    }
    for (int l = 0; l < hidden; l++) {
      tangents(l, count);
    }
    for (int l = hidden; l >= 0; l--) {
      if (l < hidden - 1) {
        deltas(l + 1, count);
      }
      if (stages != null && l < hidden) {
        stages.show("S3", l + 1, firstRow, rowCount, shape.width(l + 1), e[l + 1]);
      }
      if (sums != null) {
        float[] rows = tiles.rows();
        float[] square = tiles.square;
        if (l < hidden) {
          layout.addWeight(l, e[l + 1], inputs(l, x), count, sums, fresh, rows, square);
          layout.addBias(l, e[l + 1], count, sums);
        }
        layout.addWeight(l, outputs(l), at[l], count, sums, false, rows, square);
      }
    }
  }

  /**
   * S4 for one part, after {@link #parameterGradient} with the same x and v.
   *
   * @param me whose scratch memory is used: those of the thread that calls
   */
  void addPart(int part, float[] x, int count, float[] sums, boolean fresh, MlpTiles me) {
    int l = layout.layer(part);
    int within = layout.within(part);
    float[] rows = me.rows();
    if (l < hidden) {
      float[] in = inputs(l, x);
      layout.addPart(l, within, e[l + 1], in, count, sums, fresh, rows, me.square);
      if (within == 0) {
        layout.addBias(l, e[l + 1], count, sums);
      }
    }
    layout.addPart(l, within, outputs(l), at[l], count, sums, false, rows, me.square);
  }

  private float[] inputs(int l, float[] x) {
    return l == 0 ? x : tiles.a[l];
  }

  /** B's {@code d_l}. */
  private float[] outputs(int l) {
    return l == hidden ? ones : tiles.d[l + 1];
  }

  /** S2, panel by panel. */
  private void tangents(int l, int count) {
    PackedMatrix w = packed.weights[l];
    float[] out = at[l + 1];
    int inSize = Tile.size(shape.width(l));
    int outSize = Tile.size(shape.width(l + 1));
    for (int t = 0; t < count; t++) {
      for (int panel = 0; panel < Tile.panels(w.outputs); panel++) {
        TileProduct.panel(w, panel, at[l], t * inSize, out, t * outSize, packed.zeros);
        int from = t * outSize + panel * PANEL * ROWS;
        int end = from + Math.min(PANEL, w.outputs - panel * PANEL) * ROWS;
        tangents(out, tiles.slope[l + 1], e[l + 1], from, end);
      }
    }
    if (stages != null) {
      stages.show("S2", l, firstRow, rowCount, shape.width(l + 1), out);
    }
  }

  /** {@code at = f' zt} in place of zt, and {@code e = (p f'') zt} in place of its factor. */
  private static void tangents(float[] zt, float[] slope, float[] e, int from, int end) {
    for (int i = from; i < end; i += COUNT) {
      FloatVector t = FloatVector.fromArray(FLOAT, zt, i);
      FloatVector.fromArray(FLOAT, e, i).mul(t).intoArray(e, i);
      t.mul(FloatVector.fromArray(FLOAT, slope, i)).intoArray(zt, i);
    }
  }

  /** S3: {@code e_{l-1} = (e_l W_l) f' + p_l f'' zt_{l-1}}, panel by panel. */
  private void deltas(int l, int count) {
    PackedMatrix w = packed.transposed[l];
    int inSize = Tile.size(shape.width(l + 1));
    int outSize = Tile.size(shape.width(l));
    for (int t = 0; t < count; t++) {
      for (int panel = 0; panel < Tile.panels(w.outputs); panel++) {
        TileProduct.panel(w, panel, e[l + 1], t * inSize, product, 0, packed.zeros);
        int from = panel * PANEL * ROWS;
        int length = Math.min(PANEL, w.outputs - panel * PANEL) * ROWS;
        deltas(product, from, tiles.slope[l], e[l], t * outSize + from, length);
      }
    }
  }

  private static void deltas(
      float[] product, int productAt, float[] slope, float[] e, int at, int length) {
    for (int i = 0; i < length; i += COUNT) {
      FloatVector p = FloatVector.fromArray(FLOAT, product, productAt + i);
      FloatVector bend = FloatVector.fromArray(FLOAT, e, at + i);
      p.fma(FloatVector.fromArray(FLOAT, slope, at + i), bend).intoArray(e, at + i);
    }
  }
}
