package io.gibbsite.io;

import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a file whole or not at all: to a hidden file beside it, forced to disk, then renamed.
 *
 * <p>A link is followed. What exists and is no regular file, such as a pipe, is written to
 * directly.
 */
public final class AtomicFile {
  private static final int BUFFER = 1 << 16;

  private AtomicFile() {}

  /** What a file is to hold. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it. The stream is buffered; leave it open. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes the file, replacing one that exists.
   *
   * @throws IOException if it cannot be written, with the file and the reason on one line; an older
   *     file is then unchanged
   */
  public static void write(Path target, Content content) throws IOException {
    Path file = resolve(target);
    Path folder = file.getParent();
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER)) {
          content.writeTo(out);
        }
      } else {
        replace(file, folder, content);
      }
    } catch (AccessDeniedException e) {
      throw new IOException(target + ": cannot be written: permission denied", e);
    } catch (FileSystemException e) {
      String reason = e.getReason() == null ? "the file system refuses it" : e.getReason();
      throw new IOException(target + ": cannot be written: " + reason, e);
    } catch (IOException e) {
      throw new IOException(target + ": cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Says before long work, rather than after it, that a file cannot be written there.
   *
   * @throws FileNotFoundException if the target is a folder, or is in none that exists
   */
  public static void requirePlace(Path target) throws IOException {
    resolve(target);
  }

  /** The file behind a link, or the target itself; in a folder that exists. */
  private static Path resolve(Path target) throws IOException {
    if (Files.isDirectory(target)) {
      throw new FileNotFoundException(target + ": cannot be written: it is a folder");
    }
    Path file = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
    Path folder = file.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new FileNotFoundException(
          target + ": cannot be written: the folder " + folder + " does not exist");
    }
    return file;
  }

  private static void replace(Path file, Path folder, Content content) throws IOException {
    long unique = ThreadLocalRandom.current().nextLong() & Long.MAX_VALUE;
    Path beside =
        folder.resolve("." + file.getFileName() + "-" + Long.toHexString(unique) + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(beside);
    }
    forceFolder(folder);
  }

  /** Makes the rename itself durable, on systems where a folder can be opened. */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The file is complete and in its place; some systems do not open folders.
    }
  }
}
