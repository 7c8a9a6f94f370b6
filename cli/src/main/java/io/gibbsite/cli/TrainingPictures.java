package io.gibbsite.cli;

import io.gibbsite.cli.picture.Curve;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.HeatMap;
import io.gibbsite.cli.picture.ImageGrid;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Plane;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.cli.picture.ScatterPlot;
import io.gibbsite.data.ImageLayout;
import io.gibbsite.data.Standardiser;
import io.gibbsite.density.UniformBox;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.Langevin;
import io.gibbsite.train.GridIntegral;
import io.gibbsite.train.MetricsCsv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The pictures of a trained model. */
final class TrainingPictures {
  private static final int POINTS = 2000;
  private static final int CELLS = 320;
  private static final int SIDE = 8;

  /**
   * Chains start from the Gaussian, which has the data's mean and spread, and reach the modes
   * nearby. Steps are short enough for modes of deviation 0.1: the bias of their variance is 5 %.
   */
  private static final Langevin LANGEVIN = Langevin.steps(3000).stepSize(0.001f);

  private final MlpTraining training;
  private final RunFolder folder;

  TrainingPictures(MlpTraining training, RunFolder folder) {
    this.training = training;
    this.folder = folder;
  }

  /**
   * Draws all that fit the data.
   *
   * @param note told why one is left out
   * @return the files
   */
  List<Path> draw(Consumer<String> note) throws IOException {
    List<Path> files = new ArrayList<>();
    if (training.data().columns() == 2) {
      files.add(density());
    } else if (training.data().images() != null) {
      files.add(images());
    }
    if (Fonts.available()) {
      files.add(loss());
    } else {
      note.accept("loss.png is left out: this system has no fonts (install fontconfig and one)");
    }
    return files;
  }

  private Path loss() throws IOException {
    return curve(
        folder,
        "loss.png",
        "NCE loss",
        MlpTraining.METRICS,
        Map.of("training", "loss", "held out", "held_out_loss"));
  }

  /**
   * Draws columns of metrics.csv over the steps.
   *
   * @param header of the file
   * @param lines the columns' names by what the lines are called
   */
  static Path curve(
      RunFolder folder, String name, String title, List<String> header, Map<String, String> lines)
      throws IOException {
    List<double[]> rows = MetricsCsv.read(folder.metrics());
    double[] steps = column(rows, header.indexOf("step"));
    Curve curve = new Curve(title, "step");
    new TreeMap<>(lines)
        .descendingMap()
        .forEach((line, column) -> curve.line(line, steps, column(rows, header.indexOf(column))));
    Path file = folder.file(name);
    Png.write(file, curve.draw());
    return file;
  }

  private static double[] column(List<double[]> rows, int index) {
    return rows.stream().mapToDouble(row -> row[index]).toArray();
  }

  private Path density() throws IOException {
    float[] x = training.data().jittered().values();
    int rows = Math.min(POINTS, training.data().jittered().rows());
    Plane plane = Plane.around(x, training.data().jittered().rows(), 0.08);
    UniformBox box =
        new UniformBox(
            new float[] {(float) plane.left(), (float) plane.bottom()},
            new float[] {(float) plane.right(), (float) plane.top()});
    try (MlpSession session = training.open()) {
      float[] density = GridIntegral.energies(session, box, CELLS);
      float logZ = training.trainer().logZ();
      for (int i = 0; i < density.length; i++) {
        density[i] = (float) Math.exp(-density[i] - logZ);
      }
      Path file = folder.file("density.png");
      Png.write(
          file,
          PanelRow.draw(
              List.of(
                  new ScatterPlot("data", plane, x, rows),
                  new HeatMap("learned density", plane, density, CELLS),
                  new ScatterPlot("Langevin samples", plane, samples(session, rows), rows))));
      return file;
    }
  }

  private Path images() throws IOException {
    ImageLayout layout = training.data().images();
    int count = Math.min(SIDE * SIDE, training.data().heldOut().rows());
    int side = (int) Math.sqrt(count);
    float[] data = Arrays.copyOf(training.data().heldOut().values(), side * side * layout.pixels());
    try (MlpSession session = training.open()) {
      Path file = folder.file("samples.png");
      Png.write(
          file,
          PanelRow.draw(
              List.of(
                  grid("data, with jitter", data, side, layout),
                  grid("Langevin samples", samples(session, side * side), side, layout))));
      return file;
    }
  }

  private ImageGrid grid(String title, float[] x, int side, ImageLayout layout) {
    return grid(title, x, side, layout, training.data().standardiser());
  }

  /** Images from standardised rows, which are overwritten. */
  static ImageGrid grid(
      String title, float[] x, int side, ImageLayout layout, Standardiser standardiser) {
    if (standardiser != null) {
      standardiser.invert(x, side * side);
    }
    return new ImageGrid(title, x, layout.height(), layout.width(), side);
  }

  private float[] samples(MlpSession session, int count) {
    int d = training.data().columns();
    long seed = training.options().seed;
    float[] x = new float[count * d];
    for (int i = 0; i < count; i++) {
      training.gaussian().sample(seed, DrawStream.INITIAL_STATE, 0, i, x, i * d);
    }
    session.setChains(x, count);
    session.langevin(LANGEVIN, seed);
    session.readChains(x);
    return x;
  }
}
