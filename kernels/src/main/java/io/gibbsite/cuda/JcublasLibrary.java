package io.gibbsite.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import jcuda.jcublas.JCublas2;

/**
 * Loads JCublas where there is a cuBLAS for it.
 *
 * <p>JCublas 12.6 is bound to {@code libcublas.so.12} by name and by the version of its symbols.
 * Where there is {@code libcublas.so.13} alone, a library of that name comes first that passes the
 * few calls on: {@code src/main/cublas/forward.cpp}.
 */
@SuppressWarnings("restricted")
final class JcublasLibrary {
  private static final String OLD = "libcublas.so.12";
  private static final String NEW = "libcublas.so.13";

  private static String found;

  private JcublasLibrary() {}

  /**
   * Loads it, once.
   *
   * @return what it computes with, such as {@code libcublas.so.12}
   * @throws IOException with the reason why it cannot be loaded
   */
  static synchronized String load() throws IOException {
    if (found == null) {
      String what = exists(OLD) ? OLD : forward();
      try {
        JcudaNatives.inPrivateFolder(() -> JCublas2.setExceptionsEnabled(true));
      } catch (LinkageError e) {
        throw new IOException(
            "JCublas cannot be loaded: " + e.getMessage().lines().findFirst().orElse(""), e);
      }
      found = what;
    }
    return found;
  }

  private static boolean exists(String library) {
    try {
      SymbolLookup.libraryLookup(library, Arena.global());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String forward() throws IOException {
    if (!exists(NEW)) {
      throw new IOException("there is neither " + OLD + " nor " + NEW);
    }
    try (InputStream library = JcublasLibrary.class.getResourceAsStream(OLD)) {
      if (library == null) {
        throw new IOException(
            "there is "
                + NEW
                + " alone, and no C++ compiler was there to build what JCublas needs"
                + " for it");
      }
      Path folder = Files.createTempDirectory("gibbsite-cublas-");
      Path file = folder.resolve(OLD);
      try {
        Files.copy(library, file);
        System.load(file.toString());
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    }
    return NEW;
  }
}
