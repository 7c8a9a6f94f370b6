package io.gibbsite.bench;

import java.util.List;
import java.util.Locale;

/** Results of {@link SpinWork} as a table for people. */
public final class SpinTable {
  private SpinTable() {}

  /**
   * The column names, as wide as {@link #row}.
   *
   * @param peers a column each, and one for the ratio to the best
   */
  public static String header(List<String> peers) {
    StringBuilder line =
        new StringBuilder(
            "%-9s  %-9s  %6s  %-7s  %-17s  %10s  %6s  %12s  %10s"
                .formatted(
                    "workload",
                    "shape",
                    "chains",
                    "backend",
                    "method",
                    "ms",
                    "spread",
                    "sweeps/s",
                    "updates/ns"));
    peers.forEach(peer -> line.append("  %8s".formatted(peer)));
    return peers.isEmpty() ? line.toString() : line.append("   ratio").toString();
  }

  /**
   * One result.
   *
   * @param peers as given to {@link #header}
   */
  public static String row(SpinResult r, List<String> peers) {
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%-9s  %-9s  %6d  %-7s  %-17s  %10.3f  %4.0f %%  %12.0f  %10.4f",
                r.workload(),
                r.shape(),
                r.chains(),
                r.backend(),
                r.method(),
                1e3 * r.seconds(),
                100 * r.spread(),
                r.sweepsPerS(),
                r.updatesPerNs()));
    for (String peer : peers) {
      Double rate =
          r.peers().stream()
              .filter(p -> p.name().equals(peer))
              .findFirst()
              .map(SpinResult.PeerRate::updatesPerNs)
              .orElse(null);
      line.append(String.format(Locale.ROOT, "  %8s", text("%.4f", rate)));
    }
    return peers.isEmpty()
        ? line.toString()
        : line.append("  %6s".formatted(text("%.2f", r.ratio()))).toString();
  }

  private static String text(String format, Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, format, value);
  }
}
