package io.gibbsite.cli.selftest;

import io.gibbsite.backend.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Many sessions of one backend, opened, used and closed by many threads at once: every result must
 * have the bits of a session that ran alone before, and memory must not grow. What ran alone is
 * held against the plain loops: bit by bit for RBMs, within rounding for MLP energies.
 */
public final class Soak {
  private static final int THREADS = 8;
  private static final int LOOKS = 20;
  private static final double MIB = 1 << 20;

  /**
   * The most that memory may grow after warm-up: what the compiler and the system's allocator keep
   * for their threads, far below what sessions that are not freed would come to in seconds.
   */
  private static final long MOST_GROWTH = 256L << 20;

  /**
   * What a soak found.
   *
   * @param sessions that were opened
   * @param calls made on them
   * @param wrong results
   * @param start resident bytes before the first session
   * @param warm after a quarter of the time
   * @param end at the end
   * @param growth since then, of what lives in the Java heap and is resident outside of it, from
   *     its least in the earlier half of the looks to its least in the later half
   * @param slope of that, bytes a minute
   */
  public record Report(
      long sessions,
      long calls,
      long wrong,
      long start,
      long warm,
      long end,
      long growth,
      double slope) {
    /** Whether nothing was wrong and memory did not grow. */
    public boolean ok() {
      return wrong == 0 && growth <= MOST_GROWTH;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d sessions, %d calls, %d wrong results%n"
              + "resident memory: %.0f MiB at the start, %.0f after warm-up, %.0f at the end%n"
              + "growth after warm-up, of live objects and outside the Java heap: %.1f MiB (bound %.0f), slope %.2f MiB a"
              + " minute  %s",
          sessions,
          calls,
          wrong,
          start / MIB,
          warm / MIB,
          end / MIB,
          growth / MIB,
          MOST_GROWTH / MIB,
          slope / MIB,
          ok() ? "ok" : "FAILED");
    }
  }

  private final Backend backend;
  private final List<SessionLife> lives = SessionLife.all();
  private final List<double[]> expected = new ArrayList<>();
  private final LongAdder sessions = new LongAdder();
  private final LongAdder calls = new LongAdder();
  private final LongAdder wrong = new LongAdder();

  private Soak(Backend backend) {
    this.backend = backend;
  }

  /**
   * Runs sessions for that long.
   *
   * @param progress takes a line now and then
   * @throws IllegalStateException if a session failed, with its exception as the cause
   */
  public static Report run(Backend backend, Duration duration, Consumer<String> progress) {
    return new Soak(backend).run(duration, progress);
  }

  private Report run(Duration duration, Consumer<String> progress) {
    final long start = ResidentMemory.bytes();
    for (SessionLife life : lives) {
      double[] alone = life.results().apply(backend);
      count(life, life.agreesWithPlainLoops(alone, backend.options().precision()));
      expected.add(alone);
    }
    long begin = System.nanoTime();
    long end = begin + duration.toNanos();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int first = thread;
        running.add(threads.submit(() -> liveUntil(end, first)));
      }
      ResidentMemory memory = new ResidentMemory();
      long warm = start;
      for (int look = 1; look <= LOOKS; look++) {
        sleepUntil(begin + duration.toNanos() / LOOKS * look);
        if (look == LOOKS / 4) {
          warm = ResidentMemory.bytes();
        }
        if (look >= LOOKS / 4) {
          memory.look();
        }
        progress.accept(
            String.format(
                Locale.ROOT,
                "%3d %%: %d sessions, %d wrong results, %.0f MiB resident",
                100 * look / LOOKS,
                sessions.sum(),
                wrong.sum(),
                ResidentMemory.bytes() / MIB));
      }
      for (Future<?> each : running) {
        each.get();
      }
      return new Report(
          sessions.sum(),
          calls.sum(),
          wrong.sum(),
          start,
          warm,
          ResidentMemory.bytes(),
          memory.growth(),
          memory.slope());
    } catch (ExecutionException e) {
      throw new IllegalStateException("a session failed in the soak", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the soak was interrupted", e);
    }
  }

  private static void sleepUntil(long time) throws InterruptedException {
    Thread.sleep(Duration.ofNanos(Math.max(0, time - System.nanoTime())));
  }

  /** One life after another, at least one, each thread in an order of its own. */
  private void liveUntil(long end, int first) {
    for (int turn = first; turn == first || System.nanoTime() < end; turn++) {
      int number = turn * (1 + first % (lives.size() - 1)) % lives.size();
      SessionLife life = lives.get(number);
      count(life, Arrays.equals(life.results().apply(backend), expected.get(number)));
    }
  }

  private void count(SessionLife life, boolean right) {
    sessions.increment();
    calls.add(life.calls());
    if (!right) {
      wrong.increment();
    }
  }
}
