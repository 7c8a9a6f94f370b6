package io.gibbsite.train;

import io.gibbsite.math.FloatMath;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A learning rate for each step, a function of the step number alone, so that a resumed run agrees.
 *
 * <pre>
 *   p = min(step / steps, 1)
 *   constant  peak
 *   linear    peak (1 - (1 - f) p)
 *   cosine    peak (f + (1 - f) (1 + cos(pi p)) / 2)         f = finalFraction
 * </pre>
 *
 * <p>Source of the cosine: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm
 * restarts", ICLR 2017, without restarts.
 *
 * @param schedule the curve
 * @param peak the rate of step 0, positive
 * @param finalFraction {@code f}, what is left of the peak at the end, in [0, 1]
 * @param steps where the end is, at least 1
 */
public record LearningRate(Schedule schedule, float peak, float finalFraction, long steps) {
  /** The curve of a learning rate. */
  public enum Schedule {
    CONSTANT,
    LINEAR,
    COSINE;

    /** The name in options: lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The schedule of that label.
     *
     * @throws IllegalArgumentException naming the known ones
     */
    public static Schedule of(String label) {
      for (Schedule schedule : values()) {
        if (schedule.label().equals(label)) {
          return schedule;
        }
      }
      throw new IllegalArgumentException(
          "unknown schedule '%s': %s"
              .formatted(
                  label,
                  Arrays.stream(values()).map(Schedule::label).collect(Collectors.joining(", "))));
    }
  }

  public LearningRate {
    if (!(peak > 0) || !Float.isFinite(peak)) {
      throw new IllegalArgumentException("the learning rate must be positive, not " + peak);
    }
    if (!(finalFraction >= 0 && finalFraction <= 1)) {
      throw new IllegalArgumentException(
          "the final fraction of the learning rate must be in [0, 1], not " + finalFraction);
    }
    if (steps < 1) {
      throw new IllegalArgumentException("a schedule needs at least one step, not " + steps);
    }
  }

  /** The same rate at every step. */
  public static LearningRate constant(float rate) {
    return new LearningRate(Schedule.CONSTANT, rate, 1, 1);
  }

  /** The whole schedule, as a {@link Resumable#configuration} has it. */
  public String configuration() {
    return String.join(
        "; ",
        "schedule=" + schedule.label(),
        "learning rate=" + peak,
        "final fraction=" + finalFraction,
        "steps=" + steps);
  }

  /** The rate of that step, counted from 0. */
  public float at(long step) {
    double p = Math.min((double) step / steps, 1);
    double kept =
        switch (schedule) {
          case CONSTANT -> 1;
          case LINEAR -> 1 - (1 - finalFraction) * p;
          case COSINE -> finalFraction + (1 - finalFraction) * halfCosineSquared(p);
        };
    return (float) (peak * kept);
  }

  /**
   * {@code (1 + cos(pi p)) / 2 = cos^2(pi p / 2)}, with the same bits on every machine, so that a
   * run can be resumed elsewhere.
   */
  private static double halfCosineSquared(double p) {
    double cosine = FloatMath.cosTurn((float) (p / 4));
    return cosine * cosine;
  }
}
