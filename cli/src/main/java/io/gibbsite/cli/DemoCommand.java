package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.bench.BenchTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The main job on built-in data, in under a minute: train, check, sample, draw, measure. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Trains two small models, checks and samples them, draws, shows throughput.",
    footer = {"", "Examples:", "  gibbsite demo", "  gibbsite demo --backend scalar --out demo"})
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the runs and their pictures go (default ${DEFAULT-VALUE}).")
  private Path out = Path.of("demo");

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Updates of each training (default ${DEFAULT-VALUE}).")
  private long steps = 3_000;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    RunOptions.require(steps >= 1, "--steps must be at least 1, not " + steps);
    RunFolder moons = RunFolder.make(out.resolve("two-moons"));
    RunFolder strokes = RunFolder.make(out.resolve("strokes"));
    PrintWriter result = common.out();
    try (Backend backend = common.openBackend()) {
      List<Path> pictures = new ArrayList<>();
      pictures.addAll(TwoMoonsDemo.run(moons, steps, backend, common));
      result.println();
      pictures.addAll(StrokesDemo.run(strokes, steps, backend, common));
      result.println();
      pictures.forEach(file -> result.println("picture                  " + file));
      result.println();
      result.flush();
      BenchTable.quick(backend, result);
    }
    return 0;
  }
}
