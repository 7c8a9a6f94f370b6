package io.gibbsite.spin;

import io.gibbsite.backend.CheckedSession;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import java.util.Arrays;

/**
 * The argument checks that every {@link SpinSession} makes, once, and the order of its scans. An
 * implementation computes and trusts its arguments: there is at least one chain.
 */
public abstract class CheckedSpinSession extends CheckedSession implements SpinSession {
  private final SpinShape shape;
  private final FixedPointCouplings couplings;
  private int[] free;
  private int[] order;
  private boolean energiesKnown;
  private final Sweep sweep = new Sweep();

  protected CheckedSpinSession(SpinShape shape, int rows) {
    super(rows);
    // Backends hold rows in blocks of 32.
    if ((rows + 32L) * shape.units() > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          rows + " rows of " + shape.units() + " units do not fit in one array");
    }
    this.shape = shape;
    this.couplings = new FixedPointCouplings(shape);
    clampNone();
  }

  /** One sweep: at 2 beta s and these shifts, or at temperature 0. */
  protected abstract void sweep(Sweep sweep);

  /** U6, once. */
  protected abstract void computeSynchronous(int[] changes);

  protected abstract void computeSetStates(byte[] y, int n);

  protected abstract void computeReadStates(byte[] y, int n);

  /** E1 of every chain, to {@link #doubledEnergies}. */
  protected abstract void computeEnergies();

  /** E of every chain, in units of {@code -s / 2}: long[chains]. */
  protected abstract long[] doubledEnergies();

  /** {@code sums[c] = sum_i y_ci g_i} in double, in the order of the units. */
  protected abstract void computeProducts(float[] g, double[] sums);

  protected abstract void computeStatistics(int[] sums);

  /** What a sweep is made of. A session has one, so that sweeps allocate nothing. */
  protected static final class Sweep {
    private int[] order;
    private boolean isCold;
    private float gain;
    private float[] shift;
    private long seed;
    private long step;
    private int[] changes;

    private Sweep() {}

    /** The units to visit. */
    int[] order() {
      return order;
    }

    /** Whether it is at temperature 0. */
    boolean isCold() {
      return isCold;
    }

    /** {@code 2 s beta}. */
    float gain() {
      return gain;
    }

    /** By unit, float[n]; or null for 0. */
    float[] shift() {
      return shift;
    }

    /** Of the draws. */
    long seed() {
      return seed;
    }

    /** The sweep's address. */
    long step() {
      return step;
    }

    /** How many units of a chain change, int[chains], out; or null. */
    int[] changes() {
      return changes;
    }
  }

  protected final FixedPointCouplings couplings() {
    return couplings;
  }

  /** The units that may change, ascending. */
  protected final int[] free() {
    return free;
  }

  @Override
  public final SpinShape shape() {
    return shape;
  }

  @Override
  public final void setParameters(SpinParameters parameters) {
    requireOpen();
    if (!parameters.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "parameters of "
              + parameters.shape()
              + " units for a session of "
              + shape.units()
              + " units");
    }
    parametersSet(false);
    couplings.round(parameters);
    parametersSet(true);
    energiesKnown = false;
  }

  @Override
  public final void setStates(byte[] y, int n) {
    requireOpen();
    requireCount(n);
    requireLength("y", y.length, (long) n * shape.units());
    for (int k = 0; k < n * shape.units(); k++) {
      if (y[k] != 1 && y[k] != -1) {
        throw new IllegalArgumentException(
            "y is %d at row %d, unit %d: a state is -1 or +1"
                .formatted(y[k], k / shape.units(), k % shape.units()));
      }
    }
    computeSetStates(y, n);
    chainsSet(n);
    energiesKnown = false;
  }

  @Override
  public final void readStates(byte[] y) {
    requireOpen();
    requireLength("y", y.length, (long) chains() * shape.units());
    computeReadStates(y, chains());
  }

  @Override
  public final void clamp(boolean[] units) {
    requireOpen();
    if (units == null) {
      clampNone();
      return;
    }
    if (units.length != shape.units()) {
      throw new IllegalArgumentException(
          "a clamp of " + units.length + " units for a network of " + shape.units());
    }
    int[] found = new int[units.length];
    int count = 0;
    for (int i = 0; i < units.length; i++) {
      if (!units[i]) {
        found[count++] = i;
      }
    }
    free = Arrays.copyOf(found, count);
    order = new int[count];
  }

  private void clampNone() {
    int n = shape.units();
    free = new int[n];
    for (int i = 0; i < n; i++) {
      free[i] = i;
    }
    order = new int[n];
  }

  @Override
  public final void gibbs(Gibbs gibbs, Scan scan, long seed) {
    requireReady(0);
    requireAddress("sweep", gibbs.firstSweep() + gibbs.sweeps());
    float gain = gain(gibbs.beta());
    for (int t = 0; t < gibbs.sweeps() && chains() > 0; t++) {
      long step = gibbs.firstSweep() + t;
      order(scan, seed, step, t == 0);
      warm(gain, null, seed, step);
    }
  }

  private void warm(float gain, float[] shift, long seed, long step) {
    sweep.order = order;
    sweep.isCold = false;
    sweep.gain = gain;
    sweep.shift = shift;
    sweep.seed = seed;
    sweep.step = step;
    sweep.changes = null;
    sweep(sweep);
  }

  /** {@code 2 s beta}, exact but for numbers too small to matter. */
  private float gain(float beta) {
    return 2f * couplings.scale() * beta;
  }

  private void order(Scan scan, long seed, long step, boolean first) {
    if (first || scan == Scan.RANDOM) {
      scan.order(free, couplings, seed, step, order);
    }
  }

  @Override
  public final void descend(int sweeps, Scan scan, long firstSweep, long seed, int[] changes) {
    requireReady(0);
    requireSteps(sweeps, changes);
    requireAddress("sweep", firstSweep + sweeps);
    for (int t = 0; t < sweeps && chains() > 0; t++) {
      order(scan, seed, firstSweep + t, t == 0);
      sweep.order = order;
      sweep.isCold = true;
      sweep.changes = changes;
      sweep(sweep);
    }
  }

  @Override
  public final void synchronous(int steps, int[] changes) {
    requireReady(0);
    requireSteps(steps, changes);
    for (int t = 0; t < steps && chains() > 0; t++) {
      computeSynchronous(changes);
    }
    energiesKnown = false;
  }

  private void requireSteps(int steps, int[] changes) {
    if (steps < 0) {
      throw new IllegalArgumentException("steps must be at least 0, not " + steps);
    }
    requireLength("changes", changes.length, chains());
    Arrays.fill(changes, 0, chains(), 0);
  }

  @Override
  public final void energies(double[] energy) {
    requireReady(0);
    requireLength("energy", energy.length, chains());
    knowEnergies();
    for (int c = 0; c < chains(); c++) {
      energy[c] = couplings.energy(doubledEnergies()[c]);
    }
  }

  private void knowEnergies() {
    if (!energiesKnown && chains() > 0) {
      computeEnergies();
      energiesKnown = true;
    }
  }

  @Override
  public final void anneal(Annealing annealing, long seed, double[] logWeights) {
    requireReady(0);
    requireAddress("sweep", annealing.firstSweep() + annealing.sweeps());
    requireLength("log weights", logWeights.length, chains());
    float[] base = annealing.baseBias();
    if (base.length != shape.units()) {
      throw new IllegalArgumentException(
          "%d base biases for a network of %d units".formatted(base.length, shape.units()));
    }
    if (free.length < shape.units()) {
      throw new IllegalStateException("annealing needs all units free: call clamp(null) first");
    }
    if (chains() == 0) {
      return;
    }
    knowEnergies();
    float[] betas = annealing.betas();
    float[] shift = new float[shape.units()];
    double[] products = new double[chains()];
    order(Scan.SEQUENTIAL, seed, 0, true);
    for (int t = 0; t < annealing.sweeps(); t++) {
      computeProducts(base, products);
      double rise = (double) betas[t + 1] - betas[t];
      for (int c = 0; c < chains(); c++) { // A1
        logWeights[c] += rise * (-couplings.energy(doubledEnergies()[c]) - products[c]);
      }
      for (int i = 0; i < shift.length; i++) {
        shift[i] = 2f * ((1f - betas[t + 1]) * base[i]);
      }
      long step = annealing.firstSweep() + t;
      warm(gain(betas[t + 1]), shift, seed, step); // A2
    }
  }

  @Override
  public final void statistics(int[] sums) {
    requireReady(0);
    requireLength("sums", sums.length, shape.parameterCount());
    if (chains() > 0) {
      computeStatistics(sums);
    } else {
      Arrays.fill(sums, 0, shape.parameterCount(), 0);
    }
  }
}
