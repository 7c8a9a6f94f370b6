package io.gibbsite.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** What a training that has made all its steps came to; as JSON, the figures of its report. */
interface RunFigures {
  /** Prints them as lines for people. */
  void print(PrintWriter out);

  /**
   * Prints them with what computed them.
   *
   * @param backend in words
   */
  default void print(PrintWriter out, String backend) {
    print(out);
    line(out, "computed by", "%s", backend);
  }

  /** Prints one of them. */
  static void line(PrintWriter out, String name, String format, Object... values) {
    out.println(
        String.format(Locale.ROOT, "%-24s ", name) + String.format(Locale.ROOT, format, values));
  }

  /**
   * Prints a value, or the interval that is known of it.
   *
   * @param unit behind the numbers, with a space before it; or empty
   */
  static void interval(PrintWriter out, String name, double lower, double upper, String unit) {
    if (lower == upper) {
      line(out, name, "%.4f%s", lower, unit);
    } else {
      line(out, name, "%.4f to %.4f%s", lower, upper, unit);
    }
  }
}
