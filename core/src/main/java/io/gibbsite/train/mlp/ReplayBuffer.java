package io.gibbsite.train.mlp;

import io.gibbsite.density.Density;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Langevin;
import io.gibbsite.train.DataOrder;
import java.util.Map;

/**
 * Negatives from persistent chains: a buffer of them, of which every step takes some in turn, moves
 * them on by k Langevin steps and puts them back. A chain that is taken starts again from noise
 * with a small probability, so that the buffer keeps reaching what its chains have left.
 *
 * <p>Chains are taken in an order that is shuffled anew whenever all have been taken, at
 * (DATA_ORDER, pass, 1); they start again at (PROPOSAL, step, chain), from noise at (INITIAL_STATE,
 * step + 1, chain), those of the whole buffer from noise at (INITIAL_STATE, 0, slot). With as many
 * slots as chains, and never starting again, this is persistent contrastive divergence.
 *
 * <p>Sources: Tieleman, "Training restricted Boltzmann machines using approximations to the
 * likelihood gradient", ICML 2008; Du and Mordatch, "Implicit generation and modeling with
 * energy-based models", NeurIPS 2019; Nijkamp, Hill, Han, Zhu and Wu, "On the anatomy of MCMC-based
 * maximum likelihood learning of energy-based models", AAAI 2020.
 */
public final class ReplayBuffer implements Negatives {
  private final Langevin langevin;
  private final Density start;
  private final int chains;
  private final int slots;
  private final float restart;
  private MlpSession session;
  private DataOrder order;
  private long seed;
  private int[] taken;
  private float[] buffer;
  private float[] states;

  /**
   * @param langevin k steps
   * @param start the density of the noise that chains start from
   * @param chains that a step takes, at least 1
   * @param slots of the buffer, at least {@code chains}
   * @param restart the probability of starting again, in [0, 1]
   */
  public ReplayBuffer(Langevin langevin, Density start, int chains, int slots, float restart) {
    if (chains < 1 || slots < chains) {
      throw new IllegalArgumentException(
          "a replay buffer of %d slots for %d chains: it must hold them all"
              .formatted(slots, chains));
    }
    if (!(restart >= 0 && restart <= 1)) {
      throw new IllegalArgumentException(
          "the probability of starting again must be in [0, 1], not " + restart);
    }
    this.langevin = langevin;
    this.start = start;
    this.chains = chains;
    this.slots = slots;
    this.restart = restart;
  }

  @Override
  public String configuration() {
    return "%s; chains=%d of %d; restart=%s; start=%s"
        .formatted(
            LangevinNegatives.describe(langevin),
            chains,
            slots,
            restart,
            NceObjective.describe(start));
  }

  @Override
  public int count(int batch) {
    return chains;
  }

  @Override
  public void begin(MlpSession opened, int batch, long seedOfDraws) {
    session = opened;
    seed = seedOfDraws;
    int d = opened.columns();
    order = new DataOrder(slots, chains, seed, 1);
    taken = new int[chains];
    buffer = new float[Math.multiplyExact(slots, d)];
    states = new float[chains * d];
    for (int slot = 0; slot < slots; slot++) {
      start.sample(seed, DrawStream.INITIAL_STATE, 0, slot, buffer, slot * d);
    }
  }

  @Override
  public float[] rows(float[] x, int n, long step) {
    int d = session.columns();
    order.rows(step, taken);
    for (int i = 0; i < chains; i++) {
      if (Draws.uniform(seed, DrawStream.PROPOSAL, step, i, 0) < restart) {
        start.sample(seed, DrawStream.INITIAL_STATE, step + 1, i, states, i * d);
      } else {
        System.arraycopy(buffer, taken[i] * d, states, i * d, d);
      }
    }
    session.setChains(states, chains);
    session.langevin(langevin.from(step * langevin.steps(), langevin.steps()), seed);
    session.readChains(states);
    for (int i = 0; i < chains; i++) {
      System.arraycopy(states, i * d, buffer, taken[i] * d, d);
    }
    return states;
  }

  /** {@code chains} [slots * d]. */
  @Override
  public Map<String, float[]> state() {
    return Map.of("chains", buffer);
  }
}
