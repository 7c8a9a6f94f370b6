package io.gibbsite.train.rbm;

import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmTempering;
import io.gibbsite.sampler.ParallelTempering;

/**
 * A negative phase of tempered persistent chains: a round of parallel tempering in a step, and the
 * statistics of the states at the model itself.
 */
public final class TemperedPhase {
  private final RbmSession session;
  private final int chains;
  private final RbmTempering tempering;
  private final float[] levels; // [chains * levels], as a checkpoint has them
  private final byte[] states; // [chains * levels, visible]

  /**
   * Sets every replica of a chain to the same state.
   *
   * @param session of at least {@code chains * levels} rows, with parameters
   * @param base log-odds of the lowest level's visible units
   * @param start byte[chains * visible]
   */
  public TemperedPhase(
      RbmSession session,
      int chains,
      int levels,
      int sweeps,
      float[] base,
      byte[] start,
      long seed) {
    this.session = session;
    this.chains = chains;
    this.levels = new float[chains * levels];
    this.states = new byte[Math.multiplyExact(chains * levels, session.shape().visible())];
    this.tempering =
        new RbmTempering(
            session, ParallelTempering.even(levels, base).sweeps(sweeps), start, chains, seed);
  }

  /** Makes a round; the sums of the statistics at the model to {@code sums}, float[P]. */
  public void statistics(float[] sums) {
    tempering.step();
    tempering.readVisible(states);
    session.statistics(states, chains, sums);
  }

  /** The level of every replica, to be saved, or to be refilled before {@link #resume}. */
  public float[] levels() {
    int[] now = tempering.levels();
    for (int row = 0; row < now.length; row++) {
      levels[row] = now[row];
    }
    return levels;
  }

  /**
   * Takes up a run.
   *
   * @param replicas byte[chains * levels * visible], as the session has them
   * @param saved what {@link #levels} gave
   */
  public void resume(byte[] replicas, float[] saved, long rounds) {
    int[] whole = new int[saved.length];
    for (int row = 0; row < whole.length; row++) {
      whole[row] = (int) saved[row];
    }
    tempering.resume(replicas, whole, rounds);
  }
}
