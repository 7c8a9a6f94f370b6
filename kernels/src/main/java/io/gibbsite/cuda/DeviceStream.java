package io.gibbsite.cuda;

import java.lang.foreign.MemorySegment;

/**
 * Work on a device in the order in which it was given, and the memory that it works on. All methods
 * may throw {@link DeviceException}; a fault may be reported by a later call than the one that
 * caused it, but by {@link #synchronize} and {@link #download} at the latest.
 */
interface DeviceStream extends AutoCloseable {
  /**
   * Memory that is freed with the stream, or by {@link #free}; its content is arbitrary.
   *
   * @throws DeviceMemoryException if there is not enough
   */
  DeviceMemory allocate(long bytes);

  /** Frees memory before the stream is closed, once all work given so far is done. */
  void free(DeviceMemory memory);

  /** Sets bytes of memory to 0. */
  void clear(DeviceMemory memory, long offset, long bytes);

  /** Sets all bytes of memory to 0. */
  default void clear(DeviceMemory memory) {
    clear(memory, 0, memory.bytes());
  }

  /** Memory as by {@link #allocate}, all 0. */
  default DeviceMemory allocateCleared(long bytes) {
    DeviceMemory memory = allocate(bytes);
    clear(memory);
    return memory;
  }

  /** Copies to the device; the segment may be changed once this returns. */
  void upload(MemorySegment from, DeviceMemory to, long toOffset);

  /** Copies from the device, once all work given so far is done. */
  void download(DeviceMemory from, long fromOffset, MemorySegment to);

  /** Runs a kernel on a grid of blocks. */
  void launch(DeviceKernel kernel, int x, int y, int z, Arguments arguments);

  /**
   * Runs a kernel whose blocks wait for each other: at most {@link DeviceKernel#residentBlocks}.
   */
  void launchCooperative(DeviceKernel kernel, int blocks, Arguments arguments);

  /** The vendor's matrix products in this stream, or null where they are not wanted. */
  default Gemm gemm() {
    return null;
  }

  /** Waits until all work is done. */
  void synchronize();

  /** Waits, and frees the memory. */
  @Override
  void close();
}
