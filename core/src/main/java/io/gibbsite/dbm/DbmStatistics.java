package io.gibbsite.dbm;

import io.gibbsite.backend.Workers;
import java.util.Arrays;

/** P1 of {@link Dbm}: sums over rows of what the energy is linear in. */
public final class DbmStatistics {
  /** Units of a layer whose products one thread sums. */
  private static final int STRIP = 16;

  private DbmStatistics() {}

  /**
   * The sums of {@code mu_l-1 mu_l^T} and {@code mu_l}, {@code mu_0} being {@code v}, laid out as
   * parameters. They run over the rows in order, whatever the number of threads.
   *
   * @param v byte[rows * visible]
   * @param mu float[rows * hidden]
   * @param sums float[P], out
   */
  public static void sums(
      DbmShape shape, byte[] v, float[] mu, int rows, float[] sums, Workers workers) {
    Arrays.fill(sums, 0, shape.parameterCount(), 0f);
    for (int l = 1; l <= shape.depth(); l++) {
      int layer = l;
      int below = shape.units(l - 1);
      workers.run(
          (below + STRIP - 1) / STRIP,
          (strip, worker) -> {
            for (int i = strip * STRIP; i < Math.min(below, (strip + 1) * STRIP); i++) {
              products(shape, layer, i, v, mu, rows, sums);
            }
          });
    }
    for (int l = 0; l <= shape.depth(); l++) {
      for (int r = 0; r < rows; r++) {
        for (int i = 0; i < shape.units(l); i++) {
          sums[shape.biasOffset(l) + i] += value(shape, l, i, v, mu, r);
        }
      }
    }
  }

  private static float value(DbmShape shape, int l, int i, byte[] v, float[] mu, int row) {
    return l == 0
        ? v[row * shape.visible() + i]
        : mu[row * shape.hidden() + shape.hiddenOffset(l) + i];
  }

  /** Row i of the products of W_l. */
  private static void products(
      DbmShape shape, int l, int i, byte[] v, float[] mu, int rows, float[] sums) {
    int units = shape.units(l);
    int at = shape.weightOffset(l) + i * units;
    for (int r = 0; r < rows; r++) {
      float x = value(shape, l - 1, i, v, mu, r);
      if (x != 0) {
        addScaled(x, mu, r * shape.hidden() + shape.hiddenOffset(l), sums, at, units);
      }
    }
  }

  private static void addScaled(float x, float[] from, int fromAt, float[] to, int toAt, int n) {
    for (int j = 0; j < n; j++) {
      to[toAt + j] += x * from[fromAt + j];
    }
  }
}
