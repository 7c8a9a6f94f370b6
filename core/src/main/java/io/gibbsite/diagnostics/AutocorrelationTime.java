package io.gibbsite.diagnostics;

/**
 * The integrated autocorrelation time of chains, in draws: that many correlated draws tell as much
 * about the mean as one independent one.
 *
 * <pre>
 *   gamma_t = mean over chains of sum_i (x_i - m)(x_{i+t} - m) / n      m the chain's own mean
 *   W = gamma_0 n / (n - 1)                                             within chains
 *   V = gamma_0 + variance of the chains' means                         of all
 *   rho_t = 1 - (W - gamma_t) / V
 *   tau = -1 + 2 sum_k P_k,  P_k = rho_2k + rho_{2k+1}
 * </pre>
 *
 * <p>The sum ends before the first negative pair, and a pair larger than the one before is held to
 * it: Geyer's initial monotone sequence. The last pair's first member still counts, once, if it is
 * positive. {@code tau} is held to at least {@code 1 / log10(chains * n)}, so that antithetic
 * chains are not taken for arbitrarily good. Chains that do not agree have a large V, and so a
 * large time.
 *
 * <p>Autocovariances come from the power spectra, in O(n log n). Sources: Geyer, "Practical Markov
 * chain Monte Carlo", Statistical Science 7, 1992; Stan's reference manual and Vehtari et al. 2021
 * for several chains.
 */
public final class AutocorrelationTime {
  private AutocorrelationTime() {}

  /** The time, 1 if all draws are equal, NaN if one is not finite or there are fewer than 2. */
  public static double of(ChainDraws x) {
    int n = x.draws();
    if (n < 2 || !x.finite()) {
      return Double.NaN;
    }
    if (x.constant()) {
      return 1;
    }
    double[] gamma = autocovariance(x);
    double within = gamma[0] * n / (n - 1);
    double all = gamma[0] + varianceOfMeans(x);
    double least = 1 / Math.log10((double) x.chains() * n);

    // The pair 0: rho_0 = 1.
    double even = 1;
    double odd = 1 - (within - gamma[1]) / all;
    double pair = even + odd;
    double sum = 0;
    int t = 2;
    while (pair > 0 && t + 1 < n - 1) {
      sum += pair;
      even = 1 - (within - gamma[t]) / all;
      odd = 1 - (within - gamma[t + 1]) / all;
      pair = Math.min(pair, even + odd);
      t += 2;
    }
    // The pair that ends the sum, whether it is negative or the draws are used up.
    double last = Math.max(0, even);
    return Math.max(2 * sum + last - 1, least);
  }

  /** {@code gamma_t} for t = 0 .. n - 1. */
  static double[] autocovariance(ChainDraws x) {
    int n = x.draws();
    Fft fft = new Fft(Integer.highestOneBit(2 * n - 1) << 1);
    double[] re = new double[fft.size()];
    double[] im = new double[fft.size()];
    double[] power = new double[fft.size()];
    // Two chains at a time, as real and imaginary part: the power then is the sum of theirs, but
    // for a part that is odd in the frequency and drops out of the real part below.
    for (int chain = 0; chain < x.chains(); chain += 2) {
      centre(x, chain, re);
      if (chain + 1 < x.chains()) {
        centre(x, chain + 1, im);
      } else {
        java.util.Arrays.fill(im, 0);
      }
      fft.transform(re, im);
      for (int k = 0; k < power.length; k++) {
        power[k] += re[k] * re[k] + im[k] * im[k];
      }
    }
    java.util.Arrays.fill(im, 0);
    fft.transform(power, im);
    double[] gamma = new double[n];
    for (int t = 0; t < n; t++) {
      gamma[t] = power[t] / fft.size() / n / x.chains();
    }
    return gamma;
  }

  private static void centre(ChainDraws x, int chain, double[] out) {
    int n = x.draws();
    double mean = mean(x, chain);
    for (int i = 0; i < n; i++) {
      out[i] = x.values()[chain * n + i] - mean;
    }
    java.util.Arrays.fill(out, n, out.length, 0);
  }

  static double mean(ChainDraws x, int chain) {
    double sum = 0;
    for (int i = 0; i < x.draws(); i++) {
      sum += x.values()[chain * x.draws() + i];
    }
    return sum / x.draws();
  }

  /** Over one less than their number; 0 for a single chain. */
  static double varianceOfMeans(ChainDraws x) {
    if (x.chains() == 1) {
      return 0;
    }
    double[] means = new double[x.chains()];
    for (int chain = 0; chain < means.length; chain++) {
      means[chain] = mean(x, chain);
    }
    return new ChainDraws(means, means.length, 1).variance();
  }
}
