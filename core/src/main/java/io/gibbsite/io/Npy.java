package io.gibbsite.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * NumPy's file of one array: a magic number, a Python dictionary with type, order and shape, the
 * values.
 *
 * <p>Versions 1, 2 and 3, both byte orders and both axis orders are read; an array in Fortran order
 * comes back in C order. Version 1, little-endian, C order is written. Source: NEP 1, "A simple
 * file format for NumPy arrays".
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int HEADER_LIMIT = 1 << 16;
  private static final int ALIGNMENT = 64;

  private static final Pattern MEMBER =
      Pattern.compile(
          "\\s*(['\"])(\\w{1,20})\\1\\s*:\\s*('[^']{0,99}'|\"[^\"]{0,99}\"|True|False|\\([\\d,"
              + " ]{0,999}\\))\\s*(?:,\\s*|$)");
  private static final Pattern SHAPE =
      Pattern.compile("\\( *(?:\\d{1,18} *, *){0,99}(?:\\d{1,18})? *\\)");
  private static final Pattern DESCR = Pattern.compile("([<>|=])([bifu])([1248])");

  private Npy() {}

  /** What a file says of its values. */
  private record Header(DType dtype, ByteOrder order, boolean fortran, int[] shape) {}

  /**
   * Reads the file.
   *
   * @throws FormatException if it is damaged, or its values are no plain numbers
   * @throws IOException if it cannot be read
   */
  public static NdArray read(Path file) throws IOException {
    return InputFile.read(file, (in, length) -> read(file, "", in, length));
  }

  /**
   * Reads an array from a stream of which it takes all bytes.
   *
   * @param place inside the file, for messages: empty, or such as {@code "x.npy: "}
   * @param length of the stream in bytes
   */
  static NdArray read(Path file, String place, InputStream in, long length) throws IOException {
    try {
      return read(in, length);
    } catch (EOFException e) {
      throw new FormatException(file, place + "is truncated", e);
    } catch (IllegalArgumentException e) {
      throw new FormatException(file, place + e.getMessage(), e);
    }
  }

  private static NdArray read(InputStream in, long length) throws IOException {
    byte[] magic = bytes(in, 8);
    require(Arrays.equals(magic, 0, MAGIC.length, MAGIC, 0, MAGIC.length), "is no NPY file");
    int version = magic[6];
    require(version >= 1 && version <= 3, "is NPY version " + version + ": 1 to 3 are read");
    int field = version == 1 ? 2 : 4;
    ByteBuffer number = ByteBuffer.wrap(Arrays.copyOf(bytes(in, field), 4));
    int headerLength = number.order(ByteOrder.LITTLE_ENDIAN).getInt();
    require(
        headerLength >= 0 && headerLength <= HEADER_LIMIT,
        "its header would have " + Integer.toUnsignedString(headerLength) + " bytes");
    Header header = parse(new String(bytes(in, headerLength), StandardCharsets.UTF_8));
    long stated = (long) NdArray.size(header.shape) * header.dtype.bytes();
    long left = length - 8 - field - headerLength;
    require(
        stated == left,
        "%s%s needs %d bytes of values, but the file has %d: it is %s"
            .formatted(
                header.dtype,
                Arrays.toString(header.shape),
                stated,
                left,
                left < stated ? "truncated" : "followed by something else"));
    if (!header.fortran) {
      return NdArray.read(in, header.dtype, header.shape, header.order);
    }
    int[] reversed = new int[header.shape.length];
    for (int axis = 0; axis < reversed.length; axis++) {
      reversed[axis] = header.shape[reversed.length - 1 - axis];
    }
    return NdArray.read(in, header.dtype, reversed, header.order).transpose();
  }

  private static byte[] bytes(InputStream in, int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the header ends too early");
    }
    return bytes;
  }

  private static Header parse(String text) {
    String dictionary = text.strip();
    require(
        dictionary.startsWith("{") && dictionary.endsWith("}"), "its header is not a dictionary");
    String members = dictionary.substring(1, dictionary.length() - 1);
    Matcher member = MEMBER.matcher(members);
    String descr = null;
    String fortran = null;
    String shape = null;
    int end = 0;
    while (end < members.length()) {
      if (!member.region(end, members.length()).lookingAt()) {
        require(!text.contains("'descr': ["), "structured arrays are not read");
        throw new IllegalArgumentException("its header is damaged");
      }
      end = member.end();
      String value = member.group(3);
      switch (member.group(2)) {
        case "descr" -> descr = once(descr, value);
        case "fortran_order" -> fortran = once(fortran, value);
        case "shape" -> shape = once(shape, value);
        default ->
            throw new IllegalArgumentException("its header has an unknown key " + member.group(2));
      }
    }
    require(
        descr != null && fortran != null && shape != null,
        "its header lacks descr, fortran_order or shape");
    require(fortran.equals("True") || fortran.equals("False"), "fortran_order is no truth value");
    String type = descr.substring(1, descr.length() - 1);
    return new Header(
        dtype(type),
        type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
        fortran.equals("True"),
        shape(shape));
  }

  private static String once(String before, String value) {
    require(before == null, "its header gives a key twice");
    return value;
  }

  private static int[] shape(String text) {
    require(SHAPE.matcher(text).matches(), "its shape is damaged");
    long[] dimensions =
        Pattern.compile("\\d+")
            .matcher(text)
            .results()
            .mapToLong(n -> Long.parseLong(n.group()))
            .toArray();
    NdArray.size(dimensions);
    return Arrays.stream(dimensions).mapToInt(Math::toIntExact).toArray();
  }

  private static DType dtype(String descr) {
    require(!descr.contains("O"), "holds pickled objects, which are not read");
    Matcher type = DESCR.matcher(descr);
    require(type.matches(), "values of type '" + descr + "' are not read");
    return switch (type.group(2) + type.group(3)) {
      case "b1" -> DType.BOOL;
      case "u1" -> DType.U8;
      case "u2" -> DType.U16;
      case "u4" -> DType.U32;
      case "u8" -> DType.U64;
      case "i1" -> DType.I8;
      case "i2" -> DType.I16;
      case "i4" -> DType.I32;
      case "i8" -> DType.I64;
      case "f2" -> DType.F16;
      case "f4" -> DType.F32;
      case "f8" -> DType.F64;
      default -> throw new IllegalArgumentException("values of type '" + descr + "' are not read");
    };
  }

  private static String descr(DType dtype) {
    return switch (dtype) {
      case BOOL -> "|b1";
      case U8 -> "|u1";
      case U16 -> "<u2";
      case U32 -> "<u4";
      case U64 -> "<u8";
      case I8 -> "|i1";
      case I16 -> "<i2";
      case I32 -> "<i4";
      case I64 -> "<i8";
      case F16 -> "<f2";
      case F32 -> "<f4";
      case F64 -> "<f8";
      case BF16 -> throw new IllegalArgumentException("NumPy has no BF16");
    };
  }

  /**
   * Writes the file, atomically. BF16 values are written as F32.
   *
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, NdArray array) throws IOException {
    AtomicFile.write(file, out -> write(out, array));
  }

  static void write(OutputStream out, NdArray array) throws IOException {
    if (array.dtype() == DType.BF16) {
      write(out, NdArray.of(array.floats(), array.shape()));
      return;
    }
    out.write(header(array));
    array.writeTo(out);
  }

  private static byte[] header(NdArray array) {
    int[] shape = array.shape();
    String dimensions =
        Arrays.stream(shape).mapToObj(n -> n + ",").collect(Collectors.joining(" ", "(", ")"));
    if (shape.length > 1) {
      dimensions = dimensions.replace(",)", ")");
    }
    String dictionary =
        "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
            .formatted(descr(array.dtype()), dimensions);
    int length = Math.ceilDiv(10 + dictionary.length() + 1, ALIGNMENT) * ALIGNMENT;
    ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (length - 10));
    header.put(dictionary.getBytes(StandardCharsets.US_ASCII));
    while (header.position() < length - 1) {
      header.put((byte) ' ');
    }
    return header.put((byte) '\n').array();
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new IllegalArgumentException(problem);
    }
  }
}
