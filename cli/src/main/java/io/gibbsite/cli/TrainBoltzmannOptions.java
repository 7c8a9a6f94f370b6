package io.gibbsite.cli;

import io.gibbsite.spin.SpinShape;
import io.gibbsite.train.boltzmann.BoltzmannTrainingOptions;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * All that a Boltzmann machine's training depends on: options of the command, and, as JSON with the
 * options' names, the {@code config.json} of a run.
 */
final class TrainBoltzmannOptions extends BoltzmannOptions {
  private static final String MEAN_FIELD = "mean-field";

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
      names = "--positive",
      paramLabel = "P",
      description = "Hidden units given the data: mean-field (default), or sampled.")
  String positive = MEAN_FIELD;

  @Option(
      names = "--positive-sweeps",
      paramLabel = "K",
      description = "Rounds of the mean field at the most, or sweeps (default ${DEFAULT-VALUE}).")
  int positiveSweeps = 10;

  TrainBoltzmannOptions() {
    batch = 100;
    steps = 3_000;
    learningRate = 0.05f;
    schedule = "linear";
    sweeps = 3;
    aisChains = 128;
  }

  @Override
  String model() {
    return "boltzmann";
  }

  @Override
  void check() {
    checkShared();
    checkBoltzmann();
    require(
        hidden >= 0 && hidden < SpinShape.UNIT_LIMIT,
        "--hidden must be from 0 to %d, not %d".formatted(SpinShape.UNIT_LIMIT - 1, hidden));
    require(chains >= 1, "--chains must be at least 1, not " + chains);
    oneOf("--positive", positive, List.of(MEAN_FIELD, "sampled"));
    require(positiveSweeps >= 1, "--positive-sweeps must be at least 1, not " + positiveSweeps);
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
