package io.gibbsite.nativecpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.backend.Precision;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The library for tests: where it cannot be used, they are given up with the reason; with {@code
 * -Dexpect.backend=native} they fail.
 */
final class Libraries {
  private Libraries() {}

  /** Whether the library must be there. */
  static boolean required() {
    return "native".equals(System.getProperty("expect.backend"));
  }

  /** The backend with the kernels of one ISA. */
  static Backend backend(Isa isa, int threads) {
    return new NativeBackend(
        NativeLibrary.load(), isa, new BackendOptions(threads, Precision.FLOAT32));
  }

  /** The backend with the kernels for AMX, whose tiles are plain loops. */
  static Backend amxTwin(int threads, Precision precision) {
    Path file = Path.of("target/amx-twin/libamxtwin.so").toAbsolutePath();
    return new NativeBackend(
        NativeLibrary.load(file, NativeLibrary.version()),
        Isa.AMX,
        new BackendOptions(threads, precision));
  }

  /** Gives the test up where the library cannot be used and need not be. */
  static void assume() {
    if (!required()) {
      try {
        NativeLibrary.load();
      } catch (BackendUnavailableException e) {
        assumeTrue(false, e.getMessage());
      }
    }
  }

  /** Gives the test up where the processor does not list that ISA, and fails where it must run. */
  static void assume(Isa isa) throws IOException {
    assume();
    boolean listed = Processor.best().filter(best -> best.compareTo(isa) >= 0).isPresent();
    assertThat(listed || !isa.label().equals(System.getProperty("expect.isa")))
        .as("the processor has %s", isa.title())
        .isTrue();
    assumeTrue(listed, "this processor has no " + isa.title());
  }
}
