package io.gibbsite.diagnostics;

import java.util.function.IntToDoubleFunction;

/**
 * How often proposals were accepted, over all draws and chain by chain.
 *
 * @param mean of all
 * @param lowest mean of a chain
 * @param highest mean of a chain
 */
public record Acceptance(double mean, double lowest, double highest) {
  /**
   * Of rates or of single decisions.
   *
   * @param rates from 0 to 1, at a row-major index into [chains, draws]
   */
  public static Acceptance of(IntToDoubleFunction rates, int chains, int draws) {
    ChainDraws x = ChainDraws.column(rates, chains, draws, 1, 0);
    double lowest = Double.POSITIVE_INFINITY;
    double highest = Double.NEGATIVE_INFINITY;
    for (int chain = 0; chain < chains; chain++) {
      double mean = AutocorrelationTime.mean(x, chain);
      lowest = Math.min(lowest, mean);
      highest = Math.max(highest, mean);
    }
    return new Acceptance(x.mean(), lowest, highest);
  }
}
