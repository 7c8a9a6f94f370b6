package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The course of every command that trains by steps: options, rows, folder, steps, figures, report,
 * pictures.
 *
 * @param <O> all that the training depends on
 */
abstract class TrainModelCommand<O extends RunOptions> implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private O options;

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

  /**
   * @param options with their defaults
   */
  TrainModelCommand(O options) {
    this.options = options;
  }

  /** A training whose rows have been read. */
  @FunctionalInterface
  interface Prepared {
    Training begin(Backend backend, RunFolder folder);
  }

  /**
   * Reads the rows.
   *
   * @param checked options
   * @throws IllegalArgumentException if they are bad
   */
  abstract Prepared prepare(O checked) throws IOException;

  Backend open(CommonOptions from) {
    return from.openBackend();
  }

  @Override
  public final Integer call() throws IOException {
    options.seed = common.seed();
    if (resume) {
      options = RunOptions.recorded(out, options, spec);
    }
    options.check();
    Prepared prepared = prepare(options);
    RunFolder folder = resume ? new RunFolder(out) : RunFolder.unused(out);
    try (Backend backend = open(common);
        Training training = prepared.begin(backend, folder);
        FolderLock lock = FolderLock.on(RunFolder.make(out))) {
      if (!resume) {
        lock.requireUnused();
      }
      if (!TrainCommand.train(training, options, resume, backend, common)) {
        return TrainCommand.INTERRUPTED;
      }
      RunFigures figures = training.finish(common);
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
