package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a Boltzmann machine, and measures and saves it in a run folder. */
@Command(
    name = "boltzmann",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Trains a Boltzmann machine, all units coupled, by maximum likelihood.",
    footer = {
      "",
      "Units are -1 and +1. Ctrl-C finishes the step, saves a checkpoint and ends with exit code 130;",
      "--resume then goes on, to the same bits as a run that never stopped.",
      "",
      "Examples:",
      "  gibbsite train boltzmann --data bars-and-stripes-3 --hidden 8 --out run",
      "  gibbsite train boltzmann --data strokes --pool 2 --labels built-in --hidden 50 --out run",
      "  gibbsite sample run --label 7 --out sevens.npz --picture sevens.png",
    })
final class TrainBoltzmannCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private TrainBoltzmannOptions options;

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
      options = RunOptions.recorded(out, options, TrainBoltzmannOptions.class, spec);
    }
    options.check();
    Dataset.Split data = DataSource.split(DataSource.read(options), options);
    RunFolder folder = resume ? new RunFolder(out) : RunFolder.create(out);
    try (Backend backend = common.openSpinBackend();
        SpinTraining training = new SpinTraining(options, data, backend, folder)) {
      if (!TrainCommand.train(training, options, resume, backend, common)) {
        return TrainCommand.INTERRUPTED;
      }
      SpinTraining.Figures figures = training.figures(common);
      TrainingReport report = TrainingReport.of(figures, options, backend);
      RunFolder.writeJson(folder.report(), report);
      training.draw(common::note);
      if (json) {
        common.out().println(Json.line(report));
      } else {
        print(figures, backend.description());
      }
    }
    return 0;
  }

  private void print(SpinTraining.Figures figures, String backend) {
    likelihood("held-out log-likelihood", figures.heldOut());
    line("  of independent units", "%.4f nats a row", figures.independent());
    likelihood("training log-likelihood", figures.training());
    if (figures.heldOut().labelError() != null) {
      line("held-out label error", "%.2f %%", 100 * figures.heldOut().labelError());
    }
    LogZ logZ = figures.heldOut().logZ();
    line("log Z, " + logZ.method(), "%.4f +- %.4f", logZ.logZ(), logZ.standardError());
    line(
        "training",
        "%.1f s; %d steps on %d rows; held out: %d",
        figures.seconds(),
        figures.steps(),
        figures.trainingRows(),
        figures.heldOut().rows());
    line("computed by", "%s", backend);
  }

  private void likelihood(String name, SpinLikelihood of) {
    boolean exact = of.freeEnergy().equals("exact");
    line(name, exact ? "%.4f nats a row" : "at least %.4f nats a row", of.meanLogLikelihood());
  }

  private void line(String name, String format, Object... values) {
    PrintWriter to = common.out();
    to.println(
        String.format(Locale.ROOT, "%-24s ", name) + String.format(Locale.ROOT, format, values));
  }
}
