package io.gibbsite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * One run of the command in this process.
 *
 * @param code its exit code
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record Run(int code, String out, String err) {
  static Run of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Run(code, out.toString(), err.toString());
  }

  /** Ended with 0. */
  Run succeeds() {
    assertThat(code).describedAs("%s%s", out, err).isZero();
    return this;
  }

  /**
   * Ended with this code, wrote no result, and one line on standard error that says all of this.
   */
  void fails(int expectedCode, String... said) {
    assertThat(code).describedAs("%s%s", out, err).isEqualTo(expectedCode);
    assertThat(out).isEmpty();
    assertThat(err).startsWith("gibbsite: ").contains(said);
    assertThat(err.lines()).hasSize(1);
  }
}
