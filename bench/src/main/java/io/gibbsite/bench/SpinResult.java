package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * One measured row of {@link SpinWork}.
 *
 * @param workload {@code ising} or {@code boltzmann}
 * @param shape such as {@code 64x64}, or a number of units
 * @param chains swept side by side
 * @param backend that computed
 * @param description of the backend: its ISA or width, threads and precision
 * @param method by which the backend computed
 * @param threads it was given
 * @param seconds median of a sweep of all chains
 * @param spread distance of the quartiles as a part of the median
 * @param calls that were timed
 * @param sweepsPerS sweeps of one chain a second, over all chains
 * @param updatesPerNs units drawn a nanosecond
 * @param peers what others reach, timed by turns with this
 * @param ratio to the best peer's rate; null without peers
 */
public record SpinResult(
    String workload,
    String shape,
    int chains,
    String backend,
    String description,
    String method,
    int threads,
    double seconds,
    double spread,
    int calls,
    double sweepsPerS,
    double updatesPerNs,
    List<PeerRate> peers,
    Double ratio) {
  /**
   * What a peer reached.
   *
   * @param name such as {@code jax}
   * @param version of the framework
   * @param seconds median of a sweep of all chains
   * @param spread distance of the quartiles as a part of the median
   * @param updatesPerNs units drawn a nanosecond
   */
  public record PeerRate(
      String name, String version, double seconds, double spread, double updatesPerNs) {}

  /**
   * A result for each backend, all with the same peers.
   *
   * @param note takes a line for each peer that cannot do this
   * @throws io.gibbsite.backend.BackendUnavailableException if a backend cannot
   */
  public static List<SpinResult> measure(
      SpinWork work,
      List<Backend> backends,
      Timing timing,
      List<Peer> peers,
      Consumer<String> note) {
    Turns turns = Turns.take(work, backends, timing, peers, note);
    List<PeerRate> theirs = new ArrayList<>();
    turns
        .peers()
        .forEach(
            (peer, steps) ->
                theirs.add(
                    new PeerRate(
                        peer.name(),
                        peer.version(),
                        steps.median(),
                        steps.spread(),
                        work.updates() / steps.median() / 1e9)));
    return turns.backends().stream().map(times -> of(work, times, theirs)).toList();
  }

  private static SpinResult of(SpinWork work, Turns.Times times, List<PeerRate> peers) {
    Samples steps = times.steps();
    double updatesPerNs = work.updates() / steps.median() / 1e9;
    return new SpinResult(
        work.name(),
        work.shape(),
        work.batch(),
        times.backend().name(),
        times.backend().description(),
        times.method(),
        times.backend().options().threads(),
        steps.median(),
        steps.spread(),
        steps.count(),
        work.batch() / steps.median(),
        updatesPerNs,
        peers,
        peers.stream()
            .max(Comparator.comparingDouble(PeerRate::updatesPerNs))
            .map(best -> updatesPerNs / best.updatesPerNs())
            .orElse(null));
  }
}
