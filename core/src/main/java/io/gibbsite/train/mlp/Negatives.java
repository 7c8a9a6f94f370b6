package io.gibbsite.train.mlp;

import io.gibbsite.mlp.GeneratorParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.train.Resumable;
import java.util.Map;

/**
 * Where contrastive divergence has its negatives from: rows that stand for samples of the model. It
 * owns its arrays, and is used by one training on one thread, as a {@link MlpObjective} is, whose
 * rules hold here too.
 */
public interface Negatives {
  /** All settings that the rows depend on, as in {@link Resumable#configuration}. */
  String configuration();

  /** How many rows it brings, with minibatches of this size. */
  int count(int batch);

  /**
   * Takes what it needs, before the first step.
   *
   * @param session holds the starting parameters; has room for {@link #count} rows
   * @param batch rows of a minibatch
   * @param seed of every draw
   */
  void begin(MlpSession session, int batch, long seed);

  /**
   * The rows of a step, of the parameters that the session holds.
   *
   * @param x float[n * d], the minibatch, to be left as it is
   * @param n rows
   * @return float[count * d], valid until the next step
   */
  float[] rows(float[] x, int n, long step);

  /** The generator that is trained beside the energy, as it is so far: a copy; null if none is. */
  default GeneratorParameters generator() {
    return null;
  }

  /** What lasts from step to step, by name: the arrays themselves. */
  default Map<String, float[]> state() {
    return Map.of();
  }
}
