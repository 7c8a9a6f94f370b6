package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.data.Dataset;
import io.gibbsite.dbm.DbmBlocks;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.train.MetricsCsv;
import io.gibbsite.train.dbm.DbmTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** The training of a deep Boltzmann machine. */
final class DbmTraining extends Training {
  private static final List<String> METRICS =
      List.of(
          "step",
          "epoch",
          "layer",
          "training_bound_plus_log_z",
          "held_out_bound_plus_log_z",
          "held_out_bound",
          "mean_field_sweeps",
          "gradient_norm",
          "learning_rate",
          "seconds");

  /** Rows that a measurement on the way takes. */
  private static final int MEASURED_ROWS = 500;

  private final TrainDbmOptions options;
  private final VisibleLayout layout;
  private final Backend backend;
  private final BinaryRows training;
  private final BinaryRows heldOut;
  private final DbmTrainer trainer;

  /**
   * Sets up the first step. Writes nothing.
   *
   * @param options checked
   * @param data training and held-out rows
   */
  DbmTraining(TrainDbmOptions options, Dataset.Split data, Backend backend, RunFolder folder) {
    super(options, backend, folder, METRICS);
    this.options = options;
    this.layout = VisibleLayout.of(data.training());
    this.backend = backend;
    float threshold = options.threshold(data.training());
    this.training = BinaryRows.above(data.training(), threshold);
    this.heldOut = BinaryRows.above(data.heldOut(), threshold);
    this.trainer =
        new DbmTrainer(
            backend,
            options.shape(data.training().columns()),
            training.states(),
            training.rows(),
            options.training());
  }

  @Override
  DbmTrainer trainer() {
    return trainer;
  }

  @Override
  String measure(MetricsCsv metrics, double objective) throws IOException {
    DbmParameters parameters = trainer.model().parameters();
    int rows = Math.min(MEASURED_ROWS, heldOut.rows());
    double seen =
        DbmPosterior.of(parameters, training, rows, DbmPosterior.QUICK, backend).meanBound();
    double unseen =
        DbmPosterior.of(parameters, heldOut, rows, DbmPosterior.QUICK, backend).meanBound();
    RbmShape sides = parameters.shape().rbm();
    boolean small = Math.min(sides.visible(), sides.hidden()) <= RestrictedTraining.MONITORED_UNITS;
    double bound =
        small ? unseen - LogZ.exact(DbmBlocks.join(parameters), backend).logZ() : Double.NaN;
    metrics.append(
        trainer.stepsDone(),
        trainer.epoch(),
        trainer.layer(),
        seen,
        unseen,
        bound,
        trainer.meanFieldSweeps(),
        trainer.gradientNorm(),
        trainer.learningRate(),
        seconds());
    String stage = trainer.layer() == 0 ? "together" : "layer " + trainer.layer();
    return small
        ? String.format(Locale.ROOT, "%s, held-out bound %.4f", stage, bound)
        : String.format(Locale.ROOT, "%s, bound + log Z %.2f, held out %.2f", stage, seen, unseen);
  }

  @Override
  void writeModel() throws IOException {
    trainer.model().write(folder().model(), layout.metadata(trainer.stepsDone()));
  }

  @Override
  DbmFigures finish(CommonOptions common) {
    DbmParameters parameters = trainer.model().parameters();
    AisOptions annealing = options.annealing(DbmPosterior.base(parameters, training, backend));
    LogZ logZ = DbmPosterior.logZ(parameters, annealing, backend, common);
    int rows = Math.min(training.rows(), heldOut.rows());
    BinaryRows seen =
        new BinaryRows(Arrays.copyOf(training.states(), rows * parameters.shape().visible()), rows);
    return new DbmFigures(
        trainer.stepsDone(),
        training.rows(),
        DbmLikelihood.of(parameters, heldOut, layout.labelUnits(), logZ, backend),
        DbmLikelihood.of(parameters, seen, null, logZ, backend),
        seconds());
  }

  @Override
  List<Path> draw(Consumer<String> note) throws IOException {
    List<Path> files = new ArrayList<>();
    if (layout.images() != null) {
      DbmParameters parameters = trainer.model().parameters();
      try (RbmSession session = backend.open(parameters.shape().rbm(), RbmImages.IMAGES)) {
        session.setParameters(DbmBlocks.join(parameters));
        DbmPosterior starts =
            DbmPosterior.of(parameters, heldOut, RbmImages.IMAGES, DbmPosterior.QUICK, backend);
        files.addAll(
            RbmImages.draw(
                folder(),
                lowest(parameters),
                layout.followedBy(parameters.shape().rbm().visible() - layout.visible()),
                starts.evenStates(),
                session,
                options.seed));
      }
    }
    if (Fonts.available()) {
      files.add(
          TrainingPictures.curve(
              folder(),
              "bound.png",
              "variational bound + log Z",
              METRICS,
              Map.of(
                  "training",
                  "training_bound_plus_log_z",
                  "held out",
                  "held_out_bound_plus_log_z")));
    } else {
      note.accept("curves are left out: this system has no fonts (install fontconfig and one)");
    }
    return files;
  }

  /** The two lowest layers, whose weights are filters of the image. */
  private static RbmParameters lowest(DbmParameters parameters) {
    DbmShape shape = parameters.shape();
    float[] values = parameters.values();
    int first = shape.weightOffset(1);
    List<float[]> parts = new ArrayList<>();
    for (int l = 0; l < 2; l++) {
      int at = shape.biasOffset(l);
      parts.add(Arrays.copyOfRange(values, at, at + shape.units(l)));
    }
    return RbmParameters.of(
        new RbmShape(shape.visible(), shape.units(1)),
        Arrays.copyOfRange(values, first, shape.weightOffset(2)),
        parts.get(0),
        parts.get(1));
  }
}
