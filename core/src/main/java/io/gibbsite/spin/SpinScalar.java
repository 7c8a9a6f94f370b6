package io.gibbsite.spin;

import io.gibbsite.math.FloatMath;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.Arrays;

/**
 * {@link SpinNetwork} in plain loops, chain by chain: the reference that every other backend must
 * equal bit for bit.
 */
public final class SpinScalar extends CheckedSpinSession {
  private final int n;
  private final float[] uniform;
  private byte[] y = {};
  private long[] e = {};

  /** Opens a session; see {@link io.gibbsite.backend.Backend#open}. */
  public SpinScalar(SpinShape shape, int rows) {
    super(shape, rows);
    n = shape.units();
    uniform = new float[n];
  }

  /** Bytes that a session takes at the most. */
  public static long bytes(SpinShape shape, int rows) {
    return FixedPointCouplings.bytes(shape) + 12L * shape.units() + rows * (shape.units() + 8L);
  }

  @Override
  protected void sweep(Sweep sweep) {
    for (int chain = 0; chain < chains(); chain++) {
      int changed = sweep(sweep, chain);
      if (sweep.changes() != null) {
        sweep.changes()[chain] = changed;
      }
    }
  }

  private int sweep(Sweep sweep, int chain) {
    int[] order = sweep.order();
    if (!sweep.isCold()) {
      Draws.uniforms(
          sweep.seed(), DrawStream.SPIN_GIBBS, sweep.step(), chain, uniform, 0, order.length);
    }
    int changed = 0;
    for (int k = 0; k < order.length; k++) {
      int i = order[k];
      int field = couplings().field(y, chain * n, i); // U1
      byte before = y[chain * n + i];
      byte after;
      if (sweep.isCold()) {
        after = field == 0 ? before : (byte) Integer.signum(field); // U5
      } else {
        float shift = sweep.shift() == null ? 0f : sweep.shift()[i];
        float z = Math.fma((float) field, sweep.gain(), shift); // U2
        after = (byte) (uniform[k] < FloatMath.sigmoid(z) ? 1 : -1); // U3, U4
      }
      if (after != before) {
        y[chain * n + i] = after;
        e[chain] += 4L * after * field; // E2
        changed++;
      }
    }
    return changed;
  }

  @Override
  protected void computeSynchronous(int[] changes) {
    byte[] next = y.clone();
    for (int chain = 0; chain < chains(); chain++) {
      changes[chain] = 0;
      for (int i : free()) {
        int field = couplings().field(y, chain * n, i);
        int at = chain * n + i;
        next[at] = field == 0 ? y[at] : (byte) Integer.signum(field); // U6
        changes[chain] += next[at] == y[at] ? 0 : 1;
      }
    }
    y = next;
  }

  @Override
  protected void computeSetStates(byte[] states, int chains) {
    y = Arrays.copyOf(states, chains * n);
    e = new long[chains];
  }

  @Override
  protected void computeReadStates(byte[] states, int chains) {
    System.arraycopy(y, 0, states, 0, chains * n);
  }

  @Override
  protected void computeEnergies() {
    for (int chain = 0; chain < chains(); chain++) {
      e[chain] = couplings().doubledEnergy(y, chain * n); // E1
    }
  }

  @Override
  protected long[] doubledEnergies() {
    return e;
  }

  @Override
  protected void computeProducts(float[] g, double[] sums) {
    for (int chain = 0; chain < chains(); chain++) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += y[chain * n + i] * g[i];
      }
      sums[chain] = sum;
    }
  }

  @Override
  protected void computeStatistics(int[] sums) {
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        int sum = 0;
        for (int chain = 0; chain < chains(); chain++) {
          sum += y[chain * n + i] * y[chain * n + j];
        }
        sums[i * n + j] = sum;
      }
      int sum = 0;
      for (int chain = 0; chain < chains(); chain++) {
        sum += y[chain * n + i];
      }
      sums[n * n + i] = sum;
    }
  }

  @Override
  protected void computeClose() {
    y = new byte[0];
    e = new long[0];
  }
}
