package io.gibbsite.rbm;

import java.util.Arrays;

/**
 * The argument checks that every {@link RbmSession} makes, once. An implementation computes and
 * trusts its arguments: {@code rows} is never 0.
 */
public abstract class CheckedRbmSession extends CheckedRbmChains implements RbmSession {
  private final RbmShape shape;

  protected CheckedRbmSession(RbmShape shape, int rows) {
    super(shape, shape.parameterCount(), rows);
    this.shape = shape;
  }

  protected abstract void computeSetParameters(RbmParameters parameters);

  protected abstract void computeFreeEnergy(byte[] v, int n, double[] energy);

  protected abstract void computeHiddenProbabilities(byte[] v, int n, float[] probability);

  protected abstract void computeVisibleProbabilities(byte[] h, int n, float[] probability);

  protected abstract void computeStatistics(byte[] v, int n, float[] sums);

  protected abstract void computeSetVisible(byte[] v, int n);

  protected abstract void computeReadVisible(byte[] v, int n);

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
    requireFiniteBiases(shape, parameters.values());
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
}
