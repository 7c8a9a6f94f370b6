package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains an MLP energy, and measures, draws and saves it in a run folder. */
@Command(
    name = "mlp",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description =
        "Trains an MLP energy, p(x) = exp(-E(x) - c), by noise-contrastive estimation or another"
            + " objective.",
    footer = {
      "",
      "Ctrl-C finishes the step, saves a checkpoint and ends with exit code 130; --resume then goes",
      "on, to the same bits as a run that never stopped.",
      "",
      "Examples:",
      "  gibbsite train mlp --data two-moons --hidden 128,128 --out run",
      "  gibbsite train mlp --data rings --objective pcd --out run",
      "  gibbsite train mlp --data t10k-images-idx3-ubyte.gz --pool 4 --jitter 0.1 --out run",
      "  gibbsite train mlp --resume --out run",
    })
final class TrainMlpCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private MlpTrainingOptions options;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "RUN",
      description = "The run's folder; must be new or empty, but for --resume.")
  private Path out;

  @Option(
      names = "--resume",
      description = "Go on with the run in the folder; its options need not be repeated.")
  private boolean resume;

  @Option(names = "--json", description = "Print the figures as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    options.seed = common.seed();
    if (resume) {
      options = RunOptions.recorded(out, options, MlpTrainingOptions.class, spec);
    }
    options.check();
    TrainingData data = TrainingData.prepare(options);
    RunFolder folder = resume ? new RunFolder(out) : RunFolder.create(out);
    if (options.conditional()) {
      return conditional(data, folder);
    }
    try (Backend backend = common.openBackend();
        MlpTraining training = new MlpTraining(options, data, backend, folder)) {
      return run(training, folder, backend);
    }
  }

  private int conditional(TrainingData data, RunFolder folder) throws IOException {
    try (Backend backend = common.openBackend();
        ConditionalTraining training = new ConditionalTraining(options, data, backend, folder)) {
      if (!TrainCommand.train(training, options, resume, backend, common)) {
        return TrainCommand.INTERRUPTED;
      }
      ConditionalFigures figures = training.finish(common::note);
      TrainingReport report = TrainingReport.of(figures, options, backend);
      RunFolder.writeJson(folder.report(), report);
      if (json) {
        common.out().println(Json.line(report));
      } else {
        figures.print(common.out(), backend.description());
      }
      return 0;
    }
  }

  private int run(MlpTraining training, RunFolder folder, Backend backend) throws IOException {
    if (!TrainCommand.train(training, options, resume, backend, common)) {
      return TrainCommand.INTERRUPTED;
    }
    TrainingFigures figures = training.figures();
    TrainingReport report = TrainingReport.of(figures, options, backend);
    RunFolder.writeJson(folder.report(), report);
    training.writeModel(figures);
    new TrainingPictures(training, figures, folder).draw(common::note);
    if (json) {
      common.out().println(Json.line(report));
    } else {
      figures.print(common.out(), backend.description());
    }
    return 0;
  }
}
