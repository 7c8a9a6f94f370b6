package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.LabelUnits;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.train.rbm.GaussianRbmTrainer;
import io.gibbsite.train.rbm.RbmTrainer;
import java.io.PrintWriter;

/**
 * The mean log-likelihood of rows under a model, in nats a row.
 *
 * @param rows how many
 * @param meanLogLikelihood the value, in the middle of the interval
 * @param lower end of its interval, from that of log Z
 * @param upper end of its interval, the same if log Z is exact
 * @param logZ what it rests on
 */
record Likelihood(int rows, double meanLogLikelihood, double lower, double upper, LogZ logZ) {
  /** Rows of one call of a session. */
  private static final int BLOCK = 1024;

  static Likelihood of(RbmParameters parameters, BinaryRows data, LogZ logZ, Backend backend) {
    try (RbmSession session = backend.open(parameters.shape(), Math.min(BLOCK, data.rows()))) {
      session.setParameters(parameters);
      return of(RbmTrainer.meanFreeEnergy(session, data.states(), data.rows()), data.rows(), logZ);
    }
  }

  static Likelihood of(GaussianRbmParameters parameters, Dataset data, LogZ logZ, Backend backend) {
    int block = Math.min(BLOCK, data.rows());
    try (GaussianRbmSession session = backend.open(parameters.shape(), block)) {
      session.setParameters(parameters);
      return of(
          GaussianRbmTrainer.meanFreeEnergy(session, data.values(), data.rows()),
          data.rows(),
          logZ);
    }
  }

  static Likelihood of(MlpParameters parameters, Dataset data, LogZ logZ, Backend backend) {
    int block = ModelAndData.blockRows(data);
    float[] energy = new float[block];
    double sum = 0;
    try (MlpSession session = backend.open(parameters.shape(), block)) {
      session.setParameters(parameters);
      for (int first = 0; first < data.rows(); first += block) {
        int n = Math.min(block, data.rows() - first);
        session.energy(new Block(first, n).of(data.values(), data.columns()), n, energy);
        for (int i = 0; i < n; i++) {
          sum += energy[i];
        }
      }
    }
    return of(sum / data.rows(), data.rows(), logZ);
  }

  /** From the rows' mean free energy. */
  static Likelihood of(double energy, int rows, LogZ logZ) {
    double lower = -energy - logZ.high();
    double upper = -energy - logZ.low();
    return new Likelihood(rows, (lower + upper) / 2, lower, upper, logZ);
  }

  /** Prints it among a run's figures. */
  void print(PrintWriter out, String name) {
    RunFigures.interval(out, name, lower, upper, " nats a row");
  }

  /**
   * The share of rows whose most probable label is not their own.
   *
   * @param labels null if the model has none
   * @return null if it has none
   */
  static Double labelError(
      RbmParameters parameters, BinaryRows data, LabelUnits labels, Backend backend) {
    if (labels == null) {
      return null;
    }
    try (RbmSession session = backend.open(parameters.shape(), Math.min(BLOCK, data.rows()))) {
      session.setParameters(parameters);
      return labels.errorRate(session::freeEnergy, data.states(), data.rows(), session.rows());
    }
  }
}
