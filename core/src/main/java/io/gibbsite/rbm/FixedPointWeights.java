package io.gibbsite.rbm;

import io.gibbsite.backend.Workers;
import java.util.Arrays;

/**
 * Q: the weights of an RBM as integers with one power-of-two scale, {@code q = round(W / s)}, half
 * to even.
 *
 * <p>The scale is the finest that keeps every {@code |q|} below 2^23. If then some sum of weights
 * over a unit's inputs leaves 32 bits, up to {@link #BITS_TO_GIVE} bits are given up to keep sums
 * in them; if that is not enough, none is, and {@link #sumsFitInt} says so.
 *
 * <p>Strips of rows are rounded and summed in one go, while they are in the first-level cache, by
 * whichever worker takes them: maxima and sums of integers do not depend on who did. Loops use one
 * index for all their arrays, which the compiler needs to see that it may use vectors.
 */
public final class FixedPointWeights {
  /** {@code |q|} is below 2 to this power. */
  public static final int BITS = 23;

  private static final int BITS_TO_GIVE = 2;

  /** The exponent of the smallest float: every float is a multiple of it. */
  private static final int FINEST = -149;

  /** Rows of a strip: the sum of so many weights fits an int. */
  private static final int STRIP = 32;

  /** One worker's findings in the strips that it took. */
  private static final class Part {
    final float[] values;
    final float[] largest;
    final int[] row;
    final int[] above;
    final int[] below;

    /** The sums of each column's positive and negative weights. */
    final long[] positive;

    final long[] negative;
    boolean rowsFitInt;

    Part(int hidden) {
      values = new float[hidden];
      largest = new float[hidden];
      row = new int[hidden];
      above = new int[hidden];
      below = new int[hidden];
      positive = new long[hidden];
      negative = new long[hidden];
    }
  }

  private final RbmShape shape;
  private final Workers workers;
  private final int[] q;
  private final Part[] parts;
  private final Workers.Body largestBody = this::largest;
  private final Workers.Body roundBody = this::roundStrip;
  private float[] values;
  private double inverse;
  private float scale;
  private boolean sumsFitInt;

  /**
   * Weights of that shape, all 0 until they are rounded.
   *
   * @param workers who round them
   */
  public FixedPointWeights(RbmShape shape, Workers workers) {
    this.shape = shape;
    this.workers = workers;
    q = new int[shape.weightCount()];
    parts = new Part[workers.threads()];
    for (int worker = 0; worker < parts.length; worker++) {
      parts[worker] = new Part(shape.hidden());
    }
  }

  /** Weights of that shape that the caller's thread rounds. */
  public FixedPointWeights(RbmShape shape) {
    this(shape, new Workers(1, "rounding"));
  }

  /**
   * Rounds the weights.
   *
   * @throws IllegalArgumentException if a weight is not finite
   */
  public static FixedPointWeights of(RbmParameters parameters) {
    FixedPointWeights weights = new FixedPointWeights(parameters.shape());
    weights.round(parameters.values());
    return weights;
  }

  /** Bytes that an object takes. */
  public static long bytes(RbmShape shape, int threads) {
    return 4L * shape.weightCount() + 36L * shape.hidden() * threads;
  }

  /** {@code s}. */
  public float scale() {
    return scale;
  }

  /** {@code q_ij}, row-major [visible, hidden]: the array itself, not to be changed. */
  public int[] q() {
    return q;
  }

  /** Whether every sum {@code T} lies in 32 bits, so that sums modulo 2^32 are exact. */
  public boolean sumsFitInt() {
    return sumsFitInt;
  }

  /**
   * Rounds other weights, the first of {@code weights}.
   *
   * @throws IllegalArgumentException if one is not finite
   */
  public void round(float[] weights) {
    values = weights;
    int exponent = finest(largest());
    for (int given = 0; given <= BITS_TO_GIVE; given++) {
      roundTo(exponent + given);
      if (sumsFitInt) {
        values = null;
        return;
      }
    }
    roundTo(exponent);
    values = null;
  }

  private int strips() {
    return (shape.visible() + STRIP - 1) / STRIP;
  }

