package io.gibbsite.dbm;

import io.gibbsite.backend.Workers;
import java.util.Arrays;

/**
 * P1 of {@link Dbm}: sums over rows of what the energy is linear in. Used by one thread at a time.
 */
public final class DbmStatistics {
  /** Units below whose products one thread sums: a reading of a row serves them all. */
  private static final int STRIP = 16;

  private final DbmShape shape;
  private final Workers workers;
  private final float[][][] sums; // [worker][unit of the strip][unit above]
  private final float[][]
      copies; // [worker]: a row, since C2 turns loops over whole arrays into vectors

  /**
   * @param workers that share the units
   */
  public DbmStatistics(DbmShape shape, Workers workers) {
    this.shape = shape;
    this.workers = workers;
    this.sums = new float[workers.threads()][STRIP][];
    this.copies = new float[workers.threads()][];
  }

  /**
   * The sums of {@code mu_l-1 mu_l^T} and {@code mu_l}, {@code mu_0} being {@code v}, laid out as
   * parameters. They run over the rows in order, whatever the number of threads.
   *
   * @param v byte[rows * visible]
   * @param mu float[rows * hidden]
   * @param out float[P], out
   */
  public void sums(byte[] v, float[] mu, int rows, float[] out) {
    for (int l = 1; l <= shape.depth(); l++) {
      int layer = l;
      for (int worker = 0; worker < copies.length; worker++) {
        copies[worker] = new float[shape.units(l)];
        for (int i = 0; i < STRIP; i++) {
          sums[worker][i] = new float[shape.units(l)];
        }
      }
      workers.run(
          (shape.units(l - 1) + STRIP - 1) / STRIP,
          (strip, worker) -> products(layer, strip * STRIP, v, mu, rows, out, worker));
    }
    for (int l = 0; l <= shape.depth(); l++) {
      int at = shape.biasOffset(l);
      Arrays.fill(out, at, at + shape.units(l), 0f);
      for (int r = 0; r < rows; r++) {
        int from = firstValue(l, r);
        for (int i = 0; i < shape.units(l); i++) {
          out[at + i] += l == 0 ? v[from + i] : mu[from + i];
        }
      }
    }
  }

  /** Where a layer's values of a row begin, in v or in mu. */
  private int firstValue(int l, int row) {
    return l == 0 ? row * shape.visible() : row * shape.hidden() + shape.hiddenOffset(l);
  }

  /** A strip's rows of the products of W_l. */
  private void products(int l, int first, byte[] v, float[] mu, int rows, float[] out, int worker) {
    int units = shape.units(l);
    int present = Math.min(STRIP, shape.units(l - 1) - first);
    float[] above = copies[worker];
    for (int i = 0; i < present; i++) {
      Arrays.fill(sums[worker][i], 0f);
    }
    for (int r = 0; r < rows; r++) {
      System.arraycopy(mu, firstValue(l, r), above, 0, units);
      int below = firstValue(l - 1, r) + first;
      for (int i = 0; i < present; i++) {
        float x = l == 1 ? v[below + i] : mu[below + i];
        if (x != 0) {
          addScaled(x, above, sums[worker][i]);
        }
      }
    }
    for (int i = 0; i < present; i++) {
      System.arraycopy(sums[worker][i], 0, out, shape.weightOffset(l) + (first + i) * units, units);
    }
  }

  private static void addScaled(float x, float[] row, float[] sums) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += x * row[j];
    }
  }
}
