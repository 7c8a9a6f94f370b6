package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.Standardiser;
import io.gibbsite.density.Gaussian;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.train.rbm.GaussianRbmTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The training of an RBM with real visible units. Rows are used as they are: deviations of its own
 * make the model indifferent to their units.
 */
final class GaussianRbmTraining extends RestrictedTraining {
  /** A full covariance is compared with up to so many columns, beyond them a diagonal one. */
  private static final int FULL_COVARIANCE_COLUMNS = 256;

  private final TrainRbmOptions options;
  private final Backend backend;
  private final Dataset training;
  private final Dataset heldOut;
  private final float[] base;
  private final GaussianRbmTrainer trainer;

  /**
   * Sets up the first step. Writes nothing.
   *
   * @param options checked
   * @param data training and held-out rows
   */
  GaussianRbmTraining(
      TrainRbmOptions options, Dataset.Split data, Backend backend, RunFolder folder) {
    super(options, VisibleLayout.of(data.training()), backend, folder);
    this.options = options;
    this.backend = backend;
    this.training = data.training();
    this.heldOut = data.heldOut();
    Standardiser columns = Standardiser.fit(training);
    this.base = columns.mean();
    float[] sd = columns.sd().clone();
    for (int i = 0; i < sd.length; i++) {
      sd[i] *= options.visibleSd;
    }
    GaussianRbmShape shape = GaussianRbmShape.of(training.columns(), options.hidden);
    this.trainer =
        new GaussianRbmTrainer(
            backend,
            GaussianRbmTrainer.initial(shape, base, sd, options.seed),
            training.values(),
            training.rows(),
            options.training(data.training().columns()),
            options.sdRate);
  }

  @Override
  GaussianRbmTrainer trainer() {
    return trainer;
  }

  Dataset training() {
    return training;
  }

  Dataset heldOut() {
    return heldOut;
  }

  @Override
  double trainingFreeEnergy() {
    return trainer.meanFreeEnergy(training.values(), Math.min(training.rows(), heldOut.rows()));
  }

  @Override
  double heldOutFreeEnergy() {
    return trainer.meanFreeEnergy(heldOut.values(), heldOut.rows());
  }

  @Override
  Double monitoredLogZ() {
    GaussianRbmParameters parameters = trainer.model().parameters();
    return options.hidden <= MONITORED_UNITS ? LogZ.exact(parameters, backend).logZ() : null;
  }

  @Override
  void writeModel() throws IOException {
    trainer.model().write(folder().model(), layout().metadata(trainer.stepsDone()));
  }

  @Override
  RbmFigures finish(CommonOptions common) {
    GaussianRbmParameters parameters = trainer.model().parameters();
    AisOptions annealing = options.annealing(base);
    LogZ logZ = LogZ.best(parameters, annealing, backend, common);
    return new RbmFigures(
        trainer.stepsDone(),
        training.rows(),
        Likelihood.of(parameters, heldOut, logZ, backend),
        Likelihood.of(parameters, training, logZ, backend),
        reference(),
        null,
        seconds(),
        monitoringSeconds(),
        seconds() / Math.max(1, trainer.stepsDone()) * trainer.stepsPerEpoch());
  }

  /** The held-out rows' mean log-likelihood under the Gaussian fitted to the training rows. */
  private double reference() {
    int columns = training.columns();
    Gaussian gaussian =
        Gaussian.fit(
            training.values(), training.rows(), columns, columns <= FULL_COVARIANCE_COLUMNS);
    double sum = 0;
    for (int i = 0; i < heldOut.rows(); i++) {
      sum += gaussian.logDensity(heldOut.values(), i * columns);
    }
    return sum / heldOut.rows();
  }

  @Override
  List<Path> draw(Consumer<String> note) throws IOException {
    return new GaussianRbmPictures(this, backend, options.seed).draw(note);
  }
}
