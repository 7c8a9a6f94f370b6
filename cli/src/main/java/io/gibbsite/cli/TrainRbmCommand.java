package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains an RBM, and measures, draws and saves it in a run folder. */
@Command(
    name = "rbm",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Trains a restricted Boltzmann machine by contrastive divergence.",
    footer = {
      "",
      "Ctrl-C finishes the step, saves a checkpoint and ends with exit code 130; --resume then goes",
      "on, to the same bits as a run that never stopped.",
      "",
      "Examples:",
      "  gibbsite train rbm --data bars-and-stripes-4 --hidden 16 --learning-rate 0.2 --out run",
      "  gibbsite train rbm --data t10k-images-idx3-ubyte.gz --hidden 500 --held-out 1000 --out run",
      "  gibbsite train rbm --visible gaussian --data two-moons --hidden 20 --out run",
      "  gibbsite train rbm --resume --out run",
    })
final class TrainRbmCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private TrainRbmOptions options;

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
      options = RunOptions.recorded(out, options, TrainRbmOptions.class, spec);
    }
    options.check();
    Dataset.Split data = split(options);
    RunFolder folder = resume ? new RunFolder(out) : RunFolder.create(out);
    try (Backend backend = common.openBackend();
        BoltzmannTraining training =
            options.isGaussian()
                ? new GaussianRbmTraining(options, data, backend, folder)
                : new RbmTraining(options, data, backend, folder)) {
      if (!TrainCommand.train(training, options, resume, backend, common)) {
        return TrainCommand.INTERRUPTED;
      }
      RbmFigures figures = training.figures(common);
      TrainingReport report = TrainingReport.of(figures, options, backend);
      RunFolder.writeJson(folder.report(), report);
      training.draw(common::note);
      if (json) {
        common.out().println(Json.line(report));
      } else {
        figures.print(common.out(), backend.description());
      }
    }
    return 0;
  }

  /** The rows that the options name, with jitter. */
  static Dataset.Split split(TrainRbmOptions options) {
    Dataset all = TrainingData.jittered(DataSource.read(options), options.jitter, options.seed);
    return DataSource.split(all, options);
  }
}
