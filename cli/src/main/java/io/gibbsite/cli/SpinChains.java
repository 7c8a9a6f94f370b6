package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.boltzmann.BoltzmannShape;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinStates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples a Boltzmann machine by Gibbs chains, unit after unit.
 *
 * @param file the model
 * @param length of the chains
 * @param temperature samples {@code exp(-E / T)}
 * @param start where they start, and what they hold
 */
record SpinChains(Path file, ChainLength length, float temperature, ChainStart start) {
  /** Writes the samples and, unless null, the picture. */
  void run(Path out, Path picture, CommonOptions common) throws IOException {
    BoltzmannModel model = ModelAndData.read(file, BoltzmannModel::read);
    BoltzmannShape shape = model.shape();
    int visible = shape.visible();
    VisibleLayout layout = VisibleLayout.of(GibbsChains.metadata(file), visible);
    RunOptions.require(
        picture == null || layout.images() != null,
        "--picture needs a Boltzmann machine that was trained on images");
    length.requireFits(visible);
    int chains = length.chains();
    int draws = length.draws();
    byte[] y = SpinStates.random(shape.units(), chains, common.seed());
    float[] bias = Arrays.copyOf(model.parameters().biases(), visible);
    shape.join(start.spins(bias, layout, chains, common.seed()), chains, y);
    boolean[] held = start.held(layout);
    byte[] samples = new byte[chains * draws * visible];
    float[] energies = new float[chains * draws];
    double[] energy = new double[chains];
    try (Backend backend = common.openSpinBackend();
        SpinSession session = backend.open(shape.network(), chains);
        Progress progress = common.progress("sample", length.total())) {
      session.setParameters(model.parameters());
      session.setStates(y, chains);
      session.clamp(held == null ? null : Arrays.copyOf(held, shape.units()));
      move(session, 0, length.burnIn(), common.seed(), progress);
      for (int draw = 0; draw < draws; draw++) {
        int first = length.burnIn() + draw * length.thin();
        move(session, first, length.thin(), common.seed(), progress);
        session.readStates(y);
        session.energies(energy);
        for (int c = 0; c < chains; c++) {
          int to = (c * draws + draw) * visible;
          System.arraycopy(y, c * shape.units(), samples, to, visible);
          energies[c * draws + draw] = (float) energy[c];
        }
      }
    }
    if (picture != null) {
      draw(picture, layout, samples);
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("posterior/x", NdArray.signed(samples, chains, draws, visible));
    arrays.put("sample_stats/energy", NdArray.of(energies, chains, draws));
    Npz.write(out, arrays);
    ConvergenceReport.of(arrays, common.backendOptions().threads()).print(common.out());
  }

  /** Sweeps one at a time, so that progress shows. */
  private void move(SpinSession session, int first, int count, long seed, Progress progress) {
    Gibbs gibbs = Gibbs.sweeps(0).temperature(temperature);
    for (int t = first; t < first + count; t++) {
      session.gibbs(gibbs.from(t, 1), Scan.SEQUENTIAL, seed);
      progress.at(t + 1, "");
    }
  }

  /** The chains' last states. */
  private void draw(Path picture, VisibleLayout layout, byte[] samples) throws IOException {
    int side = (int) Math.min(GibbsChains.MOST_IMAGES_ACROSS, Math.sqrt(length.chains()));
    int pixels = layout.unlabelled();
    byte[] last = new byte[side * side * pixels];
    for (int c = 0; c < side * side; c++) {
      int from = ((c + 1) * length.draws() - 1) * layout.visible();
      System.arraycopy(samples, from, last, c * pixels, pixels);
    }
    Png.write(
        picture,
        PanelRow.draw(
            List.of(RbmImages.grid("samples", Spins.greys(last), layout.images(), side))));
  }
}
