package io.gibbsite.cli;

/** Units -1 and +1 from numbers, and as greys. */
final class Spins {
  private Spins() {}

  /** +1 where a value is above the threshold, else -1. */
  static byte[] above(float[] values, float threshold) {
    byte[] y = new byte[values.length];
    for (int k = 0; k < y.length; k++) {
      y[k] = (byte) (values[k] > threshold ? 1 : -1);
    }
    return y;
  }

  /** 1 for +1 and 0 for -1. */
  static float[] greys(byte[] y) {
    float[] greys = new float[y.length];
    for (int k = 0; k < y.length; k++) {
      greys[k] = y[k] > 0 ? 1 : 0;
    }
    return greys;
  }
}
