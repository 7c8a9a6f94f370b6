package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.bench.BenchTable;
import io.gibbsite.data.BuiltIn;
import io.gibbsite.data.Dataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
    description = "Trains a small model, checks and samples it, draws pictures, shows throughput.",
    footer = {"", "Examples:", "  gibbsite demo", "  gibbsite demo --backend scalar --out demo"})
final class DemoCommand implements Callable<Integer> {
  /** How far the learned c may be from the integrated log Z. */
  static final double TOLERANCE = 0.05;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the run and its pictures go (default ${DEFAULT-VALUE}).")
  private Path out = Path.of("demo");

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Updates of the training (default ${DEFAULT-VALUE}).")
  private long steps = 3_000;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    MlpTrainingOptions options = options();
    TrainingData data = TrainingData.prepare(options);
    RunFolder folder = RunFolder.make(out);
    PrintWriter result = common.out();
    try (Backend backend = common.openBackend();
        MlpTraining training = new MlpTraining(options, data, backend, folder)) {
      result.println(
          "Training "
              + training.trainer().model().parameters().shape()
              + " on two-moons by noise-contrastive estimation");
      result.flush();
      training.begin();
      try (Progress progress = common.progress("train", options.steps)) {
        training.train(progress, () -> false);
      }
      TrainingFigures figures = training.figures();
      RunFolder.writeJson(folder.report(), TrainingReport.of(figures, options, backend));
      figures.print(result, backend.description());
      truth(data.heldOut(), result);
      check(figures, result);
      List<Path> pictures = new TrainingPictures(training, folder).draw(common::note);
      result.println();
      pictures.forEach(file -> result.println("picture                  " + file));
      result.println();
      result.flush();
      BenchTable.quick(backend, result);
    }
    return 0;
  }

  private MlpTrainingOptions options() {
    MlpTrainingOptions options = new MlpTrainingOptions();
    options.data = "two-moons";
    options.hidden = new int[] {128, 128};
    options.importanceSamples = 200_000;
    options.steps = steps;
    options.seed = common.seed();
    options.check();
    return options;
  }

  /** The built-in density is known: the best that a model can do. */
  private static void truth(Dataset heldOut, PrintWriter result) {
    double sum = 0;
    for (int i = 0; i < heldOut.rows(); i++) {
      sum += BuiltIn.TWO_MOONS.logDensity(heldOut.values()[2 * i], heldOut.values()[2 * i + 1]);
    }
    result.println(
        String.format(
            Locale.ROOT, "log-likelihood, truth    %.4f nats a row", sum / heldOut.rows()));
  }

  /** Compares the learned c with numerical integration. */
  private static void check(TrainingFigures figures, PrintWriter result) {
    if (figures.integral() == null) {
      throw new ArithmeticException("the learned density reaches beyond the box of integration");
    }
    double difference = figures.learnedLogZ() - figures.integral().logZ();
    String verdict =
        String.format(
            Locale.ROOT,
            "learned c is off the integrated log Z by %+.4f; the tolerance is %.2f",
            difference,
            TOLERANCE);
    if (!(Math.abs(difference) <= TOLERANCE)) {
      throw new ArithmeticException(verdict);
    }
    result.println("check                    " + verdict);
  }
}
