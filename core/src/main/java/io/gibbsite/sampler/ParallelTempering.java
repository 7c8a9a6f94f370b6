package io.gibbsite.sampler;

/**
 * Parallel tempering, or replica exchange: every chain has replicas at a ladder of inverse
 * temperatures, from a model that mixes at once to the one that is meant, and neighbours on the
 * ladder exchange their states by a Metropolis rule.
 *
 * <p>The ladder is the path of annealing between a model without weights and the session's ({@link
 * Annealing}). With {@code baseBias} 0 it is that of plain temperatures {@code 1 / beta}; with the
 * log-odds of the data, or the means of real units, its lowest level knows the data's means. A
 * round is {@code sweeps} Gibbs sweeps, and then exchanges of levels 0 and 1, 2 and 3, .. in even
 * rounds, of 1 and 2, 3 and 4, .. in odd ones: states then travel along the ladder rather than
 * diffuse.
 *
 * <p>Sources: Swendsen and Wang, "Replica Monte Carlo simulation of spin-glasses", 1986; Geyer,
 * "Markov chain Monte Carlo maximum likelihood", 1991; for RBMs Desjardins et al., "Tempered Markov
 * chain Monte Carlo for training of restricted Boltzmann machines", AISTATS 2010, and Cho, Raiko
 * and Ilin, "Parallel tempering is efficient for learning restricted Boltzmann machines", 2010.
 *
 * @param betas at least 2 inverse temperatures in [0, 1], rising, the last 1; not copied
 * @param baseBias float[visible]: the visible biases of the model without weights, or its means
 *     where visible units are real; not copied
 * @param sweeps between two exchanges, at least 1
 */
public record ParallelTempering(float[] betas, float[] baseBias, int sweeps) {
  public ParallelTempering {
    requireLevels(betas.length);
    Annealing.requireBetas(betas);
    for (int k = 1; k < betas.length; k++) {
      if (betas[k] <= betas[k - 1]) {
        throw new IllegalArgumentException(
            "inverse temperatures must rise, but %s follows %s".formatted(betas[k], betas[k - 1]));
      }
    }
    if (betas[betas.length - 1] != 1) {
      throw new IllegalArgumentException(
          "the last inverse temperature must be 1, not " + betas[betas.length - 1]);
    }
    if (sweeps < 1) {
      throw new IllegalArgumentException(
          "there must be at least 1 sweep between exchanges, not " + sweeps);
    }
  }

  /** Evenly spaced levels from 0 to 1, with one sweep between exchanges. */
  public static ParallelTempering even(int levels, float[] baseBias) {
    requireLevels(levels);
    float[] betas = new float[levels];
    for (int k = 0; k < levels; k++) {
      betas[k] = (float) ((double) k / (levels - 1));
    }
    return new ParallelTempering(betas, baseBias, 1);
  }

  /** With that many sweeps between exchanges. */
  public ParallelTempering sweeps(int count) {
    return new ParallelTempering(betas, baseBias, count);
  }

  /** How many levels there are. */
  public int levels() {
    return betas.length;
  }

  private static void requireLevels(int levels) {
    if (levels < 2) {
      throw new IllegalArgumentException(
          "parallel tempering needs at least 2 levels, not " + levels);
    }
  }
}
