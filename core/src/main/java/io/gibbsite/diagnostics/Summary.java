package io.gibbsite.diagnostics;

import io.gibbsite.backend.Workers;
import java.util.function.IntToDoubleFunction;

/**
 * What the draws of one quantity say, and how well.
 *
 * <pre>
 *   mcseMean = sd / sqrt(ESS of the mean)
 *   mcseSd   = sqrt((mean d^4 - (mean d^2)^2) / ESS of d^2 / mean d^2) / 2     d = x - mean
 * </pre>
 *
 * <p>Source: Vehtari et al. 2021; the second by the delta method.
 *
 * @param mean of all draws
 * @param sd their standard deviation
 * @param mcseMean the Monte Carlo standard error of the mean
 * @param mcseSd and of the standard deviation
 * @param essBulk {@link EffectiveSampleSize#bulk}
 * @param essTail {@link EffectiveSampleSize#tail}
 * @param autocorrelationTime of the mean, in draws: {@link AutocorrelationTime} of the halved
 *     chains
 * @param rHat {@link RHat}
 */
public record Summary(
    double mean,
    double sd,
    double mcseMean,
    double mcseSd,
    double essBulk,
    double essTail,
    double autocorrelationTime,
    double rHat) {

  /** Of one quantity; what cannot be said of so few draws is NaN. */
  public static Summary of(ChainDraws x) {
    double sd = Math.sqrt(x.variance());
    double essMean = EffectiveSampleSize.mean(x);
    return new Summary(
        x.mean(),
        sd,
        sd / Math.sqrt(essMean),
        mcseSd(x),
        EffectiveSampleSize.bulk(x),
        EffectiveSampleSize.tail(x),
        x.values().length / essMean,
        RHat.of(x));
  }

  private static double mcseSd(ChainDraws x) {
    ChainDraws squares = x.squaredDeviations();
    double variance = squares.mean();
    if (variance == 0) {
      return 0;
    }
    double spread = squares.squaredDeviations().mean();
    return Math.sqrt(spread / EffectiveSampleSize.variance(x) / variance) / 2;
  }

  /**
   * Of every column.
   *
   * @param x the value at a row-major index into [chains, draws, columns]
   */
  public static Summary[] ofColumns(
      IntToDoubleFunction x, int chains, int draws, int columns, Workers workers) {
    Summary[] summaries = new Summary[columns];
    workers.run(
        columns,
        (column, worker) ->
            summaries[column] = of(ChainDraws.column(x, chains, draws, columns, column)));
    return summaries;
  }
}
