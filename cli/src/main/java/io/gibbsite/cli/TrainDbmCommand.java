package io.gibbsite.cli;

import io.gibbsite.data.Dataset;
import picocli.CommandLine.Command;

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
      "  gibbsite train dbm --data strokes --labels built-in --layers 200,200 --out run",
      "  gibbsite train dbm --resume --out run",
    })
final class TrainDbmCommand extends TrainModelCommand<TrainDbmOptions> {
  TrainDbmCommand() {
    super(new TrainDbmOptions());
  }

  @Override
  Prepared prepare(TrainDbmOptions options) {
    Dataset.Split data = DataSource.split(options);
    return (backend, folder) -> new DbmTraining(options, data, backend, folder);
  }
}
