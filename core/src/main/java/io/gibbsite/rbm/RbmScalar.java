package io.gibbsite.rbm;

import io.gibbsite.math.FloatMath;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import java.util.Arrays;

/**
 * {@link Rbm} in plain loops, row by row: the reference that every other backend must equal bit for
 * bit.
 */
public final class RbmScalar extends CheckedRbmSession {
  /** Rows whose statistics are summed before they are added to the total. */
  static final int STATISTICS_ROWS = 32;

  private final int visible;
  private final int hidden;
  private final FixedPointWeights weights;
  private final float[] b;
  private final float[] c;
  private final boolean[] held;
  private byte[] v = {};
  private byte[] h = {};

  /** One row's T, a (then p), and uniform numbers, on either side. */
  private final long[] sums;

  private final float[] a;
  private final float[] uniform;

  /** Opens a session; see {@link io.gibbsite.backend.Backend#open}. */
  public RbmScalar(RbmShape shape, int rows) {
    super(shape, rows);
    visible = shape.visible();
    hidden = shape.hidden();
    weights = new FixedPointWeights(shape);
    b = new float[visible];
    c = new float[hidden];
    held = new boolean[visible];
    int widest = Math.max(visible, hidden);
    sums = new long[widest];
    a = new float[widest];
    uniform = new float[widest];
  }

  /** Bytes that a session takes. */
  public static long bytes(RbmShape shape, int rows) {
    int units = shape.visible() + shape.hidden();
    int widest = Math.max(shape.visible(), shape.hidden());
    return FixedPointWeights.bytes(shape, 1)
        + 4L * units
        + shape.visible()
        + (long) rows * units
        + 16L * widest
        + 4L * STATISTICS_ROWS * shape.hidden();
  }

  @Override
  protected void computeSetParameters(RbmParameters parameters) {
    float[] values = parameters.values();
    weights.round(values);
    System.arraycopy(values, shape().visibleBiasOffset(), b, 0, visible);
    System.arraycopy(values, shape().hiddenBiasOffset(), c, 0, hidden);
  }

  /** G1, G2 for the hidden units of a row. */
  private void activateHidden(byte[] rows, int row) {
    Arrays.fill(sums, 0, hidden, 0);
    int[] q = weights.q();
    for (int i = 0; i < visible; i++) {
      if (rows[row * visible + i] == 1) {
        for (int j = 0; j < hidden; j++) {
          sums[j] += q[i * hidden + j];
        }
      }
    }
    for (int j = 0; j < hidden; j++) {
      a[j] = Math.fma((float) sums[j], weights.scale(), c[j]);
    }
  }

  /** G1, G2 for the visible units of a row. */
  private void activateVisible(byte[] rows, int row) {
    int[] q = weights.q();
    for (int i = 0; i < visible; i++) {
      long sum = 0;
      for (int j = 0; j < hidden; j++) {
        if (rows[row * hidden + j] == 1) {
          sum += q[i * hidden + j];
        }
      }
      a[i] = Math.fma((float) sum, weights.scale(), b[i]);
    }
  }

  /** G3, G4. */
  private static float probability(float a, float beta, float shift) {
    return FloatMath.sigmoid(Math.fma(a, beta, shift));
  }

  @Override
  protected void computeFreeEnergy(byte[] rows, int n, double[] energy) {
    for (int row = 0; row < n; row++) {
      activateHidden(rows, row); // F1
      double biases = 0;
      for (int i = 0; i < visible; i++) {
        biases += rows[row * visible + i] == 1 ? b[i] : 0f;
      }
      double softplus = 0;
      for (int j = 0; j < hidden; j++) {
        softplus += FloatMath.softplus(a[j]);
      }
      energy[row] = -biases - softplus; // F2
    }
  }

  @Override
  protected void computeHiddenProbabilities(byte[] rows, int n, float[] probability) {
    for (int row = 0; row < n; row++) {
      activateHidden(rows, row);
      for (int j = 0; j < hidden; j++) {
        probability[row * hidden + j] = probability(a[j], 1f, 0f);
      }
    }
  }

  @Override
  protected void computeVisibleProbabilities(byte[] rows, int n, float[] probability) {
    for (int row = 0; row < n; row++) {
      activateVisible(rows, row);
      for (int i = 0; i < visible; i++) {
        probability[row * visible + i] = probability(a[i], 1f, 0f);
      }
    }
  }

