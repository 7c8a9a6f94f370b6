package io.gibbsite.io;

/** The type of an array's values, with safetensors' names. */
public enum DType {
  BOOL(1),
  U8(1),
  I8(1),
  U16(2),
  I16(2),
  F16(2),
  BF16(2),
  U32(4),
  I32(4),
  F32(4),
  U64(8),
  I64(8),
  F64(8);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes a value takes. */
  public int bytes() {
    return bytes;
  }

  /** Whether values are floating-point numbers. */
  public boolean floating() {
    return switch (this) {
      case F16, BF16, F32, F64 -> true;
      default -> false;
    };
  }

  /** A Java array of that many values, unsigned types and half floats as their bits. */
  Object allocate(int size) {
    return switch (this) {
      case BOOL, U8, I8 -> new byte[size];
      case U16, I16, F16, BF16 -> new short[size];
      case U32, I32 -> new int[size];
      case F32 -> new float[size];
      case U64, I64 -> new long[size];
      case F64 -> new double[size];
    };
  }
}
