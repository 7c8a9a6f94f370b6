package io.gibbsite.dbm;

import io.gibbsite.backend.Workers;
import io.gibbsite.math.FloatMath;

/** {@link MeanField} in plain loops, row by row: the reference. */
final class MeanFieldScalar extends MeanField {
  private final DbmShape shape;
  private DbmParameters parameters;

  MeanFieldScalar(DbmShape shape, Workers workers) {
    super(shape, workers);
    this.shape = shape;
  }

  @Override
  void computeSetParameters(DbmParameters replaced) {
    parameters = replaced.copy();
  }

  @Override
  int unitRows() {
    return 1;
  }

  @Override
  long infer(byte[] v, int row, int n, Stop stop, float[] mu, int worker) {
    int depth = shape.depth();
    float[][] x = new float[depth + 1][];
    for (int l = 0; l <= depth; l++) {
      x[l] = new float[shape.units(l)];
    }
    for (int i = 0; i < x[0].length; i++) {
      x[0][i] = v[row * x[0].length + i];
    }
    float[] fromVisible = fromBelow(1, x[0]);
    for (int l = 1; l <= depth; l++) { // M1
      float[] a = l == 1 ? fromVisible : fromBelow(l, x[l - 1]);
      for (int j = 0; j < a.length; j++) {
        float doubled = Math.fma(2f, a[j], -parameters.bias(l, j));
        x[l][j] = FloatMath.sigmoid(l < depth ? doubled : a[j]);
      }
    }
    int sweeps = 0;
    float change = Float.POSITIVE_INFINITY;
    while (sweeps < stop.sweeps() && change > stop.tolerance()) {
      change = 0;
      for (int l = 1; l <= depth; l++) {
        float[] a = l == 1 ? fromVisible.clone() : fromBelow(l, x[l - 1]); // M2
        if (l < depth) {
          addFromAbove(l, x[l + 1], a);
        }
        for (int j = 0; j < a.length; j++) { // M3
          float next = FloatMath.sigmoid(a[j]);
          change = Math.max(change, Math.abs(next - x[l][j]));
          x[l][j] = next;
        }
      }
      sweeps++;
    }
    for (int l = 1; l <= depth; l++) {
      int at = row * shape.hidden() + shape.hiddenOffset(l);
      System.arraycopy(x[l], 0, mu, at, x[l].length);
    }
    return sweeps;
  }

  /** {@code b_l + W_l^T below}. */
  private float[] fromBelow(int l, float[] below) {
    float[] a = new float[shape.units(l)];
    for (int j = 0; j < a.length; j++) {
      a[j] = parameters.bias(l, j);
      for (int i = 0; i < below.length; i++) {
        a[j] = Math.fma(below[i], parameters.weight(l, i, j), a[j]);
      }
    }
    return a;
  }

  /** Adds {@code W_l+1 above}. */
  private void addFromAbove(int l, float[] above, float[] a) {
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < above.length; j++) {
        a[i] = Math.fma(above[j], parameters.weight(l + 1, i, j), a[i]);
      }
    }
  }
}
