package io.gibbsite.dbm;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.tile.Tile.ROWS;

import io.gibbsite.backend.Workers;
import io.gibbsite.math.FloatMathVector;
import io.gibbsite.tile.PackedMatrix;
import io.gibbsite.tile.Tile;
import io.gibbsite.tile.TileProduct;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link MeanField} on the Vector API: a tile of rows at a time, the lanes being rows. */
final class MeanFieldVector extends MeanField {
  private final DbmShape shape;
  private final PackedMatrix[] up; // [l]: W_l^T
  private final PackedMatrix[] down; // [l]: W_l+1
  private final float[][] bias; // [l], whole panels
  private final Worker[] team;

  /** One thread's tiles. */
  private static final class Worker {
    final float[][] x; // [l]
    final float[] fromVisible;
    final float[] a;
    final float[] change = new float[ROWS];
    final float[] moving = new float[ROWS]; // 1 for rows that are not done

    Worker(DbmShape shape) {
      x = new float[shape.depth() + 1][];
      int widest = 0;
      for (int l = 0; l < x.length; l++) {
        x[l] = new float[Tile.size(shape.units(l))];
        widest = Math.max(widest, x[l].length);
      }
      fromVisible = new float[x[1].length];
      a = new float[widest];
    }
  }

  MeanFieldVector(DbmShape shape, Workers workers) {
    super(shape, workers);
    this.shape = shape;
    int depth = shape.depth();
    up = new PackedMatrix[depth + 1];
    down = new PackedMatrix[depth + 1];
    bias = new float[depth + 1][];
    for (int l = 1; l <= depth; l++) {
      int units = shape.units(l);
      up[l] = new PackedMatrix(units, shape.units(l - 1), PackedMatrix.Form.FULL);
      if (l < depth) {
        down[l] = new PackedMatrix(units, shape.units(l + 1), PackedMatrix.Form.FULL);
      }
      bias[l] = new float[Tile.panels(units) * Tile.PANEL];
    }
    team = new Worker[workers.threads()];
    for (int i = 0; i < team.length; i++) {
      team[i] = new Worker(shape);
    }
  }

  @Override
  void computeSetParameters(DbmParameters parameters) {
    float[] values = parameters.values();
    for (int l = 1; l <= shape.depth(); l++) {
      int units = shape.units(l);
      up[l].pack(values, shape.weightOffset(l), 1, units);
      if (l < shape.depth()) {
        down[l].pack(values, shape.weightOffset(l + 1), shape.units(l + 1), 1);
      }
      System.arraycopy(values, shape.biasOffset(l), bias[l], 0, units);
    }
  }

  @Override
  int unitRows() {
    return ROWS;
  }

  @Override
  long infer(byte[] v, int first, int n, Stop stop, float[] mu, int worker) {
    Worker me = team[worker];
    int depth = shape.depth();
    load(v, first, n, me.x[0]);
    for (int r = 0; r < ROWS; r++) {
      me.moving[r] = r < n && stop.sweeps() > 0 ? 1f : 0f;
    }
    TileProduct.multiply(up[1], me.x[0], 0, me.fromVisible, 0, bias[1]);
    for (int l = 1; l <= depth; l++) { // M1
      float[] a = me.fromVisible;
      if (l > 1) {
        a = me.a;
        TileProduct.multiply(up[l], me.x[l - 1], 0, a, 0, bias[l]);
      }
      start(a, shape.units(l), l < depth ? bias[l] : null, me.x[l]);
    }
    long sweeps = 0;
    for (int sweep = 0, moving = n; sweep < stop.sweeps() && moving > 0; sweep++) {
      sweeps += moving;
      Arrays.fill(me.change, 0f);
      for (int l = 1; l <= depth; l++) {
        if (l == 1) { // M2
          System.arraycopy(me.fromVisible, 0, me.a, 0, me.fromVisible.length);
        } else {
          TileProduct.multiply(up[l], me.x[l - 1], 0, me.a, 0, bias[l]);
        }
        if (l < depth) {
          TileProduct.multiply(down[l], me.x[l + 1], 0, me.a, 0, null);
        }
        for (int lane = 0; lane < ROWS; lane += COUNT) { // M3
          update(me.a, shape.units(l), me.x[l], me.moving, me.change, lane);
        }
      }
      moving = 0;
      for (int r = 0; r < n; r++) {
        me.moving[r] = me.moving[r] == 1f && me.change[r] > stop.tolerance() ? 1f : 0f;
        moving += (int) me.moving[r];
      }
    }
    store(me, first, n, mu);
    return sweeps;
  }

  private void load(byte[] v, int first, int n, float[] tile) {
    int units = shape.visible();
    Arrays.fill(tile, 0f);
    for (int r = 0; r < n; r++) {
      for (int i = 0; i < units; i++) {
        tile[i * ROWS + r] = v[(first + r) * units + i];
      }
    }
  }

  private void store(Worker me, int first, int n, float[] mu) {
    for (int l = 1; l <= shape.depth(); l++) {
      for (int r = 0; r < n; r++) {
        int at = (first + r) * shape.hidden() + shape.hiddenOffset(l);
        for (int i = 0; i < shape.units(l); i++) {
          mu[at + i] = me.x[l][i * ROWS + r];
        }
      }
    }
  }

  /** {@code x = sigmoid(2 a - b)}, or {@code sigmoid(a)} if {@code b} is null. */
  private static void start(float[] a, int units, float[] b, float[] x) {
    for (int i = 0; i < units; i++) {
      float factor = b == null ? 1f : 2f;
      float shift = b == null ? 0f : -b[i];
      for (int at = i * ROWS; at < (i + 1) * ROWS; at += COUNT) {
        FloatVector z = FloatVector.fromArray(FLOAT, a, at);
        z = z.fma(FloatVector.broadcast(FLOAT, factor), FloatVector.broadcast(FLOAT, shift));
        FloatMathVector.sigmoid(z).intoArray(x, at);
      }
    }
  }

  /** Moves the rows that are not done, and notes their largest change. */
  private static void update(
      float[] a, int units, float[] x, float[] moving, float[] changes, int lane) {
    FloatVector rows = FloatVector.fromArray(FLOAT, moving, lane);
    FloatVector change = FloatVector.fromArray(FLOAT, changes, lane);
    for (int at = lane; at < units * ROWS; at += ROWS) {
      FloatVector before = FloatVector.fromArray(FLOAT, x, at);
      FloatVector next = FloatMathVector.sigmoid(FloatVector.fromArray(FLOAT, a, at));
      next = before.blend(next, rows.compare(VectorOperators.GT, 0f));
      FloatVector moved = next.sub(before).abs();
      change = change.blend(moved, moved.compare(VectorOperators.GT, change));
      next.intoArray(x, at);
    }
    change.intoArray(changes, lane);
  }
}
