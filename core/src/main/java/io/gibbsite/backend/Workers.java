package io.gibbsite.backend;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A fixed team of threads that takes the units of a parallel loop one by one. The caller is one of
 * them.
 *
 * <p>A unit's work depends on its number only, never on who takes it, so results are the same for
 * any number of threads. If another caller has the team, the loop runs on the caller alone. A run
 * allocates nothing.
 */
public final class Workers implements AutoCloseable {
  /** The body of a parallel loop. */
  @FunctionalInterface
  public interface Body {
    /**
     * Does one unit.
     *
     * @param unit 0 .. units - 1
     * @param worker who does it, 0 .. threads - 1: an index for scratch memory
     */
    void run(int unit, int worker);
  }

  /** Looks at the counter before a thread sleeps: about as long as the gap between two passes. */
  private static final int SPINS = 4_000;

  private final Thread[] team;
  private final ReentrantLock busy = new ReentrantLock();

  /**
   * The loop's units in the upper half, the next one to take in the lower: one word, so that a
   * thread that wakes late can never take a number of one loop for a unit of the next.
   */
  private final AtomicLong claims = new AtomicLong();

  private final AtomicInteger done = new AtomicInteger();
  private volatile boolean closed;
  private volatile Throwable failure;
  private Thread caller;
  private Body body;

  /**
   * @param threads how many take part, the caller included
   * @param name of the threads, for tools that list them
   */
  public Workers(int threads, String name) {
    team = new Thread[threads - 1];
    for (int i = 0; i < team.length; i++) {
      int worker = i + 1;
      team[i] = Thread.ofPlatform().daemon().name(name + "-" + worker).start(() -> serve(worker));
    }
  }

  public int threads() {
    return team.length + 1;
  }

  /**
   * Runs the body for units 0 .. {@code count - 1}, and returns when all are done.
   *
   * @throws IllegalStateException if a unit threw, with its exception as the cause
   */
  public void run(int count, Body loop) {
    if (team.length == 0
        || count <= 1
        || closed
        || busy.isHeldByCurrentThread()
        || !busy.tryLock()) {
      for (int unit = 0; unit < count; unit++) {
        loop.run(unit, 0);
      }
      return;
    }
    try {
      body = loop;
      caller = Thread.currentThread();
      failure = null;
      done.set(0);
      claims.set((long) count << 32);
      for (int i = 0; i < Math.min(team.length, count - 1); i++) {
        LockSupport.unpark(team[i]);
      }
      take(0);
      // All units have been taken; those still being worked on are waited for, sleepers are not.
      for (int spins = 0; done.get() < count; spins++) {
        pause(spins);
      }
      body = null;
      if (failure != null) {
        throw new IllegalStateException("a worker thread failed", failure);
      }
    } finally {
      busy.unlock();
    }
  }

  /** Takes units until none is left. */
  private void take(int worker) {
    while (true) {
      long claim = claims.getAndIncrement();
      int count = (int) (claim >>> 32);
      int unit = (int) claim;
      if (unit >= count) {
        return;
      }
      try {
        body.run(unit, worker);
      } catch (Throwable e) {
        failure = e;
      }
      // Read before the last unit is counted: after that, the next loop may have another caller.
      Thread waiting = caller;
      if (done.incrementAndGet() == count) {
        LockSupport.unpark(waiting);
      }
    }
  }

  private void serve(int worker) {
    for (int spins = 0; !closed; spins++) {
      long claim = claims.get();
      if ((int) claim < (int) (claim >>> 32)) {
        take(worker);
        spins = 0;
      } else {
        pause(spins);
      }
    }
  }

  private void pause(int spins) {
    if (spins < SPINS) {
      Thread.onSpinWait();
    } else {
      LockSupport.park(this);
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Thread thread : team) {
      LockSupport.unpark(thread);
    }
  }
}
