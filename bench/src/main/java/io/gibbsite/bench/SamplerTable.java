package io.gibbsite.bench;

import java.util.Locale;

/** {@link SamplerResult}s as a table for people. */
public final class SamplerTable {
  private SamplerTable() {}

  /** The column names, as wide as {@link #row}. */
  public static String header() {
    return "%-16s  %-11s  %9s  %6s  %8s  %10s  %10s  %6s  %8s  %8s"
        .formatted(
            "target",
            "sampler",
            "step",
            "accept",
            "ess",
            "ess/s",
            "ess/1000",
            "r-hat",
            "mean off",
            "sd off");
  }

  /** One result; {@code ess/1000} is that of a thousand energies or gradients. */
  public static String row(SamplerResult r) {
    return String.format(
        Locale.ROOT,
        "%-16s  %-11s  %9.4g  %6s  %8s  %10s  %10s  %6s  %8s  %8s",
        r.target(),
        r.sampler(),
        r.stepSize(),
        text("%.2f", r.acceptance()),
        text("%.0f", r.ess()),
        text("%.0f", r.essPerSecond()),
        text("%.3f", r.essPerEvaluation() == null ? null : 1e3 * r.essPerEvaluation()),
        text("%.3f", r.rHat()),
        r.meanError() == null ? "diverged" : text("%.3f", r.meanError()),
        text("%.3f", r.deviationError()));
  }

  private static String text(String format, Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, format, value);
  }
}
