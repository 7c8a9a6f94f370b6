package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
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
 * @param likelihood with the interval that log Z leaves
 * @param freeEnergy exact, or mean-field: then the values are lower bounds, log Z aside
 * @param labelError share of rows whose most probable label is another; null without labels
 */
record SpinLikelihood(
    @JsonUnwrapped Likelihood likelihood,
    String freeEnergy,
    @JsonInclude(JsonInclude.Include.NON_NULL) Double labelError) {
  /** Up to so many hidden units the free energy of a row is found by enumeration. */
  private static final int ENUMERATED = 12;

  private static final int ROUNDS = 50;

  /** Of these rows; the last {@code labels} visible units are a label. */
  static SpinLikelihood of(
      BoltzmannModel model, byte[] v, int rows, int labels, LogZ logZ, Backend backend) {
    try (Workers workers = new Workers(backend.options().threads(), "gibbsite-free-energy")) {
      double mean = Arrays.stream(freeEnergies(model, v, rows, workers)).average().orElseThrow();
      return new SpinLikelihood(
          Likelihood.of(mean, rows, logZ),
          isExact(model.shape()) ? "exact" : "mean-field",
          labels == 0 ? null : labelError(model, v, rows, labels, workers));
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
