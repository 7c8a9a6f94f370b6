package io.gibbsite.bench;

/** Work that is measured in floating-point operations, beside the limit of the machine. */
public interface Workload extends Work {
  /** Floating-point operations of one step, matrix products only. */
  double flops();

  /**
   * Bytes that one step has to read and write at the least: its rows, the parameters and their
   * gradients, each once.
   */
  double bytes();

  /** The share of its operations that multiply states of 0 or 1, so that sums of weights do. */
  default double binaryShare() {
    return 0;
  }
}