  @Override
  protected void computeStatistics(byte[] rows, int n, float[] out) {
    Arrays.fill(out, 0, shape().parameterCount(), 0f);
    float[] p = new float[STATISTICS_ROWS * hidden];
    for (int first = 0; first < n; first += STATISTICS_ROWS) {
      int count = Math.min(STATISTICS_ROWS, n - first);
      for (int r = 0; r < count; r++) { // S1
        activateHidden(rows, first + r);
        for (int j = 0; j < hidden; j++) {
          p[r * hidden + j] = probability(a[j], 1f, 0f);
        }
      }
      for (int i = 0; i < visible; i++) { // S2
        for (int j = 0; j < hidden; j++) {
          float sum = 0;
          for (int r = 0; r < count; r++) {
            sum += rows[(first + r) * visible + i] == 1 ? p[r * hidden + j] : 0f;
          }
          out[i * hidden + j] += sum;
        }
        int ones = 0;
        for (int r = 0; r < count; r++) {
          ones += rows[(first + r) * visible + i];
        }
        out[shape().visibleBiasOffset() + i] += ones;
      }
      for (int j = 0; j < hidden; j++) {
        float sum = 0;
        for (int r = 0; r < count; r++) {
          sum += p[r * hidden + j];
        }
        out[shape().hiddenBiasOffset() + j] += sum;
      }
    }
  }

  @Override
  protected void computeChainStatistics(int n, float[] out) {
    computeStatistics(v, n, out);
  }

  @Override
  protected void computeSetVisible(byte[] rows, int n) {
    v = Arrays.copyOf(rows, n * visible);
    h = new byte[n * hidden];
  }

  @Override
  protected void computeReadVisible(byte[] rows, int n) {
    System.arraycopy(v, 0, rows, 0, n * visible);
  }

  @Override
  protected void computeReadHidden(byte[] rows, int n) {
    System.arraycopy(h, 0, rows, 0, n * hidden);
  }

  @Override
  protected void computeClamp(boolean[] units) {
    System.arraycopy(units, 0, held, 0, visible);
  }

  @Override
  protected void computeGibbs(Gibbs gibbs, long seed, int n) {
    for (int chain = 0; chain < n; chain++) {
      for (int t = 0; t < gibbs.sweeps(); t++) {
        activateHidden(v, chain);
        sweep(chain, gibbs.beta(), null, seed, gibbs.firstSweep() + t);
      }
    }
  }

  @Override
  protected void computeAnneal(Annealing annealing, long seed, int n, double[] logWeights) {
    float[] betas = annealing.betas();
    float[] base = annealing.baseBias();
    for (int chain = 0; chain < n; chain++) {
      for (int t = 0; t < annealing.sweeps(); t++) {
        activateHidden(v, chain);
        logWeights[chain] += gain(chain, betas[t], betas[t + 1], base); // A1
        sweep(chain, betas[t + 1], base, seed, annealing.firstSweep() + t); // A2
      }
    }
  }

  @Override
  protected void computeTemper(Tempering tempering, long seed, int n, double[] gains) {
    float[] base = tempering.baseBias();
    for (int chain = 0; chain < n; chain++) {
      float beta = tempering.betas()[chain];
      for (int t = 0; t < tempering.sweeps(); t++) { // P1
        activateHidden(v, chain);
        sweep(chain, beta, base, seed, tempering.firstSweep() + t);
      }
      activateHidden(v, chain);
      gains[chain] = gain(chain, beta, tempering.nextBetas()[chain], base); // P2
    }
  }

  /** A1, for the a of the chain's visible state. */
  private double gain(int chain, float beta, float next, float[] base) {
    double biases = 0;
    for (int i = 0; i < visible; i++) {
      biases += v[chain * visible + i] == 1 ? b[i] - base[i] : 0f;
    }
    double softplus = 0;
    for (int j = 0; j < hidden; j++) {
      softplus += FloatMath.softplus(a[j] * next) - FloatMath.softplus(a[j] * beta);
    }
    return ((double) next - beta) * biases + softplus;
  }

  /** G3 to G5 of the hidden units, whose a is known, then G1 to G5 of the visible ones. */
  private void sweep(int chain, float beta, float[] base, long seed, long sweep) {
    Draws.uniforms(seed, DrawStream.HIDDEN_GIBBS, sweep, chain, uniform, 0, hidden);
    for (int j = 0; j < hidden; j++) {
      h[chain * hidden + j] = (byte) (uniform[j] < probability(a[j], beta, 0f) ? 1 : 0);
    }
    activateVisible(h, chain);
    Draws.uniforms(seed, DrawStream.VISIBLE_GIBBS, sweep, chain, uniform, 0, visible);
    for (int i = 0; i < visible; i++) {
      if (!held[i]) {
        float shift = base == null ? 0f : (1f - beta) * base[i];
        v[chain * visible + i] = (byte) (uniform[i] < probability(a[i], beta, shift) ? 1 : 0);
      }
    }
  }

  @Override
  protected void computeClose() {
    v = new byte[0];
    h = v;
  }
}
