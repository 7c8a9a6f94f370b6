package io.gibbsite.cli;

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
    description = "Trains a model on data: mlp.",
    footer = {"", "Examples:", "  gibbsite train mlp --data two-moons --out run"},
    subcommands = TrainMlpCommand.class)
final class TrainCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "no model given: try gibbsite train mlp --help");
  }
}
