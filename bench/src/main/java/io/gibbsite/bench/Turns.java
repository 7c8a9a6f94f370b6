package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Times work on some backends and in the peers' frameworks, by turns, so that whatever else the
 * machine does meets all of them.
 *
 * @param backends the times of a step on each, and by what it was computed
 * @param peers the times of a step of each that could do the work
 */
record Turns(List<Times> backends, Map<Peer, Samples> peers) {
  private static final int TURNS = 4;

  /** Before a turn, so that the threads of the one before have gone to sleep. */
  private static final long PAUSE_MILLIS = 150;

  /** Of one backend. */
  record Times(Backend backend, String method, Samples steps) {}

  private record Side(Backend backend, Work.Body body, double[][] turns) {}

  /**
   * Takes all the turns.
   *
   * @param note takes a line for each peer that cannot do this work
   */
  static Turns take(
      Work work, List<Backend> backends, Timing timing, List<Peer> peers, Consumer<String> note) {
    int turns = backends.size() + peers.size() > 1 ? TURNS : 1;
    List<Side> sides = new ArrayList<>();
    try {
      for (Backend backend : backends) {
        Work.Body body = work.prepare(backend);
        sides.add(new Side(backend, body, new double[turns][]));
        timing.warmUp(body::run);
      }
      Map<Peer, double[][]> others = new LinkedHashMap<>();
      peers.forEach(peer -> others.put(peer, new double[turns][]));
      others.keySet().removeIf(peer -> fails(() -> peer.prepare(work), note));
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
                          other.getValue()[turn] = other.getKey().times(work, seconds);
                        },
                        note));
      }
      Map<Peer, Samples> theirs = new LinkedHashMap<>();
      others.forEach((peer, times) -> theirs.put(peer, all(times, 1)));
      return new Turns(
          sides.stream()
              .map(
                  side ->
                      new Times(side.backend, side.body.method(), all(side.turns, work.steps())))
              .toList(),
          theirs);
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
