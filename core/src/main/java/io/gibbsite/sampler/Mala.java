package io.gibbsite.sampler;

import io.gibbsite.random.DrawStream;

/**
 * The Metropolis-adjusted Langevin algorithm: a step of {@link Langevin} is a proposal.
 *
 * <pre>
 *   y = x - eta g(x) + sqrt(2 eta / beta) n                      g = dE/dx
 *   log q(y | x) = -beta |y - x + eta g(x)|^2 / (4 eta)          up to a constant
 *   r = exp(-beta (E(y) - E(x))) q(x | y) / q(y | x)
 * </pre>
 *
 * <p>One gradient pass a step. The normal numbers n are drawn at (PROPOSAL, step, row), the
 * decision at (ACCEPT, step, row). The adapted acceptance is 0.574: Roberts and Rosenthal, "Optimal
 * scaling of discrete approximations to Langevin diffusions", 1998.
 */
public final class Mala extends MetropolisSampler {
  private static final double AIM = 0.574;

  /**
   * @param start float[chains * columns], row-major; copied
   * @param stepSize eta, or where its adaptation begins
   */
  public Mala(
      EnergyFunction target, float[] start, int chains, float stepSize, SamplerSettings settings) {
    super(target, start, chains, stepSize, AIM, settings);
  }

  @Override
  void propose(float size, long address) {
    forRows(
        i -> {
          normals(DrawStream.PROPOSAL, address, i, proposal);
          float noise = (float) Math.sqrt(2.0 * size / beta[i]);
          for (int k = i * columns; k < (i + 1) * columns; k++) {
            float drift = Math.fma(-size, gradient[k], x[k]);
            proposal[k] = Math.fma(noise, proposal[k], drift);
          }
        });
    gradientAt(proposal, proposalEnergy, proposalGradient);
    weigh(size);
  }

  /** log r of the proposals as they are. */
  void weigh(float size) {
    forRows(
        i -> {
          double there = 0;
          double back = 0;
          for (int k = i * columns; k < (i + 1) * columns; k++) {
            double moved = (double) proposal[k] - x[k];
            double forward = moved + (double) size * gradient[k];
            double backward = -moved + (double) size * proposalGradient[k];
            there += forward * forward;
            back += backward * backward;
          }
          double proposals = (there - back) / (4.0 * size);
          logRatio[i] = beta[i] * ((double) energy[i] - proposalEnergy[i] + proposals);
        });
  }
}
