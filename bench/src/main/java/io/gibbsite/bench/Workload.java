package io.gibbsite.bench;

import io.gibbsite.backend.Backend;

/**
 * One row of the benchmark: a computation of a stated size, the same on every backend and in the
 * peers' frameworks.
 */
public interface Workload {
  /** What is computed, such as {@code langevin}. */
  String name();

  /** The model's shape, such as {@code 2-128-128-1}. */
  String shape();

  /** Rows, or chains. */
  int batch();

  /** Floating-point operations of one step, matrix products only. */
  double flops();

  /**
   * Bytes that one step has to read and write at the least: its rows, the parameters and their
   * gradients, each once.
   */
  double bytes();

  /** Whether the rows of its matrix products are all 0 or 1, so that sums of weights do. */
  boolean binary();

  /** Steps of one call. */
  int steps();

  /** Takes the memory and fills it; what {@link Body#run} then does is timed. */
  Body prepare(Backend backend);

  /** The timed part. It allocates nothing. */
  interface Body extends AutoCloseable {
    /** One call: {@link Workload#steps} steps. */
    void run();

    /** Frees the sessions. */
    @Override
    void close();
  }
}
