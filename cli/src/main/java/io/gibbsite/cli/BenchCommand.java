package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.bench.BenchResult;
import io.gibbsite.bench.BenchTable;
import io.gibbsite.bench.MachineLimits;
import io.gibbsite.bench.Timing;
import io.gibbsite.bench.Workload;
import io.gibbsite.bench.Workloads;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures throughput beside the machine's own limit. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Measures throughput now, beside the limit of this machine.",
    subcommands = {BenchSamplersCommand.class, BenchObjectivesCommand.class},
    footer = {
      "",
      "Examples:",
      "  gibbsite bench --threads 1",
      "  gibbsite bench --workload langevin --shape 2-64-64-1 --batch 4096",
      "  gibbsite bench --quick --json > bench.jsonl",
      "  gibbsite bench samplers --picture samplers.png",
      "  gibbsite bench objectives --out objectives"
    })
final class BenchCommand implements Callable<Integer> {
  @Option(
      names = "--workload",
      paramLabel = "W",
      description =
          "One of energy, input-gradient, parameter-gradient, langevin, nce, gibbs"
              + " (default: energy, langevin, nce and gibbs).")
  private String workload;

  @Option(
      names = "--shape",
      paramLabel = "S",
      description =
          "Such as 2-128-128-1, or 784x500 for gibbs (default: those, 784-512-512-1 and 4096x4096).")
  private String shape;

  private int batch;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Option(names = "--quick", description = "Measure for a second a row, not four.")
  private boolean quick;

  @Mixin private CommonOptions common;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Rows, or chains (default: 65536 for small models, 1024 for wide ones).")
  void batch(int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("--batch must be at least 1, not " + rows);
    }
    batch = rows;
  }

  @Override
  public Integer call() {
    List<Workload> workloads = Workloads.select(workload, shape, batch);
    try (Backend backend = common.openBackend()) {
      MachineLimits limits = BenchTable.limits(backend);
      if (limits != null) {
        common.note(BenchTable.limit(limits));
      }
      if (!json) {
        common.out().println(BenchTable.header());
      }
      for (Workload one : workloads) {
        Timing timing = quick ? Timing.QUICK : Timing.FULL;
        BenchResult result = BenchResult.measure(one, backend, timing, limits);
        common.out().println(json ? Json.line(result) : BenchTable.row(result));
        common.out().flush();
      }
    }
    return 0;
  }
}
