package io.gibbsite.train.boltzmann;

import io.gibbsite.train.LearningRate;

/**
 * How {@link BoltzmannTrainer} moves from minibatch to minibatch.
 *
 * @param batch data rows in a minibatch, at least 1
 * @param chains persistent ones of the negative phase, at least 1
 * @param sweeps that they make in a step, at least 1
 * @param meanField whether the positive phase is the mean field; else hidden units are sampled
 * @param positiveSweeps that sampled hidden units make from random states, or the most rounds of
 *     the mean field; at least 1
 * @param learningRate of each step
 * @param momentum in [0, 1)
 * @param weightDecay decoupled, of couplings alone; at least 0
 * @param seed of every draw of the run
 */
public record BoltzmannTrainingOptions(
    int batch,
    int chains,
    int sweeps,
    boolean meanField,
    int positiveSweeps,
    LearningRate learningRate,
    float momentum,
    float weightDecay,
    long seed) {
  public BoltzmannTrainingOptions {
    require(batch >= 1, "a minibatch has at least one row, not " + batch);
    require(chains >= 1, "there is at least one persistent chain, not " + chains);
    require(sweeps >= 1, "chains make at least one sweep in a step, not " + sweeps);
    require(positiveSweeps >= 1, "hidden units make at least one sweep, not " + positiveSweeps);
    require(momentum >= 0 && momentum < 1, "the momentum must be in [0, 1), not " + momentum);
    require(
        weightDecay >= 0 && Float.isFinite(weightDecay),
        "the weight decay must be at least 0, not " + weightDecay);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
