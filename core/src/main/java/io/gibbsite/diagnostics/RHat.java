package io.gibbsite.diagnostics;

/**
 * Rank-normalised split R-hat: how much wider all draws spread than those of one half of a chain.
 * It tends to 1; above 1.01 the chains have not mixed.
 *
 * <pre>
 *   R-hat = sqrt((B / W + n - 1) / n)     B = n variance of the chains' means
 *                                         W = mean of the chains' variances
 * </pre>
 *
 * <p>It is taken of the normal scores of the halved chains, which sees chains that differ in place
 * whatever the tails, and of those of the distances from the median, which sees chains that differ
 * in spread; the larger one counts. Source: Vehtari et al. 2021.
 */
public final class RHat {
  /** The least number of draws of a chain. */
  public static final int LEAST_DRAWS = 4;

  private RHat() {}

  /**
   * R-hat; NaN with one chain, fewer than {@link #LEAST_DRAWS} draws, values that are not finite,
   * or all the same. Positive infinity where no chain ever moves and they differ.
   */
  public static double of(ChainDraws x) {
    if (x.chains() < 2 || x.draws() < LEAST_DRAWS || !x.finite()) {
      return Double.NaN;
    }
    ChainDraws halves = x.split();
    double place = plain(halves.rankNormalised());
    double spread = plain(halves.folded().rankNormalised());
    // Two values on either side of the median, as often each, all have one distance from it.
    return Double.isNaN(spread) ? place : Math.max(place, spread);
  }

  /** The formula above for the values as they are. */
  static double plain(ChainDraws x) {
    if (x.constantWithinChains()) {
      // W is 0, which the rounding of the chains' means would hide.
      return x.constant() ? Double.NaN : Double.POSITIVE_INFINITY;
    }
    int n = x.draws();
    double within = 0;
    for (int chain = 0; chain < x.chains(); chain++) {
      double mean = AutocorrelationTime.mean(x, chain);
      double sum = 0;
      for (int i = 0; i < n; i++) {
        double distance = x.values()[chain * n + i] - mean;
        sum += distance * distance;
      }
      within += sum / (n - 1) / x.chains();
    }
    double between = n * AutocorrelationTime.varianceOfMeans(x);
    return Math.sqrt((between / within + n - 1) / n);
  }
}
