package io.gibbsite.diagnostics;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;

/**
 * The draws of one real quantity by several chains of the same length, and the transformations that
 * diagnostics apply to them before they look at their correlations.
 *
 * <p>Source: Vehtari, Gelman, Simpson, Carpenter and Bürkner, "Rank-normalization, folding, and
 * localization: an improved R-hat for assessing convergence of MCMC", Bayesian Analysis 16, 2021.
 *
 * @param values double[chains * draws], chain after chain; not copied
 * @param chains at least 1
 * @param draws of each chain, at least 1
 */
public record ChainDraws(double[] values, int chains, int draws) {
  public ChainDraws {
    if (chains < 1 || draws < 1 || (long) chains * draws != values.length) {
      throw new IllegalArgumentException(
          "%d values are not %d chains of %d draws".formatted(values.length, chains, draws));
    }
  }

  /**
   * One column of many.
   *
   * @param x the value at a row-major index into [chains, draws, columns]
   */
  public static ChainDraws column(
      IntToDoubleFunction x, int chains, int draws, int columns, int column) {
    double[] values = new double[chains * draws];
    for (int i = 0; i < values.length; i++) {
      values[i] = x.applyAsDouble(i * columns + column);
    }
    return new ChainDraws(values, chains, draws);
  }

  /** The halves of each chain as chains of their own; of an odd number the middle draw is left. */
  ChainDraws split() {
    int half = draws / 2;
    double[] halves = new double[2 * chains * half];
    for (int chain = 0; chain < chains; chain++) {
      int from = chain * draws;
      System.arraycopy(values, from, halves, 2 * chain * half, half);
      System.arraycopy(values, from + draws - half, halves, (2 * chain + 1) * half, half);
    }
    return new ChainDraws(halves, 2 * chains, half);
  }

  /**
   * Normal scores: {@code Phi^-1((r - 3/8) / (S + 1/4))} of the rank {@code r} among all {@code S}
   * values, tied ones having the mean of their ranks.
   */
  ChainDraws rankNormalised() {
    double[] sorted = sorted();
    double[] scores = new double[sorted.length];
    for (int first = 0; first < sorted.length; ) {
      int end = first + 1;
      while (end < sorted.length && sorted[end] == sorted[first]) {
        end++;
      }
      double rank = 0.5 * (first + 1 + end);
      double score = NormalQuantile.of((rank - 0.375) / (sorted.length + 0.25));
      Arrays.fill(scores, first, end, score);
      first = end;
    }
    return map(value -> scores[Arrays.binarySearch(sorted, value + 0.0)]);
  }

  /** Distances from the median of all. */
  ChainDraws folded() {
    double[] sorted = sorted();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return map(value -> Math.abs(value - median));
  }

  /** 1 where a value is at most the p-quantile of all, else 0. */
  ChainDraws atMostQuantile(double p) {
    double quantile = quantile(sorted(), p);
    return map(value -> value <= quantile ? 1 : 0);
  }

  /** Squared distances from the mean of all. */
  ChainDraws squaredDeviations() {
    double mean = mean();
    return map(value -> (value - mean) * (value - mean));
  }

  /** Linear between order statistics: type 7 of Hyndman and Fan, 1996. */
  private static double quantile(double[] sorted, double p) {
    double position = sorted.length * p + (1 - p);
    int k = Math.clamp((long) Math.floor(position), 1, Math.max(1, sorted.length - 1));
    double part = Math.clamp(position - k, 0.0, 1.0);
    double above = sorted[Math.min(k, sorted.length - 1)];
    return (1 - part) * sorted[k - 1] + part * above;
  }

  double mean() {
    return Arrays.stream(values).sum() / values.length;
  }

  /** Of all values, over one less than their number. */
  double variance() {
    double mean = mean();
    return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1);
  }

  boolean finite() {
    return Arrays.stream(values).allMatch(Double::isFinite);
  }

  /** Whether all values are one, to within 1e-15. */
  boolean constant() {
    double low = Arrays.stream(values).min().orElseThrow();
    double high = Arrays.stream(values).max().orElseThrow();
    return high - low < 1e-15;
  }

  /** Whether no chain has two different values. */
  boolean constantWithinChains() {
    for (int i = 0; i < values.length; i++) {
      if (values[i] != values[i - i % draws]) {
        return false;
      }
    }
    return true;
  }

  /** In ascending order, and negative zeros made positive, so that equal values are the same. */
  private double[] sorted() {
    double[] sorted = map(value -> value + 0.0).values;
    Arrays.sort(sorted);
    return sorted;
  }

  private ChainDraws map(DoubleUnaryOperator rule) {
    return new ChainDraws(Arrays.stream(values).map(rule).toArray(), chains, draws);
  }
}
