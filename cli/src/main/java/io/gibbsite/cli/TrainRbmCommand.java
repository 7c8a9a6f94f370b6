package io.gibbsite.cli;

import io.gibbsite.data.Dataset;
import picocli.CommandLine.Command;

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
final class TrainRbmCommand extends TrainModelCommand<TrainRbmOptions> {
  TrainRbmCommand() {
    super(new TrainRbmOptions());
  }

  @Override
  Prepared prepare(TrainRbmOptions options) {
    Dataset.Split data = split(options);
    return (backend, folder) ->
        options.isGaussian()
            ? new GaussianRbmTraining(options, data, backend, folder)
            : new RbmTraining(options, data, backend, folder);
  }

  /** The rows that the options name, with jitter. */
  static Dataset.Split split(TrainRbmOptions options) {
    Dataset all = TrainingData.jittered(DataSource.read(options), options.jitter, options.seed);
    return DataSource.split(all, options);
  }
}
