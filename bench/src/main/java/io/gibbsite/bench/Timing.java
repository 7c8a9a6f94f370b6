package io.gibbsite.bench;

import java.util.Arrays;

/**
 * How calls are timed: again and again, after warming up until the time no longer falls.
 *
 * @param warmUpSeconds the longest warm-up
 * @param seconds how long to measure
 * @param repeats the most calls to measure in a row
 */
public record Timing(double warmUpSeconds, double seconds, int repeats) {
  /** For results that are kept. */
  public static final Timing FULL = new Timing(10, 4, 50);

  /** For results that are kept, where several sides take turns. */
  public static final Timing TURNS = new Timing(5, 2, 50);

  /** For a look. */
  public static final Timing QUICK = new Timing(2, 1, 50);

  /**
   * The system property that makes every call slower, in percent: it plants what {@code
   * bench/compare} has to find, and nothing else reads it.
   */
  public static final String DELAY_PROPERTY = "gibbsite.bench.delay";

  private static final double DELAY =
      Double.parseDouble(System.getProperty(DELAY_PROPERTY, "0")) / 100;

  private static final int LEAST_CALLS = 3;

  /** Calls before a window's median counts. */
  private static final double WINDOW_SECONDS = 0.25;

  /** A window this much faster than the best before means that compilation is still under way. */
  private static final double STILL_FALLING = 0.98;

  /** Windows in a row that must not be faster. */
  private static final int STEADY_WINDOWS = 3;

  /** Calls until the time no longer falls. */
  public void warmUp(Runnable call) {
    long start = System.nanoTime();
    double best = Double.POSITIVE_INFINITY;
    int steady = 0;
    while (steady < STEADY_WINDOWS && secondsSince(start) < warmUpSeconds) {
      double limit = Math.min(WINDOW_SECONDS, warmUpSeconds);
      double median = Samples.of(times(call, limit, Integer.MAX_VALUE)).median();
      steady = median < STILL_FALLING * best ? 0 : steady + 1;
      best = Math.min(best, median);
    }
  }

  /** The seconds of each call, in one of so many turns that share the time. */
  public double[] times(Runnable call, int turns) {
    return times(call, seconds / turns, repeats);
  }

  private static double[] times(Runnable call, double limit, int most) {
    double[] times = new double[64];
    int count = 0;
    long start = System.nanoTime();
    while (count < LEAST_CALLS || (count < most && secondsSince(start) < limit)) {
      long begin = System.nanoTime();
      call.run();
      if (DELAY > 0) {
        delay(begin);
      }
      double time = secondsSince(begin);
      if (count == times.length) {
        times = Arrays.copyOf(times, 2 * count);
      }
      times[count++] = time;
    }
    return Arrays.copyOf(times, count);
  }

  private static void delay(long begin) {
    double end = secondsSince(begin) * (1 + DELAY);
    while (secondsSince(begin) < end) {
      Thread.onSpinWait();
    }
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) * 1e-9;
  }
}
