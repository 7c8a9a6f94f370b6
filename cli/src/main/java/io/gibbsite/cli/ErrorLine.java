package io.gibbsite.cli;

import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.bench.PeerException;
import io.gibbsite.cuda.DeviceException;
import io.gibbsite.io.FormatException;
import io.gibbsite.train.DivergedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The one line and the exit code that a failure ends with.
 *
 * @param code 1 for a failed run, 2 for wrong usage or bad input
 * @param text what, where and what to do; one line
 */
record ErrorLine(int code, String text) {
  static final int FAILED = 1;
  static final int BAD_INPUT = 2;

  private static final String DEBUG = "GIBBSITE_DEBUG";

  /** The line for this failure. */
  static ErrorLine of(Throwable e) {
    Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
    if (cause instanceof ParameterException p) {
      return badInput(usage(p));
    } else if (cause instanceof NoSuchFileException f) {
      // Some put the reason where the name alone belongs.
      boolean said = f.getFile().contains(": ");
      return badInput(said ? f.getFile() : f.getFile() + ": no such file");
    } else if (cause instanceof AccessDeniedException f) {
      return badInput(f.getFile() + ": permission denied");
    } else if (cause instanceof NotDirectoryException f) {
      return badInput(f.getFile() + ": not a directory");
    } else if (cause instanceof FileAlreadyExistsException f) {
      return badInput(f.getFile() + ": exists already");
    } else if (cause instanceof InvalidPathException f) {
      return badInput(unnameable(f));
    } else if (cause instanceof FileNotFoundException
        || cause instanceof FormatException
        || cause instanceof IllegalArgumentException
        || cause instanceof BackendUnavailableException
        || cause instanceof PeerException) {
      return badInput(message(cause));
    } else if (cause instanceof FileSystemException f) {
      String reason = f.getReason() == null ? f.getClass().getSimpleName() : f.getReason();
      return failed(f.getFile() + ": " + reason);
    } else if (cause instanceof IOException
        || cause instanceof ArithmeticException
        || cause instanceof DeviceException
        || cause instanceof DivergedException) {
      return failed(message(cause));
    } else if (cause instanceof OutOfMemoryError) {
      return failed(
          "out of memory (%s) with a heap of %d MiB: raise it, as with GIBBSITE_JAVA_OPTS=-Xmx8g"
              .formatted(cause.getMessage(), Runtime.getRuntime().maxMemory() >> 20));
    }
    return failed("unexpected " + cause + "; run with " + DEBUG + "=1 for the stack trace");
  }

  /**
   * Prints the line, and the stack trace where the environment asks for it; returns the exit code.
   */
  int print(PrintWriter err, Throwable e) {
    err.println("gibbsite: " + text.strip().replaceAll("\\s*\\R\\s*", " "));
    if ("1".equals(System.getenv(DEBUG))) {
      e.printStackTrace(err);
    }
    err.flush();
    return code;
  }

  private static ErrorLine badInput(String text) {
    return new ErrorLine(BAD_INPUT, text);
  }

  private static ErrorLine failed(String text) {
    return new ErrorLine(FAILED, text);
  }

  private static String message(Throwable e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** Of a locale such as C, in which a name with other letters cannot be told to the system. */
  private static String unnameable(InvalidPathException e) {
    return e.getInput() + ": no file of this locale can have that name: set LC_ALL=C.UTF-8";
  }

  private static String usage(ParameterException e) {
    if (e.getCause() instanceof InvalidPathException path) {
      return unnameable(path);
    }
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    if (e instanceof UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().get(0);
      String kind =
          unmatched.isUnknownOption()
              ? "unknown option"
              : e.getCommandLine().getSubcommands().isEmpty()
                  ? "unexpected argument"
                  : "unknown command";
      String hint =
          unmatched.getSuggestions().isEmpty()
              ? "see " + command + " --help"
              : "did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
      return "%s '%s': %s".formatted(kind, word, hint);
    }
    // Picocli puts the cause's class name into the message of a failed conversion.
    return message(e)
        .replaceFirst("^Error: ", "")
        .replaceFirst("\\((java|io)\\.[\\w.]+: (.*)\\)$", "($2)");
  }
}
