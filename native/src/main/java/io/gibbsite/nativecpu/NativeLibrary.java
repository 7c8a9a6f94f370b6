package io.gibbsite.nativecpu;

import io.gibbsite.backend.BackendUnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;

/**
 * The compiled C++ of this module: found in the jar, unpacked ({@link LibraryFolder}), loaded for
 * as long as the process lives, and asked what the processor can run.
 *
 * @param symbols its functions
 * @param best the best ISA that the processor and the operating system allow
 * @param twin whether the tiles of AMX are plain loops, as in a build for tests
 */
@SuppressWarnings("restricted")
record NativeLibrary(SymbolLookup symbols, Isa best, boolean twin) {
  private static final String FILE = "libgibbsite.so";

  /**
   * Loads the library that this program carries.
   *
   * @throws BackendUnavailableException with the reason why it cannot be used
   */
  static NativeLibrary load() {
    byte[] library = resource(FILE);
    if (library == null) {
      byte[] reason = resource("missing.txt");
      throw new BackendUnavailableException(
          "the native library is missing: "
              + (reason == null
                  ? "the jar does not hold it; build the project again"
                  : new String(reason, StandardCharsets.UTF_8).strip()));
    }
    requireWhole(library, resource(FILE + ".sha256"));
    return load(LibraryFolder.chosen().unpack(library), version());
  }

  /**
   * The system would crash on a damaged library rather than refuse it.
   *
   * @param hash of the library as it was built; or null, which is damage too
   */
  static void requireWhole(byte[] library, byte[] hash) {
    if (hash == null
        || !LibraryFolder.hash(library).equals(new String(hash, StandardCharsets.UTF_8).strip())) {
      throw new BackendUnavailableException(
          "the native library in the jar is damaged: its SHA-256 is not the one that it was built"
              + " with; build the project again");
    }
  }

  /**
   * Loads a library from a file.
   *
   * @param version that it must have
   */
  static NativeLibrary load(Path file, String version) {
    SymbolLookup symbols;
    try {
      symbols = SymbolLookup.libraryLookup(file, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new BackendUnavailableException(
          "the native library %s cannot be loaded (%s): where its folder forbids execution, name another by %s"
              .formatted(file, e.getMessage(), LibraryFolder.VARIABLE));
    }
    String found = version(symbols);
    if (!found.equals(version)) {
      throw new BackendUnavailableException(
          "the native library %s is of version %s, where %s is needed: build the project again"
              .formatted(file, found, version));
    }
    int isa = number(symbols, "gibbsite_isa");
    if (isa == 0) {
      throw new BackendUnavailableException(
          "this processor has no AVX2 with FMA and BMI2, or the system does not allow it");
    }
    boolean twin = number(symbols, "gibbsite_tiles_are_loops") != 0;
    return new NativeLibrary(symbols, Isa.values()[isa - 1], twin);
  }

  private static int number(SymbolLookup symbols, String function) {
    try {
      return (int)
          Linker.nativeLinker()
              .downcallHandle(
                  symbols.findOrThrow(function), FunctionDescriptor.of(ValueLayout.JAVA_INT))
              .invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("the processor could not be asked for its features", e);
    }
  }

  /** The version that a library says it has; nothing is called in one that is not ours. */
  private static String version(SymbolLookup symbols) {
    MemorySegment function = symbols.find("gibbsite_version").orElse(null);
    if (function == null) {
      return "no Gibbsite";
    }
    try {
      MemorySegment text =
          (MemorySegment)
              Linker.nativeLinker()
                  .downcallHandle(function, FunctionDescriptor.of(ValueLayout.ADDRESS))
                  .invokeExact();
      return text.reinterpret(Long.MAX_VALUE).getString(0);
    } catch (Throwable e) {
      throw new IllegalStateException("the native library could not be asked for its version", e);
    }
  }

  /** The version of this program. */
  static String version() {
    Properties build = new Properties();
    try {
      build.load(new ByteArrayInputStream(resource("build.properties")));
    } catch (IOException e) {
      throw new IllegalStateException("build.properties cannot be read", e);
    }
    return build.getProperty("version");
  }

  /** The bytes of a file beside this class; or null where there is none. */
  static byte[] resource(String name) {
    try (InputStream in = NativeLibrary.class.getResourceAsStream(name)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new BackendUnavailableException("the jar's " + name + " cannot be read: " + e);
    }
  }
}
