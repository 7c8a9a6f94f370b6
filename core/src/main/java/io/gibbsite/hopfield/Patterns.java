package io.gibbsite.hopfield;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.spin.SpinStates;

/**
 * Patterns of units -1 and +1.
 *
 * @param y byte[count * units], row-major; not copied
 * @param count p, at least 1
 * @param units n
 */
public record Patterns(byte[] y, int count, int units) {
  public Patterns {
    if (count < 1 || units < 1 || y.length != (long) count * units) {
      throw new IllegalArgumentException(
          "%d values are not %d patterns of %d units".formatted(y.length, count, units));
    }
    for (int k = 0; k < y.length; k++) {
      if (y[k] != 1 && y[k] != -1) {
        throw new IllegalArgumentException(
            "pattern %d, unit %d is %d: units are -1 or +1".formatted(k / units, k % units, y[k]));
      }
    }
  }

  /** Independent units, -1 and +1 equally likely ({@link SpinStates#random}). */
  public static Patterns random(int count, int units, long seed) {
    return new Patterns(SpinStates.random(units, count, seed), count, units);
  }

  /**
   * R1: corrupted copies.
   *
   * @param flip the probability that a unit is flipped, in [0, 1]
   * @param trial of the draws' address
   * @return byte[count * units]
   */
  public byte[] corrupted(float flip, long trial, long seed) {
    if (!(flip >= 0 && flip <= 1)) {
      throw new IllegalArgumentException("the share to flip must be in [0, 1], not " + flip);
    }
    byte[] states = y.clone();
    float[] u = new float[units];
    for (int m = 0; m < count; m++) {
      Draws.uniforms(seed, DrawStream.CORRUPTION, trial, m, u, 0, units);
      for (int i = 0; i < units; i++) {
        if (u[i] < flip) {
          states[m * units + i] = (byte) -states[m * units + i];
        }
      }
    }
    return states;
  }

  /** The overlap with the nearest pattern or its negative, 0 to 1. */
  public double nearest(byte[] states, int row) {
    double largest = 0;
    for (int m = 0; m < count; m++) {
      largest = Math.max(largest, Math.abs(overlap(m, states, row)));
    }
    return largest;
  }

  /** R3: the overlap of pattern m with row {@code row} of these states, -1 to 1. */
  public double overlap(int m, byte[] states, int row) {
    int sum = 0;
    for (int i = 0; i < units; i++) {
      sum += y[m * units + i] * states[row * units + i];
    }
    return (double) sum / units;
  }
}
