package io.gibbsite.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * NumPy's archive of named arrays: a ZIP file of {@code NAME.npy} entries. Names may contain
 * slashes, such as {@code posterior/x}.
 *
 * <p>Stored and deflated entries are read, checksums included; entries are written stored, with a
 * fixed time, so that the same arrays give the same bytes.
 */
public final class Npz {
  private static final String ENDING = ".npy";
  private static final int ENTRY_LIMIT = 100_000;

  /** Deflate makes at most about 1032 bytes out of one. */
  private static final long DEFLATE_LIMIT = 1032;

  private Npz() {}

  /**
   * Reads all arrays, in the order of the file.
   *
   * @throws FormatException if it is damaged, or holds what {@link Npy} does not read
   * @throws IOException if it cannot be read
   */
  public static Map<String, NdArray> read(Path file) throws IOException {
    InputFile.requireReadable(file);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return read(file, zip);
    } catch (EOFException e) {
      throw new FormatException(file, "is truncated", e);
    } catch (ZipException e) {
      throw new FormatException(file, "is no NPZ file, or damaged: " + e.getMessage(), e);
    }
  }

  private static Map<String, NdArray> read(Path file, ZipFile zip) throws IOException {
    if (zip.size() > ENTRY_LIMIT) {
      throw new FormatException(file, "has more than " + ENTRY_LIMIT + " arrays");
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    long left = Files.size(file);
    for (ZipEntry entry : zip.stream().toList()) {
      String name = entry.getName();
      left -= entry.getCompressedSize();
      // What an entry claims must be possible in a file of this size, before memory is taken for
      // it.
      if (entry.getCompressedSize() < 0
          || left < 0
          || entry.getSize() < 0
          || entry.getSize() > DEFLATE_LIMIT * (entry.getCompressedSize() + 1)) {
        throw new FormatException(file, Json.shorten(name) + " claims a size that it cannot have");
      }
      if (!name.endsWith(ENDING)) {
        throw new FormatException(file, Json.shorten(name) + " is not an array");
      }
      CRC32 crc = new CRC32();
      try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), crc)) {
        NdArray array = Npy.read(file, Json.shorten(name) + " ", in, entry.getSize());
        if (in.read() >= 0 || crc.getValue() != entry.getCrc()) {
          throw new FormatException(file, Json.shorten(name) + " is damaged: its checksum differs");
        }
        String key = name.substring(0, name.length() - ENDING.length());
        if (arrays.put(key, array) != null) {
          throw new FormatException(file, Json.shorten(name) + " is there twice");
        }
      }
    }
    return arrays;
  }

  /**
   * Writes the file, atomically, array by array and without a copy of one in memory.
   *
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, Map<String, NdArray> arrays) throws IOException {
    AtomicFile.write(
        file,
        out -> {
          ZipOutputStream zip = new ZipOutputStream(out);
          for (Map.Entry<String, NdArray> array : arrays.entrySet()) {
            zip.putNextEntry(entry(array.getKey(), array.getValue()));
            Npy.write(zip, array.getValue());
            zip.closeEntry();
          }
          zip.finish();
        });
  }

  /**
   * A stored entry states its size and checksum in front of the values: they are run through twice.
   */
  private static ZipEntry entry(String name, NdArray array) throws IOException {
    ZipEntry entry = new ZipEntry(name + ENDING);
    CountingOutputStream count = new CountingOutputStream();
    CheckedOutputStream checked = new CheckedOutputStream(count, new CRC32());
    Npy.write(checked, array);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(count.bytes);
    entry.setCrc(checked.getChecksum().getValue());
    // The first minute of 1980 would be written in a form that depends on the time zone.
    entry.setTimeLocal(LocalDateTime.of(1980, 2, 1, 0, 0));
    return entry;
  }

  private static final class CountingOutputStream extends OutputStream {
    private long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] b, int offset, int length) {
      bytes += length;
    }
  }
}
