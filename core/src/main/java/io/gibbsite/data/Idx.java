package io.gibbsite.data;

import io.gibbsite.io.DType;
import io.gibbsite.io.FormatException;
import io.gibbsite.io.InputFile;
import io.gibbsite.io.NdArray;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * IDX files, gzipped or not: the form of the MNIST images and labels.
 *
 * <pre>
 *   0, 0, type, number of dimensions      bytes
 *   dimensions                            32-bit, big-endian
 *   values                                big-endian, row-major
 * </pre>
 */
public final class Idx {
  /** Deflate makes at most about 1032 bytes out of one. */
  private static final long DEFLATE_LIMIT = 1032;

  private Idx() {}

  /**
   * Reads the file.
   *
   * @throws FormatException if it is damaged
   * @throws IOException if it cannot be read
   */
  public static NdArray read(Path file) throws IOException {
    return InputFile.read(
        file,
        (in, length) -> {
          BufferedInputStream start = new BufferedInputStream(in);
          start.mark(2);
          boolean gzip = start.read() == 0x1F && start.read() == 0x8B;
          start.reset();
          try {
            return gzip
                ? read(new GZIPInputStream(start, 1 << 16), DEFLATE_LIMIT * length)
                : read(start, length);
          } catch (EOFException | ZipException | IllegalArgumentException e) {
            throw new FormatException(
                file, e instanceof EOFException ? "is truncated" : e.getMessage(), e);
          }
        });
  }

  /**
   * @param limit the most bytes that the stream can have
   */
  private static NdArray read(InputStream in, long limit) throws IOException {
    byte[] magic = in.readNBytes(4);
    if (magic.length < 4 || magic[0] != 0 || magic[1] != 0) {
      throw new IllegalArgumentException("is no IDX file");
    }
    DType dtype = dtype(magic[2]);
    int rank = magic[3];
    if (rank < 1 || rank > NdArray.RANK_LIMIT) {
      throw new IllegalArgumentException("is no IDX file: it has " + rank + " dimensions");
    }
    byte[] dimensions = in.readNBytes(4 * rank);
    if (dimensions.length < 4 * rank) {
      throw new EOFException();
    }
    int[] shape = new int[rank];
    ByteBuffer.wrap(dimensions).asIntBuffer().get(shape);
    long bytes = (long) NdArray.size(shape) * dtype.bytes();
    if (bytes > limit) {
      throw new IllegalArgumentException(
          "is truncated: %s%s needs %d bytes".formatted(dtype, Arrays.toString(shape), bytes));
    }
    NdArray array = NdArray.read(in, dtype, shape, ByteOrder.BIG_ENDIAN);
    if (in.read() >= 0) {
      throw new IllegalArgumentException(
          "goes on behind the values of " + dtype + Arrays.toString(shape));
    }
    return array;
  }

  private static DType dtype(byte code) {
    return switch (code) {
      case 0x08 -> DType.U8;
      case 0x09 -> DType.I8;
      case 0x0B -> DType.I16;
      case 0x0C -> DType.I32;
      case 0x0D -> DType.F32;
      case 0x0E -> DType.F64;
      default ->
          throw new IllegalArgumentException(
              "is no IDX file: it has the type %#04x".formatted(code & 0xFF));
    };
  }
}
