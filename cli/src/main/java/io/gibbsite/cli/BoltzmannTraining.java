package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.boltzmann.BoltzmannLogZ;
import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.boltzmann.BoltzmannShape;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.ImageGrid;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.data.Dataset;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinStates;
import io.gibbsite.train.MetricsCsv;
import io.gibbsite.train.boltzmann.BoltzmannTrainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** The training of a Boltzmann machine whose units may all be coupled. */
final class BoltzmannTraining extends Training {
  /** Rows that are measured on while training. */
  private static final int MONITORED_ROWS = 500;

  /** Up to so many units, log Z is worked out at every measurement. */
  private static final int MONITORED_UNITS = 18;

  /** Sweeps of the chains that are drawn. */
  private static final int SAMPLE_SWEEPS = 300;

  private final TrainBoltzmannOptions options;
  private final Backend backend;
  private final VisibleLayout layout;
  private final byte[] training;
  private final int trainingRows;
  private final byte[] heldOut;
  private final int heldOutRows;
  private final BoltzmannTrainer trainer;
  private final Workers workers;

  /**
   * Sets up the first step. Writes nothing.
   *
   * @param options checked
   */
  BoltzmannTraining(
      TrainBoltzmannOptions options, Dataset.Split data, Backend backend, RunFolder folder) {
    super(options, backend, folder, RestrictedTraining.METRICS);
    this.options = options;
    this.backend = backend;
    this.layout = VisibleLayout.of(data.training());
    float threshold = options.threshold(data.training());
    this.training = Spins.above(data.training(), threshold);
    this.trainingRows = data.training().rows();
    this.heldOut = Spins.above(data.heldOut(), threshold);
    this.heldOutRows = data.heldOut().rows();
    int visible = layout.visible();
    float[] bias = SpinStates.biases(training, trainingRows, visible);
    BoltzmannModel initial =
        BoltzmannTrainer.initial(new BoltzmannShape(visible, options.hidden), bias, options.seed);
    this.trainer =
        new BoltzmannTrainer(backend, initial, training, trainingRows, options.training());
    this.workers = new Workers(backend.options().threads(), "gibbsite-measure");
  }

  @Override
  BoltzmannTrainer trainer() {
    return trainer;
  }

  @Override
  String measure(MetricsCsv metrics, double objective) throws IOException {
    BoltzmannModel model = trainer.model();
    double seen = freeEnergy(model, training, trainingRows);
    double unseen = freeEnergy(model, heldOut, heldOutRows);
    double logLikelihood =
        model.shape().units() <= MONITORED_UNITS
            ? -unseen - BoltzmannLogZ.exact(model, workers)
            : Double.NaN;
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

  private double freeEnergy(BoltzmannModel model, byte[] rows, int count) {
    int n = Math.min(count, MONITORED_ROWS);
    return Arrays.stream(SpinLikelihood.freeEnergies(model, rows, n, workers))
        .average()
        .orElseThrow();
  }

  @Override
  void writeModel() throws IOException {
    trainer.model().write(folder().model(), layout.metadata(trainer.stepsDone()));
  }

  @Override
  BoltzmannFigures finish(CommonOptions common) {
    BoltzmannModel model = trainer.model();
    AisOptions annealing = options.annealing(SpinLogZ.base(model, training, trainingRows));
    LogZ logZ = SpinLogZ.best(model, annealing, backend, common);
    int labels = layout.labels();
    return new BoltzmannFigures(
        trainer.stepsDone(),
        trainingRows,
        SpinLikelihood.of(model, heldOut, heldOutRows, labels, logZ, backend),
        SpinLikelihood.of(model, training, trainingRows, labels, logZ, backend),
        independent(),
        seconds());
  }

  private double independent() {
    int visible = layout.visible();
    float[] bias = SpinStates.biases(training, trainingRows, visible);
    double sum = 0;
    for (int k = 0; k < heldOut.length; k++) {
      sum -= Math.log1p(Math.exp(-2.0 * heldOut[k] * bias[k % visible]));
    }
    return sum / heldOutRows;
  }

  /** Samples, where rows are images, and the curves. */
  @Override
  List<Path> draw(Consumer<String> note) throws IOException {
    List<Path> files = new ArrayList<>();
    if (layout.images() != null) {
      files.add(samples());
    }
    if (Fonts.available()) {
      RbmImages.curves(folder(), files);
    } else {
      note.accept("curves are left out: this system has no fonts (install fontconfig and one)");
    }
    return files;
  }

  /** Held-out rows, and what chains that start from them are after some sweeps. */
  private Path samples() throws IOException {
    BoltzmannModel model = trainer.model();
    BoltzmannShape shape = model.shape();
    int side = (int) Math.sqrt(Math.min(RbmImages.IMAGES, heldOutRows));
    int count = side * side;
    int visible = layout.visible();
    byte[] y = SpinStates.random(shape.units(), count, options.seed);
    shape.join(heldOut, count, y);
    try (SpinSession session = backend.open(shape.network(), count)) {
      session.setParameters(model.parameters());
      session.setStates(y, count);
      session.gibbs(Gibbs.sweeps(SAMPLE_SWEEPS), Scan.SEQUENTIAL, options.seed);
      session.readStates(y);
    }
    byte[] v = new byte[count * visible];
    for (int c = 0; c < count; c++) {
      System.arraycopy(y, c * shape.units(), v, c * visible, visible);
    }
    Path file = folder().file("samples.png");
    Png.write(
        file,
        PanelRow.draw(
            List.of(
                grid("data", Arrays.copyOf(heldOut, count * visible), side),
                grid("Gibbs chains, " + SAMPLE_SWEEPS + " sweeps", v, side))));
    return file;
  }

  private ImageGrid grid(String title, byte[] v, int side) {
    float[] x = layout.unlabelled(Spins.greys(v), side * side);
    return RbmImages.grid(title, x, layout.images(), side);
  }

  @Override
  public void close() {
    super.close();
    workers.close();
  }
}
