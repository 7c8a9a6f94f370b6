package io.gibbsite.train;

import io.gibbsite.io.AtomicFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The record of a run's progress: a CSV file with a header, whose first column is the step, to
 * which rows are appended as training goes. A resumed run drops the rows after the step it resumes
 * from, so that the file reads as if the run had never stopped.
 */
public final class MetricsCsv implements AutoCloseable {
  private final Path file;
  private final int columns;
  private final BufferedWriter writer;

  private MetricsCsv(Path file, int columns, BufferedWriter writer) {
    this.file = file;
    this.columns = columns;
    this.writer = writer;
  }

  /**
   * Starts a new file, or takes up an old one after the given step.
   *
   * @param header the columns' names, the first of them {@code step}
   * @param lastStep rows of later steps are dropped; negative to drop all
   * @throws IOException if the file has another header or cannot be written
   */
  public static MetricsCsv open(Path file, List<String> header, long lastStep) throws IOException {
    List<String> kept = new ArrayList<>();
    kept.add(String.join(",", header));
    if (lastStep >= 0 && Files.exists(file)) {
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty() || !lines.get(0).equals(kept.get(0))) {
        throw new IOException(
            file + ": its first line is not '" + kept.get(0) + "'; move it away to resume");
      }
      for (String line : lines.subList(1, lines.size())) {
        // A line that a crash cut short has too few columns.
        if (line.split(",", -1).length == header.size() && step(file, line) <= lastStep) {
          kept.add(line);
        }
      }
    }
    String text = String.join("\n", kept) + "\n";
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    return new MetricsCsv(
        file,
        header.size(),
        Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND));
  }

  private static long step(Path file, String line) throws IOException {
    try {
      return Long.parseLong(line.substring(0, line.indexOf(',')));
    } catch (NumberFormatException e) {
      throw new IOException(file + ": a line does not begin with a step: '" + line + "'", e);
    }
  }

  /**
   * Appends a row; a value that is not finite, such as one not measured at this step, is left
   * empty.
   *
   * @param step goes first
   * @param values of the other columns
   */
  public void append(long step, double... values) throws IOException {
    if (values.length != columns - 1) {
      throw new IllegalArgumentException(
          file + " has " + columns + " columns, not " + (values.length + 1));
    }
    StringBuilder line = new StringBuilder().append(step);
    for (double value : values) {
      line.append(',');
      if (value == Math.rint(value) && Math.abs(value) < 1e15) {
        line.append((long) value);
      } else if (Double.isFinite(value)) {
        line.append(value);
      }
    }
    writer.write(line.append('\n').toString());
    writer.flush();
  }

  /** The whole file's rows, each {@code double[columns]}, NaN where empty. */
  public static List<double[]> read(Path file) throws IOException {
    List<double[]> rows = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      String[] cells = line.split(",", -1);
      double[] row = new double[cells.length];
      for (int i = 0; i < cells.length; i++) {
        row[i] = cells[i].isEmpty() ? Double.NaN : Double.parseDouble(cells[i]);
      }
      rows.add(row);
    }
    return rows;
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
