package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Measures a workload on some backends and in the peers' frameworks, by turns, so that whatever
 * else the machine does meets all of them.
 */
public final class Row {
  private static final int TURNS = 4;

  /** Before a turn, so that the threads of the one before have gone to sleep. */
  private static final long PAUSE_MILLIS = 150;

  private Row() {}

  private record Side(Backend backend, Workload.Body body, double[][] turns) {}

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
    int turns = backends.size() + peers.size() > 1 ? TURNS : 1;
    List<Side> sides = new ArrayList<>();
    try {
      for (Backend backend : backends) {
        Workload.Body body = workload.prepare(backend);
        sides.add(new Side(backend, body, new double[turns][]));
        timing.warmUp(body::run);
      }
      Map<Peer, double[][]> others = new LinkedHashMap<>();
      peers.forEach(peer -> others.put(peer, new double[turns][]));
      others.keySet().removeIf(peer -> fails(() -> peer.prepare(workload), note));
      for (int i = 0; i < turns; i++) {
        int turn = i;
        for (Side side : sides) {
          pause(turns);
          side.turns[turn] = timing.times(side.body::run, turns);
        }
        others
            .entrySet()
            .removeIf(
                other ->
                    fails(
                        () -> {
                          pause(turns);
                          double seconds = timing.seconds() / turns;
                          other.getValue()[turn] = other.getKey().times(workload, seconds);
                        },
                        note));
      }
      List<PeerResult> theirs = new ArrayList<>();
      others.forEach((peer, times) -> theirs.add(peer.result(workload, all(times, 1))));
      return sides.stream()
          .map(
              side ->
                  BenchResult.of(
                      workload, side.backend, all(side.turns, workload.steps()), limits, theirs))
          .toList();
    } finally {
      sides.forEach(side -> side.body.close());
    }
  }

  /** Whether a peer's part could not be done; then goes on without it. */
  private static boolean fails(Runnable part, Consumer<String> note) {
    try {
      part.run();
      return false;
    } catch (PeerException e) {
      note.accept(e.getMessage());
      return true;
    }
  }

  private static Samples all(double[][] turns, int steps) {
    return Samples.of(
        Arrays.stream(turns).flatMapToDouble(Arrays::stream).map(time -> time / steps).toArray());
  }

  private static void pause(int turns) {
    if (turns > 1) {
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while measuring", e);
      }
    }
  }
}
