package io.gibbsite.rbm;

import java.util.Arrays;

/**
 * The argument checks that every {@link GaussianRbmSession} makes, once. An implementation computes
 * and trusts its arguments: {@code rows} is never 0.
 */
public abstract class CheckedGaussianRbmSession extends CheckedRbmChains
    implements GaussianRbmSession {
  private final GaussianRbmShape shape;

  protected CheckedGaussianRbmSession(GaussianRbmShape shape, int rows) {
    super(shape.units(), shape.parameterCount(), rows);
    this.shape = shape;
  }

  protected abstract void computeSetParameters(GaussianRbmParameters parameters);

  protected abstract void computeFreeEnergy(float[] v, int n, double[] energy);

  protected abstract void computeHiddenProbabilities(float[] v, int n, float[] probability);

  protected abstract void computeVisibleMeans(byte[] h, int n, float[] mean);

  protected abstract void computeStatistics(float[] v, int n, float[] sums);

  protected abstract void computeSetVisible(float[] v, int n);

  protected abstract void computeReadVisible(float[] v, int n);

  @Override
  public final GaussianRbmShape shape() {
    return shape;
  }

  @Override
  public final void setParameters(GaussianRbmParameters parameters) {
    requireOpen();
    if (!parameters.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "parameters of shape " + parameters.shape() + " for a session of shape " + shape);
    }
    requireFiniteBiases(shape.units(), parameters.values());
    for (int i = 0; i < shape.visible(); i++) {
      float sd = parameters.visibleSd(i);
      if (!(sd >= Float.MIN_NORMAL && sd <= Float.MAX_VALUE)) {
        throw new IllegalArgumentException(
            "visible sd [%d] is %s, not a positive number".formatted(i, sd));
      }
    }
    parametersSet(false);
    computeSetParameters(parameters);
    parametersSet(true);
  }

  @Override
  public final void freeEnergy(float[] v, int n, double[] energy) {
    requireReady(n);
    requireVisible(v, n);
    requireLength("energy", energy.length, n);
    if (n > 0) {
      computeFreeEnergy(v, n, energy);
    }
  }

  @Override
  public final void hiddenProbabilities(float[] v, int n, float[] probability) {
    requireReady(n);
    requireVisible(v, n);
    requireLength("probability", probability.length, (long) n * shape.hidden());
    if (n > 0) {
      computeHiddenProbabilities(v, n, probability);
    }
  }

  @Override
  public final void visibleMeans(byte[] h, int n, float[] mean) {
    requireReady(n);
    requireStates("h", h, n, shape.hidden());
    requireLength("mean", mean.length, (long) n * shape.visible());
    if (n > 0) {
      computeVisibleMeans(h, n, mean);
    }
  }

  @Override
  public final void statistics(float[] v, int n, float[] sums) {
    requireReady(n);
    requireVisible(v, n);
    requireLength("sums", sums.length, shape.parameterCount());
    if (n > 0) {
      computeStatistics(v, n, sums);
    } else {
      Arrays.fill(sums, 0, shape.parameterCount(), 0f);
    }
  }

  @Override
  public final void setVisible(float[] v, int n) {
    requireOpen();
    requireCount(n);
    requireVisible(v, n);
    computeSetVisible(v, n);
    chainsSet(n);
  }

  @Override
  public final void readVisible(float[] v) {
    requireOpen();
    requireLength("v", v.length, (long) chains() * shape.visible());
    computeReadVisible(v, chains());
  }

  private void requireVisible(float[] v, int n) {
    int visible = shape.visible();
    requireLength("v", v.length, (long) n * visible);
    int end = n * visible;
    // In vectors; NaN where a state is.
    float largest = 0;
    for (int k = 0; k < end; k++) {
      largest = Math.max(largest, Math.abs(v[k]));
    }
    if (!Float.isFinite(largest)) {
      for (int k = 0; k < end; k++) {
        if (!Float.isFinite(v[k])) {
          throw new IllegalArgumentException(
              "v is %s at row %d, unit %d: a visible state is a finite number"
                  .formatted(v[k], k / visible, k % visible));
        }
      }
    }
  }
}
