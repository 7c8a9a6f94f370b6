package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import java.io.IOException;
import java.util.List;

/** The training of an MLP energy, noise-conditional or not. */
abstract class EnergyTraining extends Training {
  EnergyTraining(RunOptions options, Backend backend, RunFolder folder, List<String> columns) {
    super(options, backend, folder, columns);
  }

  /**
   * Sets up the first step of what the options ask for. Writes nothing.
   *
   * @param options checked
   */
  static EnergyTraining of(
      MlpTrainingOptions options, TrainingData data, Backend backend, RunFolder folder) {
    return options.conditional()
        ? new ConditionalTraining(options, data, backend, folder)
        : new MlpTraining(options, data, backend, folder);
  }

  @Override
  abstract EnergyFigures finish(CommonOptions common) throws IOException;

  /**
   * What there is to see after {@link #finish} of a model of plane data; null if samples ran away.
   */
  abstract TrainingPictures.PlanePanels planePanels();
}
