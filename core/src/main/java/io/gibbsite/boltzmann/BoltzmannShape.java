package io.gibbsite.boltzmann;

import io.gibbsite.spin.SpinShape;

/**
 * The units of a Boltzmann machine, the visible ones first.
 *
 * @param visible at least 1
 * @param hidden at least 0
 */
public record BoltzmannShape(int visible, int hidden) {
  public BoltzmannShape {
    if (visible < 1 || hidden < 0 || (long) visible + hidden > SpinShape.UNIT_LIMIT) {
      throw new IllegalArgumentException(
          "a Boltzmann machine has at least 1 visible unit, at least 0 hidden ones and %d at the most, not %d and %d"
              .formatted(SpinShape.UNIT_LIMIT, visible, hidden));
    }
  }

  public int units() {
    return visible + hidden;
  }

  /** The network that all units make. */
  public SpinShape network() {
    return new SpinShape(units());
  }

  /** The visible units, boolean[units]. */
  public boolean[] visibleUnits() {
    boolean[] held = new boolean[units()];
    java.util.Arrays.fill(held, 0, visible, true);
    return held;
  }

  /** The hidden units' numbers. */
  public int[] hiddenUnits() {
    int[] units = new int[hidden];
    for (int j = 0; j < hidden; j++) {
      units[j] = visible + j;
    }
    return units;
  }

  /**
   * Rows of visible units widened by hidden ones.
   *
   * @param v byte[rows * visible]
   * @param y byte[rows * units], whose hidden units stay, out
   */
  public void join(byte[] v, int rows, byte[] y) {
    for (int row = 0; row < rows; row++) {
      System.arraycopy(v, row * visible, y, row * units(), visible);
    }
  }

  /** Such as {@code 784+100}. */
  @Override
  public String toString() {
    return visible + "+" + hidden;
  }
}
