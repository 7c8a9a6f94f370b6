package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Trains a model; its subcommands are the kinds of model. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "MODEL",
    description = "Trains a model on data: mlp, rbm, dbm, boltzmann or hopfield.",
    footer = {
      "",
      "Examples:",
      "  gibbsite train mlp --data two-moons --out run",
      "  gibbsite train rbm --data strokes --out run",
      "  gibbsite train dbm --data strokes --layers 200,200 --out run",
      "  gibbsite train boltzmann --data bars-and-stripes-3 --hidden 8 --out run",
      "  gibbsite train hopfield --data strokes --patterns 10 --out run"
    },
    subcommands = {
      TrainMlpCommand.class,
      TrainRbmCommand.class,
      TrainDbmCommand.class,
      TrainBoltzmannCommand.class,
      TrainHopfieldCommand.class
    })
final class TrainCommand implements Runnable {
  /** What a shell reports for a process that Ctrl-C ended. */
  static final int INTERRUPTED = 130;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "no model given: try gibbsite train mlp --help");
  }

  /**
   * Begins or resumes a training, and makes its steps.
   *
   * @return whether all are made; if not, how to go on has been said
   */
  static boolean train(
      Training training, RunOptions options, boolean resume, Backend backend, CommonOptions common)
      throws IOException {
    if (resume) {
      training.resume();
      common.note("resumed after step " + training.trainer().stepsDone());
      if (!backend.name().equals(options.begunOn)) {
        common.note(
            "the run was begun on backend %s: on %s its last bits may differ"
                .formatted(options.begunOn, backend.name()));
      }
    } else {
      training.begin();
    }
    try (Interruption interruption = Interruption.watch();
        Progress progress = common.progress("train", options.steps)) {
      boolean done = training.train(progress, interruption::requested);
      if (!done) {
        common
            .err()
            .println(
                "stopped after step %d of %d; to go on: gibbsite train %s --resume --out %s"
                    .formatted(
                        training.trainer().stepsDone(),
                        options.steps,
                        options.model(),
                        training.folder().path()));
        common.err().flush();
      }
      return done;
    }
  }
}
