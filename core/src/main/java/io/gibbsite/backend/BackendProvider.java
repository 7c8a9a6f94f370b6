package io.gibbsite.backend;

/**
 * Finds out whether a backend can run here, and makes it. Found with {@link
 * java.util.ServiceLoader}.
 */
public interface BackendProvider {
  /** Such as {@code vector}. */
  String name();

  /** {@code auto} takes the available provider with the highest preference. */
  int preference();

  /** Whether it can run here: cheap, and never throws. */
  Availability probe();

  /**
   * Makes the backend.
   *
   * @throws BackendUnavailableException with the reason
   */
  Backend create(BackendOptions options);

  /**
   * Whether a backend can run here.
   *
   * @param available whether it can
   * @param detail what it would use, or why it cannot run
   */
  record Availability(boolean available, String detail) {}
}
