package io.gibbsite.train.rbm;

import io.gibbsite.train.LearningRate;

/**
 * How {@link RbmTrainer} moves from minibatch to minibatch.
 *
 * @param batch data rows in a minibatch, at least 1
 * @param chains persistent ones of the negative phase; 0 for contrastive divergence, whose chains
 *     start from the minibatch's rows each time
 * @param sweeps that chains make in a step, at least 1: the k of CD-k
 * @param gradient how statistics become a gradient
 * @param learningRate of each step
 * @param momentum in [0, 1)
 * @param weightDecay decoupled: each step also shrinks weights, but not biases, by the factor
 *     {@code 1 - rate * weightDecay}; at least 0
 * @param seed of every draw of the run
 * @param sparsity of the hidden units
 * @param levels of parallel tempering of the persistent chains, evenly spaced; 1 for plain Gibbs
 *     chains
 */
public record RbmTrainingOptions(
    int batch,
    int chains,
    int sweeps,
    RbmGradient gradient,
    LearningRate learningRate,
    float momentum,
    float weightDecay,
    long seed,
    RbmSparsity sparsity,
    int levels) {
  public RbmTrainingOptions {
    require(batch >= 1, "a minibatch has at least one row, not " + batch);
    require(chains >= 0, "persistent chains must be at least 0, not " + chains);
    require(sweeps >= 1, "chains make at least one sweep in a step, not " + sweeps);
    require(momentum >= 0 && momentum < 1, "the momentum must be in [0, 1), not " + momentum);
    require(
        weightDecay >= 0 && Float.isFinite(weightDecay),
        "the weight decay must be at least 0, not " + weightDecay);
    require(levels >= 1, "chains have at least one level, not " + levels);
    require(levels == 1 || chains > 0, "only persistent chains can be tempered");
  }

  /** Without sparsity and tempering. */
  public RbmTrainingOptions(
      int batch,
      int chains,
      int sweeps,
      RbmGradient gradient,
      LearningRate learningRate,
      float momentum,
      float weightDecay,
      long seed) {
    this(
        batch,
        chains,
        sweeps,
        gradient,
        learningRate,
        momentum,
        weightDecay,
        seed,
        RbmSparsity.NONE,
        1);
  }

  /** The same with this sparsity. */
  public RbmTrainingOptions with(RbmSparsity other) {
    return new RbmTrainingOptions(
        batch, chains, sweeps, gradient, learningRate, momentum, weightDecay, seed, other, levels);
  }

  /** The same with that many levels of parallel tempering. */
  public RbmTrainingOptions tempered(int count) {
    return new RbmTrainingOptions(
        batch,
        chains,
        sweeps,
        gradient,
        learningRate,
        momentum,
        weightDecay,
        seed,
        sparsity,
        count);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
