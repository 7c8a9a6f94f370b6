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

/** Trains a deep Boltzmann machine, and measures, draws and saves it in a run folder. */
@Command(
    name = "dbm",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Trains a deep Boltzmann machine: layer by layer, then all layers together.",
    footer = {
      "",
      "Of --steps, the first --layer-steps train layer 1 as an RBM, the next ones layer 2, and so on;",
      "the rest trains all layers, by mean field for the data and persistent chains for the model.",
      "--learning-rate is of that part. Likelihoods are bounded from below by the mean field, with",
      "log Z exact for small machines and bracketed by annealed importance sampling otherwise.",
      "",
      "Ctrl-C finishes the step, saves a checkpoint and ends with exit code 130; --resume then goes",
      "on, to the same bits as a run that never stopped.",
      "",
      "Examples:",
      "  gibbsite train dbm --data bars-and-stripes-3 --layers 12,8 --out run",
      "  gibbsite train dbm --data t10k-images-idx3-ubyte.gz --layers 500,1000 --out run",
      "  gibbsite train dbm --resume --out run",
    })
final class TrainDbmCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private TrainDbmOptions options;

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
      options = RunOptions.recorded(out, options, TrainDbmOptions.class, spec);
    }
    options.check();
    Dataset.Split data = DataSource.split(DataSource.read(options), options);
    RunFolder folder = resume ? new RunFolder(out) : RunFolder.create(out);
    try (Backend backend = common.openBackend();
        DbmTraining training = new DbmTraining(options, data, backend, folder)) {
      if (!TrainCommand.train(training, options, resume, backend, common)) {
        return TrainCommand.INTERRUPTED;
      }
      DbmFigures figures = training.figures(common);
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
}
