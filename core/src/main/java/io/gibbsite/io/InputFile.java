package io.gibbsite.io;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file opened for reading, whose every failure is one line that names it. */
public final class InputFile {
  private InputFile() {}

  /** Reads an open file. */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * @param in at the first byte, not buffered
     * @param length of the file in bytes
     */
    T read(InputStream in, long length) throws IOException;
  }

  /**
   * Opens the file and reads it.
   *
   * @throws FormatException if the reader throws it, or if the stream ends early
   * @throws IOException if the file cannot be read, with the reason
   */
  public static <T> T read(Path file, Reader<T> reader) throws IOException {
    requireReadable(file);
    try (InputStream in = Files.newInputStream(file)) {
      return reader.read(in, Files.size(file));
    } catch (FormatException e) {
      throw e;
    } catch (EOFException e) {
      throw new FormatException(file, "is truncated", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + ": cannot be read: permission denied", e);
    } catch (IOException e) {
      throw new IOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Checks that the file is there.
   *
   * @throws IOException if it does not exist or is a folder
   */
  public static void requireReadable(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException(file + ": is a folder, not a file");
    }
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file + ": does not exist");
    }
  }
}
