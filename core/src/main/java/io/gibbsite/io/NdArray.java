package io.gibbsite.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * An array of numbers with a shape, row-major, as files hold it.
 *
 * <p>It wraps a Java array without copying it, and {@link #floats}, {@link #doubles} and {@link
 * #longs} give that same array where its type fits. It has at most 2^31 - 9 values.
 */
public final class NdArray {
  /** The most dimensions. */
  public static final int RANK_LIMIT = 32;

  private static final int SIZE_LIMIT = Integer.MAX_VALUE - 8;
  private static final int CHUNK = 1 << 17;

  private final DType dtype;
  private final int[] shape;
  private final Object values;

  private NdArray(DType dtype, Object values, int[] shape) {
    int size = Array.getLength(values);
    if (size(shape) != size) {
      throw new IllegalArgumentException(
          size + " values do not fill the shape " + Arrays.toString(shape));
    }
    this.dtype = dtype;
    this.shape = shape.clone();
    this.values = values;
  }

  /** Wraps F32 values. */
  public static NdArray of(float[] values, int... shape) {
    return new NdArray(DType.F32, values, shape);
  }

  /** Wraps F64 values. */
  public static NdArray of(double[] values, int... shape) {
    return new NdArray(DType.F64, values, shape);
  }

  /** Wraps I64 values. */
  public static NdArray of(long[] values, int... shape) {
    return new NdArray(DType.I64, values, shape);
  }

  /** Wraps I32 values. */
  public static NdArray of(int[] values, int... shape) {
    return new NdArray(DType.I32, values, shape);
  }

  /** Wraps U8 values: bytes are 0 to 255. */
  public static NdArray of(byte[] values, int... shape) {
    return new NdArray(DType.U8, values, shape);
  }

  /** Bytes from -128 to 127, as I8; not copied. */
  public static NdArray signed(byte[] values, int... shape) {
    return new NdArray(DType.I8, values, shape);
  }

  /**
   * How many values a shape has.
   *
   * @throws IllegalArgumentException if a dimension is negative, or there are more than {@link
   *     #RANK_LIMIT} dimensions or too many values
   */
  public static int size(int... shape) {
    return size(Arrays.stream(shape).asLongStream().toArray());
  }

  /** The same of dimensions that a file states. */
  static int size(long[] shape) {
    if (shape.length > RANK_LIMIT) {
      throw new IllegalArgumentException(
          shape.length + " dimensions are more than the " + RANK_LIMIT + " allowed");
    }
    boolean empty = false;
    for (long n : shape) {
      if (n < 0 || n > SIZE_LIMIT) {
        throw new IllegalArgumentException(
            "the shape " + Arrays.toString(shape) + " has a dimension out of range");
      }
      empty |= n == 0;
    }
    long size = empty ? 0 : 1;
    for (long n : shape) {
      size *= n;
      if (size > SIZE_LIMIT) {
        throw new IllegalArgumentException(
            "the shape " + Arrays.toString(shape) + " has more than " + SIZE_LIMIT + " values");
      }
    }
    return (int) size;
  }

  public DType dtype() {
    return dtype;
  }

  /** A copy of the shape; empty for a single number. */
  public int[] shape() {
    return shape.clone();
  }

  /** How many values there are. */
  public int size() {
    return Array.getLength(values);
  }

  /** Bytes the values take in a file. */
  public long bytes() {
    return (long) size() * dtype.bytes();
  }

  /** The values as float32, rounded to the nearest; F32 values are not copied. */
  public float[] floats() {
    if (values instanceof float[] same) {
      return same;
    }
    float[] floats = new float[size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) value(i);
    }
    return floats;
  }

  /** The values as float64; F64 values are not copied. */
  public double[] doubles() {
    if (values instanceof double[] same) {
      return same;
    }
    double[] doubles = new double[size()];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = value(i);
    }
    return doubles;
  }

  /**
   * The values as integers; I64 values are not copied.
   *
   * @throws IllegalArgumentException if they are floating-point numbers, or do not fit
   */
  public long[] longs() {
    if (dtype == DType.I64) {
      return (long[]) values;
    }
    if (dtype.floating()) {
      throw new IllegalArgumentException(dtype + " values are not integers");
    }
    long[] longs = new long[size()];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = dtype == DType.U64 ? ((long[]) values)[i] : (long) value(i);
      if (dtype == DType.U64 && longs[i] < 0) {
        throw new IllegalArgumentException("value " + i + " is above 2^63");
      }
    }
    return longs;
  }

  /** One value, counted row-major, as float64. */
  public double value(int i) {
    return switch (dtype) {
      case BOOL -> ((byte[]) values)[i] == 0 ? 0 : 1;
      case U8 -> ((byte[]) values)[i] & 0xFF;
      case I8 -> ((byte[]) values)[i];
      case U16 -> ((short[]) values)[i] & 0xFFFF;
      case I16 -> ((short[]) values)[i];
      case F16 -> Float.float16ToFloat(((short[]) values)[i]);
      case BF16 -> Float.intBitsToFloat(((short[]) values)[i] << 16);
      case U32 -> ((int[]) values)[i] & 0xFFFFFFFFL;
      case I32 -> ((int[]) values)[i];
      case F32 -> ((float[]) values)[i];
      case U64 -> unsigned(((long[]) values)[i]);
      case I64 -> ((long[]) values)[i];
      case F64 -> ((double[]) values)[i];
    };
  }

  private static double unsigned(long bits) {
    // Halving keeps the dropped bit, so that the one rounding is the right one.
    return bits >= 0 ? bits : 2.0 * (bits >>> 1 | bits & 1);
  }

  /** The array whose axes are in the opposite order. */
  NdArray transpose() {
    int rank = shape.length;
    int[] reversed = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      reversed[axis] = shape[rank - 1 - axis];
    }
    int size = size();
    int[] strides = new int[rank];
    int stride = 1;
    for (int axis = 0; axis < rank && size > 0; axis++) {
      strides[axis] = stride;
      stride *= reversed[axis];
    }
    // The source is read at an index that follows the target's, axis by axis, like an odometer.
    Object target = dtype.allocate(size);
    int[] index = new int[rank];
    int from = 0;
    for (int to = 0; to < size; to++) {
      System.arraycopy(values, from, target, to, 1);
      for (int axis = rank - 1; axis >= 0; axis--) {
        from += strides[axis];
        if (++index[axis] < reversed[axis]) {
          break;
        }
        from -= strides[axis] * reversed[axis];
        index[axis] = 0;
      }
    }
    return new NdArray(dtype, target, reversed);
  }

  /**
   * Reads values.
   *
   * @param in at the first value; afterwards behind the last
   * @param order of the bytes in a value
   * @throws EOFException if there are fewer
   * @throws IllegalArgumentException as {@link #size(int...)}
   */
  public static NdArray read(InputStream in, DType dtype, int[] shape, ByteOrder order)
      throws IOException {
    int size = size(shape);
    Object values = dtype.allocate(size);
    byte[] bytes = new byte[(int) Math.min(CHUNK, (long) size * dtype.bytes())];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(order);
    for (int done = 0; done < size; ) {
      int count = Math.min(CHUNK / dtype.bytes(), size - done);
      int length = count * dtype.bytes();
      if (in.readNBytes(bytes, 0, length) < length) {
        throw new EOFException("the values end too early");
      }
      buffer.clear();
      if (values instanceof byte[] v) {
        buffer.get(v, done, count);
      } else if (values instanceof short[] v) {
        buffer.asShortBuffer().get(v, done, count);
      } else if (values instanceof int[] v) {
        buffer.asIntBuffer().get(v, done, count);
      } else if (values instanceof float[] v) {
        buffer.asFloatBuffer().get(v, done, count);
      } else if (values instanceof long[] v) {
        buffer.asLongBuffer().get(v, done, count);
      } else if (values instanceof double[] v) {
        buffer.asDoubleBuffer().get(v, done, count);
      }
      done += count;
    }
    return new NdArray(dtype, values, shape);
  }

  /** Writes the values, little-endian, piece by piece: no second copy is held. */
  public void writeTo(OutputStream out) throws IOException {
    int size = size();
    byte[] bytes = new byte[(int) Math.min(CHUNK, bytes())];
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < size; ) {
      int count = Math.min(CHUNK / dtype.bytes(), size - done);
      buffer.clear();
      if (values instanceof byte[] v) {
        buffer.put(v, done, count);
      } else if (values instanceof short[] v) {
        buffer.asShortBuffer().put(v, done, count);
      } else if (values instanceof int[] v) {
        buffer.asIntBuffer().put(v, done, count);
      } else if (values instanceof float[] v) {
        buffer.asFloatBuffer().put(v, done, count);
      } else if (values instanceof long[] v) {
        buffer.asLongBuffer().put(v, done, count);
      } else if (values instanceof double[] v) {
        buffer.asDoubleBuffer().put(v, done, count);
      }
      out.write(bytes, 0, count * dtype.bytes());
      done += count;
    }
  }

  /** Such as {@code F32[128, 2]}. */
  @Override
  public String toString() {
    return dtype + Arrays.toString(shape);
  }
}
