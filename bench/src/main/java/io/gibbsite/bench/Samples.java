package io.gibbsite.bench;

import java.util.Arrays;

/**
 * Repeated times of one thing.
 *
 * @param median in seconds
 * @param spread the distance of the quartiles as a part of the median
 * @param count how many
 */
public record Samples(double median, double spread, int count) {
  /** Of at least one time in seconds; sorts the array. */
  public static Samples of(double... seconds) {
    Arrays.sort(seconds);
    double median = quantile(seconds, 0.5);
    double spread = (quantile(seconds, 0.75) - quantile(seconds, 0.25)) / median;
    return new Samples(median, spread, seconds.length);
  }

  /** Of values in ascending order, interpolated between neighbours. */
  static double quantile(double[] ascending, double part) {
    double at = part * (ascending.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, ascending.length - 1);
    return ascending[below] + (at - below) * (ascending[above] - ascending[below]);
  }
}
