package io.gibbsite.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The source that a program was built from.
 *
 * @param name the commit, shortened; or the version where there is no Git to ask
 * @param modified whether sources have been changed since
 */
record Revision(String name, boolean modified) {
  /** Of the working tree that a folder lies in, or will lie in. */
  static Revision of(Path folder) {
    Path existing = folder.toAbsolutePath();
    while (!Files.isDirectory(existing)) {
      existing = existing.getParent();
    }
    String commit = git(existing, "rev-parse", "--short=7", "HEAD");
    return commit == null
        ? new Revision(Version.text(), false)
        : new Revision(commit, !"".equals(git(existing, "status", "--porcelain", "--", ":/*/src")));
  }

  /** What Git prints; null where it fails. */
  private static String git(Path folder, String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? said.strip() : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
