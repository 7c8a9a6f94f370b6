package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.GridIntegral;
import io.gibbsite.train.HeldOut;
import io.gibbsite.train.ImportanceLogZ;
import io.gibbsite.train.MetricsCsv;
import io.gibbsite.train.NceTrainer;
import io.gibbsite.train.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The training of an MLP energy in a run folder: set up, stepped, saved and measured. */
final class MlpTraining implements AutoCloseable {
  static final List<String> METRICS =
      List.of(
          "step",
          "epoch",
          "loss",
          "held_out_loss",
          "log_z",
          "gradient_norm",
          "learning_rate",
          "seconds");

  /** Rows that are evaluated at once after training. */
  private static final int EVALUATION_ROWS = 4096;

  private static final int GRID_CELLS = 400;

  private final MlpTrainingOptions options;
  private final TrainingData data;
  private final Backend backend;
  private final RunFolder folder;
  private final Gaussian gaussian;
  private final SigmoidNce nce;
  private final NceTrainer trainer;
  private double secondsBefore;
  private double seconds;

  /**
   * Fits the densities and sets up the first step. Writes nothing.
   *
   * @param options checked
   */
  MlpTraining(MlpTrainingOptions options, TrainingData data, Backend backend, RunFolder folder) {
    this.options = options;
    this.data = data;
    this.backend = backend;
    this.folder = folder;
    float[] fitted = data.jittered().values();
    int rows = data.jittered().rows();
    int columns = data.columns();
    this.gaussian = Gaussian.fit(fitted, rows, columns, options.needsFullCovariance());
    this.nce = options.nce(gaussian, fitted, rows, columns);
    MlpShape shape = options.shape(columns);
    MlpParameters parameters =
        MlpParameters.random(shape, options.base.equals("none") ? null : gaussian, options.seed);
    this.trainer =
        new NceTrainer(
            backend,
            new MlpModel(parameters, startingLogZ(parameters, fitted, rows)),
            data.training().values(),
            rows,
            nce,
            options.optimiser(shape.parameterCount() + 1),
            new TrainingOptions(
                options.batch,
                options.learningRate(),
                options.seed,
                options.weightDecay,
                options.gradientNormLimit(),
                options.average,
                data.jitterSd()));
  }

  private float startingLogZ(MlpParameters parameters, float[] x, int rows) {
    try (MlpSession session = session(parameters)) {
      return NceTrainer.balancedLogZ(session, nce.noise(), x, rows);
    }
  }

  private MlpSession session(MlpParameters parameters) {
    MlpSession session = backend.open(parameters.shape(), EVALUATION_ROWS);
    session.setParameters(parameters);
    return session;
  }

  NceTrainer trainer() {
    return trainer;
  }

  MlpTrainingOptions options() {
    return options;
  }

  TrainingData data() {
    return data;
  }

  Gaussian gaussian() {
    return gaussian;
  }

  /** Seconds spent on steps, those before a resumption included. */
  double seconds() {
    return seconds;
  }

  /** A session with the model as trained so far. */
  MlpSession open() {
    return session(trainer.model().parameters());
  }

  /** Writes what a new run starts with. */
  void begin() throws IOException {
    options.begunOn = backend.name();
    RunFolder.writeJson(folder.config(), options);
    folder.writeFitted(
        new RunFolder.Fitted(gaussian, nce.noise(), data.standardiser(), data.images()));
  }

  /** Goes to the folder's checkpoint, or to the start if there is none yet. */
  void resume() throws IOException {
    if (Files.exists(folder.checkpoint())) {
      Checkpoint.resume(folder.checkpoint(), trainer);
    } else {
      begin();
    }
  }

