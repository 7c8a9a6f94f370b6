package io.gibbsite.train.mlp;

import io.gibbsite.density.Density;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.Langevin;

/**
 * Negatives from short runs of Langevin dynamics that start afresh at every step: from the
 * minibatch, as contrastive divergence (CD-k) has it, or from noise.
 *
 * <p>Step {@code t} of the training makes the Langevin steps with the addresses {@code t k .. t k +
 * k - 1}; noise is drawn at (INITIAL_STATE, t, chain).
 *
 * <p>Sources: Hinton, "Training products of experts by minimizing contrastive divergence", 2002;
 * Nijkamp, Hill, Zhu and Wu, "Learning non-convergent non-persistent short-run MCMC toward
 * energy-based model", NeurIPS 2019.
 */
public final class LangevinNegatives implements Negatives {
  private final Langevin langevin;
  private final Density start;
  private final int chains;
  private MlpSession session;
  private long seed;
  private float[] states;

  private LangevinNegatives(Langevin langevin, Density start, int chains) {
    this.langevin = langevin;
    this.start = start;
    this.chains = chains;
  }

  /**
   * As many chains as the minibatch has rows, from these rows.
   *
   * @param langevin k steps
   */
  public static LangevinNegatives fromData(Langevin langevin) {
    return new LangevinNegatives(langevin, null, 0);
  }

  /**
   * Chains from noise.
   *
   * @param langevin k steps
   * @param start the noise's density
   * @param chains at least 1
   */
  public static LangevinNegatives fromNoise(Langevin langevin, Density start, int chains) {
    if (chains < 1) {
      throw new IllegalArgumentException("there must be at least one chain, not " + chains);
    }
    return new LangevinNegatives(langevin, start, chains);
  }

  @Override
  public String configuration() {
    return describe(langevin)
        + (start == null
            ? "; start=data"
            : "; chains=" + chains + "; start=" + NceObjective.describe(start));
  }

  /** The dynamics, but for the address of their first step. */
  static String describe(Langevin rule) {
    return "langevin=%d steps of %s, noise %s, clip %s, box %s to %s"
        .formatted(
            rule.steps(), rule.stepSize(), rule.noise(), rule.clip(), rule.low(), rule.high());
  }

  @Override
  public int count(int batch) {
    return start == null ? batch : chains;
  }

  @Override
  public void begin(MlpSession opened, int batch, long seedOfDraws) {
    session = opened;
    seed = seedOfDraws;
    states = new float[count(batch) * opened.columns()];
  }

  @Override
  public float[] rows(float[] x, int n, long step) {
    if (start == null) {
      session.setChains(x, n);
    } else {
      int d = session.columns();
      for (int i = 0; i < chains; i++) {
        start.sample(seed, DrawStream.INITIAL_STATE, step, i, states, i * d);
      }
      session.setChains(states, chains);
    }
    session.langevin(langevin.from(step * langevin.steps(), langevin.steps()), seed);
    session.readChains(states);
    return states;
  }
}
