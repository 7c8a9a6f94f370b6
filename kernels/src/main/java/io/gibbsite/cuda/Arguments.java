package io.gibbsite.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The one structure that a kernel takes by value, written field by field in the order of its
 * declaration. The buffer is used again for every launch, since a launch copies it.
 */
final class Arguments {
  private static final int CAPACITY = 1024;

  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(CAPACITY).order(ByteOrder.nativeOrder());

  /** Begins a structure. */
  Arguments begin() {
    buffer.clear();
    return this;
  }

  /** A pointer to memory, or to nothing where it is null. */
  Arguments pointer(DeviceMemory memory) {
    return number(memory == null ? 0 : memory.address());
  }

  /** A pointer into memory. */
  Arguments pointer(DeviceMemory memory, long offset) {
    return number(memory.address() + offset);
  }

  /** A 64-bit integer. */
  Arguments number(long value) {
    align(Long.BYTES);
    buffer.putLong(value);
    return this;
  }

  /** A 32-bit integer. */
  Arguments number(int value) {
    buffer.putInt(value);
    return this;
  }

  /** A 32-bit boolean. */
  Arguments flag(boolean value) {
    return number(value ? 1 : 0);
  }

  /** A float. */
  Arguments real(float value) {
    buffer.putFloat(value);
    return this;
  }

  /** The structure so far, padded to its alignment of 8; also where a nested one ends. */
  Arguments end() {
    align(Long.BYTES);
    return this;
  }

  int bytes() {
    return buffer.position();
  }

  /** The buffer, from 0 to {@link #bytes}. */
  ByteBuffer buffer() {
    return buffer;
  }

  private void align(int bytes) {
    while (buffer.position() % bytes != 0) {
      buffer.put((byte) 0);
    }
  }
}
