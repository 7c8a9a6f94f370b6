package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import io.gibbsite.rbm.AisOptions;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.train.MetricsCsv;
import io.gibbsite.train.RbmTrainer;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** The training of an RBM. */
final class RbmTraining extends Training {
  static final List<String> METRICS =
      List.of(
          "step",
          "epoch",
          "training_free_energy",
          "held_out_free_energy",
          "held_out_log_likelihood",
          "gradient_norm",
          "learning_rate",
          "seconds");

  /** Up to so many units on the smaller side, log Z is worked out at every measurement. */
  private static final int MONITORED_UNITS = 16;

  private final TrainRbmOptions options;
  private final Backend backend;
  private final BinaryRows training;
  private final BinaryRows heldOut;
  private final VisibleLayout layout;
  private final float[] base;
  private final RbmTrainer trainer;
  private double monitoringSeconds;

  /**
   * Sets up the first step. Writes nothing.
   *
   * @param options checked
   * @param data training and held-out rows
   */
  RbmTraining(TrainRbmOptions options, Dataset.Split data, Backend backend, RunFolder folder) {
    super(options, folder, METRICS);
    this.options = options;
    this.backend = backend;
    this.training = BinaryRows.above(data.training(), options.threshold);
    this.heldOut = BinaryRows.above(data.heldOut(), options.threshold);
    this.layout = VisibleLayout.of(data.training());
    int columns = data.training().columns();
    this.base = BaseRates.logOdds(training.floats(), training.rows(), columns);
    RbmModel initial =
        RbmTrainer.initial(new RbmShape(columns, options.hidden), base, options.seed);
    this.trainer =
        new RbmTrainer(backend, initial, training.states(), training.rows(), options.training());
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

  /** What the columns are. */
  VisibleLayout layout() {
    return layout;
  }

  @Override
  void begin() throws IOException {
    options.begunOn = backend.name();
    RunFolder.writeJson(folder().config(), options);
  }

  @Override
  double step() {
    trainer.step();
    return Double.NaN;
  }

  @Override
  String measure(MetricsCsv metrics, double objective) throws IOException {
    long start = System.nanoTime();
    int compared = Math.min(training.rows(), heldOut.rows());
    double seen = trainer.meanFreeEnergy(training.states(), compared);
    double unseen = trainer.meanFreeEnergy(heldOut.states(), heldOut.rows());
    RbmModel model = trainer.model();
    RbmShape shape = model.parameters().shape();
    double logLikelihood = Double.NaN;
    if (Math.min(shape.visible(), shape.hidden()) <= MONITORED_UNITS) {
      logLikelihood = -unseen - LogZ.exact(model.parameters(), backend).logZ();
    }
    monitoringSeconds += (System.nanoTime() - start) * 1e-9;
    metrics.append(
        trainer.stepsDone(),
        trainer.epoch(),
        seen,
        unseen,
        logLikelihood,
        trainer.gradientNorm(),
        options.learningRate().at(trainer.stepsDone()),
        seconds());
    return Double.isNaN(logLikelihood)
        ? String.format(Locale.ROOT, "free energy %.2f, held out %.2f", seen, unseen)
        : String.format(Locale.ROOT, "held-out log-likelihood %.4f", logLikelihood);
  }

  @Override
  void writeModel() throws IOException {
    trainer.model().write(folder().model(), layout.metadata(trainer.stepsDone()));
  }

  /** What the model is worth. */
  RbmFigures figures(CommonOptions common) {
    RbmModel model = trainer.model();
    AisOptions annealing =
        new AisOptions(
            base, options.aisChains, options.temperatures, options.temperatures, options.seed);
    LogZ logZ = LogZ.best(model.parameters(), annealing, backend, common);
    return new RbmFigures(
        trainer.stepsDone(),
        training.rows(),
        Likelihood.of(model.parameters(), heldOut, logZ, backend),
        Likelihood.of(model.parameters(), training, logZ, backend),
        Likelihood.labelError(model.parameters(), heldOut, layout.labelUnits(), backend),
        seconds(),
        monitoringSeconds,
        seconds() / Math.max(1, trainer.stepsDone()) * trainer.stepsPerEpoch());
  }

  @Override
  public void close() {
    trainer.close();
  }
}
