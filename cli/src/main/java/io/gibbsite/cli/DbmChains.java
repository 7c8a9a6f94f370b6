package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.dbm.DbmBlocks;
import io.gibbsite.dbm.DbmModel;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import io.gibbsite.io.Safetensors;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples a deep Boltzmann machine by Gibbs chains of its even and its odd layers in turn.
 *
 * @param file the model
 * @param length of the chains
 * @param temperature samples {@code exp(-E / T)}
 * @param data the run from whose training rows, and their posteriors, the chains start, or null for
 *     the biases
 */
record DbmChains(Path file, ChainLength length, float temperature, TrainDbmOptions data) {
  /** Writes the samples and, unless null, the picture. */
  void run(Path out, Path picture, CommonOptions common) throws IOException {
    DbmParameters parameters = ModelAndData.read(file, DbmModel::read).parameters();
    DbmShape shape = parameters.shape();
    VisibleLayout layout = layout(file, shape);
    RunOptions.require(
        picture == null || layout.images() != null,
        "--picture needs a machine that was trained on images");
    length.requireFits(shape.visible());
    RbmParameters sides = DbmBlocks.join(parameters);
    int chains = length.chains();
    byte[] samples = new byte[chains * length.draws() * shape.visible()];
    float[] energies = new float[chains * length.draws()];
    byte[] states = new byte[chains * sides.shape().visible()];
    double[] energy = new double[chains];
    try (Backend backend = common.openBackend();
        RbmSession session = backend.open(sides.shape(), chains);
        Progress progress = common.progress("sample", length.total())) {
      session.setParameters(sides);
      session.setVisible(start(parameters, sides, backend, common.seed()), chains);
      long seed = common.seed();
      GibbsChains.move(session, length, temperature, 0, length.burnIn(), seed, progress);
      for (int draw = 0; draw < length.draws(); draw++) {
        int first = length.burnIn() + draw * length.thin();
        GibbsChains.move(session, length, temperature, first, length.thin(), seed, progress);
        session.readVisible(states);
        session.freeEnergy(states, chains, energy);
        byte[] v = DbmBlocks.layer(shape, 0, states, chains);
        for (int chain = 0; chain < chains; chain++) {
          int to = chain * length.draws() + draw;
          System.arraycopy(
              v, chain * shape.visible(), samples, to * shape.visible(), shape.visible());
          energies[to] = (float) energy[chain];
        }
      }
      if (picture != null) {
        int side = (int) Math.min(GibbsChains.MOST_IMAGES_ACROSS, Math.sqrt(chains));
        VisibleLayout even = layout.followedBy(sides.shape().visible() - shape.visible());
        float[] x = RbmImages.lastProbabilities(session, even);
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

  /** What the visible units stand for, as the model file says. */
  static VisibleLayout layout(Path file, DbmShape shape) {
    Map<String, String> metadata = ModelAndData.read(file, Safetensors::read).metadata();
    return VisibleLayout.of(metadata, new RbmShape(shape.visible(), shape.units(1)));
  }

  /** The chains' first states of the even layers. */
  private byte[] start(DbmParameters parameters, RbmParameters sides, Backend backend, long seed) {
    int chains = length.chains();
    if (data == null) {
      return BaseRates.sample(sides.visibleBias(), chains, seed);
    }
    BinaryRows rows =
        BinaryRows.above(DataSource.split(DataSource.read(data), data).training(), data.threshold);
    byte[] v = new byte[chains * parameters.shape().visible()];
    for (int k = 0; k < v.length; k++) {
      v[k] = rows.states()[k % rows.states().length];
    }
    return DbmPosterior.of(
            parameters, new BinaryRows(v, chains), chains, DbmPosterior.QUICK, backend)
        .evenStates()
        .states();
  }
}
