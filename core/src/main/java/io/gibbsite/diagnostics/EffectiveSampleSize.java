package io.gibbsite.diagnostics;

/**
 * How many independent draws would tell as much: {@code chains * draws / tau} with the {@link
 * AutocorrelationTime} of the halved chains, after a transformation that says about what.
 *
 * <p>All are NaN with fewer than {@link RHat#LEAST_DRAWS} draws or a value that is not finite, and
 * the number of draws where the transformed draws are all equal. Source: Vehtari et al. 2021.
 */
public final class EffectiveSampleSize {
  private static final double TAIL = 0.05;

  private EffectiveSampleSize() {}

  /** For the centre of the distribution: of normal scores. */
  public static double bulk(ChainDraws x) {
    return valid(x) ? of(x.split().rankNormalised()) : Double.NaN;
  }

  /** For the 5 % and the 95 % quantile, the smaller one. */
  public static double tail(ChainDraws x) {
    return valid(x)
        ? Math.min(of(x.atMostQuantile(TAIL).split()), of(x.atMostQuantile(1 - TAIL).split()))
        : Double.NaN;
  }

  /** For the mean. */
  public static double mean(ChainDraws x) {
    return valid(x) ? of(x.split()) : Double.NaN;
  }

  /** For the variance. */
  public static double variance(ChainDraws x) {
    return valid(x) ? of(x.squaredDeviations().split()) : Double.NaN;
  }

  private static boolean valid(ChainDraws x) {
    return x.draws() >= RHat.LEAST_DRAWS && x.finite();
  }

  private static double of(ChainDraws x) {
    return x.values().length / AutocorrelationTime.of(x);
  }
}
