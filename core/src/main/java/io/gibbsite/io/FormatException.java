package io.gibbsite.io;

import java.io.IOException;
import java.nio.file.Path;

/** A file does not hold what it should; the message is one line, {@code FILE: what is wrong}. */
public final class FormatException extends IOException {
  private static final long serialVersionUID = 1L;

  public FormatException(Path file, String problem) {
    super(file + ": " + problem);
  }

  public FormatException(Path file, String problem, Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
