package io.gibbsite.cli;

import io.gibbsite.bench.BenchResult;
import io.gibbsite.bench.MachineLimits;
import io.gibbsite.bench.PeerResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Records as Markdown. */
final class BenchPage {
  private static final Map<String, String> TITLES =
      Map.of("jax", "JAX", "torch", "PyTorch", "torch-compile", "PyTorch, compiled");

  private final Path file;
  private final BenchRecord record;

  /**
   * @param file of the record, relative to the folder of records
   */
  BenchPage(Path file, BenchRecord record) {
    this.file = file;
    this.record = record;
  }

  /**
   * The page of all records: the newest of each machine in full, and the others by name.
   *
   * @param newestFirst by their files, relative to the page
   */
  static String all(TreeMap<Path, BenchRecord> newestFirst) {
    StringBuilder text =
        new StringBuilder(
            """
            # Benchmarks

            What `gibbsite bench --record docs/benchmarks --peers PYTHON` measured, one file a run. This page, \
            its pictures and the table in the README are written by `gibbsite bench --render docs/benchmarks`; \
            a test holds them equal to the records. Figures of different machines, or of different runs, are \
            not to be compared: `bench/compare` measures two revisions side by side.

            A row's limit is the rate of that resource which binds it, measured in the same run with the same \
            number of threads: multiply-adds from registers; for states of 0 and 1 also looked-up sums, or a \
            third of the int8 products, since weights have three limbs; memory, where a step moves more than \
            caches hold. The goals are those for one core with AVX-512 (`vector`) or AMX (`native`); where one \
            is missed, it says which share of the row's limit would meet it.

            ![Throughput beside the peers](throughput.png)

            ![Rooflines](rooflines.png)
            """);
    Map<String, List<Path>> machines = new LinkedHashMap<>();
    newestFirst.forEach(
        (file, record) ->
            machines.computeIfAbsent(record.machine(), m -> new ArrayList<>()).add(file));
    for (List<Path> files : machines.values()) {
      Path newest = files.get(0);
      text.append('\n').append(new BenchPage(newest, newestFirst.get(newest)).machine());
      if (files.size() > 1) {
        text.append("\nEarlier:");
        files.stream()
            .skip(1)
            .forEach(old -> text.append(" [%s](%s)".formatted(old.getFileName(), old)));
        text.append('\n');
      }
    }
    return text.toString();
  }

  private String machine() {
    SystemReport system = record.system();
    StringBuilder text = new StringBuilder();
    text.append(
        """
        ## %s, %d cores

        Revision %s%s, %s ([record](%s)). JDK %s with `%s`; %s; Vector API %d bits; load average %s \
        before and %s after.
        """
            .formatted(
                system.cpu(),
                system.cores(),
                record.revision(),
                record.modified() ? " with changes" : "",
                record.date(),
                file,
                system.jdk(),
                String.join(" ", record.flags()),
                system.os(),
                system.vectorBits(),
                number("%.2f", record.loadBefore()),
                number("%.2f", record.loadAfter())));
    system.backends().stream()
        .filter(status -> status.name().equals("cuda") && status.available())
        .forEach(status -> text.append("GPU: ").append(status.detail()).append(".\n"));
    if (!record.limits().isEmpty()) {
      text.append('\n').append(limits());
    }
    if (record.firstEnergy() != null) {
      text.append('\n').append(record.firstEnergy().sentence()).append('\n');
    }
    return text.append('\n').append(rows()).toString();
  }

  private String limits() {
    List<List<String>> rows = new ArrayList<>();
    for (MachineLimits limits : record.limits()) {
      rows.add(
          List.of(
              Integer.toString(limits.threads()),
              number("%.0f", limits.fmaGflops()),
              number("%.0f", limits.lookupGops()),
              number("%.0f", limits.int8Gops()),
              number("%.0f", limits.bf16Gflops()),
              number("%.1f", limits.copyGigabytesPerSecond())));
    }
    return table(
        "threads | float32 multiply-adds, GFLOP/s | looked-up sums, GOP/s | int8 products, GOP/s | bf16"
            + " products, GFLOP/s | copy, GB/s",
        rows);
  }

  /** Every row. */
  private String rows() {
    List<String> peers = peers();
    List<List<String>> rows = new ArrayList<>();
    for (BenchResult r : record.rows()) {
      List<String> cells = new ArrayList<>(head(r));
      cells.add(r.description());
      cells.add(number("%.1f", r.gflops()));
      cells.add(percent(r.spread()));
      cells.add(number("%,.0f", r.rowsPerS()));
      cells.add(r.limit() == null ? "-" : percent(r.limitFraction()) + " of " + r.limit());
      for (String name : peers) {
        PeerResult peer = peer(r, name);
        cells.add(
            peer == null
                ? "-"
                : number("%.1f", peer.gflops())
                    + (peer.spread() == null ? "" : " ± " + percent(peer.spread())));
      }
      cells.add(number("%.2f", r.ratio()));
      cells.add(goal(r));
      rows.add(cells);
    }
    StringBuilder header =
        new StringBuilder(
            "workload | shape, batch | threads | backend | GFLOP/s | spread | rows/s | of its limit");
    for (String name : peers) {
      header
          .append(" | ")
          .append(TITLES.getOrDefault(name, name))
          .append(' ')
          .append(version(name));
    }
    return table(header + " | times the best peer | goal", rows);
  }

