package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.io.FormatException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorLineTest {
  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new IllegalArgumentException("--k is 0"), 2, "--k is 0"),
        Arguments.of(new FormatException(Path.of("m"), "is truncated"), 2, "m: is truncated"),
        Arguments.of(new BackendUnavailableException("no GPU"), 2, "no GPU"),
        Arguments.of(new NoSuchFileException("x.npy"), 2, "x.npy: no such file"),
        Arguments.of(new AccessDeniedException("x.npy"), 2, "x.npy: permission denied"),
        Arguments.of(new InvalidPathException("??.npy", "Malformed"), 2, "??.npy: no file of this"),
        Arguments.of(
            new FileSystemException("x.npy", null, "No space left on device"),
            1,
            "x.npy: No space left on device"),
        Arguments.of(new UncheckedIOException(new IOException("disk full")), 1, "disk full"),
        Arguments.of(new ArithmeticException("the loss is NaN"), 1, "the loss is NaN"),
        Arguments.of(new OutOfMemoryError("Java heap space"), 1, "-Xmx"),
        Arguments.of(new IllegalStateException("odd"), 1, "unexpected"),
        Arguments.of(new IllegalStateException("odd"), 1, "GIBBSITE_DEBUG=1"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void everyFailureHasItsCodeAndLine(Throwable failure, int code, String said) {
    ErrorLine line = ErrorLine.of(failure);
    assertThat(line.code()).isEqualTo(code);
    assertThat(line.text()).contains(said);
  }

  /** No locale has a name with the character 0. */
  @ParameterizedTest
  @ValueSource(strings = {"--model", "--data", "--out"})
  void anOptionSaysThatTheLocaleHasNoSuchName(String option) {
    String[] arguments = {"energy", "--model", "m", "--data", "x", "--out", "e"};
    arguments[Arrays.asList(arguments).indexOf(option) + 1] = "a\0b";
    Run.of(arguments).fails(2, "b: no file of this locale can have that name: set LC_ALL=C.UTF-8");
  }

  @Test
  void whatIsPrintedIsOneLine() {
    StringWriter text = new StringWriter();
    IllegalArgumentException failure = new IllegalArgumentException("first\n  second\r\n");
    assertThat(ErrorLine.of(failure).print(new PrintWriter(text), failure)).isEqualTo(2);
    assertThat(text.toString()).isEqualTo("gibbsite: first second" + System.lineSeparator());
  }
}
