package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.HeatMap;
import io.gibbsite.cli.picture.Panel;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Plane;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.cli.picture.ScatterPlot;
import io.gibbsite.data.ImageLayout;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.sampler.Gibbs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** The pictures of a trained RBM with real visible units. */
final class GaussianRbmPictures {
  private static final int POINTS = 2_000;
  private static final int CELLS = 320;
  private static final int SIDE = 8;
  private static final int SWEEPS = 1_000;

  private final GaussianRbmTraining training;
  private final GaussianRbmParameters parameters;
  private final Backend backend;
  private final long seed;

  GaussianRbmPictures(GaussianRbmTraining training, Backend backend, long seed) {
    this.training = training;
    this.parameters = training.trainer().model().parameters();
    this.backend = backend;
    this.seed = seed;
  }

  /**
   * Draws all that fit the data.
   *
   * @param note told why one is left out
   * @return the pictures
   */
  List<Path> draw(Consumer<String> note) throws IOException {
    RunFolder folder = training.folder();
    List<Path> files = new ArrayList<>();
    ImageLayout images = training.layout().images();
    if (images != null) {
      files.add(write("filters.png", List.of(RbmImages.filters(parameters.others(), images))));
      files.add(write("samples.png", samples(images)));
    } else if (parameters.shape().visible() == 2) {
      files.add(write("density.png", density()));
    }
    if (Fonts.available()) {
      RbmImages.curves(folder, files);
    } else {
      note.accept("curves are left out: this system has no fonts (install fontconfig and one)");
    }
    return files;
  }

  private Path write(String name, List<? extends Panel> panels) throws IOException {
    Path file = training.folder().file(name);
    Png.write(file, PanelRow.draw(panels));
    return file;
  }

  /** Held-out rows, and the means of chains that started from them. */
  private List<Panel> samples(ImageLayout images) {
    int side = (int) Math.min(SIDE, Math.sqrt(training.heldOut().rows()));
    int count = side * side;
    float[] data = Arrays.copyOf(training.heldOut().values(), count * images.pixels());
    try (GaussianRbmSession session = chains(data, count)) {
      return List.of(
          RbmImages.grid("data", data, images, side),
          RbmImages.grid("Gibbs chains, " + SWEEPS + " sweeps", lastMeans(session), images, side));
    }
  }

  private GaussianRbmSession chains(float[] start, int count) {
    GaussianRbmSession session = backend.open(parameters.shape(), count);
    session.setParameters(parameters);
    session.setVisible(start, count);
    session.gibbs(Gibbs.sweeps(SWEEPS), seed);
    return session;
  }

  /** The means that the chains' visible states were last drawn round. */
  static float[] lastMeans(GaussianRbmSession session) {
    byte[] h = new byte[session.chains() * session.shape().hidden()];
    float[] means = new float[session.chains() * session.shape().visible()];
    session.readHidden(h);
    session.visibleMeans(h, session.chains(), means);
    return means;
  }

  private List<Panel> density() {
    float[] x = training.training().values();
    int rows = Math.min(POINTS, training.training().rows());
    Plane plane = Plane.around(x, training.training().rows(), 0.08);
    try (GaussianRbmSession session = chains(x, rows)) {
      float[] states = new float[2 * rows];
      session.readVisible(states);
      return List.of(
          new ScatterPlot("data", plane, x, rows),
          new HeatMap("learned density", plane, densities(session, plane), CELLS),
          new ScatterPlot("Gibbs samples", plane, states, rows));
    }
  }

  /** Up to a factor, the density at the cells' centres, row by row from below. */
  private static float[] densities(GaussianRbmSession session, Plane plane) {
    float[] points = new float[2 * CELLS];
    double[] energy = new double[CELLS * CELLS];
    double[] row = new double[CELLS];
    int most = session.rows();
    for (int y = 0; y < CELLS; y++) {
      for (int first = 0; first < CELLS; first += most) {
        int count = Math.min(most, CELLS - first);
        for (int k = 0; k < count; k++) {
          double across = (first + k + 0.5) / CELLS;
          double up = (y + 0.5) / CELLS;
          points[2 * k] = (float) (plane.left() + across * (plane.right() - plane.left()));
          points[2 * k + 1] = (float) (plane.bottom() + up * (plane.top() - plane.bottom()));
        }
        session.freeEnergy(points, count, row);
        System.arraycopy(row, 0, energy, y * CELLS + first, count);
      }
    }
    double least = Arrays.stream(energy).min().orElseThrow();
    float[] density = new float[energy.length];
    for (int k = 0; k < energy.length; k++) {
      density[k] = (float) Math.exp(least - energy[k]);
    }
    return density;
  }
}
