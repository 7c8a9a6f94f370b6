package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import io.gibbsite.rbm.RbmChains;
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
 * Samples an RBM with binary visible units, or a deep Boltzmann machine, by block Gibbs chains.
 *
 * @param model to sample
 * @param length of the chains
 * @param temperature samples {@code exp(-E / T)}
 * @param start where they start, and what they hold
 * @param data byte[rows * columns]: rows to start from, or null
 */
record GibbsChains(
    BinaryModel model, ChainLength length, float temperature, ChainStart start, byte[] data) {
  static Map<String, String> metadata(Path file) {
    return ModelAndData.read(file, Safetensors::read).metadata();
  }

  /** Writes the samples and, unless null, the picture. */
  void run(SampleFile out, Path picture, CommonOptions common) throws IOException {
    RbmParameters parameters = model.rbm();
    RbmShape shape = parameters.shape();
    VisibleLayout layout = model.wholeLayout();
    RunOptions.require(
        picture == null || layout.images() != null,
        "--picture needs a model that was trained on images");
    length.requireFits(shape.visible());
    int chains = length.chains();
    int columns = model.columns();
    byte[] first = model.start(start, data, chains, common.seed());
    boolean[] held = model.held(start);
    byte[] samples = new byte[chains * length.draws() * columns];
    float[] energies = new float[chains * length.draws()];
    byte[] v = new byte[chains * shape.visible()];
    try (Backend backend = common.openBackend();
        RbmSession session = backend.open(shape, chains);
        Progress progress = common.progress("sample", length.total())) {
      boolean given = data != null || start.hasRows();
      byte[] states = model.whole(first, given, chains, common.seed(), backend);
      session.setParameters(parameters);
      session.setVisible(states, chains);
      session.clamp(held);
      move(session, 0, length.burnIn(), common.seed(), progress);
      for (int draw = 0; draw < length.draws(); draw++) {
        int done = length.burnIn() + draw * length.thin();
        move(session, done, length.thin(), common.seed(), progress);
        session.readVisible(v);
        record(session, length, columns, v, draw, samples, energies);
      }
      if (picture != null) {
        int side = SamplePicture.imagesAcross(chains);
        float[] x = RbmImages.lastProbabilities(session, layout);
        if (held != null) {
          keep(held, states, layout, x);
        }
        Png.write(
            picture, PanelRow.draw(List.of(RbmImages.grid("samples", x, layout.images(), side))));
      }
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("posterior/x", NdArray.of(samples, chains, length.draws(), columns));
    arrays.put("sample_stats/free_energy", NdArray.of(energies, chains, length.draws()));
    HeldColumns.put(held, columns, arrays);
    out.write(arrays);
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

  /** Puts the first columns of the chains' states v, and their free energies, in their place. */
  static void record(
      RbmSession session,
      ChainLength length,
      int columns,
      byte[] v,
      int draw,
      byte[] samples,
      float[] energies) {
    int visible = session.shape().visible();
    int draws = length.draws();
    double[] energy = new double[length.chains()];
    session.freeEnergy(v, length.chains(), energy);
    for (int chain = 0; chain < length.chains(); chain++) {
      System.arraycopy(v, chain * visible, samples, (chain * draws + draw) * columns, columns);
      energies[chain * draws + draw] = (float) energy[chain];
    }
  }
}
