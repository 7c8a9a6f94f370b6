package io.gibbsite.train.mlp;

import io.gibbsite.train.LearningRate;

/**
 * How a trainer moves from minibatch to minibatch.
 *
 * @param batch data rows in a minibatch, at least 1
 * @param learningRate of each step
 * @param seed of every draw of the run
 * @param weightDecay decoupled: each step also shrinks weights and biases, but not {@code c}, by
 *     the factor {@code 1 - rate * weightDecay} (Loshchilov and Hutter 2019); at least 0
 * @param gradientNormLimit gradients of a larger Euclidean norm are scaled down to it (Pascanu et
 *     al. 2013); positive, infinite for none
 * @param averageDecay decay of the exponential average of the parameters, which then are the model;
 *     in [0, 1), 0 for none
 * @param jitterSd float[d], the standard deviation of the normal jitter that every visit of a row
 *     gets afresh, at (JITTER, step, row of the minibatch); null for none
 */
public record TrainingOptions(
    int batch,
    LearningRate learningRate,
    long seed,
    float weightDecay,
    float gradientNormLimit,
    float averageDecay,
    float[] jitterSd) {
  public TrainingOptions {
    require(batch >= 1, "a minibatch has at least one row, not " + batch);
    require(
        weightDecay >= 0 && Float.isFinite(weightDecay),
        "the weight decay must be at least 0, not " + weightDecay);
    require(
        gradientNormLimit > 0,
        "the gradient-norm limit must be positive, not " + gradientNormLimit);
    require(
        averageDecay >= 0 && averageDecay < 1,
        "the decay of the parameter average must be in [0, 1), not " + averageDecay);
  }

  /** Without weight decay, gradient-norm limit, average or jitter. */
  public static TrainingOptions of(int batch, LearningRate learningRate, long seed) {
    return new TrainingOptions(batch, learningRate, seed, 0, Float.POSITIVE_INFINITY, 0, null);
  }

  public TrainingOptions withWeightDecay(float decay) {
    return new TrainingOptions(
        batch, learningRate, seed, decay, gradientNormLimit, averageDecay, jitterSd);
  }

  public TrainingOptions withGradientNormLimit(float limit) {
    return new TrainingOptions(
        batch, learningRate, seed, weightDecay, limit, averageDecay, jitterSd);
  }

  public TrainingOptions withAverageDecay(float decay) {
    return new TrainingOptions(
        batch, learningRate, seed, weightDecay, gradientNormLimit, decay, jitterSd);
  }

  public TrainingOptions withJitter(float[] sd) {
    return new TrainingOptions(
        batch, learningRate, seed, weightDecay, gradientNormLimit, averageDecay, sd);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
