package io.gibbsite.bench;

import io.gibbsite.backend.Backend;
import java.io.PrintWriter;
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
    out.println(header());
    for (Workload workload : Workloads.quick()) {
      out.println(row(BenchResult.measure(workload, backend, Timing.QUICK, limits)));
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
    return String.format(
        Locale.ROOT,
        "measured limit of %d thread%s: %.0f GFLOP/s (float32 multiply-add), copy %.0f GB/s",
        limits.threads(),
        limits.threads() == 1 ? "" : "s",
        limits.fmaGflops(),
        limits.copyGigabytesPerSecond());
  }

  /** The column names, as wide as {@link #row}. */
  public static String header() {
    return "%-18s  %-14s  %7s  %10s  %9s  %12s  %6s"
        .formatted("workload", "shape", "batch", "ms", "GFLOP/s", "rows/s", "limit");
  }

  /** One result. */
  public static String row(BenchResult r) {
    String fraction =
        r.limitFraction() == null
            ? "-"
            : String.format(Locale.ROOT, "%.0f %%", 100 * r.limitFraction());
    return String.format(
        Locale.ROOT,
        "%-18s  %-14s  %7d  %10.3f  %9.1f  %12.0f  %6s",
        r.workload(),
        r.shape(),
        r.batch(),
        1e3 * r.seconds(),
        r.gflops(),
        r.rowsPerS(),
        fraction);
  }
}
