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
    subcommands = {
      BenchSamplersCommand.class,
      BenchObjectivesCommand.class,
      BenchSpinsCommand.class
    },
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
      "  gibbsite bench --workload train-dsm --threads 1 --peers ~/venv/bin/python",
      "  gibbsite bench --record docs/benchmarks --peers ~/venv/bin/python",
      "  gibbsite bench --render docs/benchmarks",
      "  gibbsite bench --scale --shape 2-64-64-1 --batch 100000 --picture scale.png",
      "  gibbsite bench samplers --picture samplers.png",
      "  gibbsite bench objectives --out objectives",
      "  gibbsite bench spins --threads 1"
    })
final class BenchCommand implements Callable<Integer> {
  @Option(
      names = "--workload",
      paramLabel = "W",
      description =
          "One of energy, input-gradient, parameter-gradient, langevin, nce, train-dsm, train-cd (an"
              + " update from draws to Adam), gibbs, gibbs-gaussian (real visible units; without"
              + " peers) (default: energy, langevin, nce and gibbs).")
  private String workload;

  @Option(
      names = "--shape",
      paramLabel = "S",
      description =
          "Such as 2-128-128-1, or 784x500 for gibbs and gibbs-gaussian (default: those,"
              + " 784-512-512-1 and 4096x4096).")
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
      names = "--scale",
      description =
          "Sweep the numbers of chains, up to --batch, and of threads; without --workload and --shape,"
              + " langevin at 2-128-128-1 and gibbs at 784x500. Ends with how long a start takes.")
  private boolean scale;

  @Option(
      names = "--picture",
      paramLabel = "P.png",
      description = "With --scale: where to draw how the cost grows (default ${DEFAULT-VALUE}).")
  private Path picture = Path.of("scale.png");

  @Option(
      names = "--render",
      paramLabel = "DIR",
      description =
          "Measure nothing; write the page and the pictures of the records under DIR, and the table"
              + " in the README above it.")
  private Path render;

  @Option(
      names = "--compare",
      arity = "2",
      paramLabel = "RUNS.jsonl",
      description =
          "Measure nothing; compare the lines of several runs with --json of two revisions, and fail"
              + " where the second is slower by more than chance and 5 %%. bench/compare makes them.")
  private List<Path> compare;

  @Mixin private CommonOptions common;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description =
          "Rows, or chains (default: 65536 for small models, 1024 for wide ones, 256 to train).")
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
    if (compare != null) {
      BenchCompare compared = new BenchCompare(compare.get(0), compare.get(1));
      common.out().print(compared.table());
      return compared.slower().isEmpty() ? 0 : ErrorLine.FAILED;
    }
    Timing timing = quick || scale ? Timing.QUICK : record == null ? Timing.FULL : Timing.TURNS;
    BenchRun run = new BenchRun(common, python, timing, json);
    int threads = common.backendOptions().threads();
    if (scale) {
      BenchScale sweep = new BenchScale(workload, shape, batch, threads, picture);
      sweep.run(run);
      common.note("drawn in " + picture);
      FirstEnergy start = FirstEnergy.measure();
      if (start != null) {
        common.out().println(json ? Json.line(start) : start.sentence());
      }
      return 0;
    }
    List<Workload> workloads = Workloads.select(workload, shape, batch);
    if (record == null) {
      run.run(workloads, threads, false);
      return 0;
    }
    IntStream.of(common.threadsGiven() ? threads : 1, threads)
        .distinct()
        .forEach(count -> run.run(workloads, count, true));
    common.out().println(run.record(record).write(record));
    return 0;
  }
}
