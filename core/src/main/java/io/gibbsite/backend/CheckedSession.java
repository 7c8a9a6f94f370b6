package io.gibbsite.backend;

import io.gibbsite.random.Draws;

/**
 * What the sessions of all models share: their room, whether they are open and have parameters,
 * their chains, and the checks of each.
 */
public abstract class CheckedSession implements AutoCloseable {
  private final int rows;
  private boolean parametersSet;
  private boolean closed;
  private int chains;

  protected CheckedSession(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("a session needs room for at least one row, not " + rows);
    }
    this.rows = rows;
  }

  protected abstract void computeClose();

  /** The most rows of one call, and the most chains. */
  public final int rows() {
    return rows;
  }

  /** How many chains there are: 0 before they are set. */
  public final int chains() {
    return chains;
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      computeClose();
    }
  }

  /** Says whether the parameters are whole: not while they are being replaced. */
  protected final void parametersSet(boolean set) {
    parametersSet = set;
  }

  protected final void chainsSet(int n) {
    chains = n;
  }

  protected final boolean open() {
    return !closed;
  }

  protected final void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the session is closed");
    }
  }

  protected final void requireReady(int n) {
    requireOpen();
    if (!parametersSet) {
      throw new IllegalStateException("the session has no parameters: call setParameters first");
    }
    requireCount(n);
  }

  protected final void requireCount(int n) {
    if (n < 0 || n > rows) {
      throw new IllegalArgumentException(n + " rows for a session opened for 0 to " + rows);
    }
  }

  /** The address of a draw must fit its counter; {@code name} is what the model calls a step. */
  protected static void requireAddress(String name, long step) {
    if (step < 0 || step >= Draws.STEP_LIMIT) {
      throw new IllegalArgumentException(name + " " + step + " is not in 0 .. 2^56 - 1");
    }
  }

  protected static void requireLength(String name, int length, long needed) {
    if (length < needed) {
      throw new IllegalArgumentException(
          name + " has " + length + " entries where " + needed + " are needed");
    }
  }
}
