package io.gibbsite.nativecpu;

import io.gibbsite.backend.BackendUnavailableException;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Loops of one kind of operation in registers, without which no kernel can do more of them in a
 * second: for setting its speed beside.
 */
public final class NativeLimits {
  /** Permutations of a table of sums, each with an addition. */
  public static final int LOOKUP = 0;

  /** Products of 8-bit integers, summed in 32 bits. */
  public static final int INT8 = 1;

  /** Products of bf16, summed in float32. */
  public static final int BF16 = 2;

  private NativeLimits() {}

  /** Looked up at the first use. */
  private static final class Loop {
    static final MethodHandle RUN = find();

    private static MethodHandle find() {
      try {
        NativeLibrary library = NativeBackendProvider.library();
        return new Functions(library.symbols(), library.best())
            .of("limit", ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG);
      } catch (BackendUnavailableException e) {
        return null;
      }
    }
  }

  /**
   * Runs a loop on the calling thread.
   *
   * @param what {@link #LOOKUP}, {@link #INT8} or {@link #BF16}
   * @return the operations made, two for a product and its addition; 0 where there is no native
   *     library or the processor has no such instruction
   */
  public static long run(int what, long loops) {
    if (Loop.RUN == null) {
      return 0;
    }
    try {
      return (long) Loop.RUN.invokeExact(what, loops);
    } catch (Throwable e) {
      throw new IllegalStateException("a native function failed", e);
    }
  }
}
