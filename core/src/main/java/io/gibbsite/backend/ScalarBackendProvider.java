package io.gibbsite.backend;

/** Provides {@link ScalarBackend}: always available, and the last resort. */
public final class ScalarBackendProvider implements BackendProvider {
  @Override
  public String name() {
    return ScalarBackend.NAME;
  }

  @Override
  public int preference() {
    return 10;
  }

  @Override
  public Availability probe() {
    return new Availability(true, "plain Java loops, single-threaded");
  }

  @Override
  public Backend create(BackendOptions options) {
    return new ScalarBackend(options);
  }
}
