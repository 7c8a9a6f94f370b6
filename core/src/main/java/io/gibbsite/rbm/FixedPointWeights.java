package io.gibbsite.rbm;

/**
 * Q: the weights of an RBM as integers with one power-of-two scale, {@code q = round(W / s)}, half
 * to even.
 *
 * <p>The scale is the finest that keeps every {@code |q|} below 2^23. If then some sum of weights
 * over a unit's inputs leaves 32 bits, up to {@link #BITS_TO_GIVE} bits are given up to keep sums
 * in them; if that is not enough, none is, and {@link #sumsFitInt} says so.
 */
public final class FixedPointWeights {
  /** {@code |q|} is below 2 to this power. */
  public static final int BITS = 23;

  private static final int BITS_TO_GIVE = 2;

  /** The exponent of the smallest float: every float is a multiple of it. */
  private static final int FINEST = -149;

  private final RbmShape shape;
  private final int[] q;
  private final long[] positive;
  private final long[] negative;
  private float scale;
  private boolean sumsFitInt;

  /** Weights of that shape, all 0 until they are rounded. */
  public FixedPointWeights(RbmShape shape) {
    this.shape = shape;
    q = new int[shape.weightCount()];
    positive = new long[shape.hidden()];
    negative = new long[positive.length];
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
  public static long bytes(RbmShape shape) {
    return 4L * shape.weightCount() + 16L * shape.hidden();
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

  /** Rounds other weights, the first of {@code values}. */
  public void round(float[] values) {
    float largest = largest(values);
    int exponent = finest(largest);
    for (int given = 0; given <= BITS_TO_GIVE; given++) {
      roundTo(exponent + given, values);
      sumsFitInt = rowsFitInt() && columnsFitInt();
      if (sumsFitInt) {
        return;
      }
    }
    roundTo(exponent, values);
  }

  private float largest(float[] values) {
    float largest = 0;
    for (int k = 0; k < q.length; k++) {
      float magnitude = Math.abs(values[k]);
      if (!(magnitude <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "weight [%d, %d] is %s, not a finite number"
                .formatted(k / shape.hidden(), k % shape.hidden(), values[k]));
      }
      largest = Math.max(largest, magnitude);
    }
    return largest;
  }

  private static int finest(float largest) {
    if (largest == 0) {
      return 0;
    }
    int exponent = Math.max(FINEST, Math.getExponent(largest) - (BITS - 1));
    // The largest may round up to 2^23 itself.
    return Math.rint(Math.scalb((double) largest, -exponent)) < 1 << BITS ? exponent : exponent + 1;
  }

  private void roundTo(int exponent, float[] values) {
    scale = (float) Math.scalb(1.0, exponent);
    double inverse = Math.scalb(1.0, -exponent);
    for (int k = 0; k < q.length; k++) {
      q[k] = (int) Math.rint(values[k] * inverse);
    }
  }

  private boolean rowsFitInt() {
    int hidden = shape.hidden();
    for (int i = 0; i < shape.visible(); i++) {
      long above = 0;
      long below = 0;
      for (int j = 0; j < hidden; j++) {
        int value = q[i * hidden + j];
        above += Math.max(value, 0);
        below += Math.min(value, 0);
      }
      if (above > Integer.MAX_VALUE || below < Integer.MIN_VALUE) {
        return false;
      }
    }
    return true;
  }

  /** The sums of all columns, side by side. */
  private boolean columnsFitInt() {
    int hidden = shape.hidden();
    java.util.Arrays.fill(positive, 0);
    java.util.Arrays.fill(negative, 0);
    for (int i = 0; i < shape.visible(); i++) {
      for (int j = 0; j < hidden; j++) {
        int value = q[i * hidden + j];
        positive[j] += Math.max(value, 0);
        negative[j] += Math.min(value, 0);
      }
    }
    for (int j = 0; j < hidden; j++) {
      if (positive[j] > Integer.MAX_VALUE || negative[j] < Integer.MIN_VALUE) {
        return false;
      }
    }
    return true;
  }
}
