package io.gibbsite.sampler;

/**
 * Gibbs sweeps in which every chain has an inverse temperature of its own, on the path between a
 * model without weights and the session's; and what each chain's unnormalised log-probability would
 * gain at another. It is what {@link ParallelTempering} asks of a session between two exchanges.
 *
 * @param betas float[chains], in [0, 1]: 0 is the model without weights, 1 the session's; not
 *     copied
 * @param nextBetas float[chains], in [0, 1]: where each chain is weighed after the sweeps; not
 *     copied
 * @param baseBias float[visible]: the visible biases of the model without weights; not copied
 * @param sweeps at least 0
 * @param firstSweep the address of the first sweep
 */
public record Tempering(
    float[] betas, float[] nextBetas, float[] baseBias, int sweeps, long firstSweep) {
  public Tempering {
    Annealing.requireBetas(betas);
    Annealing.requireBetas(nextBetas);
    if (betas.length != nextBetas.length) {
      throw new IllegalArgumentException(
          betas.length + " inverse temperatures, but " + nextBetas.length + " next ones");
    }
    if (sweeps < 0) {
      throw new IllegalArgumentException("sweeps must be at least 0, not " + sweeps);
    }
    if (firstSweep < 0) {
      throw new IllegalArgumentException("the first sweep must be at least 0, not " + firstSweep);
    }
  }
}
