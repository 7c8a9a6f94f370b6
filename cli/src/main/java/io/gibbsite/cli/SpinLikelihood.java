package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.boltzmann.BoltzmannLogZ;
import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.boltzmann.BoltzmannShape;
import io.gibbsite.boltzmann.MeanField;
import java.util.Arrays;

/**
 * The mean log-likelihood of rows under a Boltzmann machine, in nats a row.
 *
 * @param rows how many
 * @param freeEnergy exact, or mean-field: then the value is a lower bound, log Z aside
 * @param meanLogLikelihood the value
 * @param standardError of it, from that of log Z; 0 if that is exact
 * @param labelError share of rows whose most probable label is another; null without labels
 * @param logZ what it rests on
 */
record SpinLikelihood(
    int rows,
    String freeEnergy,
    double meanLogLikelihood,
    double standardError,
    @JsonInclude(JsonInclude.Include.NON_NULL) Double labelError,
    LogZ logZ) {
  /** Up to so many hidden units the free energy of a row is found by enumeration. */
  private static final int ENUMERATED = 12;

  private static final int ROUNDS = 50;

  /** Of these rows; the last {@code labels} visible units are a label. */
  static SpinLikelihood of(
      BoltzmannModel model, byte[] v, int rows, int labels, LogZ logZ, Backend backend) {
    try (Workers workers = new Workers(backend.options().threads(), "gibbsite-free-energy")) {
      double mean = Arrays.stream(freeEnergies(model, v, rows, workers)).average().orElseThrow();
      return new SpinLikelihood(
          rows,
          isExact(model.shape()) ? "exact" : "mean-field",
          -mean - logZ.logZ(),
          logZ.standardError(),
          labels == 0 ? null : labelError(model, v, rows, labels, workers),
          logZ);
    }
  }

  private static boolean isExact(BoltzmannShape shape) {
    return shape.hidden() <= ENUMERATED;
  }

  /** F(v), or the mean field's bound on it, double[rows]. */
  static double[] freeEnergies(BoltzmannModel model, byte[] v, int rows, Workers workers) {
    double[] free = new double[rows];
    if (isExact(model.shape())) {
      BoltzmannLogZ.freeEnergy(model, v, rows, free, workers);
    } else {
      float[] means = new float[Math.multiplyExact(rows, model.shape().units())];
      new MeanField(model, ROUNDS).settle(v, rows, means, free, workers);
    }
    return free;
  }

  /** P(c | v) is proportional to exp(-F(v, c)). */
  private static double labelError(
      BoltzmannModel model, byte[] v, int rows, int labels, Workers workers) {
    int visible = model.shape().visible();
    VisibleLayout layout = new VisibleLayout(null, visible, labels);
    double[] lowest = new double[rows];
    int[] found = new int[rows];
    Arrays.fill(lowest, Double.POSITIVE_INFINITY);
    byte[] labelled = v.clone();
    for (int label = 0; label < labels; label++) {
      Spins.label(labelled, rows, layout, label);
      double[] free = freeEnergies(model, labelled, rows, workers);
      for (int row = 0; row < rows; row++) {
        if (free[row] < lowest[row]) {
          lowest[row] = free[row];
          found[row] = label;
        }
      }
    }
    int wrong = 0;
    for (int row = 0; row < rows; row++) {
      wrong += v[(row + 1) * visible - labels + found[row]] == 1 ? 0 : 1;
    }
    return (double) wrong / rows;
  }
}
