package io.gibbsite.rbm;

import io.gibbsite.backend.CheckedSession;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import java.util.Arrays;

/**
 * The argument checks that every {@link RbmSession} makes, once. An implementation computes and
 * trusts its arguments: {@code rows} is never 0.
 */
public abstract class CheckedRbmSession extends CheckedSession implements RbmSession {
  private final RbmShape shape;
  private boolean clamped;

  protected CheckedRbmSession(RbmShape shape, int rows) {
    super(rows);
    int widest = Math.max(shape.visible(), shape.hidden());
    // Backends hold rows in blocks of up to 32 rows and units.
    if ((rows + 32L) * (widest + 32L) > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          rows + " rows of " + widest + " units do not fit in one array");
    }
    this.shape = shape;
  }

  protected abstract void computeSetParameters(RbmParameters parameters);

  protected abstract void computeFreeEnergy(byte[] v, int n, double[] energy);

  protected abstract void computeHiddenProbabilities(byte[] v, int n, float[] probability);

  protected abstract void computeVisibleProbabilities(byte[] h, int n, float[] probability);

  protected abstract void computeStatistics(byte[] v, int n, float[] sums);

  protected abstract void computeChainStatistics(int n, float[] sums);

  protected abstract void computeSetVisible(byte[] v, int n);

  protected abstract void computeReadVisible(byte[] v, int n);

  protected abstract void computeReadHidden(byte[] h, int n);

  /** {@code held} has the length of the visible units. */
  protected abstract void computeClamp(boolean[] held);

  protected abstract void computeGibbs(Gibbs gibbs, long seed, int n);

  protected abstract void computeAnneal(Annealing annealing, long seed, int n, double[] logWeights);

  protected abstract void computeTemper(Tempering tempering, long seed, int n, double[] gains);

  @Override
  public final RbmShape shape() {
    return shape;
  }

  @Override
  public final void setParameters(RbmParameters parameters) {
    requireOpen();
    if (!parameters.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "parameters of shape " + parameters.shape() + " for a session of shape " + shape);
    }
    float[] values = parameters.values();
    for (int k = shape.visibleBiasOffset(); k < values.length; k++) {
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
    parametersSet(false);
    computeSetParameters(parameters);
    parametersSet(true);
  }

  @Override
  public final void freeEnergy(byte[] v, int n, double[] energy) {
    requireReady(n);
    requireStates("v", v, n, shape.visible());
    requireLength("energy", energy.length, n);
    if (n > 0) {
      computeFreeEnergy(v, n, energy);
    }
  }

  @Override
  public final void hiddenProbabilities(byte[] v, int n, float[] probability) {
    requireReady(n);
    requireStates("v", v, n, shape.visible());
    requireLength("probability", probability.length, (long) n * shape.hidden());
    if (n > 0) {
      computeHiddenProbabilities(v, n, probability);
    }
  }

  @Override
  public final void visibleProbabilities(byte[] h, int n, float[] probability) {
    requireReady(n);
    requireStates("h", h, n, shape.hidden());
    requireLength("probability", probability.length, (long) n * shape.visible());
    if (n > 0) {
      computeVisibleProbabilities(h, n, probability);
    }
  }

  @Override
  public final void statistics(byte[] v, int n, float[] sums) {
    requireReady(n);
    requireStates("v", v, n, shape.visible());
    requireLength("sums", sums.length, shape.parameterCount());
    if (n > 0) {
      computeStatistics(v, n, sums);
    } else {
      Arrays.fill(sums, 0, shape.parameterCount(), 0f);
    }
  }

  @Override
  public final void chainStatistics(float[] sums) {
    requireReady(0);
    requireLength("sums", sums.length, shape.parameterCount());
    if (chains() > 0) {
      computeChainStatistics(chains(), sums);
    } else {
      Arrays.fill(sums, 0, shape.parameterCount(), 0f);
    }
  }

  @Override
  public final void setVisible(byte[] v, int n) {
    requireOpen();
    requireCount(n);
    requireStates("v", v, n, shape.visible());
    computeSetVisible(v, n);
    chainsSet(n);
  }

  @Override
  public final void readVisible(byte[] v) {
    requireOpen();
    requireLength("v", v.length, (long) chains() * shape.visible());
    computeReadVisible(v, chains());
  }

  @Override
  public final void readHidden(byte[] h) {
    requireOpen();
    requireLength("h", h.length, (long) chains() * shape.hidden());
    computeReadHidden(h, chains());
  }

  @Override
  public final void clamp(boolean[] visible) {
    requireOpen();
    if (visible != null && visible.length != shape.visible()) {
      throw new IllegalArgumentException(
          "a clamp of " + visible.length + " units for an RBM of " + shape.visible() + " visible");
    }
    clamped = visible != null;
    computeClamp(clamped ? visible : new boolean[shape.visible()]);
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
    if (baseBias.length != shape.visible()) {
      throw new IllegalArgumentException(
          "%d base biases for an RBM of %d visible units"
              .formatted(baseBias.length, shape.visible()));
    }
    if (clamped) {
      throw new IllegalStateException(name + " needs all units free: call clamp(null) first");
    }
  }

  private static void requireStates(String name, byte[] states, int n, int units) {
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
