package io.gibbsite.sampler;

/**
 * How chains of Gibbs sweeps are annealed.
 *
 * @param base float[units], what the model's card calls the base biases of the independent units
 *     that the path starts from, or the means of real ones: best those of the training data; not
 *     copied
 * @param chains at least 2
 * @param temperatures points of the path after its start, evenly spaced, at least 1
 * @param burnIn sweeps of the chains that reverse AIS starts from where it has no exact samples, at
 *     least 0
 * @param seed of every draw
 */
public record AisOptions(float[] base, int chains, int temperatures, int burnIn, long seed) {
  public AisOptions {
    require(chains >= 2, "annealing needs at least 2 chains, not " + chains);
    require(temperatures >= 1, "annealing needs at least 1 temperature, not " + temperatures);
    require(burnIn >= 0, "the burn-in must be at least 0 sweeps, not " + burnIn);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** The same with another seed. */
  public AisOptions withSeed(long other) {
    return new AisOptions(base, chains, temperatures, burnIn, other);
  }

  /** From 0 to 1, or with {@code back} from 1 to 0. */
  float[] path(boolean back) {
    float[] path = new float[temperatures + 1];
    for (int k = 0; k < path.length; k++) {
      path[k] = (float) ((double) (back ? temperatures - k : k) / temperatures);
    }
    return path;
  }
}
