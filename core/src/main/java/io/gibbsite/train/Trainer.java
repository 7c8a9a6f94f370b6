package io.gibbsite.train;

/**
 * A training on minibatches, step by step. A run is a function of its data, options and seed,
 * whatever the number of threads, and can be taken up at any step (see {@link Checkpoint}). Used by
 * one thread at a time.
 */
public abstract class Trainer implements Resumable, AutoCloseable {
  /** Far more than the log-odds, or standardised rows, of any machine that is of use. */
  private static final float LARGEST = 1e6f;

  private final DataOrder order;
  private final int[] indices;
  private long stepsDone;
  private boolean hasGradient;
  private boolean diverged;

  /**
   * @param rows of the data, at least {@code batch}
   * @param batch rows of a minibatch, at least 1
   * @param seed of every draw of the run
   */
  protected Trainer(int rows, int batch, long seed) {
    this.order = new DataOrder(rows, batch, seed);
    this.indices = new int[batch];
  }

  /**
   * Makes one update.
   *
   * @return the minibatch's loss before the update; NaN where it is not known
   * @throws DivergedException if the gradient or a parameter is not finite, or the model has become
   *     useless
   */
  public final double step() {
    if (diverged) {
      throw new IllegalStateException("the training has diverged: resume from its checkpoint");
    }
    order.rows(stepsDone, indices);
    try {
      double loss = update(stepsDone, indices);
      hasGradient = true;
      stepsDone++;
      return loss;
    } catch (DivergedException e) {
      diverged = true;
      throw e;
    }
  }

  /**
   * What {@link #step} does.
   *
   * @param step from 0
   * @param rows of the data, of the minibatch; not to be written to
   */
  protected abstract double update(long step, int[] rows);

  /** The Euclidean norm of the last update's gradient, before any limit. */
  protected abstract double lastGradientNorm();

  /** Takes up the run; the arrays of {@link #state} are refilled. */
  protected abstract void resumed(long steps);

  /** The Euclidean norm of the last step's gradient, before any limit; NaN before the first. */
  public final double gradientNorm() {
    return hasGradient ? lastGradientNorm() : Double.NaN;
  }

  /** Passes over the data begun so far, from 0. */
  public final long epoch() {
    return order.epoch(stepsDone);
  }

  /** Minibatches in one pass over the data. */
  public final int stepsPerEpoch() {
    return order.stepsPerEpoch();
  }

  @Override
  public final long stepsDone() {
    return stepsDone;
  }

  @Override
  public final boolean hasDiverged() {
    return diverged;
  }

  @Override
  public final void resumeAt(long steps) {
    stepsDone = steps;
    hasGradient = false;
    diverged = false;
    resumed(steps);
  }

  @Override
  public abstract void close();

  /**
   * Stops the training of a machine whose parameters have grown beyond use.
   *
   * @throws DivergedException if one is not finite, or beyond a million
   */
  protected static void requireBounded(float[] theta, long step) {
    requireBounded(largest(theta), step);
  }

  /**
   * The same of the largest magnitude, which may be NaN.
   *
   * @throws DivergedException if it is not finite, or beyond a million
   */
  protected static void requireBounded(float largest, long step) {
    if (!(largest <= LARGEST)) {
      throw new DivergedException(step, "a parameter has grown to " + largest);
    }
  }

  /** The largest magnitude; NaN where an entry is. */
  protected static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** The Euclidean norm: four sums, so that none waits for another. */
  protected static double norm(float[] values) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int whole = values.length & -4;
    for (int i = 0; i < whole; i += 4) {
      first += (double) values[i] * values[i];
      second += (double) values[i + 1] * values[i + 1];
      third += (double) values[i + 2] * values[i + 2];
      fourth += (double) values[i + 3] * values[i + 3];
    }
    for (int i = whole; i < values.length; i++) {
      first += (double) values[i] * values[i];
    }
    return Math.sqrt((first + second) + (third + fourth));
  }
}
