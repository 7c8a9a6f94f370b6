package io.gibbsite.sampler;

/**
 * Unadjusted Langevin dynamics: {@code x <- x - eta g + noise n}, {@code g = dE/dx} held component
 * by component to ±clip, {@code n} standard normal, then {@code x} held to the box [low, high].
 *
 * <p>By default {@code noise = sqrt(2 eta T)}, which samples {@code exp(-E / T)} up to a bias of
 * order eta; {@link #noiseScale} sets it apart, as short-run practice has it (Nijkamp et al. 2019).
 * The normal of step {@code t}, chain {@code i}, component {@code j} is drawn at (LANGEVIN,
 * firstStep + t, i, j).
 *
 * @param steps how many steps one call makes, at least 0
 * @param stepSize {@code eta}, positive
 * @param noise the noise's standard deviation, at least 0
 * @param clip the largest gradient component, positive, infinite for none
 * @param low the box's lower side, negative infinity for none
 * @param high the box's upper side, infinite for none
 * @param firstStep the address of the first step: continue a chain by adding the steps made so far
 */
public record Langevin(
    int steps, float stepSize, float noise, float clip, float low, float high, long firstStep) {
  public Langevin {
    require(steps >= 0, "steps must be at least 0", steps);
    require(stepSize > 0 && Float.isFinite(stepSize), "the step size must be positive", stepSize);
    require(noise >= 0 && Float.isFinite(noise), "the noise scale must be at least 0", noise);
    require(clip > 0, "the gradient clip must be positive", clip);
    if (!(low < high)) {
      throw new IllegalArgumentException("the box runs from " + low + " to " + high);
    }
    require(firstStep >= 0, "the first step must be at least 0", firstStep);
  }

  /** That many steps of size 0.01 at temperature 1. */
  public static Langevin steps(int steps) {
    return new Langevin(
        steps,
        0.01f,
        (float) Math.sqrt(0.02),
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.POSITIVE_INFINITY,
        0);
  }

  /** With this step size, and the noise scale that belongs to it at temperature 1. */
  public Langevin stepSize(float eta) {
    require(eta > 0 && Float.isFinite(eta), "the step size must be positive", eta);
    return new Langevin(steps, eta, (float) Math.sqrt(2.0 * eta), clip, low, high, firstStep);
  }

  /** With the noise scale {@code sqrt(2 eta T)} of the present step size: set that one before. */
  public Langevin temperature(float t) {
    require(t >= 0 && Float.isFinite(t), "the temperature must be at least 0", t);
    return noiseScale((float) Math.sqrt(2.0 * stepSize * t));
  }

  /** With a noise scale of its own. */
  public Langevin noiseScale(float scale) {
    return new Langevin(steps, stepSize, scale, clip, low, high, firstStep);
  }

  /** With gradient components held to ±limit. */
  public Langevin clip(float limit) {
    return new Langevin(steps, stepSize, noise, limit, low, high, firstStep);
  }

  /** With states held to [low, high] in each component. */
  public Langevin box(float lower, float upper) {
    return new Langevin(steps, stepSize, noise, clip, lower, upper, firstStep);
  }

  /**
   * The same dynamics for {@code count} steps, of which the first has the address {@code first}.
   */
  public Langevin from(long first, int count) {
    return new Langevin(count, stepSize, noise, clip, low, high, first);
  }

  /** One component's step, in the order of operations that all backends keep. */
  public float move(float x, float gradient, float normal) {
    float clipped = hold(gradient, -clip, clip);
    float drift = Math.fma(-stepSize, clipped, x);
    return hold(Math.fma(noise, normal, drift), low, high);
  }

  /** {@code x} held to [low, high] by comparing and selecting, so that NaN stays NaN. */
  private static float hold(float x, float low, float high) {
    return x < low ? low : x > high ? high : x;
  }

  /** A trainer makes one at every step: the message is put together only where it is needed. */
  private static void require(boolean condition, String rule, float value) {
    if (!condition) {
      throw new IllegalArgumentException(rule + ", not " + value);
    }
  }

  private static void require(boolean condition, String rule, long value) {
    if (!condition) {
      throw new IllegalArgumentException(rule + ", not " + value);
    }
  }
}
