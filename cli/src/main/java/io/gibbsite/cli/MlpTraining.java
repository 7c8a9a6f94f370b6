package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.data.Dataset;
import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.diagnostics.MaximumMeanDiscrepancy;
import io.gibbsite.likelihood.GridIntegral;
import io.gibbsite.likelihood.HeldOut;
import io.gibbsite.likelihood.ImportanceLogZ;
import io.gibbsite.mlp.GeneratorModel;
import io.gibbsite.mlp.GeneratorParameters;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.random.DrawStream;
import io.gibbsite.train.MetricsCsv;
import io.gibbsite.train.mlp.MlpObjective;
import io.gibbsite.train.mlp.MlpTrainer;
import io.gibbsite.train.mlp.NceObjective;
import io.gibbsite.train.mlp.TrainingOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.DoubleStream;

/** The training of an MLP energy. */
final class MlpTraining extends EnergyTraining {
  /** Rows that are evaluated at once after training. */
  private static final int EVALUATION_ROWS = 4096;

  /** Of the integral in a plane, in each direction. */
  static final int GRID_CELLS = 400;

  /** Samples that plane data are compared with, and images. */
  private static final int POINTS = 2000;

  private static final int IMAGES = 64;

  private final MlpTrainingOptions options;
  private final TrainingData data;
  private final Backend backend;
  private final Densities densities;
  private final MlpTrainer trainer;

  /** Of what the objective computes apart from the energy. */
  private final Workers workers;

  private float[] samples;

  /** Of {@link #finish}. */
  private TrainingFigures figures;

  /** What is fitted to the training rows. */
  private record Densities(Gaussian gaussian, Density noise, Gaussian base) {
    static Densities fit(MlpTrainingOptions options, Dataset rows) {
      Gaussian gaussian =
          Gaussian.fit(rows.values(), rows.rows(), rows.columns(), options.needsFullCovariance());
      return new Densities(gaussian, options.noise(gaussian, rows), options.base(gaussian, rows));
    }
  }

  /** What the trainer needs of its own: threads are for what is computed beside the energy. */
  private record Parts(Densities densities, Workers workers, MlpObjective objective) {
    static Parts of(MlpTrainingOptions options, TrainingData data, Backend backend) {
      Densities densities = Densities.fit(options, data.jittered());
      Workers workers = new Workers(backend.options().threads(), "gibbsite-objective");
      return new Parts(
          densities, workers, options.objective(densities.noise(), densities.base(), workers));
    }
  }

  /**
   * Fits the densities and sets up the first step. Writes nothing.
   *
   * @param options checked
   */
  MlpTraining(MlpTrainingOptions options, TrainingData data, Backend backend, RunFolder folder) {
    this(options, data, backend, folder, Parts.of(options, data, backend));
  }

