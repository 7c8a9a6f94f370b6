package io.gibbsite.cuda;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Precision;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;

/**
 * The kernels as C++ on the host, by the library that {@code build.sh emulated} makes: see {@code
 * emulated.h} for how blocks, warps and their collectives run.
 *
 * <p>New memory is full of bytes 0xFF, which are NaN as floats, and lies between zones that nobody
 * may write: every launch looks after them. A read beyond its zone ends the process.
 */
@SuppressWarnings("restricted")
final class EmulatedDevice implements Device {
  private static final int ZONE = 256;
  private static final byte POISON = (byte) 0xFF;
  private static final byte GUARD = 0x5A;
  private static final MemorySegment UNTOUCHED = Arena.global().allocate(ZONE).fill(GUARD);

  private static final AddressLayout TEXT =
      ValueLayout.ADDRESS.withTargetLayout(
          java.lang.foreign.MemoryLayout.sequenceLayout(1000, ValueLayout.JAVA_BYTE));

  private final SymbolLookup library = library();
  private final int multiprocessors;
  private long allocated;
  private long uploaded;

  /** With as many multiprocessors as make sessions of tests choose small tiles. */
  EmulatedDevice() {
    this(16);
  }

  EmulatedDevice(int multiprocessors) {
    this.multiprocessors = multiprocessors;
  }

  /** Skips the test where there was no compiler, but fails it with {@code -Dexpect.emulated}. */
  private static SymbolLookup library() {
    Path file = Path.of(System.getProperty("gibbsite.emulated"));
    if (!Files.exists(file)) {
      String reason = "there was no C++ compiler to build the emulated kernels with: install g++";
      if (Boolean.getBoolean("expect.emulated")) {
        throw new IllegalStateException(reason);
      }
      throw new TestAbortedException(reason);
    }
    return SymbolLookup.libraryLookup(file, Arena.global());
  }

  /** A backend on an emulated device of its own. */
  static Backend backend(int threads) {
    return backend(threads, Precision.FLOAT32);
  }

  static Backend backend(int threads, Precision precision) {
    return new CudaBackend(
        "emulated", new BackendOptions(threads, precision), new EmulatedDevice());
  }

  @Override
  public String description() {
    return "kernels emulated on the host";
  }

  @Override
  public int multiprocessors() {
    return multiprocessors;
  }

  @Override
  public int sharedLimit() {
    return 227 << 10;
  }

  /** Bytes of memory that was not freed. */
  long allocated() {
    return allocated;
  }

  /** Bytes that were copied to the device so far. */
  long uploaded() {
    return uploaded;
  }

  /** Whether fibres run in the reverse order from now on. */
  void descending(boolean on) {
    try {
      handle("emulated_descending", FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
          .invokeExact(on ? 1 : 0);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private MethodHandle handle(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
  }

  private record Kernel(String name, MethodHandle handle, int threads, int sharedBytes)
      implements DeviceKernel {
    @Override
    public int residentBlocks() {
      return 3;
    }
  }

  @Override
  public DeviceKernel kernel(String name, int threads, int sharedBytes) {
    FunctionDescriptor descriptor =
        FunctionDescriptor.of(
            TEXT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG);
    return new Kernel(name, handle(name, descriptor), threads, sharedBytes);
  }

  @Override
  public DeviceStream openStream() {
    return new Stream(
        handle(
            "emulated_allocate", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG)),
        handle(
            "emulated_free",
            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG)));
  }

  @Override
  public void close() {}

  private record Memory(MemorySegment whole, long bytes) implements DeviceMemory {
    @Override
    public long address() {
      return whole.address() + ZONE;
    }

    MemorySegment content() {
      return whole.asSlice(ZONE, bytes);
    }
  }

  private final class Stream implements DeviceStream {
    private final MethodHandle allocate;
    private final MethodHandle free;
    private final List<Memory> memories = new ArrayList<>();

    Stream(MethodHandle allocate, MethodHandle free) {
      this.allocate = allocate;
      this.free = free;
    }

    @Override
    public DeviceMemory allocate(long bytes) {
      MemorySegment whole;
      try {
        whole = (MemorySegment) allocate.invokeExact(bytes + 2 * ZONE);
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
      if (whole.address() == 0) {
        throw new DeviceMemoryException(bytes, 0);
      }
      Memory memory = new Memory(whole.reinterpret(bytes + 2 * ZONE), bytes);
      memory.whole.fill(GUARD);
      memory.content().fill(POISON);
      memories.add(memory);
      allocated += bytes;
      return memory;
    }

    @Override
    public void free(DeviceMemory memory) {
      memories.remove((Memory) memory);
      free((Memory) memory);
    }

    private void free(Memory memory) {
      try {
        free.invokeExact(memory.whole, memory.whole.byteSize());
        allocated -= memory.bytes;
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void clear(DeviceMemory memory, long offset, long bytes) {
      ((Memory) memory).content().asSlice(offset, bytes).fill((byte) 0);
    }

    @Override
    public void upload(MemorySegment from, DeviceMemory to, long toOffset) {
      uploaded += from.byteSize();
      MemorySegment.copy(from, 0, ((Memory) to).content(), toOffset, from.byteSize());
    }

    @Override
    public void download(DeviceMemory from, long fromOffset, MemorySegment to) {
      MemorySegment.copy(((Memory) from).content(), fromOffset, to, 0, to.byteSize());
    }

    @Override
    public void launch(DeviceKernel kernel, int x, int y, int z, Arguments arguments) {
      run((Kernel) kernel, x, y, z, false, arguments);
    }

    @Override
    public void launchCooperative(DeviceKernel kernel, int blocks, Arguments arguments) {
      if (blocks > kernel.residentBlocks()) {
        throw new IllegalStateException("more blocks than can wait for each other: " + blocks);
      }
      run((Kernel) kernel, blocks, 1, 1, true, arguments);
    }

    private void run(Kernel kernel, int x, int y, int z, boolean cooperative, Arguments arguments) {
      MemorySegment failure;
      try {
        failure =
            (MemorySegment)
                kernel.handle.invokeExact(
                    x,
                    y,
                    z,
                    kernel.threads,
                    (long) kernel.sharedBytes,
                    cooperative ? 1 : 0,
                    MemorySegment.ofBuffer(arguments.buffer().duplicate().position(0)),
                    (long) arguments.bytes());
      } catch (Throwable e) {
        throw new AssertionError(e);
      }
      if (failure.address() != 0) {
        throw new IllegalStateException(kernel.name + ": " + failure.getString(0));
      }
      for (Memory memory : memories) {
        checkZones(kernel, memory);
      }
    }

    private void checkZones(Kernel kernel, Memory memory) {
      long end = ZONE + memory.bytes;
      if (MemorySegment.mismatch(memory.whole, 0, ZONE, UNTOUCHED, 0, ZONE) >= 0
          || MemorySegment.mismatch(memory.whole, end, end + ZONE, UNTOUCHED, 0, ZONE) >= 0) {
        throw new IllegalStateException(
            "%s wrote outside of an array of %d bytes".formatted(kernel.name, memory.bytes));
      }
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {
      memories.forEach(this::free);
      memories.clear();
    }
  }
}
