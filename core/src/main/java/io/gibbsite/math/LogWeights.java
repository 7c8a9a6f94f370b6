package io.gibbsite.math;

/**
 * The mean of positive weights that are given by their logarithms, whatever their size.
 *
 * <pre>
 *   log mean w = log((sum w) / n)
 *   standard error of log mean w = sd(w) / (sqrt(n) mean w)       the delta method
 *   effective sample size        = (sum w)^2 / sum w^2
 * </pre>
 *
 * <p>Sums are kept in double, relative to the largest weight so far. Where the mean is unbiased,
 * its logarithm is low by about half its squared standard error; where the effective sample size is
 * small, neither is to be trusted. Source: Kong, Liu and Wong, "Sequential imputations and Bayesian
 * missing data problems", 1994.
 */
public final class LogWeights {
  private double largest = Double.NEGATIVE_INFINITY;
  private double first;
  private double second;
  private long count;

  /** Adds the weight {@code exp(logWeight)}. */
  public void add(double logWeight) {
    if (logWeight > largest) {
      double shrink = Math.exp(largest - logWeight);
      first *= shrink;
      second *= shrink * shrink;
      largest = logWeight;
    }
    double w = logWeight == largest ? 1 : Math.exp(logWeight - largest);
    first += w;
    second += w * w;
    count++;
  }

  /** How many weights there are. */
  public long count() {
    return count;
  }

  /** {@code log} of the weights' sum. */
  public double logSum() {
    return largest + Math.log(first);
  }

  /** {@code log} of the weights' mean. */
  public double logMean() {
    return largest + Math.log(first / count);
  }

  /** Of {@link #logMean}; NaN for a single weight. */
  public double standardError() {
    double relative = Math.max(0, (count * second / (first * first) - 1) * count / (count - 1));
    return Math.sqrt(relative / count);
  }

  /** As many equal weights tell as much. */
  public double effectiveSamples() {
    return first * first / second;
  }
}
