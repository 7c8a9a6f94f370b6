package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Measures a workload: {@link Turns}. */
public final class Row {
  private Row() {}

  /**
   * A result for each backend, all with the same peers.
   *
   * @param limits of the machine, measured in the same run, or null where they do not apply
   * @param note takes a line for each peer that cannot do this workload
   */
  public static List<BenchResult> measure(
      Workload workload,
      List<Backend> backends,
      Timing timing,
      MachineLimits limits,
      List<Peer> peers,
      Consumer<String> note) {
    Turns turns = Turns.take(workload, backends, timing, peers, note);
    List<PeerResult> theirs = new ArrayList<>();
    turns.peers().forEach((peer, steps) -> theirs.add(PeerResult.of(peer, workload, steps)));
    return turns.backends().stream()
        .map(times -> BenchResult.of(workload, times.backend(), times.steps(), limits, theirs))
        .toList();
  }
}
