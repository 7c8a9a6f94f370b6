package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.train.GridIntegral;
import io.gibbsite.train.HeldOut;
import io.gibbsite.train.ImportanceLogZ;
import io.gibbsite.train.MetricsCsv;
import io.gibbsite.train.MlpTrainer;
import io.gibbsite.train.NceObjective;
import io.gibbsite.train.TrainingOptions;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The training of an MLP energy. */
final class MlpTraining extends Training {
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
  private final Gaussian gaussian;
  private final SigmoidNce nce;
  private final MlpTrainer trainer;

  /**
   * Fits the densities and sets up the first step. Writes nothing.
   *
   * @param options checked
   */
  MlpTraining(MlpTrainingOptions options, TrainingData data, Backend backend, RunFolder folder) {
    super(options, folder, METRICS);
    this.options = options;
    this.data = data;
    this.backend = backend;
    float[] fitted = data.jittered().values();
    int rows = data.jittered().rows();
    int columns = data.columns();
    this.gaussian = Gaussian.fit(fitted, rows, columns, options.needsFullCovariance());
    this.nce = options.nce(gaussian, fitted, rows, columns);
    MlpShape shape = options.shape(columns);
    MlpParameters parameters =
        MlpParameters.random(shape, options.base.equals("none") ? null : gaussian, options.seed);
    this.trainer =
        new MlpTrainer(
            backend,
            new MlpModel(parameters, startingLogZ(parameters, fitted, rows)),
            data.training().values(),
            rows,
            new NceObjective(nce),
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
      return NceObjective.balancedLogZ(session, nce.noise(), x, rows);
    }
  }

  private MlpSession session(MlpParameters parameters) {
    MlpSession session = backend.open(parameters.shape(), EVALUATION_ROWS);
    session.setParameters(parameters);
    return session;
  }

  @Override
  MlpTrainer trainer() {
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

  /** A session with the model as trained so far. */
  MlpSession open() {
    return session(trainer.model().parameters());
  }

  @Override
  void begin() throws IOException {
    options.begunOn = backend.name();
    RunFolder.writeJson(folder().config(), options);
    folder()
        .writeFitted(
            new RunFolder.Fitted(gaussian, nce.noise(), data.standardiser(), data.images()));
  }

  @Override
  double step() {
    return trainer.step();
  }

  @Override
  String measure(MetricsCsv metrics, double loss) throws IOException {
    double heldOut = trainer.heldOut(data.heldOut().values(), data.heldOut().rows());
    metrics.append(
        trainer.stepsDone(),
        trainer.epoch(),
        loss,
        heldOut,
        trainer.logZ(),
        trainer.gradientNorm(),
        options.learningRate().at(trainer.stepsDone()),
        seconds());
    return String.format(Locale.ROOT, "loss %.4f, held out %.4f", loss, heldOut);
  }

  @Override
  void writeModel() throws IOException {
    trainer.model().write(folder().model(), Map.of("step", Long.toString(trainer.stepsDone())));
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
          trainer.heldOut(heldOut, rows),
          trainer.logZ(),
          importance,
          exact ? grid : null,
          HeldOut.compare(session, logZ, gaussian, heldOut, rows),
          data.standardiser() != null,
          seconds());
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
