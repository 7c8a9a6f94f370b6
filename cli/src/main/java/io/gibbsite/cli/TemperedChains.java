package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.io.NdArray;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmSession;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.rbm.RbmTempering;
import io.gibbsite.sampler.ParallelTempering;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples an RBM, or a deep Boltzmann machine, by parallel tempering, one sweep between exchanges.
 *
 * @param model to sample
 * @param length of the chains
 * @param levels at least 2
 * @param start where they start
 * @param data byte[rows * columns]: rows to start from, whose base rates the lowest level has; or
 *     null for fair bits there, that is for levels that are plain temperatures
 */
record TemperedChains(
    BinaryModel model, ChainLength length, int levels, ChainStart start, byte[] data) {
  /** Writes the samples and, unless null, the picture; prints the levels. */
  void run(SampleFile out, Path picture, CommonOptions common) throws IOException {
    RbmParameters parameters = model.rbm();
    RbmShape shape = parameters.shape();
    VisibleLayout layout = model.wholeLayout();
    RunOptions.require(
        picture == null || layout.images() != null,
        "--picture needs a model that was trained on images");
    length.requireFits(Math.max(shape.visible(), levels));
    int chains = length.chains();
    requireFits(chains, levels, shape.visible());
    int columns = model.columns();
    byte[] first = model.start(start, data, chains, common.seed());
    byte[] v;
    byte[] samples = new byte[chains * length.draws() * columns];
    float[] energies = new float[chains * length.draws()];
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    int draws = length.draws();
    try (Backend backend = common.openBackend();
        RbmSession session = backend.open(shape, chains * levels);
        Progress progress = common.progress("sample", length.total())) {
      boolean given = data != null || start.hasRows();
      v = model.whole(first, given, chains, common.seed(), backend);
      session.setParameters(parameters);
      ParallelTempering options = ParallelTempering.even(levels, base(v, shape.visible()));
      RbmTempering tempering = new RbmTempering(session, options, v, chains, common.seed());
      TemperingTrace trace = new TemperingTrace(tempering, draws);
      tempering.burnIn(length.burnIn(), done -> progress.at(done, ""));
      for (int draw = 0; draw < draws; draw++) {
        for (int sweep = 0; sweep < length.thin(); sweep++) {
          tempering.step();
          progress.at(tempering.round(), "");
        }
        tempering.readVisible(v);
        GibbsChains.record(session, length, columns, v, draw, samples, energies);
        trace.record(draw);
      }
      trace.print(common.out());
      arrays.put("posterior/x", NdArray.of(samples, chains, draws, columns));
      arrays.put("sample_stats/free_energy", NdArray.of(energies, chains, draws));
      trace.put(arrays);
    }
    if (picture != null) {
      int side = SamplePicture.imagesAcross(chains);
      float[] x = layout.unlabelled(new BinaryRows(v, chains).floats(), chains);
      Png.write(
          picture, PanelRow.draw(List.of(RbmImages.grid("samples", x, layout.images(), side))));
    }
    out.write(arrays);
    ConvergenceReport.of(arrays, common.backendOptions().threads()).print(common.out());
  }

  static void requireFits(int chains, int levels, int visible) {
    RunOptions.require(
        (long) chains * levels * visible <= Integer.MAX_VALUE - 64,
        "%d chains of %d levels are too many for one session: lower --chains or --levels"
            .formatted(chains, levels));
  }

  private float[] base(byte[] v, int visible) {
    return data == null
        ? new float[visible]
        : BaseRates.logOdds(new BinaryRows(v, length.chains()).floats(), length.chains(), visible);
  }
}
