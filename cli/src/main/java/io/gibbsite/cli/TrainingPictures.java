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
import io.gibbsite.likelihood.GridIntegral;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.train.MetricsCsv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The pictures of a trained model. */
final class TrainingPictures {
  static final int CELLS = 320;
  private static final int SIDE = 8;

  private final MlpTraining training;
  private final TrainingFigures figures;
  private final RunFolder folder;

  TrainingPictures(MlpTraining training, TrainingFigures figures, RunFolder folder) {
    this.training = training;
    this.figures = figures;
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
    Map<String, String> lines = new LinkedHashMap<>(Map.of("training", "loss"));
    Set<String> energies = training.trainer().objective().figures().keySet();
    if (!energies.isEmpty()) {
      lines.clear();
      energies.forEach(name -> lines.put(name.replace('_', ' '), name));
    }
    lines.put(energies.isEmpty() ? "held out" : "held-out energy", figures.heldOutName());
    String title = figures.objective() + (energies.isEmpty() ? " loss" : ": mean energies");
    return curve(folder, "loss.png", title, training.header(), lines);
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
    PlanePanels panels = planePanels();
    Path file = folder.file("density.png");
    Png.write(file, PanelRow.draw(List.of(panels.data(), panels.density(), panels.samples())));
    return file;
  }

  /** What there is to see of a model of plane data. */
  record PlanePanels(ScatterPlot data, HeatMap density, ScatterPlot samples) {}

  PlanePanels planePanels() {
    float[] x = training.data().jittered().values();
    int rows = training.data().jittered().rows();
    Plane plane = Plane.around(x, rows, 0.08);
    UniformBox box =
        new UniformBox(
            new float[] {(float) plane.left(), (float) plane.bottom()},
            new float[] {(float) plane.right(), (float) plane.top()});
    try (MlpSession session = training.open()) {
      float[] density = GridIntegral.energies(session, box, CELLS);
      for (int i = 0; i < density.length; i++) {
        density[i] = (float) Math.exp(-density[i] - figures.logZ());
      }
      float[] samples = training.samples(session);
      int points = samples.length / 2;
      return new PlanePanels(
          new ScatterPlot("data", plane, x, Math.min(points, rows)),
          new HeatMap("learned density", plane, density, CELLS),
          new ScatterPlot("Langevin samples", plane, samples, points));
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
                  grid("Langevin samples", training.samples(session).clone(), side, layout))));
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
}
