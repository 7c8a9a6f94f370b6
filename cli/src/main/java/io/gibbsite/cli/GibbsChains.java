package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import io.gibbsite.io.Safetensors;
import io.gibbsite.rbm.RbmChains;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Gibbs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples an RBM with binary visible units by block Gibbs chains.
 *
 * @param file the model
 * @param length of the chains
 * @param temperature samples {@code exp(-E / T)}
 * @param start where they start, and what they hold
 * @param data the run from whose training rows they start, or null
 */
record GibbsChains(
    Path file, ChainLength length, float temperature, ChainStart start, TrainRbmOptions data) {
  static final int MOST_IMAGES_ACROSS = 12;

  static Map<String, String> metadata(Path file) {
    return ModelAndData.read(file, Safetensors::read).metadata();
  }

  /** Writes the samples and, unless null, the picture. */
  void run(Path out, Path picture, CommonOptions common) throws IOException {
    RbmParameters parameters = ModelAndData.read(file, RbmModel::read).parameters();
    RbmShape shape = parameters.shape();
    VisibleLayout layout = VisibleLayout.of(metadata(file), shape);
    RunOptions.require(
        picture == null || layout.images() != null,
        "--picture needs an RBM that was trained on images");
    length.requireFits(shape.visible());
    int chains = length.chains();
    byte[] states = start.states(parameters, layout, chains, data, common.seed());
    boolean[] held = start.held(layout);
    byte[] samples = new byte[chains * length.draws() * shape.visible()];
    float[] energies = new float[chains * length.draws()];
    byte[] v = new byte[chains * shape.visible()];
    try (Backend backend = common.openBackend();
        RbmSession session = backend.open(shape, chains);
        Progress progress = common.progress("sample", length.total())) {
      session.setParameters(parameters);
      session.setVisible(states, chains);
      session.clamp(held);
      move(session, 0, length.burnIn(), common.seed(), progress);
      for (int draw = 0; draw < length.draws(); draw++) {
        int first = length.burnIn() + draw * length.thin();
        move(session, first, length.thin(), common.seed(), progress);
        session.readVisible(v);
        record(session, length, v, draw, samples, energies);
      }
      if (picture != null) {
        int side = (int) Math.min(MOST_IMAGES_ACROSS, Math.sqrt(chains));
        float[] x = RbmImages.lastProbabilities(session, layout);
        if (held != null) {
          keep(held, states, layout, x);
        }
        Png.write(
            picture, PanelRow.draw(List.of(RbmImages.grid("samples", x, layout.images(), side))));
      }
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("posterior/x", NdArray.of(samples, chains, length.draws(), shape.visible()));
    arrays.put("sample_stats/free_energy", NdArray.of(energies, chains, length.draws()));
    Npz.write(out, arrays);
    ConvergenceReport.of(arrays, common.backendOptions().threads()).print(common.out());
  }

  /** Puts held pixels back in place of their probabilities. */
  private static void keep(boolean[] held, byte[] states, VisibleLayout layout, float[] x) {
    int pixels = layout.unlabelled();
    for (int k = 0; k < x.length; k++) {
      if (held[k % pixels]) {
        x[k] = states[k / pixels * layout.visible() + k % pixels];
      }
    }
  }

  private void move(RbmSession session, int first, int count, long seed, Progress progress) {
    move(session, length, temperature, first, count, seed, progress);
  }

  /** Makes sweeps, in pieces short enough to show progress. */
  static void move(
      RbmChains session,
      ChainLength length,
      float temperature,
      int first,
      int count,
      long seed,
      Progress progress) {
    int most = Math.max(1, 20_000 / length.chains());
    Gibbs gibbs = Gibbs.sweeps(0).temperature(temperature);
    for (int done = 0; done < count; ) {
      int piece = Math.min(most, count - done);
      session.gibbs(gibbs.from(first + done, piece), seed);
      done += piece;
      progress.at(first + done, "");
    }
  }

  /** Puts the chains' states v, and their free energies, where the draw belongs. */
  static void record(
      RbmSession session,
      ChainLength length,
      byte[] v,
      int draw,
      byte[] samples,
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
}
