package io.gibbsite.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file: named arrays and a few words about them.
 *
 * <pre>
 *   header length, 8 bytes little-endian
 *   header        {"__metadata__": {name: text}, name: {"dtype", "shape", "data_offsets": [begin, end]}, ...}
 *   values        little-endian, row-major, one array behind the other without a gap
 * </pre>
 *
 * <p>Reading is strict: every byte of the file must be accounted for.
 *
 * @param metadata names to texts
 * @param tensors names to arrays, in the order of the file
 */
public record Safetensors(Map<String, String> metadata, Map<String, NdArray> tensors) {
  /** The most tensors in a file. */
  public static final int TENSOR_LIMIT = 100_000;

  private static final long HEADER_LIMIT = 100_000_000;
  private static final String METADATA = "__metadata__";
  private static final Set<String> KEYS = Set.of("dtype", "shape", "data_offsets");

  public Safetensors {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    if (tensors.containsKey(METADATA) || tensors.size() > TENSOR_LIMIT) {
      throw new IllegalArgumentException(
          "at most " + TENSOR_LIMIT + " tensors, none of them called " + METADATA);
    }
  }

  private record Entry(String name, DType dtype, int[] shape, long begin, long end) {}

  /**
   * Reads the file.
   *
   * @throws FormatException if it is damaged, or holds a type that is not read
   * @throws IOException if it cannot be read
   */
  public static Safetensors read(Path file) throws IOException {
    return InputFile.read(file, (in, length) -> read(file, in, length));
  }

  private static Safetensors read(Path file, InputStream in, long length) throws IOException {
    if (length < 8) {
      throw new FormatException(
          file, "has " + length + " bytes: no safetensors file is that short");
    }
    long headerLength = ByteBuffer.wrap(in.readNBytes(8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (headerLength < 2 || headerLength > HEADER_LIMIT || headerLength > length - 8) {
      throw new FormatException(
          file,
          "is no safetensors file, or truncated: its header would have %s of the %d bytes left"
              .formatted(Long.toUnsignedString(headerLength), length - 8));
    }
    Map<String, Object> header = header(file, in.readNBytes((int) headerLength));
    Map<String, String> metadata = metadata(file, header.remove(METADATA));
    if (header.size() > TENSOR_LIMIT) {
      throw new FormatException(file, "has more than " + TENSOR_LIMIT + " tensors");
    }
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, Object> member : header.entrySet()) {
      try {
        entries.add(entry(member.getKey(), member.getValue()));
      } catch (IllegalArgumentException e) {
        throw new FormatException(
            file, "tensor " + Json.shorten(member.getKey()) + ": " + e.getMessage());
      }
    }
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    requireGapless(file, entries, length - 8 - headerLength);
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    for (Entry entry : entries) {
      tensors.put(entry.name, NdArray.read(in, entry.dtype, entry.shape, ByteOrder.LITTLE_ENDIAN));
    }
    return new Safetensors(metadata, tensors);
  }

  private static Map<String, Object> header(Path file, byte[] bytes) throws FormatException {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return Json.parse(text, TENSOR_LIMIT + 1);
    } catch (CharacterCodingException e) {
      throw new FormatException(file, "its header is not UTF-8 text", e);
    } catch (IllegalArgumentException e) {
      throw new FormatException(file, "its header is damaged: " + e.getMessage(), e);
    }
  }

  private static Map<String, String> metadata(Path file, Object member) throws FormatException {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (member == null) {
      return metadata;
    }
    if (!(member instanceof Map<?, ?> words)) {
      throw new FormatException(file, METADATA + " is not an object");
    }
    for (Map.Entry<?, ?> word : words.entrySet()) {
      if (!(word.getValue() instanceof String text)) {
        throw new FormatException(file, METADATA + " holds what is not text");
      }
      metadata.put((String) word.getKey(), text);
    }
    return metadata;
  }