  /**
   * Makes the steps that are left, and saves on the way.
   *
   * @param stop is asked after every step
   * @return whether all steps are made
   */
  boolean train(Progress progress, BooleanSupplier stop) throws IOException {
    long resumed = trainer.stepsDone() == 0 ? -1 : trainer.stepsDone();
    try (MetricsCsv metrics = MetricsCsv.open(folder.metrics(), METRICS, resumed)) {
      secondsBefore = resumed < 0 ? 0 : lastSeconds();
      seconds = secondsBefore;
      if (resumed < 0) {
        measure(metrics, Double.NaN);
      }
      return steps(metrics, progress, stop);
    }
  }

  private boolean steps(MetricsCsv metrics, Progress progress, BooleanSupplier stop)
      throws IOException {
    long start = System.nanoTime();
    double sum = 0;
    long summed = 0;
    String note = "";
    boolean stopped = false;
    while (trainer.stepsDone() < options.steps && !stopped) {
      sum += trainer.step();
      summed++;
      long step = trainer.stepsDone();
      seconds = secondsBefore + (System.nanoTime() - start) * 1e-9;
      boolean last = step == options.steps;
      if (last || step % options.evaluateEvery == 0) {
        double heldOut = measure(metrics, sum / summed);
        note = String.format(Locale.ROOT, "loss %.4f, held out %.4f", sum / summed, heldOut);
        sum = 0;
        summed = 0;
      }
      stopped = stop.getAsBoolean();
      if (last || stopped || step % options.checkpointEvery == 0) {
        save();
      }
      progress.at(step, note);
    }
    return trainer.stepsDone() == options.steps;
  }

  private double measure(MetricsCsv metrics, double loss) throws IOException {
    double heldOut = trainer.heldOutLoss(data.heldOut().values(), data.heldOut().rows());
    metrics.append(
        trainer.stepsDone(),
        trainer.epoch(),
        loss,
        heldOut,
        trainer.logZ(),
        trainer.gradientNorm(),
        options.learningRate().at(trainer.stepsDone()),
        seconds);
    return heldOut;
  }

  private double lastSeconds() throws IOException {
    List<double[]> rows = MetricsCsv.read(folder.metrics());
    return rows.isEmpty() ? 0 : rows.get(rows.size() - 1)[METRICS.indexOf("seconds")];
  }

  private void save() throws IOException {
    trainer.model().write(folder.model(), Map.of("step", Long.toString(trainer.stepsDone())));
    Checkpoint.write(folder.checkpoint(), trainer);
  }

  /** What the model is worth. */
  TrainingFigures figures() {
    try (MlpSession session = open()) {
      ImportanceLogZ importance =
          ImportanceLogZ.estimate(session, gaussian, options.importanceSamples, options.seed);
      GridIntegral grid =
          data.columns() == 2 ? GridIntegral.integrate(session, box(), GRID_CELLS) : null;
      boolean exact = grid != null && grid.borderNegligible();
      double logZ = exact ? grid.logZ() : importance.logZ();
      float[] heldOut = data.heldOut().values();
      int rows = data.heldOut().rows();
      return new TrainingFigures(
          trainer.stepsDone(),
          data.training().rows(),
          rows,
          trainer.heldOutLoss(heldOut, rows),
          trainer.logZ(),
          importance,
          exact ? grid : null,
          HeldOut.compare(session, logZ, gaussian, heldOut, rows),
          data.standardiser() != null,
          seconds);
    }
  }

  /**
   * Seven deviations of the Gaussian on each side of its mean, and all rows: far into the tails.
   */
  private UniformBox box() {
    UniformBox rows = UniformBox.fit(data.jittered().values(), data.jittered().rows(), 2, 0.1f);
    float[] mean = gaussian.mean();
    float[] c = gaussian.cholesky();
    float[] low = new float[2];
    float[] high = new float[2];
    for (int j = 0; j < 2; j++) {
      float sd = (float) Math.hypot(c[2 * j], c[2 * j + 1]);
      low[j] = Math.min(mean[j] - 7 * sd, rows.low(j));
      high[j] = Math.max(mean[j] + 7 * sd, rows.high(j));
    }
    return new UniformBox(low, high);
  }

  @Override
  public void close() {
    trainer.close();
  }
}
