package io.gibbsite.rbm;

import java.util.Arrays;

/**
 * The parameters of a Gaussian-Bernoulli RBM.
 *
 * @param shape the units
 * @param values float[shape.parameterCount()], laid out as {@link GaussianRbmShape} says; not
 *     copied
 */
public record GaussianRbmParameters(GaussianRbmShape shape, float[] values) {
  public GaussianRbmParameters {
    if (values.length != shape.parameterCount()) {
      throw new IllegalArgumentException(
          "shape %s has %d parameters with its deviations, not %d"
              .formatted(shape, shape.parameterCount(), values.length));
    }
  }

  /**
   * The parameters of arrays, which are copied.
   *
   * @param others weights and biases
   * @param visibleSd float[visible]
   */
  public static GaussianRbmParameters of(RbmParameters others, float[] visibleSd) {
    GaussianRbmShape shape = new GaussianRbmShape(others.shape());
    if (visibleSd.length != shape.visible()) {
      throw new IllegalArgumentException(
          "%d deviations for %d visible units".formatted(visibleSd.length, shape.visible()));
    }
    float[] values = Arrays.copyOf(others.values(), shape.parameterCount());
    System.arraycopy(visibleSd, 0, values, shape.visibleSdOffset(), visibleSd.length);
    return new GaussianRbmParameters(shape, values);
  }

  /** Weights and biases; a copy. */
  public RbmParameters others() {
    return new RbmParameters(shape.units(), Arrays.copyOf(values, shape.visibleSdOffset()));
  }

  /** {@code W_ij} between visible unit i and hidden unit j. */
  public float weight(int i, int j) {
    return values[i * shape.hidden() + j];
  }

  /** {@code b_i}. */
  public float visibleBias(int i) {
    return values[shape.units().visibleBiasOffset() + i];
  }

  /** {@code c_j}. */
  public float hiddenBias(int j) {
    return values[shape.units().hiddenBiasOffset() + j];
  }

  /** {@code sd_i}. */
  public float visibleSd(int i) {
    return values[shape.visibleSdOffset() + i];
  }

  /** All {@code b_i}; a copy. */
  public float[] visibleBias() {
    return Arrays.copyOfRange(
        values, shape.units().visibleBiasOffset(), shape.units().hiddenBiasOffset());
  }

  /** All {@code sd_i}; a copy. */
  public float[] visibleSd() {
    return Arrays.copyOfRange(values, shape.visibleSdOffset(), shape.parameterCount());
  }
}
