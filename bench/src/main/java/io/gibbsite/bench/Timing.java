package io.gibbsite.bench;

import java.util.Arrays;

/**
 * The median time of a call over repeats, after warming up until the time no longer falls.
 *
 * @param warmUpSeconds the longest warm-up
 * @param seconds how long to measure
 * @param repeats the most calls to measure
 */
public record Timing(double warmUpSeconds, double seconds, int repeats) {
  /** For results that are kept. */
  public static final Timing FULL = new Timing(10, 4, 50);

  /** For a look. */
  public static final Timing QUICK = new Timing(2, 1, 50);

  private static final int LEAST_CALLS = 3;

  /** Calls before a window's median counts. */
  private static final double WINDOW_SECONDS = 0.25;

  /** A window this much faster than the best before means that compilation is still under way. */
  private static final double STILL_FALLING = 0.98;

  /** Windows in a row that must not be faster. */
  private static final int STEADY_WINDOWS = 3;

  /** The median seconds of one call. */
  public double median(Runnable call) {
    warmUp(call);
    return window(call, seconds, repeats);
  }

  private void warmUp(Runnable call) {
    long start = System.nanoTime();
    double best = Double.POSITIVE_INFINITY;
    int steady = 0;
    while (steady < STEADY_WINDOWS && secondsSince(start) < warmUpSeconds) {
      double median = window(call, Math.min(WINDOW_SECONDS, warmUpSeconds), Integer.MAX_VALUE);
      steady = median < STILL_FALLING * best ? 0 : steady + 1;
      best = Math.min(best, median);
    }
  }

  private static double window(Runnable call, double limit, int most) {
    double[] times = new double[64];
    int count = 0;
    long start = System.nanoTime();
    while (count < LEAST_CALLS || (count < most && secondsSince(start) < limit)) {
      long begin = System.nanoTime();
      call.run();
      double time = secondsSince(begin);
      if (count == times.length) {
        times = Arrays.copyOf(times, 2 * count);
      }
      times[count++] = time;
    }
    return median(Arrays.copyOf(times, count));
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) * 1e-9;
  }

  /** The middle value, or the mean of the two middle ones; sorts the array. */
  static double median(double[] values) {
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
  }
}
