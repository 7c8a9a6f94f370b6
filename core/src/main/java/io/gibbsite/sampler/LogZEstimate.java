package io.gibbsite.sampler;

import io.gibbsite.math.LogWeights;

/**
 * An estimate of {@code log Z} from chains that importance weights were given to.
 *
 * @param logZ the estimate
 * @param standardError of {@code logZ}
 * @param effectiveSamples the weights' effective sample size
 * @param chains how many there were
 */
public record LogZEstimate(double logZ, double standardError, double effectiveSamples, int chains) {
  /** Intervals reach so many standard errors to each side: 95 % of a normal distribution. */
  public static final double INTERVAL = 1.96;

  /**
   * From the chains' weights.
   *
   * @param baseLogZ {@code log Z_0} of the end of the path that is known
   * @param sign 1 if the mean weight is {@code Z / Z_0}, -1 if it is {@code Z_0 / Z}
   */
  public static LogZEstimate of(double baseLogZ, int sign, double[] logWeights) {
    LogWeights weights = new LogWeights();
    for (double logWeight : logWeights) {
      weights.add(logWeight);
    }
    return new LogZEstimate(
        baseLogZ + sign * weights.logMean(),
        weights.standardError(),
        weights.effectiveSamples(),
        logWeights.length);
  }

  /** The estimate less {@link #INTERVAL} standard errors. */
  public double low() {
    return logZ - INTERVAL * standardError;
  }

  /** The estimate plus {@link #INTERVAL} standard errors. */
  public double high() {
    return logZ + INTERVAL * standardError;
  }
}
