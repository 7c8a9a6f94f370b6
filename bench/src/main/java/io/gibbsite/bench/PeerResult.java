package io.gibbsite.bench;

/**
 * What a peer reached on a row.
 *
 * @param name such as {@code jax}
 * @param version of the framework
 * @param seconds median of one step
 * @param spread distance of the quartiles as a part of the median; null in old records
 * @param gflops 10^9 operations a second
 */
public record PeerResult(
    String name, String version, double seconds, Double spread, double gflops) {
  static PeerResult of(Peer peer, Workload workload, Samples steps) {
    double gflops = workload.flops() / steps.median() / 1e9;
    return new PeerResult(peer.name(), peer.version(), steps.median(), steps.spread(), gflops);
  }
}
