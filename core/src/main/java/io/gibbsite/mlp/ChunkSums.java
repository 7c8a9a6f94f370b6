package io.gibbsite.mlp;

import io.gibbsite.backend.Workers;
import java.util.Arrays;

/**
 * Sums over a batch that do not depend on the number of threads: every chunk of blocks is summed by
 * one worker in order, and the chunks' sums are added in a fixed tree, neighbours first. How blocks
 * form chunks depends on the batch and the number of parameters alone.
 */
final class ChunkSums {
  /**
   * Chunks are limited so that their gradients stay below this many floats, but never to fewer than
   * 8.
   */
  private static final int FLOATS = 1 << 22;

  private static final int MOST_CHUNKS = 64;
  private static final int FEWEST_CHUNKS = 8;

  /** Parameters that one unit of the parallel reduction adds up. */
  private static final int STRETCH = 4096;

  private final int parameters;
  private final float[][] gradients;
  private final double[] losses;
  private final double[] weights;
  private final Workers.Body reduceBody = this::reduceStretch;
  private int chunks;
  private float[] out;

  ChunkSums(int parameters) {
    this.parameters = parameters;
    int limit = limit(parameters);
    gradients = new float[limit][];
    losses = new double[limit];
    weights = new double[limit];
  }

  private static int limit(int parameters) {
    return Math.clamp(FLOATS / parameters, FEWEST_CHUNKS, MOST_CHUNKS);
  }

  static long bytes(int parameters, int blocks) {
    return (long) Float.BYTES * parameters * Math.min(blocks, limit(parameters));
  }

  /**
   * Divides so many blocks, and returns the blocks of each chunk but the last, which may have
   * fewer.
   */
  int start(int blocks) {
    int each = Math.max(1, (blocks + gradients.length - 1) / gradients.length);
    chunks = (blocks + each - 1) / each;
    Arrays.fill(losses, 0);
    Arrays.fill(weights, 0);
    return each;
  }

  int chunks() {
    return chunks;
  }

  /**
   * Where a chunk's gradient goes, float[parameters]: made when first used, by the chunk's worker.
   */
  float[] gradient(int chunk) {
    if (gradients[chunk] == null) {
      gradients[chunk] = new float[parameters];
    }
    return gradients[chunk];
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

  /** The sum of the chunks' gradients; zero if there is no chunk. */
  void reduce(Workers workers, float[] gradient) {
    if (chunks == 0) {
      Arrays.fill(gradient, 0, parameters, 0f);
      return;
    }
    out = gradient;
    workers.run((parameters + STRETCH - 1) / STRETCH, reduceBody);
  }

  private void reduceStretch(int unit, int worker) {
    int from = unit * STRETCH;
    int to = Math.min(parameters, from + STRETCH);
    for (int stride = 1; stride < chunks; stride *= 2) {
      for (int i = 0; i + stride < chunks; i += 2 * stride) {
        add(gradients[i], gradients[i + stride], from, to);
      }
    }
    System.arraycopy(gradients[0], from, out, from, to - from);
  }

  private static void add(float[] sum, float[] term, int from, int to) {
    for (int i = from; i < to; i++) {
      sum[i] += term[i];
    }
  }
}
