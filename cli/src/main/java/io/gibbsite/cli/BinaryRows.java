package io.gibbsite.cli;

import io.gibbsite.data.Dataset;

/**
 * Rows of zeros and ones.
 *
 * @param states byte[rows * columns]
 * @param rows at least 1
 */
record BinaryRows(byte[] states, int rows) {
  /** 1 where the value is above the threshold. */
  static BinaryRows above(Dataset data, float threshold) {
    byte[] states = new byte[data.values().length];
    for (int k = 0; k < states.length; k++) {
      states[k] = (byte) (data.values()[k] > threshold ? 1 : 0);
    }
    return new BinaryRows(states, data.rows());
  }

  /** The same as numbers. */
  float[] floats() {
    float[] floats = new float[states.length];
    for (int k = 0; k < floats.length; k++) {
      floats[k] = states[k];
    }
    return floats;
  }
}
