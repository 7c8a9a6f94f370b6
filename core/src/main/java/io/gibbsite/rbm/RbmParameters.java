package io.gibbsite.rbm;

import java.util.Arrays;

/**
 * The parameters of a restricted Boltzmann machine.
 *
 * @param shape the units
 * @param values float[shape.parameterCount()], laid out as {@link RbmShape} says; not copied
 */
public record RbmParameters(RbmShape shape, float[] values) {
  public RbmParameters {
    if (values.length != shape.parameterCount()) {
      throw new IllegalArgumentException(
          "shape "
              + shape
              + " has "
              + shape.parameterCount()
              + " parameters, not "
              + values.length);
    }
  }

  /**
   * The parameters of three arrays, which are copied.
   *
   * @param weight float[visible * hidden], row-major
   * @param visibleBias float[visible]
   * @param hiddenBias float[hidden]
   */
  public static RbmParameters of(
      RbmShape shape, float[] weight, float[] visibleBias, float[] hiddenBias) {
    requireLength("weight", weight, shape.weightCount(), shape);
    requireLength("visible bias", visibleBias, shape.visible(), shape);
    requireLength("hidden bias", hiddenBias, shape.hidden(), shape);
    float[] values = Arrays.copyOf(weight, shape.parameterCount());
    System.arraycopy(visibleBias, 0, values, shape.visibleBiasOffset(), shape.visible());
    System.arraycopy(hiddenBias, 0, values, shape.hiddenBiasOffset(), shape.hidden());
    return new RbmParameters(shape, values);
  }

  private static void requireLength(String name, float[] array, int length, RbmShape shape) {
    if (array.length != length) {
      throw new IllegalArgumentException(
          "the %s of a %s RBM has %d entries, not %d".formatted(name, shape, length, array.length));
    }
  }

  /** {@code W_ij} between visible unit i and hidden unit j. */
  public float weight(int i, int j) {
    return values[i * shape.hidden() + j];
  }

  /** {@code b_i}. */
  public float visibleBias(int i) {
    return values[shape.visibleBiasOffset() + i];
  }

  /** {@code c_j}. */
  public float hiddenBias(int j) {
    return values[shape.hiddenBiasOffset() + j];
  }

  /** All {@code b_i}; a copy. */
  public float[] visibleBias() {
    return Arrays.copyOfRange(values, shape.visibleBiasOffset(), shape.hiddenBiasOffset());
  }
}
