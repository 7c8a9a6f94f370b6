package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.dbm.DbmBlocks;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.dbm.MeanField;
import io.gibbsite.dbm.VariationalBound;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.sampler.AisOptions;
import java.util.Arrays;

/**
 * What the mean field says of rows.
 *
 * @param shape of the machine
 * @param rows that were given
 * @param mu float[rows * hidden]
 * @param bound double[rows]: of {@code log p(v) + log Z}, from below
 * @param sweeps of a row, their mean
 */
record DbmPosterior(DbmShape shape, BinaryRows rows, float[] mu, double[] bound, double sweeps) {
  /** Rows that are enough for base rates. */
  private static final int BASE_ROWS = 2_000;

  /** For measurements on the way. */
  static final MeanField.Stop QUICK = new MeanField.Stop(50, 1e-3f);

  static DbmPosterior of(
      DbmParameters parameters, BinaryRows data, int most, MeanField.Stop stop, Backend backend) {
    DbmShape shape = parameters.shape();
    int rows = Math.min(data.rows(), most);
    float[] mu = new float[Math.multiplyExact(rows, shape.hidden())];
    double[] bound = new double[rows];
    try (Workers workers = new Workers(backend.options().threads(), "gibbsite-mean-field")) {
      MeanField field = MeanField.of(shape, workers);
      field.setParameters(parameters);
      double sweeps = field.infer(data.states(), rows, stop, mu);
      VariationalBound.of(parameters, data.states(), mu, rows, bound, workers);
      BinaryRows taken = new BinaryRows(Arrays.copyOf(data.states(), rows * shape.visible()), rows);
      return new DbmPosterior(shape, taken, mu, bound, sweeps);
    }
  }

  double meanBound() {
    return Arrays.stream(bound).average().orElseThrow();
  }

  /** The states of the even layers, the most probable ones where they are hidden. */
  BinaryRows evenStates() {
    return new BinaryRows(DbmBlocks.evenStates(shape, rows.states(), mu, rows.rows()), rows.rows());
  }

  /** The log-odds of the units that {@link DbmBlocks#annealed} starts from, over posteriors. */
  static float[] base(DbmParameters parameters, BinaryRows data, Backend backend) {
    DbmPosterior posterior = of(parameters, data, BASE_ROWS, QUICK, backend);
    DbmShape shape = parameters.shape();
    int side = DbmBlocks.annealedSide(shape);
    int stride = side == 0 ? shape.rbm().visible() : shape.rbm().hidden();
    int rows = posterior.rows.rows();
    float[] x = new float[Math.multiplyExact(rows, stride)];
    for (int r = 0; r < rows; r++) {
      for (int i = 0; side == 0 && i < shape.visible(); i++) {
        x[r * stride + i] = data.states()[r * shape.visible() + i];
      }
      for (int l = 2 - side; l <= shape.depth(); l += 2) {
        int from = r * shape.hidden() + shape.hiddenOffset(l);
        System.arraycopy(posterior.mu, from, x, r * stride + shape.sideOffset(l), shape.units(l));
      }
    }
    return BaseRates.logOdds(x, rows, stride);
  }

  /** {@code log Z}, exactly if a side can be enumerated, else bracketed. */
  static LogZ logZ(
      DbmParameters parameters, AisOptions annealing, Backend backend, CommonOptions common) {
    return LogZ.best(DbmBlocks.annealed(parameters), annealing, backend, common);
  }
}
