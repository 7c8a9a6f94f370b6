package io.gibbsite.ising;

import io.gibbsite.backend.Workers;
import io.gibbsite.random.DrawStream;

/** N1 to N3 of {@link Ising}: 64 spins at a time. Threads share the rows. */
abstract class MultiSpin extends IsingLattices {
  /** Digits of a probability. */
  static final int DIGITS = 64;

  /** Words of a row of one colour that one unit of work updates at least. */
  private static final int UNIT_WORDS = 256;

  private final Workers workers;
  private final long[] thresholds = new long[IsingParameters.NEIGHBOURS + 1];
  private final int unitRows;
  private final Workers.Body updateBody = this::updateRows;

  /** Of the update under way. */
  private int colour;

  private long seed;
  private long sweep;

  MultiSpin(IsingShape shape, IsingParameters parameters, Workers workers) {
    super(shape, parameters);
    this.workers = workers;
    unitRows = Math.max(1, UNIT_WORDS / words);
    for (int k = 0; k < thresholds.length; k++) {
      thresholds[k] = parameters.threshold(k);
    }
  }

  @Override
  public final String method() {
    return "multi-spin coding";
  }

  /**
   * N1 to N3 for a row of one colour.
   *
   * @param to the colour's spins
   * @param at the row's first word there, and in {@code other}
   * @param other the other colour's spins
   * @param above the first word of the row above in {@code other}
   * @param below that of the row below
   * @param side -1 or +1: which word of the row itself has the second neighbour
   * @param firstDraw the row's first word's row in the draws' addresses; seed, stream and sweep are
   *     {@link #seed()}, {@link #stream()} and {@link #sweep()}
   * @param worker 0 .. threads - 1
   */
  abstract void update(
      long[] to, int at, long[] other, int above, int below, int side, int firstDraw, int worker);

  final long seed() {
    return seed;
  }

  final DrawStream stream() {
    return colour == BLACK ? DrawStream.VISIBLE_GIBBS : DrawStream.HIDDEN_GIBBS;
  }

  final long sweep() {
    return sweep;
  }

  /** {@code P} of N2, for k = 0 .. 4. */
  final long[] thresholds() {
    return thresholds;
  }

  @Override
  final void computeSweeps(int count, long firstSweep, long seed) {
    this.seed = seed;
    int units = (shape().rows() + unitRows - 1) / unitRows;
    for (int t = 0; t < count; t++) {
      sweep = firstSweep + t;
      for (colour = BLACK; colour <= WHITE; colour++) {
        workers.run(units, updateBody);
      }
    }
  }

  private void updateRows(int unit, int worker) {
    int rows = shape().rows();
    long[] to = spins[colour];
    long[] other = spins[1 - colour];
    for (int y = unit * unitRows; y < Math.min(rows, (unit + 1) * unitRows); y++) {
      int at = y * stride + 1;
      int above = (y == 0 ? rows - 1 : y - 1) * stride + 1;
      int below = (y == rows - 1 ? 0 : y + 1) * stride + 1;
      int side = (y + colour) % 2 == 0 ? -1 : 1;
      update(to, at, other, above, below, side, y * words, worker);
      wrap(to, at);
    }
  }
}
