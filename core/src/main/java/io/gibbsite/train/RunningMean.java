package io.gibbsite.train;

/**
 * The mean of what a training's steps have returned since a line of metrics, in float64. A {@link
 * Checkpoint} takes it along, so that the line that spans a stop is that of a run without one.
 */
public final class RunningMean {
  private double sum;
  private long count;

  /** Takes in a value. */
  public void add(double value) {
    sum += value;
    count++;
  }

  /** The mean of the values since {@link #clear}; NaN of none. */
  public double value() {
    return sum / count;
  }

  /** Forgets all values. */
  public void clear() {
    sum = 0;
    count = 0;
  }

  /** Sum and count, to be saved. */
  double[] state() {
    return new double[] {sum, count};
  }

  /** Goes back to what {@link #state} gave. */
  void resume(double[] state) {
    sum = state[0];
    count = (long) state[1];
  }
}
