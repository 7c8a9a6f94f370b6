package io.gibbsite.sampler;

/**
 * A run of annealed importance sampling between a model without weights and the session's own, up
 * or down.
 *
 * <p>Step {@code k = 1 .. betas.length - 1} weights the chains' states by what the unnormalised
 * probability gains from {@code betas[k - 1]} to {@code betas[k]}, and then makes one Gibbs sweep
 * at {@code betas[k]}.
 *
 * <p>Source: Neal, "Annealed importance sampling", Statistics and Computing 11, 2001.
 *
 * @param betas inverse temperatures in [0, 1]: 0 is the model without weights, 1 the session's; not
 *     copied
 * @param baseBias float[visible]: the visible biases of the model without weights; not copied
 * @param firstSweep the address of the first sweep
 */
public record Annealing(float[] betas, float[] baseBias, long firstSweep) {
  public Annealing {
    requireBetas(betas);
    if (firstSweep < 0) {
      throw new IllegalArgumentException("the first sweep must be at least 0, not " + firstSweep);
    }
  }

  static void requireBetas(float[] betas) {
    for (float beta : betas) {
      if (!(beta >= 0 && beta <= 1)) {
        throw new IllegalArgumentException("an inverse temperature must be in [0, 1], not " + beta);
      }
    }
  }

  /** Sweeps that the run makes: one less than there are inverse temperatures. */
  public int sweeps() {
    return Math.max(0, betas.length - 1);
  }
}
