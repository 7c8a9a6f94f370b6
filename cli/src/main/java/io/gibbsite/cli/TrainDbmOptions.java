package io.gibbsite.cli;

import io.gibbsite.data.Dataset;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.dbm.MeanField;
import io.gibbsite.train.LearningRate;
import io.gibbsite.train.dbm.DbmTrainingOptions;
import io.gibbsite.train.rbm.RbmGradient;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * All that the training of a deep Boltzmann machine depends on: options of the command, and, as
 * JSON with the options' names, the {@code config.json} of a run.
 */
final class TrainDbmOptions extends RunOptions {
  @Option(
      names = "--threshold",
      paramLabel = "T",
      description = "Values above it count as 1, others as 0 (default ${DEFAULT-VALUE}).")
  float threshold = 0.5f;

  @Option(
      names = "--labels",
      paramLabel = "L",
      description =
          "A file with a label for each row, from 0 up (IDX, .npy or CSV), or built-in for those of"
              + " strokes: more visible units, to sample by label and to classify with.")
  String labels;

  @Option(
      names = "--layers",
      split = ",",
      paramLabel = "N",
      description = "Units of the hidden layers, the lowest first (default 500,1000).")
  List<Integer> layers = List.of(500, 1000);

  @Option(
      names = "--layer-steps",
      paramLabel = "N",
      description =
          "Updates of each layer before all are trained together; part of --steps (default"
              + " ${DEFAULT-VALUE}).")
  long layerSteps = 1_000;

  @Option(
      names = "--layer-rate",
      paramLabel = "R",
      description = "Learning rate of the layers, at its peak (default ${DEFAULT-VALUE}).")
  float layerRate = 0.05f;

  @Option(
      names = "--chains",
      paramLabel = "N",
      description = "Persistent chains (default ${DEFAULT-VALUE}).")
  int chains = 100;

  @Option(
      names = "--levels",
      paramLabel = "K",
      description =
          "Temper the chains of the joint training: replicas at K inverse temperatures from 0 to 1,"
              + " at K times the cost (default ${DEFAULT-VALUE}: not).")
  int levels = 1;

  @Option(
      names = "--sweeps",
      paramLabel = "K",
      description = "Sweeps of the chains in an update (default ${DEFAULT-VALUE}).")
  int sweeps = 5;

  @Option(
      names = "--gradient",
      paramLabel = "G",
      description = "enhanced (default): of covariances; centred: about running means; or plain.")
  String gradient = "enhanced";

  @Option(
      names = "--momentum",
      paramLabel = "M",
      description = "Of the updates (default ${DEFAULT-VALUE}).")
  float momentum;

  @Option(
      names = "--mean-field-sweeps",
      paramLabel = "K",
      description =
          "The most sweeps of the inference of a training row (default ${DEFAULT-VALUE}).")
  int meanFieldSweeps = 25;

  @Option(
      names = "--tolerance",
      paramLabel = "T",
      description = "It ends when no unit moves by more (default ${DEFAULT-VALUE}).")
  float tolerance = 0.01f;

  @Option(
      names = "--ais-chains",
      paramLabel = "N",
      description = "For log Z at the end, where it is not exact (default ${DEFAULT-VALUE}).")
  int aisChains = 100;

  @Option(
      names = "--temperatures",
      paramLabel = "K",
      description = "For log Z at the end, where it is not exact (default ${DEFAULT-VALUE}).")
  int temperatures = 1_000;

  TrainDbmOptions() {
    batch = 100;
    steps = 5_000;
    learningRate = 0.02f;
    schedule = "linear";
  }

  @Override
  String model() {
    return "dbm";
  }

  @Override
  Dataset labelled(Dataset all) {
    return TrainRbmOptions.labelled(all, labels, this);
  }

  @Override
  void check() {
    checkShared();
    require(Float.isFinite(threshold), "--threshold must be a number, not " + threshold);
    require(
        layers.size() >= 2, "--layers names at least two hidden layers: one is train rbm --hidden");
    for (int units : layers) {
      require(units >= 1, "--layers must have at least 1 unit each, not " + units);
    }
    require(layerSteps >= 0, "--layer-steps must be at least 0, not " + layerSteps);
    require(
        layers.size() * layerSteps < steps,
        "--steps %d leave none to train %d layers of %d steps together"
            .formatted(steps, layers.size(), layerSteps));
    require(
        layerRate > 0 && Float.isFinite(layerRate),
        "--layer-rate must be positive, not " + layerRate);
    require(chains >= 1, "--chains must be at least 1, not " + chains);
    require(levels >= 1, "--levels must be at least 1, not " + levels);
    require(sweeps >= 1, "--sweeps must be at least 1, not " + sweeps);
    oneOf("--gradient", gradient, List.of("enhanced", "centred", "plain"));
    require(
        momentum >= 0 && momentum < 1,
        "--momentum must be at least 0 and below 1, not " + momentum);
    require(meanFieldSweeps >= 1, "--mean-field-sweeps must be at least 1, not " + meanFieldSweeps);
    require(tolerance >= 0, "--tolerance must be at least 0, not " + tolerance);
    require(aisChains >= 2, "--ais-chains must be at least 2, not " + aisChains);
    require(temperatures >= 1, "--temperatures must be at least 1, not " + temperatures);
  }

  /** The machine on that many visible units. */
  DbmShape shape(int visible) {
    int[] units = new int[layers.size() + 1];
    units[0] = visible;
    for (int l = 1; l < units.length; l++) {
      units[l] = layers.get(l - 1);
    }
    return DbmShape.of(units);
  }

  DbmTrainingOptions training() {
    LearningRate.Schedule curve = LearningRate.Schedule.of(schedule);
    return new DbmTrainingOptions(
        batch,
        chains,
        levels,
        sweeps,
        RbmGradient.of(gradient),
        layerSteps,
        new LearningRate(curve, layerRate, finalFraction, Math.max(1, layerSteps)),
        new LearningRate(curve, learningRate, finalFraction, steps - layers.size() * layerSteps),
        momentum,
        weightDecay,
        new MeanField.Stop(meanFieldSweeps, tolerance),
        seed);
  }
}
