package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import picocli.CommandLine.Command;

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
final class TrainBoltzmannCommand extends TrainModelCommand<TrainBoltzmannOptions> {
  TrainBoltzmannCommand() {
    super(new TrainBoltzmannOptions());
  }

  @Override
  Backend open(CommonOptions from) {
    return from.openSpinBackend();
  }

  @Override
  Prepared prepare(TrainBoltzmannOptions options) {
    Dataset.Split data = DataSource.split(options);
    return (backend, folder) -> new BoltzmannTraining(options, data, backend, folder);
  }
}
