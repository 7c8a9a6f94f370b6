package io.gibbsite.rbm;

import io.gibbsite.backend.CheckedSession;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import java.util.Arrays;

/** The argument checks of {@link RbmChains}, which every RBM's session makes. */
public abstract class CheckedRbmChains extends CheckedSession implements RbmChains {
  private final RbmShape units;
  private final int parameterCount;
  private boolean clamped;

  /**
   * @param parameterCount P
   * @param rows the most of one call
   */
  protected CheckedRbmChains(RbmShape units, int parameterCount, int rows) {
    super(rows);
    int widest = Math.max(units.visible(), units.hidden());
    // Backends hold rows in blocks of up to 32 rows and units.
    if ((rows + 32L) * (widest + 32L) > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          rows + " rows of " + widest + " units do not fit in one array");
    }
    this.units = units;
    this.parameterCount = parameterCount;
  }

  protected abstract void computeChainStatistics(int n, float[] sums);

  protected abstract void computeReadHidden(byte[] h, int n);

  /** {@code held} has the length of the visible units. */
  protected abstract void computeClamp(boolean[] held);

  protected abstract void computeGibbs(Gibbs gibbs, long seed, int n);

  protected abstract void computeAnneal(Annealing annealing, long seed, int n, double[] logWeights);

  protected abstract void computeTemper(Tempering tempering, long seed, int n, double[] gains);

  @Override
  public final void chainStatistics(float[] sums) {
    requireReady(0);
    requireLength("sums", sums.length, parameterCount);
    if (chains() > 0) {
      computeChainStatistics(chains(), sums);
    } else {
      Arrays.fill(sums, 0, parameterCount, 0f);
    }
  }

  @Override
  public final void readHidden(byte[] h) {
    requireOpen();
    requireLength("h", h.length, (long) chains() * units.hidden());
    computeReadHidden(h, chains());
  }

  @Override
  public final void clamp(boolean[] visible) {
    requireOpen();
    if (visible != null && visible.length != units.visible()) {
      throw new IllegalArgumentException(
          "a clamp of " + visible.length + " units for an RBM of " + units.visible() + " visible");
    }
    clamped = visible != null;
    computeClamp(clamped ? visible : new boolean[units.visible()]);
  }

  @Override
  public final void gibbs(Gibbs gibbs, long seed) {
    requireReady(0);
    requireAddress("sweep", gibbs.firstSweep() + gibbs.sweeps());
    if (chains() > 0 && gibbs.sweeps() > 0) {
      computeGibbs(gibbs, seed, chains());
    }
  }

  @Override
  public final void anneal(Annealing annealing, long seed, double[] logWeights) {
    requireReady(0);
    requireAddress("sweep", annealing.firstSweep() + annealing.sweeps());
    requireLength("log weights", logWeights.length, chains());
    requirePath("annealing", annealing.baseBias());
    if (chains() > 0 && annealing.sweeps() > 0) {
      computeAnneal(annealing, seed, chains(), logWeights);
    }
  }

  @Override
  public final void temper(Tempering tempering, long seed, double[] gains) {
    requireReady(0);
    requireAddress("sweep", tempering.firstSweep() + tempering.sweeps());
    requireLength("gains", gains.length, chains());
    requirePath("tempering", tempering.baseBias());
    if (tempering.betas().length != chains()) {
      throw new IllegalArgumentException(
          "%d inverse temperatures for %d chains".formatted(tempering.betas().length, chains()));
    }
    if (chains() > 0) {
      computeTemper(tempering, seed, chains(), gains);
    }
  }

  private void requirePath(String name, float[] baseBias) {
    if (baseBias.length != units.visible()) {
      throw new IllegalArgumentException(
          "%d base biases for an RBM of %d visible units"
              .formatted(baseBias.length, units.visible()));
    }
    if (clamped) {
      throw new IllegalStateException(name + " needs all units free: call clamp(null) first");
    }
  }

  /** Weights and biases; a weight is checked where it is rounded. */
  protected static void requireFiniteBiases(RbmShape shape, float[] values) {
    for (int k = shape.visibleBiasOffset(); k < shape.parameterCount(); k++) {
      if (!Float.isFinite(values[k])) {
        boolean hidden = k >= shape.hiddenBiasOffset();
        throw new IllegalArgumentException(
            "%s bias [%d] is %s, not a finite number"
                .formatted(
                    hidden ? "hidden" : "visible",
                    k - (hidden ? shape.hiddenBiasOffset() : shape.visibleBiasOffset()),
                    values[k]));
      }
    }
  }

  /** Checks that the rows are there, and are 0 or 1. */
  protected static void requireStates(String name, byte[] states, int n, int units) {
    requireLength(name, states.length, (long) n * units);
    int end = n * units;
    int bits = 0;
    for (int k = 0; k < end; k++) {
      bits |= states[k];
    }
    if ((bits & ~1) != 0) {
      for (int k = 0; k < end; k++) {
        if ((states[k] & ~1) != 0) {
          throw new IllegalArgumentException(
              "%s is %d at row %d, unit %d: a state is 0 or 1"
                  .formatted(name, states[k], k / units, k % units));
        }
      }
    }
  }
}
