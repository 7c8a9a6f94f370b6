package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Results as a table for people. */
public final class BenchTable {
  private BenchTable() {}

  /** Times four workloads in about ten seconds, and prints each as soon as it is known. */
  public static void quick(Backend backend, PrintWriter out) {
    MachineLimits limits = limits(backend);
    if (limits != null) {
      out.println(limit(limits));
    }
    out.println(header(List.of()));
    for (Workload workload : Workloads.quick()) {
      Row.measure(workload, List.of(backend), Timing.QUICK, limits, List.of(), out::println)
          .forEach(result -> out.println(row(result, List.of())));
      out.flush();
    }
  }

  /**
   * The limits at the backend's number of threads, or null if it does not compute on the processor.
   */
  public static MachineLimits limits(Backend backend) {
    return backend.name().equals("cuda")
        ? null
        : MachineLimits.measure(backend.options().threads());
  }

  /** The limits on one line. */
  public static String limit(MachineLimits limits) {
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "measured limit of %d thread%s: %.0f GFLOP/s (float32 multiply-add)",
                limits.threads(),
                limits.threads() == 1 ? "" : "s",
                limits.fmaGflops()));
    append(line, ", looked-up sums %.0f", limits.lookupGops());
    append(line, ", int8 %.0f", limits.int8Gops());
    append(line, ", bf16 %.0f", limits.bf16Gflops());
    append(line, ", copy %.0f GB/s", limits.copyGigabytesPerSecond());
    return line.toString();
  }

  private static void append(StringBuilder line, String format, Double value) {
    if (value != null) {
      line.append(String.format(Locale.ROOT, format, value));
    }
  }

  /**
   * The column names, as wide as {@link #row}.
   *
   * @param peers a column each, and one for the ratio to the best
   */
  public static String header(List<String> peers) {
    StringBuilder line =
        new StringBuilder(
            "%-18s  %-14s  %7s  %-8s  %10s  %6s  %9s  %12s  %6s"
                .formatted(
                    "workload",
                    "shape",
                    "batch",
                    "backend",
                    "ms",
                    "spread",
                    "GFLOP/s",
                    "rows/s",
                    "limit"));
    peers.forEach(peer -> line.append("  %13s".formatted(peer)));
    return peers.isEmpty() ? line.toString() : line.append("   ratio").toString();
  }

  /**
   * One result.
   *
   * @param peers as given to {@link #header}
   */
  public static String row(BenchResult r, List<String> peers) {
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%-18s  %-14s  %7d  %-8s  %10.3f  %6s  %9.1f  %12.0f  %6s",
                r.workload(),
                r.shape(),
                r.batch(),
                r.backend(),
                1e3 * r.seconds(),
                percent(r.spread()),
                r.gflops(),
                r.rowsPerS(),
                percent(r.limitFraction())));
    for (String peer : peers) {
      Double gflops =
          r.peers().stream()
              .filter(p -> p.name().equals(peer))
              .findFirst()
              .map(PeerResult::gflops)
              .orElse(null);
      line.append(String.format(Locale.ROOT, "  %13s", text("%.1f", gflops)));
    }
    return peers.isEmpty()
        ? line.toString()
        : line.append("  %6s".formatted(text("%.2f", r.ratio()))).toString();
  }

  private static String percent(Double part) {
    return text("%.0f %%", part == null ? null : 100 * part);
  }

  private static String text(String format, Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, format, value);
  }
}
