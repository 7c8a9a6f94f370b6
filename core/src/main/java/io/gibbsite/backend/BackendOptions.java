package io.gibbsite.backend;

/**
 * How a backend is to compute.
 *
 * @param threads threads on the CPU, at least 1; results do not depend on it
 * @param precision of matrix products
 */
public record BackendOptions(int threads, Precision precision) {
  public BackendOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
  }

  /** Every processor, float32. */
  public static BackendOptions defaults() {
    return new BackendOptions(Runtime.getRuntime().availableProcessors(), Precision.FLOAT32);
  }
}
