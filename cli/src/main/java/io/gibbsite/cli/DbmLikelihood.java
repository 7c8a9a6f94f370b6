package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.MeanField;
import io.gibbsite.dbm.VariationalBound;
import io.gibbsite.rbm.LabelUnits;

/**
 * The mean variational lower bound on the log-likelihood of rows under a deep Boltzmann machine, in
 * nats a row.
 *
 * @param rows how many
 * @param meanBound the value, in the middle of the interval
 * @param lower end of its interval, from that of log Z
 * @param upper end of its interval, the same if log Z is exact: of the bound, not of the
 *     log-likelihood, which may be above it
 * @param meanLogLikelihood exactly, for small machines; else null
 * @param labelError share of rows whose label has not the greatest bound of all; null without
 *     labels
 * @param meanFieldSweeps of a row
 * @param logZ what it rests on
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DbmLikelihood(
    int rows,
    double meanBound,
    double lower,
    double upper,
    Double meanLogLikelihood,
    Double labelError,
    double meanFieldSweeps,
    LogZ logZ) {
  /** Rows' hidden layers are summed over up to so many units on their smaller side. */
  private static final int ENUMERATED_UNITS = 12;

  /** Rows whose labels are judged at once. */
  private static final int BLOCK = 1024;

  /**
   * Of these rows.
   *
   * @param labels to judge, or null
   */
  static DbmLikelihood of(
      DbmParameters parameters, BinaryRows data, LabelUnits labels, LogZ logZ, Backend backend) {
    DbmPosterior posterior =
        DbmPosterior.of(parameters, data, Integer.MAX_VALUE, MeanField.Stop.CONVERGED, backend);
    double lower = posterior.meanBound() - logZ.high();
    double upper = posterior.meanBound() - logZ.low();
    boolean small = VariationalBound.canEnumerate(parameters.shape(), ENUMERATED_UNITS);
    return new DbmLikelihood(
        data.rows(),
        (lower + upper) / 2,
        lower,
        upper,
        small && logZ.low() == logZ.high() ? exact(parameters, data) - logZ.low() : null,
        labels == null ? null : labelError(parameters, data, labels, backend),
        posterior.sweeps(),
        logZ);
  }

  /** P(label | v), with the bound for the log-likelihood of the row with each label. */
  private static double labelError(
      DbmParameters parameters, BinaryRows data, LabelUnits labels, Backend backend) {
    return labels.errorRate(
        (v, rows, energy) -> {
          double[] bound =
              DbmPosterior.of(
                      parameters, new BinaryRows(v, rows), rows, DbmPosterior.QUICK, backend)
                  .bound();
          for (int row = 0; row < rows; row++) {
            energy[row] = -bound[row];
          }
        },
        data.states(),
        data.rows(),
        BLOCK);
  }

  private static double exact(DbmParameters parameters, BinaryRows data) {
    double sum = 0;
    try (Workers one = new Workers(1, "gibbsite-enumeration")) {
      for (int row = 0; row < data.rows(); row++) {
        sum += VariationalBound.exact(parameters, data.states(), row, one);
      }
    }
    return sum / data.rows();
  }
}
