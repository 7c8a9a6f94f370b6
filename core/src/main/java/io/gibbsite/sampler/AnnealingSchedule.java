package io.gibbsite.sampler;

import java.util.Arrays;

/**
 * The points of a path from a base density to a target, and the step size at each.
 *
 * <p>Points are equally far from each other in thermodynamic length, {@code integral of sd_b(E -
 * E_0) db}, which makes the variance of the log-weights least for their number; a tenth of them is
 * spread evenly, so that no stretch is left out where few chains misjudge the deviation. Source:
 * Gelman and Meng, "Simulating normalizing constants", Statistical Science 13, 1998, section 4.
 *
 * @param betas from 0 to 1, ascending
 * @param stepSizes at each of them
 */
record AnnealingSchedule(double[] betas, float[] stepSizes) {
  private static final double EVEN = 0.1;

  /**
   * Points between stations at which the path is known.
   *
   * @param stations inverse temperatures, ascending from 0 to 1
   * @param deviations of {@code E - E_0} there
   * @param sizes step sizes that fit there
   * @param points after the first
   */
  static AnnealingSchedule between(
      double[] stations, double[] deviations, double[] sizes, int points) {
    int last = stations.length - 1;
    double[] length = new double[last + 1];
    for (int s = 1; s <= last; s++) {
      double mean = (deviations[s - 1] + deviations[s]) / 2;
      length[s] = length[s - 1] + mean * (stations[s] - stations[s - 1]);
    }
    double even = length[last] > 0 ? EVEN * length[last] : 1;
    for (int s = 0; s <= last; s++) {
      length[s] += even * stations[s];
    }
    double[] betas = new double[points + 1];
    float[] stepSizes = new float[points + 1];
    for (int k = 0; k <= points; k++) {
      double at = length[last] * k / points;
      int found = Arrays.binarySearch(length, at);
      int s = Math.min(last - 1, found >= 0 ? found : -found - 2);
      double part = (at - length[s]) / (length[s + 1] - length[s]);
      betas[k] = Math.fma(part, stations[s + 1] - stations[s], stations[s]);
      stepSizes[k] = (float) (sizes[s] * Math.pow(sizes[s + 1] / sizes[s], part));
    }
    betas[points] = 1;
    return new AnnealingSchedule(betas, stepSizes);
  }
}
