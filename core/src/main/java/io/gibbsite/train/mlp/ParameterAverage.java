package io.gibbsite.train.mlp;

/**
 * An exponential average of parameters over the steps, {@code a <- d_t a + (1 - d_t) theta} with
 * {@code d_t = min(decay, t / (t + 9))}, so that the first steps are soon forgotten. Averaged
 * parameters have less of the last minibatches' noise.
 *
 * <p>Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992,
 * with exponential weights.
 */
final class ParameterAverage {
  private final float decay;
  private final float[] average;

  /**
   * @param decay in (0, 1)
   * @param theta where the average starts
   */
  ParameterAverage(float decay, float[] theta) {
    this.decay = decay;
    this.average = theta.clone();
  }

  /** The average itself, float[n]. */
  float[] values() {
    return average;
  }

  /** Takes in the parameters after update {@code t}, counted from 1. */
  void add(float[] theta, long t) {
    add(theta, average, 1 - Math.min(decay, (float) t / (t + 9)));
  }

  private static void add(float[] theta, float[] average, float share) {
    for (int i = 0; i < theta.length; i++) {
      average[i] += share * (theta[i] - average[i]);
    }
  }
}
