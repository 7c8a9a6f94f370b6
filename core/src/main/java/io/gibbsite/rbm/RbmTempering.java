package io.gibbsite.rbm;

import io.gibbsite.sampler.ParallelTempering;

/**
 * {@link ParallelTempering} of an RBM with binary visible units, on the path of {@link Rbm}'s
 * annealing; see {@link RbmReplicas}.
 */
public final class RbmTempering extends RbmReplicas {
  private final RbmSession session;
  private final byte[] states; // [chain * level * visible]

  /**
   * Sets every replica of a chain to the same state.
   *
   * @param session of at least {@code chains * levels} rows, with parameters; its chains are
   *     replaced
   * @param v byte[chains * visible], each 0 or 1
   * @param seed of every draw
   */
  public RbmTempering(
      RbmSession session, ParallelTempering options, byte[] v, int chains, long seed) {
    super(session, options, chains, seed);
    int visible = session.shape().visible();
    int levels = options.levels();
    this.session = session;
    this.states = new byte[chains * levels * visible];
    for (int row = 0; row < chains * levels; row++) {
      System.arraycopy(v, row / levels * visible, states, row * visible, visible);
    }
    session.setVisible(states, chains * levels);
  }

  /** Copies the states at beta 1 to {@code v}, byte[chains * visible]. */
  public void readVisible(byte[] v) {
    readLevel(levelCount() - 1, v);
  }

  /** Copies the states at a level to {@code v}, byte[chains * visible]. */
  public void readLevel(int level, byte[] v) {
    int visible = session.shape().visible();
    session.readVisible(states);
    for (int chain = 0; chain < chains(); chain++) {
      System.arraycopy(states, row(chain, level) * visible, v, chain * visible, visible);
    }
  }

  /**
   * Takes up a run whose rows had these states and levels after so many rounds.
   *
   * @param replicas byte[chains * levels * visible], from the session's {@code readVisible}
   * @param levels int[chains * levels], from {@link #levels}
   */
  public void resume(byte[] replicas, int[] levels, long rounds) {
    int[] rows = rowsAt(levels);
    session.setVisible(replicas, rows.length);
    resumeAt(rows, levels, rounds);
  }
}
