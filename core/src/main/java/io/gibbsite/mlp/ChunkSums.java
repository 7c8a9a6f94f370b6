package io.gibbsite.mlp;

import io.gibbsite.backend.Workers;
import java.util.Arrays;

/**
 * Sums over a batch that do not depend on the number of threads: every chunk of blocks is summed by
 * one worker in order, and the chunks' sums are added in a fixed tree, neighbours first. How blocks
 * form chunks depends on the batch and the shape alone.
 */
final class ChunkSums {
  /**
   * Chunks are limited so that their sums stay below this many floats, but never to fewer than 8.
   */
  private static final int FLOATS = 1 << 22;

  private static final int MOST_CHUNKS = 64;
  private static final int FEWEST_CHUNKS = 8;

  /** Floats that one unit of the parallel reduction adds up. */
  private static final int STRETCH = 4096;

  private final int size;
  private final float[][] sums;
  private final double[] losses;
  private final double[] weights;
  private final Workers.Body reduceBody = this::reduceStretch;
  private int chunks;

  ChunkSums(int size) {
    this.size = size;
    int limit = limit(size);
    sums = new float[limit][];
    losses = new double[limit];
    weights = new double[limit];
  }

  private static int limit(int size) {
    return Math.clamp(FLOATS / size, FEWEST_CHUNKS, MOST_CHUNKS);
  }

  static long bytes(int size, int blocks) {
    return (long) Float.BYTES * size * Math.min(blocks, limit(size));
  }

  /**
   * Divides so many blocks, and returns the blocks of each chunk but the last, which may have
   * fewer.
   */
  int start(int blocks) {
    int each = Math.max(1, (blocks + sums.length - 1) / sums.length);
    chunks = (blocks + each - 1) / each;
    Arrays.fill(losses, 0);
    Arrays.fill(weights, 0);
    return each;
  }

  int chunks() {
    return chunks;
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

  private double tree(double[] terms) {
    for (int stride = 1; stride < chunks; stride *= 2) {
      for (int i = 0; i + stride < chunks; i += 2 * stride) {
        terms[i] += terms[i + stride];
      }
    }
    return terms[0];
  }

  /** Adds the chunks' sums up, and returns them where chunk 0's were; null if there is no chunk. */
  float[] reduce(Workers workers) {
    if (chunks == 0) {
      return null;
    }
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
