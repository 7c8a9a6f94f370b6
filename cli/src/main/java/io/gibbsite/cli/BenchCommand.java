package io.gibbsite.cli;

import io.gibbsite.bench.Timing;
import io.gibbsite.bench.Workload;
import io.gibbsite.bench.Workloads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
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
      "A row's limit is what binds it on this machine, measured first: multiply-adds, looked-up sums,",
      "int8 or bf16 products, or memory. The spread is the distance of the quartiles.",
      "",
      "Examples:",
      "  gibbsite bench --threads 1",
      "  gibbsite bench --workload langevin --shape 2-64-64-1 --batch 4096",
      "  gibbsite bench --quick --json > bench.jsonl",
      "  gibbsite bench --quick --peers ~/venv/bin/python",
      "  gibbsite bench --record docs/benchmarks --peers ~/venv/bin/python",
      "  gibbsite bench --render docs/benchmarks",
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

  @Option(
      names = "--peers",
      paramLabel = "PYTHON",
      description =
          "Time PyTorch, torch.compile and JAX by turns with this, on the same work: a Python with"
              + " torch, jax or both.")
  private Path python;

  @Option(
      names = "--record",
      paramLabel = "DIR",
      description =
          "Write a file with every figure, this machine and this revision under DIR; without"
              + " --threads, for one thread and for all.")
  private Path record;

  @Option(
      names = "--render",
      paramLabel = "DIR",
      description =
          "Measure nothing; write the page and the pictures of the records under DIR, and the table"
              + " in the README above it.")
  private Path render;

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
  public Integer call() throws IOException {
    if (render != null) {
      new BenchRender(render).write();
      return 0;
    }
    List<Workload> workloads = Workloads.select(workload, shape, batch);
    Timing timing = quick ? Timing.QUICK : record == null ? Timing.FULL : Timing.TURNS;
    BenchRun run = new BenchRun(common, python, timing, json);
    if (record == null) {
      run.run(workloads);
      return 0;
    }
    int threads = common.backendOptions().threads();
    IntStream.of(common.threadsGiven() ? threads : 1, threads)
        .distinct()
        .forEach(count -> run.run(workloads, count));
    common.out().println(run.record(record).write(record));
    return 0;
  }
}
