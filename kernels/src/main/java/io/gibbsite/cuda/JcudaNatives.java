package io.gibbsite.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import jcuda.driver.JCudaDriver;

/**
 * Loads JCuda's native library from a private folder.
 *
 * <p>JCuda unpacks it to a fixed name in the temporary folder and trusts what lies there already,
 * which on a shared machine another user may have put there. So for the moment of loading the
 * temporary folder is a new one that only this user can read; a loaded library needs its file no
 * more, and the folder goes.
 */
final class JcudaNatives {
  private static final String TEMPORARY_FOLDER = "java.io.tmpdir";

  private static boolean loaded;

  private JcudaNatives() {}

  /**
   * Loads the library, once.
   *
   * @throws IOException if it cannot be unpacked
   * @throws LinkageError if it cannot be loaded
   */
  static synchronized void load() throws IOException {
    if (loaded) {
      return;
    }
    inPrivateFolder(() -> JCudaDriver.setExceptionsEnabled(true));
    loaded = true;
  }

  /**
   * Runs what loads a library of JCuda's.
   *
   * @throws IOException if there is no room for it
   */
  static synchronized void inPrivateFolder(Runnable load) throws IOException {
    String before = System.getProperty(TEMPORARY_FOLDER);
    Path folder = Files.createTempDirectory("gibbsite-jcuda-");
    try {
      System.setProperty(TEMPORARY_FOLDER, folder.toString());
      load.run();
    } finally {
      System.setProperty(TEMPORARY_FOLDER, before);
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
