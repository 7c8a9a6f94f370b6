package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.BuiltIn;
import io.gibbsite.data.Dataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** An MLP energy on two moons, whose density is known and whose log Z can be integrated. */
final class TwoMoonsDemo {
  /** How far the learned c may be from the integrated log Z. */
  static final double TOLERANCE = 0.05;

  private TwoMoonsDemo() {}

  /**
   * Trains, checks, draws and prints.
   *
   * @return the pictures
   */
  static List<Path> run(RunFolder folder, long steps, Backend backend, CommonOptions common)
      throws IOException {
    MlpTrainingOptions options = options(steps, common.seed());
    TrainingData data = TrainingData.prepare(options);
    PrintWriter result = common.out();
    try (MlpTraining training = new MlpTraining(options, data, backend, folder)) {
      result.println(
          "Training %s on two-moons by noise-contrastive estimation"
              .formatted(training.trainer().model().parameters().shape()));
      result.flush();
      training.begin();
      try (Progress progress = common.progress("train", options.steps)) {
        training.train(progress, () -> false);
      }
      TrainingFigures figures = training.finish(common);
      RunFolder.writeJson(folder.report(), TrainingReport.of(figures, options, backend));
      figures.print(result, backend.description());
      truth(data.heldOut(), result);
      check(figures, result);
      return training.draw(common::note);
    }
  }

  private static MlpTrainingOptions options(long steps, long seed) {
    MlpTrainingOptions options = new MlpTrainingOptions();
    options.data = "two-moons";
    options.hidden = new int[] {128, 128};
    options.importanceSamples = 200_000;
    options.steps = steps;
    options.seed = seed;
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
