package io.gibbsite.nativecpu;

import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * The folder that the library is unpacked to: the user's own, closed to others, since whoever can
 * write there decides what this process runs.
 *
 * @param path made if it does not exist
 */
record LibraryFolder(Path path) {
  /** The environment variable that names another folder, where the usual one forbids execution. */
  static final String VARIABLE = "GIBBSITE_NATIVE_FOLDER";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  /**
   * The folder that the environment names, or one of this user in the system's temporary folder.
   */
  static LibraryFolder chosen() {
    String named = System.getenv(VARIABLE);
    if (named != null && !named.isBlank()) {
      return new LibraryFolder(Path.of(named));
    }
    String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9_-]", "_");
    return new LibraryFolder(Path.of(System.getProperty("java.io.tmpdir"), "gibbsite-" + user));
  }

  /**
   * The library as a file named by its content: written unless it is there already, unchanged.
   *
   * @throws BackendUnavailableException if that cannot be done safely
   */
  Path unpack(byte[] library) {
    try {
      requirePrivate();
      Path file =
          path.resolve("libgibbsite-" + hash(library).substring(0, 32) + ".so").toAbsolutePath();
      if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), library)) {
        AtomicFile.write(file, out -> out.write(library));
      }
      return file;
    } catch (IOException | UnsupportedOperationException e) {
      throw new BackendUnavailableException(
          "the native library cannot be unpacked (%s): name another folder by %s"
              .formatted(e.getMessage(), VARIABLE));
    }
  }

  private void requirePrivate() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(path + " is not a folder");
    }
    Set<PosixFilePermission> allowed =
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
    Object owner = Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (!OWNER_ONLY.containsAll(allowed)
        || !owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      throw new IOException(path + " is open to others: chmod 700, or remove it");
    }
  }

  /** The SHA-256 in hexadecimal digits. */
  static String hash(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
