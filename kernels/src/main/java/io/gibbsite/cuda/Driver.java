package io.gibbsite.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/**
 * The version of NVIDIA's driver, asked of its library directly: a driver that is missing or too
 * old for JCuda is found out before JCuda is touched.
 */
@SuppressWarnings("restricted")
final class Driver {
  private static final String LIBRARY = "libcuda.so.1";

  /** CUDA 12.0, which came with driver 525. */
  private static final int OLDEST = 12000;

  private Driver() {}

  /** Null, or why this machine's driver will not do. */
  static String obstacle() {
    SymbolLookup library;
    try {
      library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    } catch (IllegalArgumentException e) {
      return "no NVIDIA driver here (" + LIBRARY + " was not found)";
    } catch (IllegalCallerException e) {
      return "start the JVM with --enable-native-access=ALL-UNNAMED";
    }
    int version = version(library);
    return version >= OLDEST ? null : tooOld(version);
  }

  static String tooOld(int version) {
    return "the NVIDIA driver is too old (it is for CUDA %d.%d): install driver 525 or later"
        .formatted(version / 1000, version % 1000 / 10);
  }

  private static int version(SymbolLookup library) {
    MemorySegment function = library.find("cuDriverGetVersion").orElse(null);
    if (function == null) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment version = arena.allocate(ValueLayout.JAVA_INT);
      int status =
          (int)
              Linker.nativeLinker()
                  .downcallHandle(
                      function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                  .invokeExact(version);
      return status == 0 ? version.get(ValueLayout.JAVA_INT, 0) : 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
