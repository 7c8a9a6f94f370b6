package io.gibbsite.bench;

import io.gibbsite.backend.Backend;

/**
 * A computation of a stated size that is timed, the same on every backend and in the peers'
 * frameworks.
 */
public interface Work {
  /** What is computed, such as {@code langevin}. */
  String name();

  /** The model's shape, such as {@code 2-128-128-1}. */
  String shape();

  /** Rows, or chains. */
  int batch();

  /** Steps of one call. */
  int steps();

  /**
   * Takes the memory and fills it; what {@link Body#run} then does is timed.
   *
   * @throws io.gibbsite.backend.BackendUnavailableException if this backend does not compute it
   */
  Body prepare(Backend backend);

  /** The timed part. It allocates nothing. */
  interface Body extends AutoCloseable {
    /** One call: {@link Work#steps} steps. */
    void run();

    /** By what the backend computes, where there are several ways; else null. */
    default String method() {
      return null;
    }

    /** Frees the sessions. */
    @Override
    void close();
  }
}
