package io.gibbsite.train;

/** Training left the finite numbers; the message names the step and what to try. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long step;

  /**
   * Of a machine of units that are drawn, whose gradient has no limit to set.
   *
   * @param step from 0, that could not be made
   * @param what is not finite, or has become useless
   */
  public DivergedException(long step, String what) {
    super(
        "training diverged at step %d: %s; try a lower learning rate or more weight decay"
            .formatted(step, what));
    this.step = step;
  }

  /**
   * Of an energy by gradient descent, which something else may help.
   *
   * @param step from 0, that could not be made
   * @param what is not finite, or what has become useless
   * @param remedy what else may help than a lower learning rate and a gradient-norm limit
   */
  public DivergedException(long step, String what, String remedy) {
    super(
        "training diverged at step %d: %s; try a lower learning rate, a gradient-norm limit or %s"
            .formatted(step, what, remedy));
    this.step = step;
  }

  /** The step, from 0, that could not be made. */
  public long step() {
    return step;
  }
}
