package io.gibbsite.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Lets long work end cleanly when the process is asked to stop (Ctrl-C, or a termination signal):
 * the work asks {@link #requested} after each step, saves, and closes this; the process ends only
 * after that.
 *
 * <pre>
 *   try (Interruption interruption = Interruption.watch()) {
 *     while (step &lt; steps &amp;&amp; !interruption.requested()) { ... }
 *     save();
 *   }
 * </pre>
 *
 * <p>The process then ends with the signal's own code (130 for Ctrl-C). Whatever is to be printed
 * must be printed before closing.
 */
final class Interruption implements AutoCloseable {
  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stopAndWait, "interruption");
  private volatile boolean requested;

  private Interruption() {}

  /** Begins to watch for the request to stop. */
  static Interruption watch() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /** Whether the work is to stop after this step. */
  boolean requested() {
    return requested;
  }

  /** What the shutdown hook does: ask the work to stop, and hold the process until it has. */
  void stopAndWait() {
    requested = true;
    try {
      finished.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The work is done and saved: the process may end. */
  @Override
  public void close() {
    finished.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook was what held it.
    }
  }
}
