package io.gibbsite.sampler;

import io.gibbsite.backend.Workers;
import java.util.Arrays;

/**
 * What all samplers share.
 *
 * @param temperatures T, ascending: {@code exp(-E / T)} is sampled at the first; further ones are
 *     those of replicas that exchange states with it (parallel tempering); not copied
 * @param seed of all draws
 * @param workers for the work on rows beside the passes; results do not depend on it, and it stays
 *     the caller's
 */
public record SamplerSettings(float[] temperatures, long seed, Workers workers) {
  public SamplerSettings {
    float before = 0;
    for (float t : temperatures) {
      if (!(t > before && Float.isFinite(1 / t) && Float.isFinite(t))) {
        throw new IllegalArgumentException(
            "temperatures must be positive and ascend, not " + Arrays.toString(temperatures));
      }
      before = t;
    }
    if (temperatures.length == 0) {
      throw new IllegalArgumentException("a sampler needs a temperature");
    }
  }

  /** At one temperature. */
  public SamplerSettings(float temperature, long seed, Workers workers) {
    this(new float[] {temperature}, seed, workers);
  }

  /**
   * Temperatures in a geometric sequence, the usual ladder.
   *
   * @param count at least 2
   */
  public static float[] ladder(float coldest, float hottest, int count) {
    float[] temperatures = new float[count];
    for (int r = 0; r < count; r++) {
      double part = r / (count - 1.0);
      temperatures[r] = (float) (coldest * Math.pow((double) hottest / coldest, part));
    }
    return temperatures;
  }

  /** These settings, if they name one temperature only. */
  SamplerSettings single(String sampler) {
    if (temperatures.length > 1) {
      throw new IllegalArgumentException(
          sampler
              + " has no accept step, and no replicas at "
              + temperatures.length
              + " temperatures");
    }
    return this;
  }
}
