package io.gibbsite.backend;

import java.util.concurrent.atomic.AtomicInteger;
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

  private static final int SPINS = 20_000;

  private final Thread[] team;
  private final ReentrantLock busy = new ReentrantLock();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger working = new AtomicInteger();
  private volatile int generation;
  private volatile boolean closed;
  private Thread caller;
  private Body body;
  private int units;
  private volatile Throwable failure;

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

  /** Runs the body for units 0 .. {@code count - 1}, and returns when all are done. */
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
      units = count;
      caller = Thread.currentThread();
      failure = null;
      next.set(0);
      working.set(team.length);
      generation++;
      for (Thread thread : team) {
        LockSupport.unpark(thread);
      }
      take(0);
      for (int spins = 0; working.get() > 0; spins++) {
        if (spins < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      body = null;
      if (failure != null) {
        throw new IllegalStateException("a worker thread failed", failure);
      }
    } finally {
      busy.unlock();
    }
  }

  private void take(int worker) {
    try {
      for (int unit = next.getAndIncrement(); unit < units; unit = next.getAndIncrement()) {
        body.run(unit, worker);
      }
    } catch (Throwable e) {
      failure = e;
      next.set(units);
    }
  }

  private void serve(int worker) {
    int seen = 0;
    while (true) {
      for (int spins = 0; generation == seen && !closed; spins++) {
        if (spins < SPINS) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
      if (closed) {
        return;
      }
      seen = generation;
      take(worker);
      if (working.decrementAndGet() == 0) {
        LockSupport.unpark(caller);
      }
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
