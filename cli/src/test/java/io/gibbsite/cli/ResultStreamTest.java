package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ResultStreamTest {
  private final StringWriter err = new StringWriter();

  private static OutputStream failing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  private int run(OutputStream out, String... arguments) {
    return Main.run(new ResultStream(out), StandardCharsets.UTF_8, new PrintWriter(err), arguments);
  }

  @Test
  void resultsAreWritten() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(run(out, "--version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("gibbsite ");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void lostResultsAreAFailedRun() {
    assertThat(run(failing("No space left on device"), "--version")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToIgnoringNewLines(
            "gibbsite: standard output cannot be written to: No space left on device");
  }

  @Test
  void aReaderThatHasEnoughIsNoFailure() {
    assertThat(run(failing("Broken pipe"), "--version")).isZero();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void anotherFailureIsSaidAlone() {
    assertThat(run(failing("No space left on device"), "inof")).isEqualTo(2);
    assertThat(err.toString()).contains("unknown command").doesNotContain("standard output");
  }
}
