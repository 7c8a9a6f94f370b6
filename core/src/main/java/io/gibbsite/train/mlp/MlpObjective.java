package io.gibbsite.train.mlp;

import io.gibbsite.mlp.GeneratorParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.train.DivergedException;
import io.gibbsite.train.Resumable;
import java.util.Map;

/**
 * What an {@link MlpTrainer} minimises: turns a minibatch into a loss and its gradient by the
 * passes of a session, and owns all that this needs beside the parameters of the energy.
 *
 * <p>An objective serves one training, on one thread. The trainer calls {@link #begin} once, {@link
 * #loss} once a step and {@link #heldOut} whenever it is asked to; in all of them the session holds
 * the parameters to use. The trainer does the rest: minibatches and their jitter, the optimiser,
 * norm limit and average of the energy's parameters, checks that all numbers are finite,
 * checkpoints.
 *
 * <p>To add an objective:
 *
 * <ul>
 *   <li>Scratch is allocated in {@code begin}, so that a step allocates nothing. Passes take at
 *       most {@link #rows} rows at a time, and chains that {@link MlpSession#langevin} moves are at
 *       most as many; they may be set anew at every step.
 *   <li>Draws are taken at addresses that contain the step, from streams that the trainer does not
 *       use: it uses DATA_ORDER, row 0, JITTER and INITIAL_PARAMETERS. Then nothing depends on the
 *       number of threads.
 *   <li>What lasts from step to step, such as persistent chains, or the parameters and the
 *       optimiser of a second network, is in arrays that {@link #state} names: a checkpoint saves
 *       and refills them. {@link #resumeAt} then rebuilds what follows from them. A second network
 *       is updated within {@code loss}, and checked there.
 *   <li>{@link #figures} become columns of metrics.csv.
 *   <li>A training that is of no use any more ends by a {@link DivergedException} from {@code
 *       loss}.
 * </ul>
 *
 * <p>{@code d} is the number of inputs, {@code P} that of the energy's parameters.
 */
public interface MlpObjective extends AutoCloseable {
  /** Such as {@code nce}. */
  String name();

  /** All settings that the numbers depend on, as in {@link Resumable#configuration}. */
  String configuration();

  /**
   * Whether {@code c = log Z} is learned: then {@code gradient[P]} is its derivative. Else that is
   * 0, and {@code c} stays what it was.
   */
  boolean learnsLogZ();

  /** The rows that a session must have room for, with minibatches of this size. */
  default int rows(int batch) {
    return batch;
  }

  /**
   * Takes what it needs, before the first step.
   *
   * @param session holds the starting parameters; has room for {@link #rows}
   * @param batch rows of a minibatch
   * @param seed of every draw
   */
  void begin(MlpSession session, int batch, long seed);

  /**
   * The loss of a minibatch and its gradient; chains and other state move on.
   *
   * @param x float[n * d], to be left as it is
   * @param n rows
   * @param logZ {@code c}
   * @param step from 0, in steps of 1
   * @param gradient float[P + 1], out
   */
  double loss(float[] x, int n, float logZ, long step, float[] gradient);

  /** The name in metrics.csv of what {@link #heldOut} returns. */
  default String heldOutName() {
    return "held_out_loss";
  }

  /**
   * A mean over rows that are not trained on, the loss if there is one without chains; state stays
   * as it is.
   *
   * @param x float[n * d]
   * @param n rows, at most a minibatch
   * @param logZ {@code c}
   * @param address of its draws in place of a step, which no step has
   */
  double heldOut(float[] x, int n, float logZ, long address);

  /** What the last step saw, by names as in metrics.csv; always the same names, NaN if unknown. */
  default Map<String, Double> figures() {
    return Map.of();
  }

  /** What lasts from step to step, by name: the arrays themselves. */
  default Map<String, float[]> state() {
    return Map.of();
  }

  /** Goes on after {@code steps} steps; the arrays of {@link #state} are refilled. */
  default void resumeAt(long steps) {}

  /** The generator that is trained beside the energy, as it is so far: a copy; null if none is. */
  default GeneratorParameters generator() {
    return null;
  }

  /** What may help when training diverges, after "a lower learning rate, a gradient-norm limit". */
  default String remedy() {
    return "more weight decay";
  }

  @Override
  default void close() {}
}
