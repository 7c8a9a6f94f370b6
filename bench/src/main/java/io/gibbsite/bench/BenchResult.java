package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import java.util.Comparator;
import java.util.List;

/**
 * One measured row.
 *
 * @param workload what was computed
 * @param shape of the model
 * @param batch rows, or chains
 * @param backend that computed
 * @param description of the backend: its ISA or width, threads and precision
 * @param threads it was given
 * @param precision of its matrix products
 * @param seconds median of one step
 * @param spread distance of the quartiles as a part of the median; null in old records
 * @param calls that were timed
 * @param gflops 10^9 operations a second
 * @param rowsPerS rows, or chain-steps, a second
 * @param intensity operations for each byte that has to be moved
 * @param limit what binds this row on this machine; null for a backend that does not compute on the
 *     processor
 * @param limitFraction of that limit, measured in the same run at that number of threads; or null
 * @param peers what others reach, timed by turns with this
 * @param ratio to the best peer's rate; null without peers
 * @param goal that the ratio is to reach; null where none is set
 */
public record BenchResult(
    String workload,
    String shape,
    int batch,
    String backend,
    String description,
    int threads,
    String precision,
    double seconds,
    Double spread,
    int calls,
    double gflops,
    double rowsPerS,
    double intensity,
    String limit,
    Double limitFraction,
    List<PeerResult> peers,
    Double ratio,
    Double goal) {

  /**
   * Of the times of steps.
   *
   * @param limits of the machine, measured in the same run, or null where they do not apply
   */
  static BenchResult of(
      Workload workload,
      Backend backend,
      Samples steps,
      MachineLimits limits,
      List<PeerResult> peers) {
    double gflops = workload.flops() / steps.median() / 1e9;
    Limit limit = limits == null ? null : Limit.of(workload, backend.options().precision(), limits);
    return new BenchResult(
        workload.name(),
        workload.shape(),
        workload.batch(),
        backend.name(),
        backend.description(),
        backend.options().threads(),
        backend.options().precision().label(),
        steps.median(),
        steps.spread(),
        steps.count(),
        gflops,
        workload.batch() / steps.median(),
        workload.flops() / workload.bytes(),
        limit == null ? null : limit.name(),
        limit == null ? null : gflops / limit.gflops(),
        peers,
        peers.stream()
            .max(Comparator.comparingDouble(PeerResult::gflops))
            .map(best -> gflops / best.gflops())
            .orElse(null),
        Goal.of(workload, backend));
  }
}
