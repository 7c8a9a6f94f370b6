package io.gibbsite.bench;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Whether a row became slower, from its times in several runs of two revisions by turns.
 *
 * <p>A run is one virtual machine, since what it compiled makes more of a difference than its
 * clock; its median is one number here. The interval is the 95 % one of the ratio of the two
 * medians over runs, by the percentiles of bootstrap resamples (Efron and Tibshirani 1993, chapter
 * 13). Of 10 runs with a spread of 4 % of which one in ten is disturbed by tens of percent, an
 * unchanged row is called slower less than once in 500 times and one that is 15 % slower is found
 * in 7 of 8.
 *
 * @param row workload, shape, batch, backend, threads
 * @param runs of the side with fewer
 * @param base median seconds
 * @param head median seconds
 * @param ratio head to base
 * @param low end of its interval
 * @param high end of its interval
 */
public record Comparison(
    String row, int runs, double base, double head, double ratio, double low, double high) {
  /** A smaller change is not worth an alarm. */
  static final double CHANGE = 1.05;

  private static final double CONFIDENCE = 0.95;
  private static final int RESAMPLES = 10_000;
  private static final int LEAST_RUNS = 6;

  /**
   * Compares the medians of runs, in seconds.
   *
   * @throws IllegalArgumentException if a side has too few to tell a change from chance
   */
  public static Comparison of(String row, double[] base, double[] head) {
    int runs = Math.min(base.length, head.length);
    if (runs < LEAST_RUNS) {
      throw new IllegalArgumentException(
          "%s: %d runs a side are too few to compare, %d are needed"
              .formatted(row, runs, LEAST_RUNS));
    }
    // A fixed seed: the same times give the same answer.
    SplittableRandom random = new SplittableRandom(1);
    double[] ratios = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      ratios[i] = median(resample(head, random)) / median(resample(base, random));
    }
    Arrays.sort(ratios);
    double before = median(base.clone());
    double after = median(head.clone());
    return new Comparison(
        row,
        runs,
        before,
        after,
        after / before,
        Samples.quantile(ratios, (1 - CONFIDENCE) / 2),
        Samples.quantile(ratios, (1 + CONFIDENCE) / 2));
  }

  private static double[] resample(double[] values, SplittableRandom random) {
    double[] drawn = new double[values.length];
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] = values[random.nextInt(values.length)];
    }
    return drawn;
  }

  private static double median(double[] values) {
    return Samples.of(values).median();
  }

  /** By more than chance and by more than 5 %. */
  public boolean slower() {
    return low > 1 && ratio > CHANGE;
  }

  /** By more than chance and by more than 5 %. */
  public boolean faster() {
    return high < 1 && ratio < 1 / CHANGE;
  }
}
