package io.gibbsite.rbm;

import io.gibbsite.sampler.ParallelTempering;

/**
 * {@link ParallelTempering} of a Gaussian-Bernoulli RBM; see {@link RbmReplicas}.
 *
 * <p>The levels lie on the path of {@link GaussianRbm}'s annealing, which is also that of its AIS:
 * at {@code beta} the hidden units' inputs are {@code beta a}, and the visible units are {@code
 * N(beta (b + sd W h) + (1 - beta) r, sd^2)}, where r is {@link ParallelTempering#baseBias}, best
 * the data's means. So modes draw together as beta falls, down to one Gaussian round r, and every
 * level has a density. Powers {@code p(v, h)^beta} would not do: they stretch deviations to {@code
 * sd / sqrt(beta)}, beyond all bounds at beta 0. Modes are joined where the path favours none of
 * them midway, as from an r between them; else chains stay where they started though exchanges
 * succeed, so start some in each.
 *
 * <p>Source: Cho, Ilin and Raiko, "Improved learning of Gaussian-Bernoulli restricted Boltzmann
 * machines", ICANN 2011, who temper from a base model to the RBM. Here the deviations of the base
 * are the RBM's own, which cancel in exchanges.
 */
public final class GaussianRbmTempering extends RbmReplicas {
  private final GaussianRbmSession session;
  private final float[] states; // [chain * level * visible]

  /**
   * Sets every replica of a chain to the same state.
   *
   * @param session of at least {@code chains * levels} rows, with parameters; its chains are
   *     replaced
   * @param v float[chains * visible]
   * @param seed of every draw
   */
  public GaussianRbmTempering(
      GaussianRbmSession session, ParallelTempering options, float[] v, int chains, long seed) {
    super(session, options, chains, seed);
    int visible = session.shape().visible();
    int levels = options.levels();
    this.session = session;
    this.states = new float[chains * levels * visible];
    for (int row = 0; row < chains * levels; row++) {
      System.arraycopy(v, row / levels * visible, states, row * visible, visible);
    }
    session.setVisible(states, chains * levels);
  }

  /** Copies the states at beta 1 to {@code v}, float[chains * visible]. */
  public void readVisible(float[] v) {
    readLevel(levelCount() - 1, v);
  }

  /** Copies the states at a level to {@code v}, float[chains * visible]. */
  public void readLevel(int level, float[] v) {
    int visible = session.shape().visible();
    session.readVisible(states);
    for (int chain = 0; chain < chains(); chain++) {
      System.arraycopy(states, row(chain, level) * visible, v, chain * visible, visible);
    }
  }

  /**
   * Takes up a run whose rows had these states and levels after so many rounds.
   *
   * @param replicas float[chains * levels * visible], from the session's {@code readVisible}
   * @param levels int[chains * levels], from {@link #levels}
   */
  public void resume(float[] replicas, int[] levels, long rounds) {
    int[] rows = rowsAt(levels);
    session.setVisible(replicas, rows.length);
    resumeAt(rows, levels, rounds);
  }
}
