package io.gibbsite.mlp;

import io.gibbsite.backend.Workers;
import java.util.Arrays;

/**
 * The sums of each chunk of a batch, which are added up in a fixed tree, neighbours first: see
 * {@link BatchSums}.
 */
final class ChunkSums {
  /**
   * Chunks are limited so that their sums stay below this many floats, but never to fewer than 8.
   */
  private static final int FLOATS = 1 << 22;

  private static final int FEWEST_CHUNKS = 8;

  /** Floats that one unit of the parallel reduction adds up. */
  private static final int STRETCH = 4096;

  private final int size;
  private final float[][] sums = new float[BatchSums.MOST_CHUNKS][];
  private final double[] losses = new double[BatchSums.MOST_CHUNKS];
  private final double[] weights = new double[BatchSums.MOST_CHUNKS];
  private final Workers.Body reduceBody = this::reduceStretch;
  private int chunks;

  ChunkSums(int size) {
    this.size = size;
  }

  /** The most chunks for sums of this size. */
  static int limit(int size) {
    return Math.clamp(FLOATS / size, FEWEST_CHUNKS, BatchSums.MOST_CHUNKS);
  }

  /** Bytes of the sums of so many chunks. */
  static long bytes(int size, int chunks) {
    return (long) Float.BYTES * size * chunks;
  }

  /** Makes the losses and weights zero. */
  void startLosses() {
    Arrays.fill(losses, 0);
    Arrays.fill(weights, 0);
  }

  /** A chunk's sums, float[size]: made when first used, by the chunk's worker. */
  float[] of(int chunk) {
    if (sums[chunk] == null) {
      sums[chunk] = new float[size];
    }
    return sums[chunk];
  }

  void addRows(int chunk, double loss, double weight) {
    losses[chunk] += loss;
    weights[chunk] += weight;
  }

  double loss() {
    return tree(losses);
  }

  /** The sum of all row weights. */
  double weight() {
    return tree(weights);
  }

  private static double tree(double[] terms) {
    for (int stride = 1; stride < terms.length; stride *= 2) {
      for (int i = 0; i + stride < terms.length; i += 2 * stride) {
        terms[i] += terms[i + stride];
      }
    }
    return terms[0];
  }

  /** Adds the sums of the first chunks up, and returns them where chunk 0's were. */
  float[] reduce(int count, Workers workers) {
    chunks = count;
    workers.run((size + STRETCH - 1) / STRETCH, reduceBody);
    return sums[0];
  }

  private void reduceStretch(int unit, int worker) {
    int from = unit * STRETCH;
    int to = Math.min(size, from + STRETCH);
    for (int stride = 1; stride < chunks; stride *= 2) {
      for (int i = 0; i + stride < chunks; i += 2 * stride) {
        add(sums[i], sums[i + stride], from, to);
      }
    }
  }

  private static void add(float[] sum, float[] term, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] += term[i];
    }
  }
}
