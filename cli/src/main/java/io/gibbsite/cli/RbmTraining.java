package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.train.rbm.RbmTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The training of an RBM with binary visible units. */
final class RbmTraining extends RestrictedTraining {
  private final TrainRbmOptions options;
  private final Backend backend;
  private final BinaryRows training;
  private final BinaryRows heldOut;
  private final float[] base;
  private final RbmTrainer trainer;

  /**
   * Sets up the first step. Writes nothing.
   *
   * @param options checked
   * @param data training and held-out rows
   */
  RbmTraining(TrainRbmOptions options, Dataset.Split data, Backend backend, RunFolder folder) {
    super(options, VisibleLayout.of(data.training()), backend, folder);
    this.options = options;
    this.backend = backend;
    float threshold = options.threshold(data.training());
    this.training = BinaryRows.above(data.training(), threshold);
    this.heldOut = BinaryRows.above(data.heldOut(), threshold);
    int columns = data.training().columns();
    this.base = BaseRates.logOdds(training.floats(), training.rows(), columns);
    RbmModel initial =
        RbmTrainer.initial(new RbmShape(columns, options.hidden), base, options.seed);
    this.trainer =
        new RbmTrainer(
            backend, initial, training.states(), training.rows(), options.training(columns));
  }

  @Override
  RbmTrainer trainer() {
    return trainer;
  }

  BinaryRows heldOut() {
    return heldOut;
  }

  /** The held-out rows' mean log-likelihood if columns were independent, with training's rates. */
  double independentLogLikelihood() {
    double sum = 0;
    for (int k = 0; k < heldOut.states().length; k++) {
      float odds = base[k % base.length];
      sum -= Math.log1p(Math.exp(heldOut.states()[k] == 1 ? -odds : odds));
    }
    return sum / heldOut.rows();
  }

  @Override
  double trainingFreeEnergy() {
    return trainer.meanFreeEnergy(training.states(), Math.min(training.rows(), heldOut.rows()));
  }

  @Override
  double heldOutFreeEnergy() {
    return trainer.meanFreeEnergy(heldOut.states(), heldOut.rows());
  }

  @Override
  Double monitoredLogZ() {
    RbmParameters parameters = trainer.model().parameters();
    int smaller = Math.min(parameters.shape().visible(), parameters.shape().hidden());
    return smaller <= MONITORED_UNITS ? LogZ.exact(parameters, backend).logZ() : null;
  }

  @Override
  void writeModel() throws IOException {
    trainer.model().write(folder().model(), layout().metadata(trainer.stepsDone()));
  }

  @Override
  RbmFigures finish(CommonOptions common) {
    RbmModel model = trainer.model();
    AisOptions annealing = options.annealing(base);
    LogZ logZ = LogZ.best(model.parameters(), annealing, backend, common);
    return new RbmFigures(
        trainer.stepsDone(),
        training.rows(),
        Likelihood.of(model.parameters(), heldOut, logZ, backend),
        Likelihood.of(model.parameters(), training, logZ, backend),
        null,
        Likelihood.labelError(model.parameters(), heldOut, layout().labelUnits(), backend),
        seconds(),
        monitoringSeconds(),
        seconds() / Math.max(1, trainer.stepsDone()) * trainer.stepsPerEpoch());
  }

  @Override
  List<Path> draw(Consumer<String> note) throws IOException {
    return RbmImages.draw(this, backend, options.seed, note);
  }
}
