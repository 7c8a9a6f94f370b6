package io.gibbsite.dbm;

import io.gibbsite.backend.Workers;

/**
 * Mean-field inference, M1 to M3 of {@link Dbm}: the independent distribution of the hidden units
 * that is nearest to the posterior of each row.
 *
 * <p>Layers are updated one after the other, so the variational bound never falls. A row is done
 * when no unit moved by more than the tolerance in a sweep over all layers, or after the most
 * sweeps; it then stays as it is, so its result depends on no other row and on no number of
 * threads. Used by one thread at a time.
 */
public abstract class MeanField {
  private final DbmShape shape;
  private final Workers workers;
  private boolean parametersSet;

  MeanField(DbmShape shape, Workers workers) {
    this.shape = shape;
    this.workers = workers;
  }

  /**
   * When a row is done.
   *
   * @param sweeps over all layers at the most, at least 0: with 0 it stays where it starts
   * @param tolerance the largest change of a unit in the last sweep, at least 0
   */
  public record Stop(int sweeps, float tolerance) {
    /** For figures: the bound is then within rounding of its maximum in reach. */
    public static final Stop CONVERGED = new Stop(1_000, 1e-6f);

    public Stop {
      if (sweeps < 0) {
        throw new IllegalArgumentException("sweeps must be at least 0, not " + sweeps);
      }
      if (!(tolerance >= 0)) {
        throw new IllegalArgumentException("the tolerance must be at least 0, not " + tolerance);
      }
    }
  }

  /**
   * On the Vector API where the JVM has it, else in plain loops: the same bits.
   *
   * @param workers that share the rows
   */
  public static MeanField of(DbmShape shape, Workers workers) {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? new MeanFieldVector(shape, workers)
        : new MeanFieldScalar(shape, workers);
  }

  abstract void computeSetParameters(DbmParameters parameters);

  /** Rows that one unit of work infers. */
  abstract int unitRows();

  /**
   * Infers rows {@code first .. first + n - 1}.
   *
   * @return sweeps made, summed over the rows
   */
  abstract long infer(byte[] v, int first, int n, Stop stop, float[] mu, int worker);

  public final DbmShape shape() {
    return shape;
  }

  /** Copies the parameters in; their shape must be this one's. */
  public final void setParameters(DbmParameters parameters) {
    if (!parameters.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "parameters of shape %s for a mean field of shape %s"
              .formatted(parameters.shape(), shape));
    }
    computeSetParameters(parameters);
    parametersSet = true;
  }

  /**
   * Infers rows.
   *
   * @param v byte[rows * visible], each 0 or 1
   * @param mu float[rows * hidden], out
   * @return the mean number of sweeps of a row
   */
  public final double infer(byte[] v, int rows, Stop stop, float[] mu) {
    if (!parametersSet) {
      throw new IllegalStateException("the mean field has no parameters: call setParameters first");
    }
    if (rows < 0
        || v.length < (long) rows * shape.visible()
        || mu.length < (long) rows * shape.hidden()) {
      throw new IllegalArgumentException(
          "%d rows of a %s machine in %d visible states and %d means"
              .formatted(rows, shape, v.length, mu.length));
    }
    if (rows == 0) {
      return 0;
    }
    int each = unitRows();
    long[] sweeps = new long[(rows + each - 1) / each];
    workers.run(
        sweeps.length,
        (unit, worker) ->
            sweeps[unit] =
                infer(v, unit * each, Math.min(each, rows - unit * each), stop, mu, worker));
    long sum = 0;
    for (long s : sweeps) {
      sum += s;
    }
    return (double) sum / rows;
  }
}