  private int endOf(int strip) {
    return Math.min((strip + 1) * STRIP, shape.visible()) * shape.hidden();
  }

  private float largest() {
    for (Part part : parts) {
      Arrays.fill(part.largest, 0f);
    }
    workers.run(strips(), largestBody);
    float largest = 0;
    for (Part part : parts) {
      for (float each : part.largest) {
        largest = Math.max(largest, each);
      }
    }
    if (!(largest <= Float.MAX_VALUE)) {
      throw notFinite();
    }
    return largest;
  }

  private void largest(int strip, int worker) {
    Part part = parts[worker];
    int hidden = shape.hidden();
    int end = endOf(strip);
    for (int row = strip * STRIP * hidden; row < end; row += hidden) {
      System.arraycopy(values, row, part.values, 0, hidden);
      raise(part.largest, part.values);
    }
  }

  /** By column, since one maximum of all would wait for each comparison; NaN stays. */
  private static void raise(float[] largest, float[] row) {
    for (int j = 0; j < row.length; j++) {
      largest[j] = Math.max(largest[j], Math.abs(row[j]));
    }
  }

  private IllegalArgumentException notFinite() {
    int k = 0;
    while (Float.isFinite(values[k])) {
      k++;
    }
    return new IllegalArgumentException(
        "weight [%d, %d] is %s, not a finite number"
            .formatted(k / shape.hidden(), k % shape.hidden(), values[k]));
  }

  private static int finest(float largest) {
    if (largest == 0) {
      return 0;
    }
    int exponent = Math.max(FINEST, Math.getExponent(largest) - (BITS - 1));
    // The largest may round up to 2^23 itself.
    return Math.rint(Math.scalb((double) largest, -exponent)) < 1 << BITS ? exponent : exponent + 1;
  }

  private void roundTo(int exponent) {
    scale = (float) Math.scalb(1.0, exponent);
    inverse = Math.scalb(1.0, -exponent);
    for (Part part : parts) {
      Arrays.fill(part.positive, 0);
      Arrays.fill(part.negative, 0);
      part.rowsFitInt = true;
    }
    workers.run(strips(), roundBody);
    sumsFitInt = columnsFitInt();
    for (Part part : parts) {
      sumsFitInt &= part.rowsFitInt;
    }
  }

  private void roundStrip(int strip, int worker) {
    Part part = parts[worker];
    int hidden = shape.hidden();
    int first = strip * STRIP * hidden;
    int end = endOf(strip);
    round(values, q, first, end, inverse);
    Arrays.fill(part.above, 0);
    Arrays.fill(part.below, 0);
    for (int row = first; row < end; row += hidden) {
      System.arraycopy(q, row, part.row, 0, hidden);
      addRow(part.row, part.above, part.below);
      part.rowsFitInt &= fitsInt(part.row);
    }
    for (int j = 0; j < hidden; j++) {
      part.positive[j] += part.above[j];
      part.negative[j] += part.below[j];
    }
  }

  private static void round(float[] values, int[] q, int first, int end, double inverse) {
    for (int k = first; k < end; k++) {
      q[k] = (int) Math.rint(values[k] * inverse);
    }
  }

  private static void addRow(int[] row, int[] above, int[] below) {
    for (int j = 0; j < row.length; j++) {
      above[j] += Math.max(row[j], 0);
      below[j] += Math.min(row[j], 0);
    }
  }

  /** Whether every sum of some of a row's weights does. */
  private static boolean fitsInt(int[] row) {
    long positive = 0;
    long negative = 0;
    for (int j = 0; j < row.length; j++) {
      positive += Math.max(row[j], 0);
      negative += Math.min(row[j], 0);
    }
    return positive <= Integer.MAX_VALUE && negative >= Integer.MIN_VALUE;
  }

  private boolean columnsFitInt() {
    for (int j = 0; j < shape.hidden(); j++) {
      long positive = 0;
      long negative = 0;
      for (Part part : parts) {
        positive += part.positive[j];
        negative += part.negative[j];
      }
      if (positive > Integer.MAX_VALUE || negative < Integer.MIN_VALUE) {
        return false;
      }
    }
    return true;
  }
}
