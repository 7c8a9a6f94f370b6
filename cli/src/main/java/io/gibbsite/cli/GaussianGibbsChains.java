package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.Panel;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Plane;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.cli.picture.ScatterPlot;
import io.gibbsite.io.NdArray;
import io.gibbsite.rbm.GaussianRbmModel;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples an RBM with real visible units by block Gibbs chains.
 *
 * @param file the model
 * @param length of the chains
 * @param temperature samples {@code exp(-E / T)}
 * @param start where they start, and what they hold
 * @param data the run from whose training rows they start, or null
 */
record GaussianGibbsChains(
    Path file, ChainLength length, float temperature, ChainStart start, TrainRbmOptions data) {
  private static final int MOST_POINTS = 20_000;

  /** Writes the samples and, unless null, the picture. */
  void run(SampleFile out, Path picture, CommonOptions common) throws IOException {
    GaussianRbmParameters parameters = ModelAndData.read(file, GaussianRbmModel::read).parameters();
    GaussianRbmShape shape = parameters.shape();
    int visible = shape.visible();
    VisibleLayout layout = VisibleLayout.of(GibbsChains.metadata(file), shape.units());
    requireDrawable(picture, layout);
    length.requireFits(visible);
    int chains = length.chains();
    int draws = length.draws();
    float[] states = start.states(parameters, layout, chains, data, common.seed());
    boolean[] held = start.held(layout);
    float[] samples = new float[chains * draws * visible];
    float[] energies = new float[chains * draws];
    float[] v = new float[chains * visible];
    try (Backend backend = common.openBackend();
        GaussianRbmSession session = backend.open(shape, chains);
        Progress progress = common.progress("sample", length.total())) {
      session.setParameters(parameters);
      session.setVisible(states, chains);
      session.clamp(held);
      move(session, 0, length.burnIn(), common.seed(), progress);
      for (int draw = 0; draw < draws; draw++) {
        int first = length.burnIn() + draw * length.thin();
        move(session, first, length.thin(), common.seed(), progress);
        session.readVisible(v);
        record(session, length, v, draw, samples, energies);
      }
      if (picture != null) {
        Panel panel =
            layout.images() != null
                ? images(session, layout, held, states)
                : points(samples, chains * draws);
        Png.write(picture, PanelRow.draw(List.of(panel)));
      }
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("posterior/x", NdArray.of(samples, chains, draws, visible));
    arrays.put("sample_stats/free_energy", NdArray.of(energies, chains, draws));
    HeldColumns.put(held, visible, arrays);
    out.write(arrays);
    ConvergenceReport.of(arrays, common.backendOptions().threads()).print(common.out());
  }

  static void requireDrawable(Path picture, VisibleLayout layout) {
    RunOptions.require(
        picture == null || layout.images() != null || layout.visible() == 2,
        "--picture needs an RBM that was trained on images, or of 2 visible units");
  }

  private void move(
      GaussianRbmSession session, int first, int count, long seed, Progress progress) {
    GibbsChains.move(session, length, temperature, first, count, seed, progress);
  }

  /** Puts the chains' states v, and their free energies, in their place. */
  static void record(
      GaussianRbmSession session,
      ChainLength length,
      float[] v,
      int draw,
      float[] samples,
      float[] energies) {
    int visible = session.shape().visible();
    int draws = length.draws();
    double[] energy = new double[length.chains()];
    session.freeEnergy(v, length.chains(), energy);
    for (int chain = 0; chain < length.chains(); chain++) {
      System.arraycopy(v, chain * visible, samples, (chain * draws + draw) * visible, visible);
      energies[chain * draws + draw] = (float) energy[chain];
    }
  }

  /** The means of the chains' last draws, with held pixels as they are. */
  private Panel images(
      GaussianRbmSession session, VisibleLayout layout, boolean[] held, float[] states) {
    float[] x = GaussianRbmPictures.lastMeans(session);
    for (int k = 0; held != null && k < x.length; k++) {
      if (held[k % held.length]) {
        x[k] = states[k];
      }
    }
    int side = SamplePicture.imagesAcross(length.chains());
    return RbmImages.grid("samples", x, layout.images(), side);
  }

  static Panel points(float[] samples, int rows) {
    int shown = Math.min(rows, MOST_POINTS);
    float[] x = new float[2 * shown];
    for (int i = 0; i < shown; i++) {
      System.arraycopy(samples, 2 * (int) ((long) i * rows / shown), x, 2 * i, 2);
    }
    return new ScatterPlot("samples", Plane.around(x, shown, 0.08), x, shown);
  }
}
