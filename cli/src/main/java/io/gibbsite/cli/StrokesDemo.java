package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.Strokes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** An RBM on images of strokes, beside the best model whose pixels are independent. */
final class StrokesDemo {
  private StrokesDemo() {}

  /**
   * Trains, checks, draws and prints.
   *
   * @return the pictures
   */
  static List<Path> run(RunFolder folder, long steps, Backend backend, CommonOptions common)
      throws IOException {
    TrainRbmOptions options = options(steps, common.seed());
    Dataset.Split data = DataSource.split(options);
    PrintWriter result = common.out();
    try (RbmTraining training = new RbmTraining(options, data, backend, folder)) {
      result.println(
          "Training an RBM of %s on strokes by persistent contrastive divergence"
              .formatted(training.trainer().model().parameters().shape()));
      result.flush();
      training.begin();
      try (Progress progress = common.progress("train", options.steps)) {
        training.train(progress, () -> false);
      }
      RbmFigures figures = training.finish(common);
      RunFolder.writeJson(folder.report(), TrainingReport.of(figures, options, backend));
      figures.print(result, backend.description());
      check(figures, training.independentLogLikelihood(), result);
      return training.draw(common::note);
    }
  }

  private static TrainRbmOptions options(long steps, long seed) {
    TrainRbmOptions options = new TrainRbmOptions();
    options.data = Strokes.LABEL;
    options.rows = 5_000;
    options.hidden = 200;
    options.steps = steps;
    options.evaluateEvery = Math.max(1, steps / 20);
    options.seed = seed;
    options.check();
    return options;
  }

  private static void check(RbmFigures figures, double independent, PrintWriter result) {
    String verdict =
        String.format(
            Locale.ROOT,
            "held-out log-likelihood is %.1f nats above that of independent pixels (%.1f)",
            figures.heldOut().lower() - independent,
            independent);
    if (!(figures.heldOut().lower() > independent)) {
      throw new ArithmeticException(verdict);
    }
    result.println("check                    " + verdict);
  }
}
