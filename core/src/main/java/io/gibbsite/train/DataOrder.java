package io.gibbsite.train;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * Which rows each minibatch takes: a new permutation of the data in every epoch, without
 * replacement. A function of the seed and the step number alone, so that a resumed run needs no
 * state.
 *
 * <p>Epoch {@code e} is shuffled by Fisher and Yates; the swap of position {@code i} uses component
 * {@code i} of the draw at (DATA_ORDER, e, row), row 0 for the data of a run. The last {@code rows
 * % batch} rows of a permutation are left out.
 */
public final class DataOrder {
  private final int batch;
  private final long seed;
  private final int row;
  private final int[] permutation;
  private final int[] words = new int[4];
  private long epochShuffled = -1;

  /**
   * @param rows in the data
   * @param batch rows in a minibatch, 1 to {@code rows}
   * @param seed of the run
   */
  public DataOrder(int rows, int batch, long seed) {
    this(rows, batch, seed, 0);
  }

  /**
   * Another order of the same seed.
   *
   * @param row of its draws
   */
  public DataOrder(int rows, int batch, long seed, int row) {
    if (batch < 1 || batch > rows) {
      throw new IllegalArgumentException(
          "a batch of %d from %d training rows: choose between 1 and %d"
              .formatted(batch, rows, rows));
    }
    this.batch = batch;
    this.seed = seed;
    this.row = row;
    this.permutation = new int[rows];
  }

  /** Checks that so many entries hold the rows. */
  public static void requireRows(long entries, int rows, int columns) {
    if (entries < (long) rows * columns) {
      throw new IllegalArgumentException(
          "%d training rows of %d columns in %d entries".formatted(rows, columns, entries));
    }
  }

  /** Minibatches in one pass over the data. */
  public int stepsPerEpoch() {
    return permutation.length / batch;
  }

  /** The pass over the data that the step belongs to, from 0. */
  public long epoch(long step) {
    return step / stepsPerEpoch();
  }

  /**
   * Writes the rows of that step's minibatch.
   *
   * @param indices int[batch], out
   */
  public void rows(long step, int[] indices) {
    long epoch = epoch(step);
    if (epoch != epochShuffled) {
      shuffle(epoch);
      epochShuffled = epoch;
    }
    int first = (int) (step % stepsPerEpoch()) * batch;
    System.arraycopy(permutation, first, indices, 0, batch);
  }

  private void shuffle(long epoch) {
    for (int i = 0; i < permutation.length; i++) {
      permutation[i] = i;
    }
    for (int i = 0; i < permutation.length - 1; i++) {
      if ((i & 3) == 0) {
        Draws.words(seed, DrawStream.DATA_ORDER, epoch, row, i >> 2, words);
      }
      // An integer below the bound from 32 bits; its bias is at most bound / 2^32.
      long bound = permutation.length - i;
      int other = i + (int) ((words[i & 3] & 0xFFFFFFFFL) * bound >>> 32);
      int swapped = permutation[i];
      permutation[i] = permutation[other];
      permutation[other] = swapped;
    }
  }
}
