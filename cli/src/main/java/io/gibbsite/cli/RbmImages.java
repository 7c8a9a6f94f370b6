package io.gibbsite.cli;

import static java.util.stream.Collectors.joining;

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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The pictures of a trained RBM. */
final class RbmImages {
  private static final int SIDE = 8;

  /** Images of a picture, and chains that draw them. */
  static final int IMAGES = SIDE * SIDE;

  private static final int SWEEPS = 1_000;

  /** Sweeps after which the picture of chains shows them; the first is where they start. */
  private static final int[] TIMES = {0, 1, 3, 10, 30, 100, 300, 1_000};

  private RbmImages() {}

  /**
   * Draws all that fit the data.
   *
   * @param note told why one is left out
   * @return the pictures
   */
  static List<Path> draw(RbmTraining training, Backend backend, long seed, Consumer<String> note)
      throws IOException {
    RunFolder folder = training.folder();
    List<Path> files = new ArrayList<>();
    ImageLayout images = training.layout().images();
    if (images != null) {
      RbmParameters parameters = training.trainer().model().parameters();
      try (RbmSession session = backend.open(parameters.shape(), IMAGES)) {
        session.setParameters(parameters);
        files.addAll(
            draw(folder, parameters, training.layout(), training.heldOut(), session, seed));
      }
    }
    if (Fonts.available()) {
      curves(folder, files);
    } else {
      note.accept("curves are left out: this system has no fonts (install fontconfig and one)");
    }
    return files;
  }

  /**
   * Draws filters, samples and chains over time.
   *
   * @param filters whose weights to draw
   * @param layout of the session's visible units
   * @param starts rows that chains start from
   * @param session with parameters and room for {@link #IMAGES} chains
   */
  static List<Path> draw(
      RunFolder folder,
      RbmParameters filters,
      VisibleLayout layout,
      BinaryRows starts,
      RbmSession session,
      long seed)
      throws IOException {
    return List.of(
        panels(folder, "filters.png", List.of(filters(filters, layout.images()))),
        panels(folder, "samples.png", samples(starts, layout, session, seed)),
        panels(folder, "chains.png", List.of(chains(starts, layout, session, seed))));
  }

  private static Path panels(RunFolder folder, String name, List<ImageGrid> grids)
      throws IOException {
    Path file = folder.file(name);
    Png.write(file, PanelRow.draw(grids));
    return file;
  }

  /** Draws the curves of metrics.csv, and adds their files. */
  static void curves(RunFolder folder, List<Path> files) throws IOException {
    int column = RestrictedTraining.METRICS.indexOf("held_out_log_likelihood");
    files.add(
        TrainingPictures.curve(
            folder,
            "free-energy.png",
            "mean free energy",
            RestrictedTraining.METRICS,
            Map.of("training", "training_free_energy", "held out", "held_out_free_energy")));
    if (MetricsCsv.read(folder.metrics()).stream().anyMatch(row -> !Double.isNaN(row[column]))) {
      files.add(
          TrainingPictures.curve(
              folder,
              "likelihood.png",
              "exact held-out log-likelihood",
              RestrictedTraining.METRICS,
              Map.of("held out", "held_out_log_likelihood")));
    }
  }

  /** The weights of the hidden units whose weights are largest; grey is 0. */
  static ImageGrid filters(RbmParameters parameters, ImageLayout layout) {
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
      BinaryRows starts, VisibleLayout layout, RbmSession session, long seed) {
    int side = (int) Math.min(SIDE, Math.sqrt(starts.rows()));
    int count = side * side;
    byte[] states = Arrays.copyOf(starts.states(), count * layout.visible());
    float[] data = layout.unlabelled(new BinaryRows(states, count).floats(), count);
    session.setVisible(states, count);
    session.gibbs(Gibbs.sweeps(SWEEPS), seed);
    float[] chains = lastProbabilities(session, layout);
    return List.of(
        grid("data", data, layout.images(), side),
        grid("Gibbs chains, " + SWEEPS + " sweeps", chains, layout.images(), side));
  }

  /** A row for each chain, from a held-out row at the left, at later and later sweeps. */
  private static ImageGrid chains(
      BinaryRows starts, VisibleLayout layout, RbmSession session, long seed) {
    int pixels = layout.unlabelled();
    byte[] rows = starts.states();
    byte[] states = new byte[SIDE * layout.visible()];
    for (int k = 0; k < states.length; k++) {
      states[k] = rows[k % rows.length];
    }
    session.setVisible(states, SIDE);
    float[] x = new float[SIDE * SIDE * pixels];
    float[] shown = layout.unlabelled(new BinaryRows(states, SIDE).floats(), SIDE);
    for (int time = 0; time < SIDE; time++) {
      if (time > 0) {
        int done = TIMES[time - 1];
        session.gibbs(Gibbs.sweeps(0).from(done, TIMES[time] - done), seed);
        shown = lastProbabilities(session, layout);
      }
      for (int chain = 0; chain < SIDE; chain++) {
        System.arraycopy(shown, chain * pixels, x, (chain * SIDE + time) * pixels, pixels);
      }
    }
    return grid(
        "chains after "
            + Arrays.stream(TIMES).mapToObj(Integer::toString).collect(joining(", "))
            + " sweeps",
        x,
        layout.images(),
        SIDE);
  }

  /** Images in a square. */
  static ImageGrid grid(String title, float[] x, ImageLayout images, int side) {
    return new ImageGrid(title, x, images.height(), images.width(), side);
  }

  /** The probabilities that the chains' pixels were last drawn with. */
  static float[] lastProbabilities(RbmSession session, VisibleLayout layout) {
    byte[] h = new byte[session.chains() * session.shape().hidden()];
    float[] p = new float[session.chains() * session.shape().visible()];
    session.readHidden(h);
    session.visibleProbabilities(h, session.chains(), p);
    return layout.unlabelled(p, session.chains());
  }
}
