package io.gibbsite.nativecpu;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.BackendProvider;
import io.gibbsite.backend.BackendUnavailableException;

/** Offers {@link NativeBackend} where the compiled library is there and the processor suits it. */
public final class NativeBackendProvider implements BackendProvider {
  @Override
  public String name() {
    return NativeBackend.NAME;
  }

  @Override
  public int preference() {
    return 30;
  }

  @Override
  public Availability probe() {
    try {
      Isa best = Library.LOADED.get().best();
      Isa used = Isa.capped(best, System.getenv(Isa.VARIABLE));
      String cap = used == best ? "" : " (%s; %s caps it)".formatted(best.title(), Isa.VARIABLE);
      return new Availability(true, "C++ kernels for " + used.title() + cap);
    } catch (BackendUnavailableException e) {
      return new Availability(false, e.getMessage());
    }
  }

  @Override
  public Backend create(BackendOptions options) {
    NativeLibrary library = Library.LOADED.get();
    Isa isa = Isa.capped(library.best(), System.getenv(Isa.VARIABLE));
    return new NativeBackend(library, isa, options);
  }

  /**
   * The library that this program carries.
   *
   * @throws BackendUnavailableException with the reason why it cannot be used
   */
  static NativeLibrary library() {
    return Library.LOADED.get();
  }

  /** Loads the library at most once, at the first use. */
  private record Library(NativeLibrary library, BackendUnavailableException problem) {
    static final Library LOADED = load();

    private static Library load() {
      try {
        return new Library(NativeLibrary.load(), null);
      } catch (BackendUnavailableException e) {
        return new Library(null, e);
      }
    }

    NativeLibrary get() {
      if (problem != null) {
        throw problem;
      }
      return library;
    }
  }
}
