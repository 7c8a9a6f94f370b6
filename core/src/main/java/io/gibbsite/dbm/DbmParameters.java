package io.gibbsite.dbm;

/**
 * The parameters of a deep Boltzmann machine.
 *
 * @param shape the layers
 * @param values float[shape.parameterCount()], laid out as {@link DbmShape} says; not copied
 */
public record DbmParameters(DbmShape shape, float[] values) {
  public DbmParameters {
    if (values.length != shape.parameterCount()) {
      throw new IllegalArgumentException(
          "shape %s has %d parameters, not %d"
              .formatted(shape, shape.parameterCount(), values.length));
    }
  }

  /** {@code W_l} between unit i of layer l - 1 and unit j of layer l. */
  public float weight(int layer, int i, int j) {
    return values[shape.weightOffset(layer) + i * shape.units(layer) + j];
  }

  /** {@code b_l} of unit i. */
  public float bias(int layer, int i) {
    return values[shape.biasOffset(layer) + i];
  }

  /** The same in an array of their own. */
  public DbmParameters copy() {
    return new DbmParameters(shape, values.clone());
  }
}
