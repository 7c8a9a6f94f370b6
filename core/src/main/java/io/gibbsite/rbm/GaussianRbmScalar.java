package io.gibbsite.rbm;

import io.gibbsite.math.FloatMath;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import java.util.Arrays;

/**
 * {@link GaussianRbm} in plain loops, row by row: the reference that every other backend must equal
 * bit for bit.
 */
public final class GaussianRbmScalar extends CheckedGaussianRbmSession {
  private static final int STATISTICS_ROWS = RbmScalar.STATISTICS_ROWS;

  private final int visible;
  private final int hidden;
  private final FixedPointWeights weights;
  private final float[] w;
  private final float[] b;
  private final float[] c;
  private final float[] sd;
  private final boolean[] held;
  private float[] v = {};
  private byte[] h = {};

  /** One row's x and a. */
  private final float[] x;

  private final float[] a;

  /** One row's uniform or normal numbers, on either side. */
  private final float[] draws;

  /** Opens a session; see {@link io.gibbsite.backend.Backend#open}. */
  public GaussianRbmScalar(GaussianRbmShape shape, int rows) {
    super(shape, rows);
    visible = shape.visible();
    hidden = shape.hidden();
    weights = new FixedPointWeights(shape.units());
    w = new float[visible * hidden];
    b = new float[visible];
    c = new float[hidden];
    sd = new float[visible];
    held = new boolean[visible];
    x = new float[visible];
    a = new float[hidden];
    draws = new float[Math.max(visible, hidden)];
  }

  /** Bytes that a session takes. */
  public static long bytes(GaussianRbmShape shape, int rows) {
    long visible = shape.visible();
    long hidden = shape.hidden();
    return FixedPointWeights.bytes(shape.units(), 1)
        + 4 * visible * hidden
        + 13 * visible
        + 8 * hidden
        + 4 * Math.max(visible, hidden)
        + rows * (4 * visible + hidden)
        + 4 * STATISTICS_ROWS * (visible + hidden);
  }

  @Override
  protected void computeSetParameters(GaussianRbmParameters parameters) {
    float[] values = parameters.values();
    weights.round(values);
    for (int k = 0; k < w.length; k++) {
      w[k] = weights.q()[k] * weights.scale(); // Q
    }
    System.arraycopy(values, shape().units().visibleBiasOffset(), b, 0, visible);
    System.arraycopy(values, shape().units().hiddenBiasOffset(), c, 0, hidden);
    System.arraycopy(values, shape().visibleSdOffset(), sd, 0, visible);
  }

  /** H1, H2 for a row. */
  private void activateHidden(float[] rows, int row) {
    System.arraycopy(c, 0, a, 0, hidden);
    for (int i = 0; i < visible; i++) {
      x[i] = rows[row * visible + i] / sd[i]; // H1
      for (int j = 0; j < hidden; j++) {
        a[j] = Math.fma(x[i], w[i * hidden + j], a[j]); // H2
      }
    }
  }

  /** H3. */
  private float probability(int j, float beta) {
    return FloatMath.sigmoid(Math.fma(a[j], beta, 0f));
  }

  /** V1, V2 for one unit of a row. */
  private float mean(byte[] rows, int row, int i) {
    long sum = 0; // V1
    for (int j = 0; j < hidden; j++) {
      if (rows[row * hidden + j] == 1) {
        sum += weights.q()[i * hidden + j];
      }
    }
    return Math.fma(Math.fma((float) sum, weights.scale(), 0f), sd[i], b[i]); // V2
  }

  @Override
  protected void computeFreeEnergy(float[] rows, int n, double[] energy) {
    for (int row = 0; row < n; row++) {
      activateHidden(rows, row); // F1
      double squares = 0;
      for (int i = 0; i < visible; i++) {
        float d = (rows[row * visible + i] - b[i]) / sd[i];
        squares += d * d;
      }
      double softplus = 0;
      for (int j = 0; j < hidden; j++) {
        softplus += FloatMath.softplus(a[j]);
      }
      energy[row] = 0.5 * squares - softplus; // F2
    }
  }

  @Override
  protected void computeHiddenProbabilities(float[] rows, int n, float[] probability) {
    for (int row = 0; row < n; row++) {
      activateHidden(rows, row);
      for (int j = 0; j < hidden; j++) {
        probability[row * hidden + j] = probability(j, 1f);
      }
    }
  }

