package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.data.Dataset;
import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.likelihood.AnnealedLogZ;
import io.gibbsite.likelihood.GridIntegral;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.sampler.AnnealedImportance;
import java.nio.file.Path;

/**
 * The log partition function of an MLP energy.
 *
 * @param parameters of the energy
 * @param base where annealing starts
 * @param annealing how
 */
record MlpLogZ(MlpParameters parameters, Density base, LogPartitionOptions annealing) {
  private static final int GRID_ROWS = 4096;
  private static final int CELLS = 1000;

  /** The largest change of log Z from half as many cells that passes for none. */
  private static final double GRID_TOLERANCE = 1e-4;

  /** A Gaussian base is integrated so many deviations to each side. */
  private static final float REACH = 10;

  /**
   * Refuses a method that the model is too wide for, before anything else is asked of the user.
   *
   * @throws IllegalArgumentException if so
   */
  static void requireAble(String method, Path file, MlpParameters parameters) {
    int columns = parameters.shape().inputs();
    RunOptions.require(
        !method.equals("exact") || columns == 2,
        "%s: --method exact integrates on a plane, and the model has %d columns: take --method bracket, ais or reverse-ais"
            .formatted(file, columns));
  }

  /**
   * The base asked for, else the model's own, else the Gaussian fitted to the rows.
   *
   * @param rows or null
   */
  static Density base(MlpParameters parameters, LogPartitionOptions annealing, Dataset rows) {
    int columns = parameters.shape().inputs();
    Density given = annealing.base(columns);
    if (given != null) {
      return given;
    }
    if (parameters.base() != null) {
      return parameters.base();
    }
    RunOptions.require(
        rows != null,
        "the model has no base density to start from: add --data, or --base normal:MEAN,SD or"
            + " uniform:LO,HI");
    return Gaussian.fit(rows.values(), rows.rows(), columns, rows.rows() > columns);
  }

  /** Exactly if that is possible, else the bracket. */
  LogZ best(Backend backend, CommonOptions common) {
    GridIntegral grid = parameters.shape().inputs() == 2 ? grid(backend) : null;
    return grid == null ? by("bracket", backend, common) : LogZ.exact(grid.logZ());
  }

  /** By that method, for which the model is not too wide. */
  LogZ by(String method, Backend backend, CommonOptions common) {
    if (method.equals("exact")) {
      GridIntegral grid = grid(backend);
      RunOptions.require(
          grid != null,
          "the density reaches beyond %d by %d cells around the base: give --base uniform:LO,HI, or take --method bracket"
              .formatted(CELLS, CELLS));
      return LogZ.exact(grid.logZ());
    }
    int threads = backend.options().threads();
    try (Workers workers = new Workers(threads, "gibbsite-annealing")) {
      AnnealedImportance.Options options = annealing.transitions(common.seed(), workers);
      long pilot = options.pilotTransitions();
      return LogZ.by(
          method,
          options.chains(),
          pilot + options.forwardTransitions(),
          pilot + options.reverseTransitions(),
          pilot + options.forwardTransitions() + options.reverseTransitions(),
          common,
          progress ->
              AnnealedLogZ.estimate(
                  backend, parameters, base, options, AnnealedImportance::forward, progress),
          progress ->
              AnnealedLogZ.estimate(
                  backend, parameters, base, options, AnnealedImportance::reverse, progress),
          progress ->
              AnnealedLogZ.estimate(
                  backend, parameters, base, options, AnnealedImportance::bracket, progress));
    }
  }

  /** The integral over the box, or null where the box or the cells do not do. */
  private GridIntegral grid(Backend backend) {
    try (MlpSession session = backend.open(parameters.shape(), GRID_ROWS)) {
      session.setParameters(parameters);
      GridIntegral fine = GridIntegral.integrate(session, box(), CELLS);
      GridIntegral coarse = GridIntegral.integrate(session, box(), CELLS / 2);
      boolean resolved = Math.abs(fine.logZ() - coarse.logZ()) <= GRID_TOLERANCE;
      boolean whole = base instanceof UniformBox || fine.borderNegligible();
      return resolved && whole ? fine : null;
    }
  }

  private UniformBox box() {
    if (base instanceof UniformBox box) {
      return box;
    }
    float[] mean = ((Gaussian) base).mean();
    float[] c = ((Gaussian) base).cholesky();
    float first = REACH * c[0];
    float second = REACH * (float) Math.hypot(c[2], c[3]);
    return new UniformBox(
        new float[] {mean[0] - first, mean[1] - second},
        new float[] {mean[0] + first, mean[1] + second});
  }
}
