package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.hopfield.DenseHopfield;
import io.gibbsite.hopfield.HopfieldModel;
import io.gibbsite.hopfield.Patterns;
import io.gibbsite.hopfield.Recall;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinSession;
import java.util.Arrays;
import java.util.List;

/**
 * What a network makes of corrupted patterns.
 *
 * @param rule that it stores by
 * @param overlapBefore of each pattern's copies with it, their mean, double[patterns]
 * @param overlapAfter the same of what they were recalled as
 * @param meanBefore over all patterns
 * @param meanAfter over all patterns
 * @param standardError of {@code meanAfter}, for other copies of the same patterns; null for a
 *     single copy of each
 * @param exact the share of copies recalled without an error
 * @param sweeps that a copy took at the most, or of the dense network steps
 * @param fixedPoints distinct states that copies ended in
 * @param states byte[trials * patterns * units]
 */
record PatternRecall(
    String rule,
    double[] overlapBefore,
    double[] overlapAfter,
    double meanBefore,
    double meanAfter,
    Double standardError,
    double exact,
    int sweeps,
    Recall.FixedPoints fixedPoints,
    @JsonIgnore byte[] states) {
  /** Steps of a dense network, which settles in one or two. */
  private static final int DENSE_STEPS = 10;

  /**
   * Recalls corrupted copies.
   *
   * @param y byte[trials * patterns * units], trial by trial
   * @param scan the order of the updates; not of the dense network
   */
  static PatternRecall of(
      HopfieldModel model, byte[] y, int trials, Scan scan, long seed, Backend backend) {
    Patterns patterns = model.patterns();
    int rows = trials * patterns.count();
    byte[] states;
    int sweeps;
    if (model.parameters() == null) {
      DenseHopfield dense = new DenseHopfield(patterns, model.beta());
      try (Workers workers = new Workers(backend.options().threads(), "gibbsite-recall")) {
        states = dense.recall(y, rows, DENSE_STEPS, workers);
      }
      sweeps = DENSE_STEPS;
    } else {
      try (SpinSession session = backend.open(model.parameters().shape(), rows)) {
        session.setParameters(model.parameters());
        Recall.Settled settled = Recall.settle(session, y, rows, scan, seed);
        states = settled.y();
        sweeps = Arrays.stream(settled.sweeps()).max().orElse(0);
      }
    }
    return of(model, y, states, trials, sweeps);
  }

  private static PatternRecall of(
      HopfieldModel model, byte[] y, byte[] states, int trials, int sweeps) {
    Patterns patterns = model.patterns();
    int p = patterns.count();
    double[] before = new double[p];
    double[] after = new double[p];
    double[] squares = new double[p];
    int exact = 0;
    for (int row = 0; row < trials * p; row++) {
      double overlap = patterns.overlap(row % p, states, row);
      before[row % p] += patterns.overlap(row % p, y, row);
      after[row % p] += overlap;
      squares[row % p] += overlap * overlap;
      exact += overlap == 1 ? 1 : 0;
    }
    for (double[] sums : List.of(before, after, squares)) {
      Arrays.setAll(sums, m -> sums[m] / trials);
    }
    return new PatternRecall(
        model.rule(),
        before,
        after,
        Arrays.stream(before).average().orElseThrow(),
        Arrays.stream(after).average().orElseThrow(),
        trials == 1 ? null : standardError(after, squares, trials),
        (double) exact / (trials * p),
        sweeps,
        Recall.fixedPoints(patterns, states, trials * p),
        states);
  }

  /** Of the mean of the means, each over so many trials. */
  private static double standardError(double[] means, double[] squares, int trials) {
    double variances = 0;
    for (int m = 0; m < means.length; m++) {
      variances += Math.max(0, squares[m] - means[m] * means[m]) / (trials - 1);
    }
    return Math.sqrt(variances) / means.length;
  }

  /** How many patterns recall themselves. */
  static int fixedPoints(HopfieldModel model, Backend backend) {
    PatternRecall kept = of(model, model.patterns().y(), 1, Scan.SEQUENTIAL, 0, backend);
    return (int) Math.round(kept.exact() * model.patterns().count());
  }
}
