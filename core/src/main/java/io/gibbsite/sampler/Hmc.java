package io.gibbsite.sampler;

import io.gibbsite.random.DrawStream;
import java.util.Arrays;

/**
 * Hamiltonian Monte Carlo with unit masses: momenta drawn anew, then L leapfrog steps of {@code H =
 * beta E(x) + |p|^2 / 2}, taken with {@code min(1, exp(-(H' - H)))}.
 *
 * <pre>
 *   p ~ N(0, I)
 *   L times   p &lt;- p - e/2 beta g(x),  x &lt;- x + e p,  p &lt;- p - e/2 beta g(x)     g = dE/dx
 * </pre>
 *
 * <p>The leapfrog is reversible and keeps volume, so that no further factor is needed. Each row's e
 * is {@code s (1 + jitter u) / sqrt(beta)}, u uniform on [-1, 1), so that no chain returns to where
 * it was by periodicity. L gradient passes a step. Momenta are drawn at (PROPOSAL, step, row), the
 * decision and u at (ACCEPT, step, row), components 0 and 2. The adapted acceptance is 0.8.
 *
 * <p>Source: Duane, Kennedy, Pendleton and Roweth 1987; Neal, "MCMC using Hamiltonian dynamics",
 * 2011; the acceptance as in Hoffman and Gelman 2014.
 */
public final class Hmc extends MetropolisSampler {
  /** The usual jitter of the step size. */
  public static final float JITTER = 0.1f;

  private static final double AIM = 0.8;

  private final int leapfrogs;
  private final float jitter;
  private final float[] momentum;
  private final float[] stepSizes;

  /**
   * @param start float[chains * columns], row-major; copied
   * @param stepSize s, or where its adaptation begins
   * @param leapfrogs L, at least 1
   * @param jitter of the step size, 0 to below 1
   */
  public Hmc(
      EnergyFunction target,
      float[] start,
      int chains,
      float stepSize,
      int leapfrogs,
      float jitter,
      SamplerSettings settings) {
    super(target, start, chains, stepSize, AIM, settings);
    if (leapfrogs < 1) {
      throw new IllegalArgumentException("leapfrog steps must be at least 1, not " + leapfrogs);
    }
    if (!(jitter >= 0 && jitter < 1)) {
      throw new IllegalArgumentException("the jitter must be from 0 to below 1, not " + jitter);
    }
    this.leapfrogs = leapfrogs;
    this.jitter = jitter;
    momentum = new float[rows * columns];
    stepSizes = new float[rows];
  }

  @Override
  void propose(float size, long address) {
    forRows(
        i -> {
          normals(DrawStream.PROPOSAL, address, i, momentum);
          float factor = Math.fma(jitter, 2 * uniform(address, i, 2) - 1, 1);
          stepSizes[i] = (float) (size * factor / Math.sqrt(beta[i]));
          logRatio[i] = kinetic(i) + (double) beta[i] * energy[i];
        });
    System.arraycopy(x, 0, proposal, 0, proposal.length);
    System.arraycopy(gradient, 0, proposalGradient, 0, gradient.length);
    leapfrog(proposal, momentum, proposalEnergy, proposalGradient);
    for (int i = 0; i < rows; i++) {
      logRatio[i] -= kinetic(i) + (double) beta[i] * proposalEnergy[i];
    }
  }

  /** Moves points and momenta; gradients are those of the points, before and after. */
  private void leapfrog(float[] points, float[] momenta, float[] energies, float[] gradients) {
    for (int l = 0; l < leapfrogs; l++) {
      boolean first = l == 0;
      // The second half of a step and the first of the next are one.
      forRows(
          i -> {
            kick(i, momenta, gradients, first ? 0.5f : 1f);
            for (int k = i * columns; k < (i + 1) * columns; k++) {
              points[k] = Math.fma(stepSizes[i], momenta[k], points[k]);
            }
          });
      gradientAt(points, energies, gradients);
    }
    forRows(i -> kick(i, momenta, gradients, 0.5f));
  }

  /** The leapfrog alone, with the same step for all rows. */
  void leapfrog(float[] points, float[] momenta, float[] energies, float[] gradients, float size) {
    Arrays.fill(stepSizes, size);
    leapfrog(points, momenta, energies, gradients);
  }

  private void kick(int i, float[] momenta, float[] gradients, float share) {
    float size = -share * stepSizes[i] * beta[i];
    for (int k = i * columns; k < (i + 1) * columns; k++) {
      momenta[k] = Math.fma(size, gradients[k], momenta[k]);
    }
  }

  private double kinetic(int i) {
    double sum = 0;
    for (int k = i * columns; k < (i + 1) * columns; k++) {
      sum += 0.5 * momentum[k] * (double) momentum[k];
    }
    return sum;
  }
}
