package io.gibbsite.nativecpu;

import java.lang.foreign.MemorySegment;

/**
 * A caller's array as native functions take it. A segment is made for another array only than the
 * last one, so that calls which take turns with the same arrays allocate nothing.
 */
final class HeapArray {
  private Object array;
  private MemorySegment segment;

  MemorySegment of(byte[] bytes) {
    if (array != bytes) {
      segment = MemorySegment.ofArray(bytes);
      array = bytes;
    }
    return segment;
  }

  MemorySegment of(float[] floats) {
    if (array != floats) {
      segment = MemorySegment.ofArray(floats);
      array = floats;
    }
    return segment;
  }
}
