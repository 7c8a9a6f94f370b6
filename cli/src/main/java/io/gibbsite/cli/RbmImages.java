package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.ImageGrid;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.data.ImageLayout;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.train.MetricsCsv;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The pictures of a trained RBM. */
final class RbmImages {
  private static final String HEIGHT = "image_height";
  private static final String WIDTH = "image_width";
  private static final int SIDE = 8;
  private static final int SWEEPS = 1_000;

  private RbmImages() {}

  /** What the model file says beside the model. */
  static Map<String, String> metadata(long step, ImageLayout images) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("step", Long.toString(step));
    if (images != null) {
      metadata.put(HEIGHT, Integer.toString(images.height()));
      metadata.put(WIDTH, Integer.toString(images.width()));
    }
    return metadata;
  }

  /** The layout that a model file's metadata say, or null. */
  static ImageLayout layout(Map<String, String> metadata, int visible) {
    String height = metadata.getOrDefault(HEIGHT, "");
    String width = metadata.getOrDefault(WIDTH, "");
    if (!height.matches("\\d{1,5}") || !width.matches("\\d{1,5}")) {
      return null;
    }
    long pixels = Long.parseLong(height) * Long.parseLong(width);
    return pixels == visible && pixels > 0
        ? new ImageLayout(Integer.parseInt(height), Integer.parseInt(width), 1)
        : null;
  }

  /**
   * Draws all that fit the data.
   *
   * @param note told why one is left out
   */
  static void draw(RbmTraining training, Backend backend, long seed, Consumer<String> note)
      throws IOException {
    RunFolder folder = training.folder();
    ImageLayout layout = training.images();
    if (layout != null) {
      RbmParameters parameters = training.trainer().model().parameters();
      Png.write(folder.file("filters.png"), PanelRow.draw(List.of(filters(parameters, layout))));
      int side = (int) Math.min(SIDE, Math.sqrt(training.heldOut().rows()));
      Png.write(folder.file("samples.png"), PanelRow.draw(samples(training, backend, seed, side)));
    }
    if (Fonts.available()) {
      curves(folder);
    } else {
      note.accept("curves are left out: this system has no fonts (install fontconfig and one)");
    }
  }

  private static void curves(RunFolder folder) throws IOException {
    int column = RbmTraining.METRICS.indexOf("held_out_log_likelihood");
    TrainingPictures.curve(
        folder,
        "free-energy.png",
        "mean free energy",
        RbmTraining.METRICS,
        Map.of("training", "training_free_energy", "held out", "held_out_free_energy"));
    if (MetricsCsv.read(folder.metrics()).stream().allMatch(row -> Double.isNaN(row[column]))) {
      return;
    }
    TrainingPictures.curve(
        folder,
        "likelihood.png",
        "exact held-out log-likelihood",
        RbmTraining.METRICS,
        Map.of("held out", "held_out_log_likelihood"));
  }

  /** The weights of the hidden units whose weights are largest; grey is 0. */
  private static ImageGrid filters(RbmParameters parameters, ImageLayout layout) {
    int hidden = parameters.shape().hidden();
    List<float[]> columns = new ArrayList<>();
    for (int j = 0; j < hidden; j++) {
      float[] column = new float[layout.pixels()];
      for (int i = 0; i < column.length; i++) {
        column[i] = parameters.weight(i, j);
      }
      columns.add(column);
    }
    columns.sort(Comparator.comparingDouble(RbmImages::norm).reversed());
    int side = (int) Math.min(SIDE, Math.sqrt(hidden));
    float[] x = new float[side * side * layout.pixels()];
    for (int k = 0; k < side * side; k++) {
      float[] column = columns.get(k);
      float largest = 0;
      for (float w : column) {
        largest = Math.max(largest, Math.abs(w));
      }
      for (int i = 0; i < column.length; i++) {
        x[k * column.length + i] = 0.5f + (largest == 0 ? 0 : 0.5f * column[i] / largest);
      }
    }
    return new ImageGrid("filters", x, layout.height(), layout.width(), side);
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return sum;
  }

  /** Held-out rows, and chains that started from them. */
  private static List<ImageGrid> samples(
      RbmTraining training, Backend backend, long seed, int side) {
    ImageLayout layout = training.images();
    int count = side * side;
    int pixels = layout.pixels();
    byte[] states = Arrays.copyOf(training.heldOut().states(), count * pixels);
    float[] data = new BinaryRows(states, count).floats();
    RbmParameters parameters = training.trainer().model().parameters();
    try (RbmSession session = backend.open(parameters.shape(), count)) {
      session.setParameters(parameters);
      session.setVisible(states, count);
      session.gibbs(Gibbs.sweeps(SWEEPS), seed);
      float[] chains = lastProbabilities(session);
      return List.of(
          new ImageGrid("data", data, layout.height(), layout.width(), side),
          new ImageGrid(
              "Gibbs chains, " + SWEEPS + " sweeps",
              chains,
              layout.height(),
              layout.width(),
              side));
    }
  }

  /** The probabilities that the chains' visible states were last drawn with. */
  static float[] lastProbabilities(RbmSession session) {
    byte[] h = new byte[session.chains() * session.shape().hidden()];
    float[] p = new float[session.chains() * session.shape().visible()];
    session.readHidden(h);
    session.visibleProbabilities(h, session.chains(), p);
    return p;
  }
}
