package io.gibbsite.cli;

import io.gibbsite.bench.BenchResult;
import io.gibbsite.bench.MachineLimits;
import io.gibbsite.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that one run of the benchmark measured, and on what: {@code <cpu>+<gpu>/<date>-<sha>.json}.
 *
 * @param date when it ended, in UTC
 * @param revision of the source
 * @param modified whether the source had been changed since that revision
 * @param unit what {@code gflops} counts
 * @param flags of the Java virtual machine
 * @param system machine and program
 * @param loadBefore the system's load average over a minute, before; null where it has none
 * @param loadAfter the same, after
 * @param limits of the machine, for each number of threads
 * @param firstEnergy from the start of the program to the first result; null where the launcher did
 *     not start this one
 * @param rows what was measured
 */
record BenchRecord(
    String date,
    String revision,
    boolean modified,
    String unit,
    List<String> flags,
    SystemReport system,
    Double loadBefore,
    Double loadAfter,
    List<MachineLimits> limits,
    FirstEnergy firstEnergy,
    List<BenchResult> rows) {
  static final String UNIT =
      "10^9 floating-point operations of matrix products a second; medians, each side by turns";

  /** The folder of this machine: processor, cores and GPU. */
  String machine() {
    String gpu =
        system.backends().stream()
            .filter(status -> status.name().equals("cuda") && status.available())
            .map(status -> slug(status.detail().replaceFirst(",.*", "")))
            .findFirst()
            .orElse("none");
    return "%s-%d-cores+%s".formatted(slug(system.cpu()), system.cores(), gpu);
  }

  /** Within the folder of records. */
  Path file() {
    String name = date.substring(0, 10) + "-" + revision + (modified ? "-modified" : "");
    return Path.of(machine(), name + ".json");
  }

  private static String slug(String text) {
    return text.toLowerCase(Locale.ROOT)
        .replaceAll("\\((r|tm)\\)", "")
        .replaceAll("[^a-z0-9]+", "-")
        .replaceAll("^-|-$", "");
  }

  /** Writes it under a folder, which is made; returns the file. */
  Path write(Path folder) throws IOException {
    Path file = folder.resolve(file());
    Files.createDirectories(file.getParent());
    String text = Json.pretty(this) + "\n";
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    return file;
  }

  /**
   * All records under a folder by their files, relative to it, the newest first.
   *
   * @throws IOException if one is damaged, with its name
   */
  static TreeMap<Path, BenchRecord> readAll(Path folder) throws IOException {
    TreeMap<Path, BenchRecord> unordered = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder, 2)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        unordered.put(folder.relativize(file), Json.read(file, BenchRecord.class));
      }
    }
    TreeMap<Path, BenchRecord> newestFirst =
        new TreeMap<>(
            Comparator.comparing((Path file) -> unordered.get(file).date())
                .reversed()
                .thenComparing(Comparator.naturalOrder()));
    newestFirst.putAll(unordered);
    return newestFirst;
  }
}
