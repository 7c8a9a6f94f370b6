package io.gibbsite.sampler;

/**
 * Block Gibbs sampling: in a sweep every layer of units is drawn anew from its exact conditional
 * distribution, given the others.
 *
 * <p>At temperature T the chains sample {@code p(x)^(1/T)}.
 *
 * @param sweeps how many sweeps one call makes, at least 0
 * @param temperature {@code T}, positive
 * @param firstSweep the address of the first sweep: continue a chain by adding the sweeps made so
 *     far
 */
public record Gibbs(int sweeps, float temperature, long firstSweep) {
  public Gibbs {
    if (sweeps < 0) {
      throw new IllegalArgumentException("sweeps must be at least 0, not " + sweeps);
    }
    if (!(temperature > 0 && Float.isFinite(1f / temperature))) {
      throw new IllegalArgumentException("the temperature must be positive, not " + temperature);
    }
    if (firstSweep < 0) {
      throw new IllegalArgumentException("the first sweep must be at least 0, not " + firstSweep);
    }
  }

  /** That many sweeps at temperature 1, the first with the address 0. */
  public static Gibbs sweeps(int sweeps) {
    return new Gibbs(sweeps, 1f, 0);
  }

  /** At this temperature. */
  public Gibbs temperature(float t) {
    return new Gibbs(sweeps, t, firstSweep);
  }

  /**
   * The same sampler for {@code count} sweeps, of which the first has the address {@code first}.
   */
  public Gibbs from(long first, int count) {
    return new Gibbs(count, temperature, first);
  }

  /** {@code 1 / T} in float32, as every backend uses it. */
  public float beta() {
    return 1f / temperature;
  }
}
