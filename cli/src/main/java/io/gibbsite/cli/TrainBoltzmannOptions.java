package io.gibbsite.cli;

import io.gibbsite.data.Dataset;
import io.gibbsite.train.boltzmann.BoltzmannTrainingOptions;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * All that a Boltzmann machine's training depends on: options of the command, and, as JSON with the
 * options' names, the {@code config.json} of a run.
 */
final class TrainBoltzmannOptions extends RunOptions {
  private static final String MEAN_FIELD = "mean-field";

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description =
          "Values above it become +1, others -1 (image greys run from 0 to 1; default"
              + " ${DEFAULT-VALUE}).")
  float threshold = 0.5f;

  @Option(
      names = "--labels",
      paramLabel = "L",
      description =
          "A file with a label for each row, from 0 up (IDX, .npy or CSV), or built-in for those of"
              + " strokes: more visible units, to sample by label and to classify with.")
  String labels;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      description = "Hidden units, at least 0 (default ${DEFAULT-VALUE}).")
  int hidden = 20;

  @Option(
      names = "--chains",
      paramLabel = "N",
      description = "Persistent chains of the negative phase (default ${DEFAULT-VALUE}).")
  int chains = 128;

  @Option(
      names = "--sweeps",
      paramLabel = "K",
      description = "Sweeps of the chains in an update (default ${DEFAULT-VALUE}).")
  int sweeps = 3;

  @Option(
      names = "--positive",
      paramLabel = "P",
      description = "Hidden units given the data: mean-field (default), or sampled.")
  String positive = MEAN_FIELD;

  @Option(
      names = "--positive-sweeps",
      paramLabel = "K",
      description = "Rounds of the mean field at the most, or sweeps (default ${DEFAULT-VALUE}).")
  int positiveSweeps = 10;

  @Option(
      names = "--momentum",
      paramLabel = "M",
      description = "Of the updates (default ${DEFAULT-VALUE}).")
  float momentum;

  @Option(
      names = "--ais-chains",
      paramLabel = "N",
      description = "For log Z at the end, where it is not exact (default ${DEFAULT-VALUE}).")
  int aisChains = 128;

  @Option(
      names = "--temperatures",
      paramLabel = "K",
      description = "For log Z at the end, where it is not exact (default ${DEFAULT-VALUE}).")
  int temperatures = 1_000;

  TrainBoltzmannOptions() {
    batch = 100;
    steps = 3_000;
    learningRate = 0.05f;
    schedule = "linear";
  }

  @Override
  String model() {
    return "boltzmann";
  }

  @Override
  Dataset labelled(Dataset all) {
    return TrainRbmOptions.labelled(all, labels, this);
  }

  @Override
  void check() {
    checkShared();
    require(Float.isFinite(threshold), "--threshold must be a number, not " + threshold);
    require(hidden >= 0, "--hidden must be at least 0, not " + hidden);
    require(chains >= 1, "--chains must be at least 1, not " + chains);
    require(sweeps >= 1, "--sweeps must be at least 1, not " + sweeps);
    oneOf("--positive", positive, List.of(MEAN_FIELD, "sampled"));
    require(positiveSweeps >= 1, "--positive-sweeps must be at least 1, not " + positiveSweeps);
    require(
        momentum >= 0 && momentum < 1,
        "--momentum must be at least 0 and below 1, not " + momentum);
    require(aisChains >= 2, "--ais-chains must be at least 2, not " + aisChains);
    require(temperatures >= 1, "--temperatures must be at least 1, not " + temperatures);
  }

  BoltzmannTrainingOptions training() {
    return new BoltzmannTrainingOptions(
        batch,
        chains,
        sweeps,
        positive.equals(MEAN_FIELD),
        positiveSweeps,
        learningRate(),
        momentum,
        weightDecay,
        seed);
  }
}