  /** Times the best peer that the row is to reach, and whether it does. */
  private static String goal(BenchResult r) {
    if (r.goal() == null || r.ratio() == null) {
      return number("%.1f", r.goal());
    }
    if (r.ratio() >= r.goal()) {
      return number("%.1f", r.goal()) + ", met";
    }
    Double needed = r.limitFraction() == null ? null : r.limitFraction() * r.goal() / r.ratio();
    return number("%.1f", r.goal()) + ", missed: needs " + percent(needed);
  }

  /**
   * The part of the project's README.
   *
   * @param folder of the records, relative to the README
   */
  String summary(Path folder) {
    SystemReport system = record.system();
    String jdk = system.jdk().replaceFirst("[+ ].*", "");
    List<String> backends = backends();
    StringBuilder text =
        new StringBuilder(
            """
            GFLOP/s on %s with %d cores, JDK %s, all in one run on %s: matrix products only, medians, each side \
            by turns ([record](%s), [every figure](%s)). The last column is the share of the limit that binds \
            the row, measured in the same run.%s

            ![Throughput beside the peers, one thread](%s)

            """
                .formatted(
                    system.cpu(),
                    system.cores(),
                    jdk,
                    record.date().substring(0, 10),
                    folder.resolve(file),
                    folder.resolve("README.md"),
                    record.firstEnergy() == null ? "" : " " + record.firstEnergy().sentence(),
                    folder.resolve("throughput.png")));
    Map<List<String>, List<BenchResult>> groups = new LinkedHashMap<>();
    record.rows().forEach(r -> groups.computeIfAbsent(head(r), head -> new ArrayList<>()).add(r));
    List<List<String>> rows = new ArrayList<>();
    groups.forEach(
        (head, results) -> {
          List<String> cells = new ArrayList<>(head);
          for (String backend : backends) {
            cells.add(
                results.stream()
                    .filter(r -> r.backend().equals(backend))
                    .findFirst()
                    .map(r -> number("%.0f", r.gflops()))
                    .orElse("-"));
          }
          BenchResult first = results.get(0);
          cells.add(number("%.0f", best(first, "jax")));
          cells.add(number("%.0f", best(first, "torch")));
          cells.add(number("%.1f", first.ratio()));
          cells.add(percent(first.limitFraction()));
          rows.add(cells);
        });
    text.append(
        table(
            "workload | shape, batch | threads | "
                + String.join(" | ", backends.stream().map(b -> "`" + b + "`").toList())
                + " | JAX | PyTorch, best | times the best peer | of its limit",
            rows));
    return text.toString();
  }

  private static List<String> head(BenchResult r) {
    String batch = (r.workload().equals("nce") ? "2×" : "") + r.batch();
    return List.of(r.workload(), r.shape() + ", " + batch, Integer.toString(r.threads()));
  }

  /** Those that computed, the preferred one first. */
  private List<String> backends() {
    return record.rows().stream().map(BenchResult::backend).distinct().toList();
  }

  private List<String> peers() {
    Set<String> names = new LinkedHashSet<>();
    record.rows().forEach(r -> r.peers().forEach(peer -> names.add(peer.name())));
    return List.copyOf(names);
  }

  private String version(String peer) {
    return record.rows().stream()
        .flatMap(r -> r.peers().stream())
        .filter(p -> p.name().equals(peer))
        .findFirst()
        .orElseThrow()
        .version();
  }

  private static PeerResult peer(BenchResult r, String name) {
    return r.peers().stream().filter(p -> p.name().equals(name)).findFirst().orElse(null);
  }

  /** The best of the peers whose names begin so; null without any. */
  static Double best(BenchResult r, String begin) {
    return r.peers().stream()
        .filter(p -> p.name().startsWith(begin))
        .map(PeerResult::gflops)
        .max(Double::compare)
        .orElse(null);
  }

  private static String table(String header, List<List<String>> rows) {
    String rule = "|" + "---|".repeat(header.split("\\|").length);
    List<String> lines = new ArrayList<>(Arrays.asList("| " + header + " |", rule));
    rows.forEach(cells -> lines.add("| " + String.join(" | ", cells) + " |"));
    return String.join("\n", lines) + "\n";
  }

  private static String percent(Double part) {
    return number("%.0f %%", part == null ? null : 100 * part);
  }

  private static String number(String format, Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, format, value);
  }
}