  @Override
  protected void computeVisibleMeans(byte[] rows, int n, float[] mean) {
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < visible; i++) {
        mean[row * visible + i] = mean(rows, row, i);
      }
    }
  }

  @Override
  protected void computeStatistics(float[] rows, int n, float[] out) {
    Arrays.fill(out, 0, shape().parameterCount(), 0f);
    float[] xs = new float[STATISTICS_ROWS * visible];
    float[] p = new float[STATISTICS_ROWS * hidden];
    for (int first = 0; first < n; first += STATISTICS_ROWS) {
      int count = Math.min(STATISTICS_ROWS, n - first);
      for (int r = 0; r < count; r++) { // S1
        activateHidden(rows, first + r);
        System.arraycopy(x, 0, xs, r * visible, visible);
        for (int j = 0; j < hidden; j++) {
          p[r * hidden + j] = probability(j, 1f);
        }
      }
      addProducts(xs, p, count, out);
    }
  }

  /** S2 for up to {@link #STATISTICS_ROWS} rows. */
  private void addProducts(float[] xs, float[] p, int count, float[] out) {
    for (int i = 0; i < visible; i++) {
      for (int j = 0; j < hidden; j++) {
        float sum = 0;
        for (int r = 0; r < count; r++) {
          sum = Math.fma(p[r * hidden + j], xs[r * visible + i], sum);
        }
        out[i * hidden + j] += sum;
      }
      float sum = 0;
      float squares = 0;
      for (int r = 0; r < count; r++) {
        float value = xs[r * visible + i];
        sum += value;
        squares = Math.fma(value, value, squares);
      }
      out[shape().units().visibleBiasOffset() + i] += sum;
      out[shape().visibleSdOffset() + i] += squares;
    }
    for (int j = 0; j < hidden; j++) {
      float sum = 0;
      for (int r = 0; r < count; r++) {
        sum += p[r * hidden + j];
      }
      out[shape().units().hiddenBiasOffset() + j] += sum;
    }
  }

  @Override
  protected void computeChainStatistics(int n, float[] out) {
    computeStatistics(v, n, out);
  }

  @Override
  protected void computeSetVisible(float[] rows, int n) {
    v = Arrays.copyOf(rows, n * visible);
    h = new byte[n * hidden];
  }

  @Override
  protected void computeReadVisible(float[] rows, int n) {
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
    float spread = (float) Math.sqrt(gibbs.temperature());
    for (int chain = 0; chain < n; chain++) {
      for (int t = 0; t < gibbs.sweeps(); t++) {
        activateHidden(v, chain);
        drawHidden(chain, gibbs.beta(), seed, gibbs.firstSweep() + t);
        drawVisible(chain, 1f, null, spread, seed, gibbs.firstSweep() + t);
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
        drawHidden(chain, betas[t + 1], seed, annealing.firstSweep() + t); // A2
        drawVisible(chain, betas[t + 1], base, 1f, seed, annealing.firstSweep() + t);
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
        drawHidden(chain, beta, seed, tempering.firstSweep() + t);
        drawVisible(chain, beta, base, 1f, seed, tempering.firstSweep() + t);
      }
      activateHidden(v, chain);
      gains[chain] = gain(chain, beta, tempering.nextBetas()[chain], base); // P2
    }
  }

  /** A1, for the a of the chain's visible state. */
  private double gain(int chain, float beta, float next, float[] base) {
    double biases = 0;
    for (int i = 0; i < visible; i++) {
      biases += (v[chain * visible + i] - middle(b[i], base[i])) * slope(b[i], base[i], sd[i]);
    }
    double softplus = 0;
    for (int j = 0; j < hidden; j++) {
      softplus += FloatMath.softplus(a[j] * next) - FloatMath.softplus(a[j] * beta);
    }
    return ((double) next - beta) * biases + softplus;
  }

  /** A1's {@code (b + r) / 2}. */
  static float middle(float b, float r) {
    return 0.5f * (b + r);
  }

  /** A1's {@code (b - r) / sd^2}. */
  static float slope(float b, float r, float sd) {
    return (b - r) / sd / sd;
  }

  /** H3, H4. */
  private void drawHidden(int chain, float beta, long seed, long sweep) {
    Draws.uniforms(seed, DrawStream.HIDDEN_GIBBS, sweep, chain, draws, 0, hidden);
    for (int j = 0; j < hidden; j++) {
      h[chain * hidden + j] = (byte) (draws[j] < probability(j, beta) ? 1 : 0);
    }
  }

  /** V1 to V3; {@code base} is null but in A2. */
  private void drawVisible(
      int chain, float beta, float[] base, float spread, long seed, long sweep) {
    Draws.normals(seed, DrawStream.VISIBLE_GIBBS, sweep, chain, draws, 0, visible);
    for (int i = 0; i < visible; i++) {
      if (!held[i]) {
        float mean = mean(h, chain, i);
        if (base != null) {
          mean = Math.fma(mean, beta, (1f - beta) * base[i]);
        }
        v[chain * visible + i] = Math.fma(draws[i], sd[i] * spread, mean); // V3
      }
    }
  }

  @Override
  protected void computeClose() {
    v = new float[0];
    h = new byte[0];
  }
}
