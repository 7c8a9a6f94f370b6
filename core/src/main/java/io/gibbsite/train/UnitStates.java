package io.gibbsite.train;

/** The states of units, which are bytes where chains move, as the floats of a checkpoint. */
public final class UnitStates {
  private UnitStates() {}

  /** The same numbers. */
  public static float[] floats(byte[] states) {
    float[] values = new float[states.length];
    toFloats(states, values);
    return values;
  }

  /**
   * Copies states.
   *
   * @param values float[states], out
   */
  public static void toFloats(byte[] states, float[] values) {
    for (int k = 0; k < states.length; k++) {
      values[k] = states[k];
    }
  }

  /** What {@link #floats} was given. */
  public static byte[] bytes(float[] values) {
    byte[] states = new byte[values.length];
    for (int k = 0; k < states.length; k++) {
      states[k] = (byte) values[k];
    }
    return states;
  }
}
