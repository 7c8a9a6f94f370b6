package io.gibbsite.train.dbm;

import io.gibbsite.dbm.MeanField;
import io.gibbsite.train.LearningRate;
import io.gibbsite.train.rbm.RbmGradient;

/**
 * How {@link DbmTrainer} moves from minibatch to minibatch.
 *
 * @param batch data rows in a minibatch, at least 1
 * @param chains persistent ones of the negative phase, at least 1
 * @param levels of parallel tempering of the joint training's chains; 1 for none
 * @param sweeps that chains make in a step, at least 1
 * @param gradient how statistics become a gradient
 * @param layerSteps updates of each layer's machine before the joint training; 0 for none
 * @param layerRate learning rate of them
 * @param jointRate learning rate of the joint training
 * @param momentum in [0, 1)
 * @param weightDecay decoupled, of weights alone; at least 0
 * @param meanField when the inference of a row is done
 * @param seed of every draw of the run
 */
public record DbmTrainingOptions(
    int batch,
    int chains,
    int levels,
    int sweeps,
    RbmGradient gradient,
    long layerSteps,
    LearningRate layerRate,
    LearningRate jointRate,
    float momentum,
    float weightDecay,
    MeanField.Stop meanField,
    long seed) {
  public DbmTrainingOptions {
    require(batch >= 1, "a minibatch has at least one row, not " + batch);
    require(chains >= 1, "the negative phase has at least one chain, not " + chains);
    require(levels >= 1, "a chain has at least one level, not " + levels);
    require(sweeps >= 1, "chains make at least one sweep in a step, not " + sweeps);
    require(layerSteps >= 0, "the steps of a layer must be at least 0, not " + layerSteps);
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
