package io.gibbsite.spin;

/**
 * Q: couplings and biases as integers with one power-of-two scale, {@code q = round(W / s)} and
 * {@code r = round(b / s)}, half to even.
 *
 * <p>The scale is the finest that keeps every {@code |q|} and {@code |r|} below 2^23 and every
 * {@code |r_i| + sum_j |q_ij|} below 2^29, so that fields and their changes lie in 32 bits.
 */
public final class FixedPointCouplings {
  private static final int BITS = 23;
  private static final long SUM_LIMIT = 1L << 29;

  /** A finer scale than this could leave the normal floats. */
  private static final int FINEST = -120;

  /** Up to this share of nonzero couplings, neighbours are listed. */
  private static final double SPARSE = 0.125;

  private final int n;
  private final int[] q;
  private final int[] r;
  private final int[] base;
  private float scale;
  private int[] firstNeighbour; // null if dense
  private int[] neighbour;
  private int[] colour; // null until asked for

  /** Couplings of that shape, all 0 until they are rounded. */
  public FixedPointCouplings(SpinShape shape) {
    n = shape.units();
    q = new int[shape.biasOffset()];
    r = new int[n];
    base = new int[n];
  }

  /** Bytes that an object takes at the most. */
  public static long bytes(SpinShape shape) {
    return 4L * shape.parameterCount()
        + 8L * shape.units()
        + (long) (SPARSE * 4 * shape.biasOffset());
  }

  /** Rounds these parameters. */
  public static FixedPointCouplings of(SpinParameters parameters) {
    FixedPointCouplings couplings = new FixedPointCouplings(parameters.shape());
    couplings.round(parameters);
    return couplings;
  }

  public int units() {
    return n;
  }

  /** {@code s}. */
  public float scale() {
    return scale;
  }

  /** {@code q_ij}, row-major: the array itself, not to be changed. */
  public int[] q() {
    return q;
  }

  /** {@code r_i}: the array itself, not to be changed. */
  public int[] r() {
    return r;
  }

  /** {@code r_i - sum_j q_ij}, the field where all others are -1: the array itself. */
  int[] base() {
    return base;
  }

  /** Whether few couplings are not 0, so that neighbours are listed. */
  public boolean isSparse() {
    return firstNeighbour != null;
  }

  /** Where the neighbours of unit i begin in {@link #neighbour}, int[n + 1]; null if not sparse. */
  int[] firstNeighbour() {
    return firstNeighbour;
  }

  int[] neighbour() {
    return neighbour;
  }

  /** The colour of each unit: no two coupled ones have the same. */
  int[] colours() {
    if (colour == null) {
      colour = Scan.colours(this);
    }
    return colour;
  }

  /** Rounds other parameters. */
  public void round(SpinParameters parameters) {
    float[] values = parameters.values();
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    int exponent = largest == 0 ? 0 : Math.max(FINEST, Math.getExponent(largest) - (BITS - 1));
    while (!roundTo(exponent, values)) {
      exponent++;
    }
    list();
    colour = null;
  }

  /** Whether all limits hold. */
  private boolean roundTo(int exponent, float[] values) {
    scale = (float) Math.scalb(1.0, exponent);
    double inverse = Math.scalb(1.0, -exponent);
    boolean fits = true;
    for (int i = 0; i < n; i++) {
      double bias = Math.rint(values[n * n + i] * inverse);
      long sum = 0;
      long magnitudes = (long) Math.abs(bias);
      long largest = magnitudes;
      for (int j = 0; j < n; j++) {
        int rounded = (int) Math.rint(values[i * n + j] * inverse);
        q[i * n + j] = rounded;
        sum += rounded;
        magnitudes += Math.abs(rounded);
        largest = Math.max(largest, Math.abs(rounded));
      }
      fits &= largest < 1 << BITS && magnitudes < SUM_LIMIT;
      r[i] = (int) bias;
      base[i] = (int) (r[i] - sum);
    }
    return fits;
  }

  private void list() {
    int count = 0;
    for (int value : q) {
      count += value != 0 ? 1 : 0;
    }
    firstNeighbour = null;
    neighbour = null;
    if (count > SPARSE * q.length) {
      return;
    }
    firstNeighbour = new int[n + 1];
    neighbour = new int[count];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (q[i * n + j] != 0) {
          neighbour[at++] = j;
        }
      }
      firstNeighbour[i + 1] = at;
    }
  }

  /** U1 for one state. */
  public int field(byte[] y, int offset, int i) {
    int sum = r[i];
    for (int j = 0; j < n; j++) {
      sum += q[i * n + j] * y[offset + j];
    }
    return sum;
  }

  /** E1 for one state: the energy in units of {@code -s / 2}. */
  public long doubledEnergy(byte[] y, int offset) {
    long e = 0;
    for (int i = 0; i < n; i++) {
      e += y[offset + i] * ((long) field(y, offset, i) + r[i]);
    }
    return e;
  }

  /** {@code E = -s e / 2}. */
  public double energy(long e) {
    return -0.5 * scale * e;
  }
}
