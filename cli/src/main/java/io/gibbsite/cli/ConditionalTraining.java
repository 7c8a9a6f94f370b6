package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.HeatMap;
import io.gibbsite.cli.picture.ImageGrid;
import io.gibbsite.cli.picture.Panel;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.cli.picture.ScatterPlot;
import io.gibbsite.data.Dataset;
import io.gibbsite.density.Gaussian;
import io.gibbsite.diagnostics.MaximumMeanDiscrepancy;
import io.gibbsite.mlp.ConditionalModel;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.train.MetricsCsv;
import io.gibbsite.train.mlp.MlpTrainer;
import io.gibbsite.train.mlp.MultiScaleObjective;
import io.gibbsite.train.mlp.TrainingOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The training of a noise-conditional energy, by denoising at many levels of noise. */
final class ConditionalTraining extends EnergyTraining {
  private static final int POINTS = 2000;
  private static final int IMAGES = 64;

  private final MlpTrainingOptions options;
  private final TrainingData data;
  private final Backend backend;
  private final float[] mean;
  private final float dataSd;
  private final float[] ladder;
  private final MlpTrainer trainer;

  /** Of {@link #finish}; null if they ran away. */
  private float[] samples;

  /** Of {@link #finish}; null unless the rows lie in a plane. */
  private LeastNoise learned;

  /**
   * Sets up the first step. Writes nothing.
   *
   * @param options checked
   */
  ConditionalTraining(
      MlpTrainingOptions options, TrainingData data, Backend backend, RunFolder folder) {
    super(options, backend, folder, MlpTraining.header(objective(options, data)));
    this.options = options;
    this.data = data;
    this.backend = backend;
    int d = data.columns();
    mean = data.jittered().means();
    dataSd = deviation(data.jittered(), mean);
    ladder = options.ladder(dataSd, d);
    MlpShape shape = MlpShape.of(options.activation(), d + 1, options.hidden());
    trainer =
        new MlpTrainer(
            backend,
            new MlpModel(MlpParameters.random(shape, null, options.seed), 0),
            widened(data.training().values(), data.training().rows(), d),
            data.training().rows(),
            objective(options, data),
            options.optimiser(shape.parameterCount() + 1),
            new TrainingOptions(
                options.batch,
                options.learningRate(),
                options.seed,
                options.weightDecay,
                options.gradientNormLimit(),
                options.average,
                data.jitterSd() == null ? null : Arrays.copyOf(data.jitterSd(), d + 1)));
  }

  private static MultiScaleObjective objective(MlpTrainingOptions options, TrainingData data) {
    float[] mean = data.jittered().means();
    float sd = deviation(data.jittered(), mean);
    return new MultiScaleObjective(mean, sd, options.ladder(sd, data.columns()));
  }

  /** The root of the columns' mean variance. */
  private static float deviation(Dataset rows, float[] mean) {
    double sum = 0;
    for (int k = 0; k < rows.values().length; k++) {
      double away = rows.values()[k] - mean[k % mean.length];
      sum += away * away;
    }
    return (float) Math.sqrt(sum / rows.values().length);
  }

  /** Rows with one more column, which the objective does not look at. */
  private static float[] widened(float[] x, int rows, int d) {
    float[] wide = new float[Math.multiplyExact(rows, d + 1)];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(x, i * d, wide, i * (d + 1), d);
    }
    return wide;
  }

  @Override
  MlpTrainer trainer() {
    return trainer;
  }

  @Override
  void begin() throws IOException {
    super.begin();
    int d = mean.length;
    float[] factor = new float[d * d];
    for (int j = 0; j < d; j++) {
      factor[j * d + j] = dataSd;
    }
    Gaussian gaussian = new Gaussian(mean, factor);
    folder()
        .writeFitted(new RunFolder.Fitted(gaussian, gaussian, data.standardiser(), data.images()));
  }

  @Override
  String measure(MetricsCsv metrics, double loss) throws IOException {
    return MlpTraining.measure(metrics, trainer, options, loss, heldOut(), seconds());
  }

  private double heldOut() {
    int rows = data.heldOut().rows();
    return trainer.heldOut(widened(data.heldOut().values(), rows, mean.length), rows);
  }

  private ConditionalModel model() {
    return new ConditionalModel(trainer.model().parameters(), mean, dataSd, ladder);
  }

  @Override
  void writeModel() throws IOException {
    model().write(folder().model(), Map.of("step", Long.toString(trainer.stepsDone())));
  }

  @Override
  ConditionalFigures finish(CommonOptions common) {
    int count = data.images() == null ? POINTS : IMAGES;
    MaximumMeanDiscrepancy discrepancy = null;
    samples = null;
    learned = mean.length == 2 ? LeastNoise.of(model(), data, backend) : null;
    try (Workers workers = new Workers(backend.options().threads(), "gibbsite-mmd")) {
      ConditionalModel model = model();
      samples =
          ConditionalSampling.draw(
              model,
              ConditionalSampling.annealing(model, null, null),
              count,
              options.seed,
              backend,
              done -> {});
      discrepancy =
          MaximumMeanDiscrepancy.of(
              samples, count, data.heldOut().values(), data.heldOut().rows(), mean.length, workers);
    } catch (ArithmeticException e) {
      samples = null;
      common.note("no samples: " + e.getMessage());
    }
    return new ConditionalFigures(
        trainer.stepsDone(),
        data.training().rows(),
        data.heldOut().rows(),
        heldOut(),
        ladder.length,
        ladder[0],
        ladder[ladder.length - 1],
        learned == null ? null : learned.heldOut(),
        discrepancy,
        seconds());
  }

  @Override
  TrainingPictures.PlanePanels planePanels() {
    if (samples == null) {
      return null;
    }
    Dataset rows = data.jittered();
    return new TrainingPictures.PlanePanels(
        new ScatterPlot("data", learned.plane(), rows.values(), Math.min(POINTS, rows.rows())),
        new HeatMap(
            "learned density, least noise",
            learned.plane(),
            learned.density(),
            TrainingPictures.CELLS),
        new ScatterPlot("annealed Langevin samples", learned.plane(), samples, POINTS));
  }

  @Override
  List<Path> draw(Consumer<String> note) throws IOException {
    List<Path> files = new ArrayList<>();
    if (samples != null && (data.images() != null || learned != null)) {
      Path file = folder().file("samples.png");
      Png.write(file, PanelRow.draw(data.images() != null ? images() : plane()));
      files.add(file);
    }
    if (Fonts.available()) {
      files.add(
          TrainingPictures.curve(
              folder(),
              "loss.png",
              "multi-dsm loss",
              MlpTraining.header(trainer.objective()),
              Map.of("training", "loss", "held out", "held_out_loss")));
    } else {
      note.accept("loss.png is left out: this system has no fonts (install fontconfig and one)");
    }
    return files;
  }

  private List<ImageGrid> images() {
    int side = (int) Math.sqrt(Math.min(IMAGES, data.heldOut().rows()));
    float[] rows = Arrays.copyOf(data.heldOut().values(), side * side * mean.length);
    float[] drawn = Arrays.copyOf(samples, rows.length);
    return List.of(
        TrainingPictures.grid("data", rows, side, data.images(), data.standardiser()),
        TrainingPictures.grid(
            "annealed Langevin samples", drawn, side, data.images(), data.standardiser()));
  }

  private List<Panel> plane() {
    TrainingPictures.PlanePanels panels = planePanels();
    return List.of(panels.data(), panels.density(), panels.samples());
  }
}
