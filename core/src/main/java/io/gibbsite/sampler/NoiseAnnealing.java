package io.gibbsite.sampler;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Langevin dynamics down a ladder of noise: at each level some steps whose size is proportional to
 * the square of the noise, and at the end one step to where the noise came from.
 *
 * <pre>
 *   at sigma_1 &gt; .. &gt; sigma_K, T times   x &lt;- x - eta_i dE(x, sigma_i)/dx + sqrt(2 eta_i) n,
 *                                         eta_i = r sigma_i^2
 *   at the end                            x &lt;- x - sigma_K^2 dE(x, sigma_K)/dx
 * </pre>
 *
 * <p>The last line is the mean of x given the noisy one, if dE/dx is exact (Tweedie's formula). K T
 * gradient passes and K + 1 more. Noise is drawn at (LANGEVIN, step, chain), steps counted from 0.
 * Source: Song and Ermon, "Generative modeling by estimating gradients of the data distribution",
 * NeurIPS 2019, algorithm 1, with {@code r = epsilon / (2 sigma_K^2)}; Song and Ermon, "Improved
 * techniques for training score-based generative models", NeurIPS 2020 (the last line).
 *
 * @param sigmas the ladder, positive and descending; not copied
 * @param steps at each level, T, at least 1
 * @param relativeStep r, positive
 */
public record NoiseAnnealing(float[] sigmas, int steps, float relativeStep) {
  public NoiseAnnealing {
    requireLadder(sigmas);
    if (steps < 1) {
      throw new IllegalArgumentException("each level takes at least one step, not " + steps);
    }
    if (!(relativeStep > 0 && Float.isFinite(relativeStep))) {
      throw new IllegalArgumentException("the step size must be positive, not " + relativeStep);
    }
  }

  /**
   * Refuses a ladder that is empty or does not descend to a positive deviation.
   *
   * @throws IllegalArgumentException if it does
   */
  public static void requireLadder(float[] sigmas) {
    float before = Float.POSITIVE_INFINITY;
    for (float sigma : sigmas) {
      if (!(sigma > 0 && sigma < before)) {
        throw new IllegalArgumentException(
            "a ladder of noise must descend and be positive, not " + Arrays.toString(sigmas));
      }
      before = sigma;
    }
    if (sigmas.length == 0) {
      throw new IllegalArgumentException("a ladder of noise needs a level");
    }
  }

  /**
   * Levels in a geometric sequence.
   *
   * @param levels at least 1; with 1 it is the last
   */
  public static float[] ladder(float first, float last, int levels) {
    float[] sigmas = new float[levels];
    for (int i = 0; i < levels; i++) {
      double part = levels == 1 ? 1 : i / (levels - 1.0);
      sigmas[i] = (float) (first * Math.pow((double) last / first, part));
    }
    return sigmas;
  }

  /** Langevin steps of a run. */
  public long total() {
    return (long) sigmas.length * steps;
  }

  /**
   * Runs down the ladder.
   *
   * @param x float[chains * columns], the states before and after
   * @param settings at temperature 1
   * @param progress is told the steps made so far
   */
  public void run(
      NoisyEnergy energy, float[] x, int chains, SamplerSettings settings, LongConsumer progress) {
    energy.sigma(sigmas[0]);
    LangevinChains moving = new LangevinChains(energy, x, chains, rule(sigmas[0]), settings);
    for (int level = 0; level < sigmas.length; level++) {
      energy.sigma(sigmas[level]);
      moving.refresh();
      moving.set(rule(sigmas[level]));
      moving.run(steps);
      progress.accept((level + 1L) * steps);
    }
    moving.readChains(x);
    float last = sigmas[sigmas.length - 1];
    for (int k = 0; k < chains * energy.columns(); k++) {
      x[k] = Math.fma(-last * last, moving.gradient[k], x[k]);
    }
  }

  private Langevin rule(float sigma) {
    return Langevin.steps(1).stepSize(relativeStep * sigma * sigma);
  }
}
