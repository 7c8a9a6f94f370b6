package io.gibbsite.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A text file of numbers: one row a line, cells between commas, semicolons or spaces (whichever the
 * first line has, in that order), an optional first line of names. Empty lines and lines from
 * {@code #} on are skipped.
 *
 * @param names of the columns, empty without a line of names
 * @param values F32[rows, columns]
 */
public record Csv(List<String> names, NdArray values) {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  private static final Pattern NON_FINITE = Pattern.compile("(?i)[+-]?(nan|inf|infinity)");

  /**
   * Reads the file.
   *
   * @throws FormatException if a cell is not a number, with line and column, or rows differ in
   *     length
   * @throws IOException if it cannot be read
   */
  public static Csv read(Path file) throws IOException {
    return InputFile.read(
        file,
        (in, length) -> {
          try {
            return new Parser(file)
                .parse(
                    new BufferedReader(
                        new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder())));
          } catch (CharacterCodingException e) {
            throw new FormatException(file, "is not UTF-8 text", e);
          }
        });
  }

  private static final class Parser {
    private final Path file;
    private Pattern separator;
    private List<String> names = List.of();
    private float[] values = new float[1024];
    private int size;
    private int columns;

    private Parser(Path file) {
      this.file = file;
    }

    private Csv parse(BufferedReader reader) throws IOException {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        String text = (number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line).strip();
        if (!text.isEmpty() && !text.startsWith("#")) {
          line(text, number);
        }
      }
      if (size == 0) {
        throw new FormatException(file, "has no rows of numbers");
      }
      return new Csv(names, NdArray.of(Arrays.copyOf(values, size), size / columns, columns));
    }

    private void line(String text, int number) throws FormatException {
      boolean first = separator == null;
      if (first) {
        String character = text.contains(",") ? "," : text.contains(";") ? ";" : null;
        separator = Pattern.compile(character == null ? "\\s+" : "\\s*" + character + "\\s*");
      }
      String[] cells = separator.split(text, -1);
      if (first) {
        columns = cells.length;
        if (Arrays.stream(cells).noneMatch(Parser::isNumber)) {
          names = List.of(cells);
          return;
        }
      }
      if (cells.length != columns) {
        throw new FormatException(
            file, "line " + number + " has " + cells.length + " cells, not " + columns);
      }
      if (size > Integer.MAX_VALUE - 8 - columns) {
        throw new FormatException(file, "has more than 2^31 cells");
      }
      if (size + columns > values.length) {
        int doubled = (int) Math.min(2L * values.length, Integer.MAX_VALUE - 8);
        values = Arrays.copyOf(values, Math.max(doubled, size + columns));
      }
      for (int column = 0; column < columns; column++) {
        values[size++] = number(cells[column], number, column + 1);
      }
    }

    private float number(String cell, int line, int column) throws FormatException {
      if (!isNumber(cell)) {
        throw new FormatException(
            file,
            "line %d, column %d: %s is not a number".formatted(line, column, Json.shorten(cell)));
      }
      if (NUMBER.matcher(cell).matches()) {
        return Float.parseFloat(cell);
      }
      if (cell.toLowerCase(Locale.ROOT).endsWith("nan")) {
        return Float.NaN;
      }
      return cell.startsWith("-") ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
    }

    private static boolean isNumber(String cell) {
      return NUMBER.matcher(cell).matches() || NON_FINITE.matcher(cell).matches();
    }
  }
}
