package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.bench.Comparison;
import io.gibbsite.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Two revisions side by side, from the lines that runs of {@code bench --json} wrote. */
final class BenchCompare {
  private final List<Comparison> rows = new ArrayList<>();

  /**
   * @param base the lines of several runs of one revision
   * @param head the same of the other, run by turns with the first
   */
  BenchCompare(Path base, Path head) throws IOException {
    Map<String, List<Double>> before = seconds(base);
    Map<String, List<Double>> after = seconds(head);
    before.keySet().retainAll(after.keySet());
    require(!before.isEmpty(), base + " and " + head + ": have no row in common");
    before.forEach(
        (row, times) -> rows.add(Comparison.of(row, array(times), array(after.get(row)))));
  }

  private static Map<String, List<Double>> seconds(Path file) throws IOException {
    Map<String, List<Double>> rows = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode row = Json.node(file, line);
      double seconds = row.path("seconds").asDouble();
      if (!(seconds > 0)) {
        throw new FormatException(file, "holds a line that is no row of bench --json: " + line);
      }
      String name =
          "%s %s, %s; %s, %s threads"
              .formatted(
                  row.path("workload").asText(),
                  row.path("shape").asText(),
                  row.path("batch").asText(),
                  row.path("backend").asText(),
                  row.path("threads").asText());
      rows.computeIfAbsent(name, n -> new ArrayList<>()).add(seconds);
    }
    return rows;
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Those that became slower. */
  List<Comparison> slower() {
    return rows.stream().filter(Comparison::slower).toList();
  }

  /** All of them, for people. */
  String table() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%-52s  %4s  %10s  %10s  %6s  %-14s%n"
            .formatted("row", "runs", "base ms", "head ms", "ratio", "95 % interval"));
    for (Comparison row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-52s  %4d  %10.4f  %10.4f  %6.3f  %5.3f to %5.3f  %s%n",
              row.row(),
              row.runs(),
              1e3 * row.base(),
              1e3 * row.head(),
              row.ratio(),
              row.low(),
              row.high(),
              row.slower() ? "SLOWER" : row.faster() ? "faster" : ""));
    }
    return text.toString();
  }
}
