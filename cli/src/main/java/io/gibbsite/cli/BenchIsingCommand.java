package io.gibbsite.cli;

import io.gibbsite.bench.IsingBench;
import io.gibbsite.bench.Timing;
import io.gibbsite.ising.IsingShape;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the speed of Ising sweeps. */
@Command(
    name = "ising",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Measures sweeps of Ising lattices, in updates of a spin a nanosecond.",
    footer = {"", "Examples:", "  gibbsite bench ising --threads 1", "  gibbsite bench ising --json"})
final class BenchIsingCommand implements Callable<Integer> {
  private static final List<IsingShape> SHAPES =
      List.of(
          new IsingShape(64, 64, IsingShape.WORD),
          new IsingShape(1024, 1024, 1),
          new IsingShape(4096, 4096, 1));

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Option(names = "--quick", description = "Measure for a second a row, not four.")
  private boolean quick;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    if (!json) {
      common.out().println("ising                     threads    ms/sweep   flips/ns");
    }
    for (IsingShape shape : SHAPES) {
      IsingBench row =
          IsingBench.measure(
              shape, common.backendOptions().threads(), quick ? Timing.QUICK : Timing.FULL);
      common
          .out()
          .println(
              json
                  ? Json.line(row)
                  : String.format(
                      Locale.ROOT,
                      "%-24s %8d %11.4f %10.3f",
                      row.shape(),
                      row.threads(),
                      1e3 * row.seconds(),
                      row.flipsPerNs()));
      common.out().flush();
    }
    return 0;
  }
}
