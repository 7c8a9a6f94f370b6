package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.bench.BenchResult;
import io.gibbsite.bench.Workload;
import io.gibbsite.bench.Workloads;
import io.gibbsite.cli.picture.Chart;
import io.gibbsite.cli.picture.Chart.Mark;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.io.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How the cost of a step grows with the chains and falls with the threads. */
final class BenchScale {
  private static final int FACTOR = 4;

  private final List<Workload> largest;
  private final int threads;
  private final Path picture;

  /**
   * @param workload and {@code shape}: null for the usual ones
   * @param batch the most rows or chains, or 0 for the usual number
   * @param threads the most
   */
  BenchScale(String workload, String shape, int batch, int threads, Path picture)
      throws IOException {
    largest =
        workload == null && shape == null
            ? Stream.of("langevin 2-128-128-1", "gibbs 784x500")
                .map(row -> row.split(" "))
                .map(row -> Workloads.named(row[0], row[1], batch))
                .toList()
            : Workloads.select(workload, shape, batch);
    this.threads = threads;
    this.picture = picture;
    AtomicFile.requirePlace(picture);
    require(Fonts.available(), "--scale needs fonts to draw, and this system has none");
  }

  /** Measures and draws. */
  void run(BenchRun run) throws IOException {
    List<Workload> sizes = new ArrayList<>();
    for (Workload workload : largest) {
      int first = sizes.size();
      for (int batch = workload.batch(); batch >= 1; batch /= FACTOR) {
        sizes.add(first, Workloads.named(workload.name(), workload.shape(), batch));
      }
    }
    for (int count = 1; count < threads; count *= 2) {
      run.run(sizes, count, false);
    }
    run.run(sizes, threads, false);
    List<BufferedImage> panels = new ArrayList<>();
    for (Workload workload : largest) {
      panels.add(panel(workload, run.rows()));
    }
    Png.write(picture, Chart.grid(panels, 2));
  }

  private static BufferedImage panel(Workload workload, List<BenchResult> all) {
    List<BenchResult> rows =
        all.stream()
            .filter(r -> r.workload().equals(workload.name()))
            .filter(r -> r.shape().equals(workload.shape()))
            .toList();
    Chart chart =
        new Chart(
            "%s %s, %s".formatted(workload.name(), workload.shape(), rows.get(0).backend()),
            "rows or chains",
            "ms a step");
    for (int threads : rows.stream().mapToInt(BenchResult::threads).distinct().toArray()) {
      List<BenchResult> line = rows.stream().filter(r -> r.threads() == threads).toList();
      chart.add(
          threads == 1 ? "1 thread" : threads + " threads",
          line.stream().mapToDouble(BenchResult::batch).toArray(),
          line.stream().mapToDouble(r -> 1e3 * r.seconds()).toArray(),
          Mark.POINTS_ON_LINE);
    }
    return chart.draw();
  }
}
