package io.gibbsite.sampler;

import io.gibbsite.random.DrawStream;

/**
 * Random-walk Metropolis: {@code y = x + s n / sqrt(beta)}, taken with {@code min(1, exp(-beta
 * (E(y) - E(x))))}. One energy pass a step, no gradient.
 *
 * <p>The normal numbers n are drawn at (PROPOSAL, step, row), the decision at (ACCEPT, step, row).
 * The adapted acceptance is 0.234, the best for many columns: Roberts, Gelman and Gilks, "Weak
 * convergence and optimal scaling of random walk Metropolis algorithms", 1997.
 */
public final class MetropolisHastings extends MetropolisSampler {
  private static final double AIM = 0.234;

  /**
   * @param start float[chains * columns], row-major; copied
   * @param stepSize s, or where its adaptation begins
   */
  public MetropolisHastings(
      EnergyFunction target, float[] start, int chains, float stepSize, SamplerSettings settings) {
    super(target, start, chains, stepSize, AIM, settings);
  }

  @Override
  void propose(float size, long address) {
    forRows(
        i -> {
          normals(DrawStream.PROPOSAL, address, i, proposal);
          float scale = (float) (size / Math.sqrt(beta[i]));
          for (int k = i * columns; k < (i + 1) * columns; k++) {
            proposal[k] = Math.fma(scale, proposal[k], x[k]);
          }
        });
    energyAt(proposal, proposalEnergy);
    for (int i = 0; i < rows; i++) {
      logRatio[i] = beta[i] * ((double) energy[i] - proposalEnergy[i]);
    }
  }
}
