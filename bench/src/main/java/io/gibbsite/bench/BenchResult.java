package io.gibbsite.bench;

import io.gibbsite.backend.Backend;

/**
 * One measured row.
 *
 * @param workload what was computed
 * @param shape of the model
 * @param batch rows, or chains
 * @param backend that computed
 * @param threads it was given
 * @param precision of its matrix products
 * @param seconds median of one step
 * @param gflops 10^9 operations a second
 * @param rowsPerS rows, or chain-steps, a second
 * @param limitFraction of the machine's measured multiply-add limit at that number of threads; null
 *     for a backend that does not compute on the processor
 */
public record BenchResult(
    String workload,
    String shape,
    int batch,
    String backend,
    int threads,
    String precision,
    double seconds,
    double gflops,
    double rowsPerS,
    Double limitFraction) {

  /**
   * Times a workload.
   *
   * @param limits of the machine, measured in the same run, or null where they do not apply
   */
  public static BenchResult measure(
      Workload workload, Backend backend, Timing timing, MachineLimits limits) {
    double seconds;
    try (Workload.Body body = workload.prepare(backend)) {
      seconds = timing.median(body::run) / body.steps();
    }
    double gflops = workload.flops() / seconds / 1e9;
    return new BenchResult(
        workload.name(),
        workload.shape(),
        workload.batch(),
        backend.name(),
        backend.options().threads(),
        backend.options().precision().label(),
        seconds,
        gflops,
        workload.batch() / seconds,
        limits == null ? null : gflops / limits.fmaGflops());
  }
}