  private static Entry entry(String name, Object member) {
    if (!(member instanceof Map<?, ?> info) || !info.keySet().equals(KEYS)) {
      throw new IllegalArgumentException("it needs dtype, shape, data_offsets and nothing else");
    }
    long[] dimensions = numbers(info.get("shape"), "shape");
    int size = NdArray.size(dimensions);
    int[] shape = new int[dimensions.length];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = (int) dimensions[axis];
    }
    DType dtype = dtype(info.get("dtype"));
    long[] offsets = numbers(info.get("data_offsets"), "data_offsets");
    if (offsets.length != 2 || offsets[0] > offsets[1]) {
      throw new IllegalArgumentException("data_offsets is not [begin, end]");
    }
    if (offsets[1] - offsets[0] != (long) size * dtype.bytes()) {
      throw new IllegalArgumentException(
          "%s%s does not take the %d bytes of its data_offsets"
              .formatted(dtype, Arrays.toString(shape), offsets[1] - offsets[0]));
    }
    return new Entry(name, dtype, shape, offsets[0], offsets[1]);
  }

  private static DType dtype(Object member) {
    for (DType dtype : DType.values()) {
      if (dtype.name().equals(member)) {
        return dtype;
      }
    }
    throw new IllegalArgumentException(
        "the dtype " + (member instanceof String text ? Json.shorten(text) : "") + " is not read");
  }

  private static long[] numbers(Object member, String key) {
    if (!(member instanceof List<?> list)) {
      throw new IllegalArgumentException(key + " is not an array");
    }
    long[] numbers = new long[list.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!(list.get(i) instanceof Long number)) {
        throw new IllegalArgumentException(key + " holds what is not a whole number");
      }
      numbers[i] = number;
    }
    return numbers;
  }

  private static void requireGapless(Path file, List<Entry> entries, long length)
      throws FormatException {
    long end = 0;
    for (Entry entry : entries) {
      if (entry.begin != end) {
        throw new FormatException(
            file,
            "tensor %s begins at byte %d, but the one before it ends at %d"
                .formatted(Json.shorten(entry.name), entry.begin, end));
      }
      if (entry.end > length) {
        throw new FormatException(
            file,
            "tensor %s ends at byte %d of %d: the file is truncated"
                .formatted(Json.shorten(entry.name), entry.end, length));
      }
      end = entry.end;
    }
    if (end != length) {
      throw new FormatException(file, "has " + (length - end) + " bytes that belong to no tensor");
    }
  }

  /**
   * Writes the file, atomically.
   *
   * @throws IOException if it cannot be written
   */
  public void write(Path file) throws IOException {
    // Wide types first, so that every array is aligned to its type.
    List<Map.Entry<String, NdArray>> order = new ArrayList<>(tensors.entrySet());
    order.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().bytes()));
    byte[] header = header(order).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(
        file,
        out -> {
          ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
          out.write(length.putLong(header.length + padding(header)).array());
          out.write(header);
          out.write(" ".repeat(padding(header)).getBytes(StandardCharsets.US_ASCII));
          for (Map.Entry<String, NdArray> entry : order) {
            entry.getValue().writeTo(out);
          }
        });
  }

  private static int padding(byte[] header) {
    return -header.length & 7;
  }

  private String header(List<Map.Entry<String, NdArray>> order) {
    List<String> members = new ArrayList<>();
    if (!metadata.isEmpty()) {
      List<String> words = new ArrayList<>();
      metadata.forEach((name, text) -> words.add(Json.quote(name) + ":" + Json.quote(text)));
      members.add(Json.quote(METADATA) + ":{" + String.join(",", words) + "}");
    }
    long begin = 0;
    for (Map.Entry<String, NdArray> entry : order) {
      NdArray array = entry.getValue();
      long end = begin + array.bytes();
      members.add(
          "%s:{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(
                  Json.quote(entry.getKey()),
                  array.dtype(),
                  Arrays.toString(array.shape()).replace(" ", ""),
                  begin,
                  end));
      begin = end;
    }
    return "{" + String.join(",", members) + "}";
  }
}