  private MlpTraining(
      MlpTrainingOptions options,
      TrainingData data,
      Backend backend,
      RunFolder folder,
      Parts parts) {
    super(options, backend, folder, header(parts.objective()));
    this.options = options;
    this.data = data;
    this.backend = backend;
    this.densities = parts.densities();
    this.workers = parts.workers();
    Dataset rows = data.jittered();
    MlpShape shape = options.shape(data.columns());
    MlpParameters parameters = MlpParameters.random(shape, densities.base(), options.seed);
    this.trainer =
        new MlpTrainer(
            backend,
            new MlpModel(parameters, startingLogZ(parameters, rows.values(), rows.rows())),
            data.training().values(),
            rows.rows(),
            parts.objective(),
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

  /** The columns of metrics.csv. */
  static List<String> header(MlpObjective objective) {
    List<String> header = new ArrayList<>(List.of("step", "epoch", "loss"));
    header.add(objective.heldOutName());
    if (objective.learnsLogZ()) {
      header.add("log_z");
    }
    header.addAll(objective.figures().keySet());
    header.addAll(List.of("gradient_norm", "learning_rate", "seconds"));
    return header;
  }

  private float startingLogZ(MlpParameters parameters, float[] x, int rows) {
    try (MlpSession session = session(parameters)) {
      return NceObjective.balancedLogZ(session, densities.noise(), x, rows);
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

  /** The columns of metrics.csv. */
  List<String> header() {
    return header(trainer.objective());
  }

  /** A session with the model as trained so far. */
  MlpSession open() {
    return session(trainer.model().parameters());
  }

  @Override
  void begin() throws IOException {
    super.begin();
    folder()
        .writeFitted(
            new RunFolder.Fitted(
                densities.gaussian(), densities.noise(), data.standardiser(), data.images()));
  }

  @Override
  String measure(MetricsCsv metrics, double loss) throws IOException {
    double heldOut = trainer.heldOut(data.heldOut().values(), data.heldOut().rows());
    return measure(metrics, trainer, options, loss, heldOut, seconds());
  }

  /** The line of {@link #header(MlpObjective)}. */
  static String measure(
      MetricsCsv metrics,
      MlpTrainer trainer,
      MlpTrainingOptions options,
      double loss,
      double heldOut,
      double seconds)
      throws IOException {
    DoubleStream.Builder row = DoubleStream.builder();
    row.add(trainer.epoch()).add(loss).add(heldOut);
    if (trainer.objective().learnsLogZ()) {
      row.add(trainer.logZ());
    }
    trainer.objective().figures().values().forEach(row::add);
    row.add(trainer.gradientNorm()).add(options.learningRate().at(trainer.stepsDone()));
    metrics.append(trainer.stepsDone(), row.add(seconds).build().toArray());
    String name = trainer.objective().heldOutName().replace('_', ' ').replace(" loss", "");
    return String.format(Locale.ROOT, "loss %.4f, %s %.4f", loss, name, heldOut);
  }

  @Override
  void writeModel() throws IOException {
    Map<String, String> step = Map.of("step", Long.toString(trainer.stepsDone()));
    trainer.model().write(folder().model(), step);
    GeneratorParameters generator = trainer.objective().generator();
    if (generator != null) {
      new GeneratorModel(generator).write(folder().generator(), step);
    }
  }

  @Override
  TrainingFigures finish(CommonOptions common) throws IOException {
    figures = measured();
    writeModel(figures);
    return figures;
  }

  @Override
  TrainingPictures.PlanePanels planePanels() {
    return new TrainingPictures(this, figures, folder()).planePanels();
  }

  @Override
  List<Path> draw(Consumer<String> note) throws IOException {
    return new TrainingPictures(this, figures, folder()).draw(note);
  }

  private TrainingFigures measured() {
    try (MlpSession session = open()) {
      ImportanceLogZ importance =
          ImportanceLogZ.estimate(
              session, densities.gaussian(), options.importanceSamples, options.seed);
      GridIntegral grid =
          data.columns() == 2
              ? GridIntegral.integrate(
                  session, box(data.jittered(), densities.gaussian()), GRID_CELLS)
              : null;
      boolean exact = grid != null && grid.borderNegligible();
      double logZ = exact ? grid.logZ() : importance.logZ();
      float[] heldOut = data.heldOut().values();
      int rows = data.heldOut().rows();
      MlpObjective objective = trainer.objective();
      return new TrainingFigures(
          objective.name(),
          trainer.stepsDone(),
          data.training().rows(),
          rows,
          objective.heldOutName(),
          trainer.heldOut(heldOut, rows),
          objective.learnsLogZ() ? (double) trainer.logZ() : null,
          importance,
          exact ? grid : null,
          HeldOut.compare(session, logZ, densities.gaussian(), heldOut, rows),
          discrepancy(session),
          data.standardiser() != null,
          seconds());
    }
  }

  /** Between samples of the model and held-out rows; null if the samples ran away. */
  private MaximumMeanDiscrepancy discrepancy(MlpSession session) {
    int d = data.columns();
    float[] drawn = samples(session);
    for (float value : drawn) {
      if (!Float.isFinite(value)) {
        return null;
      }
    }
    Dataset heldOut = data.heldOut();
    return MaximumMeanDiscrepancy.of(
        drawn, drawn.length / d, heldOut.values(), heldOut.rows(), d, workers);
  }

  /** Samples of the model that the session holds, float[rows * d], drawn once. */
  float[] samples(MlpSession session) {
    if (samples == null) {
      int d = data.columns();
      int count = data.images() == null ? POINTS : IMAGES;
      samples = new float[count * d];
      for (int i = 0; i < count; i++) {
        densities.noise().sample(options.seed, DrawStream.INITIAL_STATE, 0, i, samples, i * d);
      }
      session.setChains(samples, count);
      session.langevin(options.sampling(), options.seed);
      session.readChains(samples);
    }
    return samples;
  }

  /** Writes the model at its end: with log Z as the figures have it, if it is not learned. */
  private void writeModel(TrainingFigures figures) throws IOException {
    MlpModel model = new MlpModel(trainer.model().parameters(), (float) figures.logZ());
    model.write(folder().model(), Map.of("step", Long.toString(trainer.stepsDone())));
  }

  /**
   * Seven deviations of the Gaussian on each side of its mean, and all rows: far into the tails.
   */
  static UniformBox box(Dataset data, Gaussian gaussian) {
    UniformBox rows = UniformBox.fit(data.values(), data.rows(), 2, 0.1f);
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
    super.close();
    workers.close();
  }
}
