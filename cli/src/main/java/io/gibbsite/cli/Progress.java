package io.gibbsite.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how far long work has come: a bar where standard error is a terminal, a plain line at most
 * every few seconds elsewhere. Closing it ends the display.
 */
interface Progress extends AutoCloseable {
  /**
   * Tells the state; cheap enough to call after every step.
   *
   * @param done units of work done so far
   * @param note a few words beside it, such as {@code loss 0.693}; may be empty
   */
  void at(long done, String note);

  @Override
  void close();

  /** Shows nothing. */
  static Progress none() {
    return new Progress() {
      @Override
      public void at(long done, String note) {}

      @Override
      public void close() {}
    };
  }

  /** Of a task of {@code total} units, on standard error. */
  static Progress on(PrintWriter err, String task, long total) {
    return errIsTerminal()
        ? new ProgressBarLine(task, total)
        : new PlainProgress(err, task, total, System::nanoTime);
  }

  private static boolean errIsTerminal() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    Path stderr = Path.of("/proc/self/fd/2");
    try {
      return Files.readSymbolicLink(stderr).toString().matches("/dev/(pts/\\d+|tty.*|console)");
    } catch (IOException | UnsupportedOperationException e) {
      // Not Linux: the console is one only if input and output are.
      return System.console() != null && System.console().isTerminal();
    }
  }

  /** Plain lines, at most one every few seconds. */
  final class PlainProgress implements Progress {
    private static final long INTERVAL_NANOS = 5_000_000_000L;

    private final PrintWriter err;
    private final String task;
    private final long total;
    private final LongSupplier clock;
    private long last;

    PlainProgress(PrintWriter err, String task, long total, LongSupplier clock) {
      this.err = err;
      this.task = task;
      this.total = total;
      this.clock = clock;
      last = clock.getAsLong();
    }

    @Override
    public void at(long done, String note) {
      long now = clock.getAsLong();
      if (now - last < INTERVAL_NANOS) {
        return;
      }
      last = now;
      err.println(line(done, note));
      err.flush();
    }

    private String line(long done, String note) {
      String head =
          String.format(
              Locale.ROOT, "%s: %d of %d (%.0f%%)", task, done, total, 100.0 * done / total);
      return note.isEmpty() ? head : head + ", " + note;
    }

    @Override
    public void close() {}
  }
}
