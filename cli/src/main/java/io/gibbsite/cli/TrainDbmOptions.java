package io.gibbsite.cli;

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
final class TrainDbmOptions extends BoltzmannOptions {
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
      names = "--gradient",
      paramLabel = "G",
      description = "enhanced (default): of covariances; centred: about running means; or plain.")
  String gradient = "enhanced";

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

  TrainDbmOptions() {
    batch = 100;
    steps = 5_000;
    learningRate = 0.02f;
    schedule = "linear";
    sweeps = 5;
  }

  @Override
  String model() {
    return "dbm";
  }

  @Override
  void check() {
    checkShared();
    checkBoltzmann();
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
    oneOf("--gradient", gradient, List.of("enhanced", "centred", "plain"));
    require(meanFieldSweeps >= 1, "--mean-field-sweeps must be at least 1, not " + meanFieldSweeps);
    require(tolerance >= 0, "--tolerance must be at least 0, not " + tolerance);
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
