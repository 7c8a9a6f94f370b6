package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.Panel;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.io.NdArray;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.GaussianRbmModel;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmSession;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.rbm.GaussianRbmTempering;
import io.gibbsite.sampler.ParallelTempering;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples an RBM with real visible units by parallel tempering, one sweep between exchanges.
 *
 * @param file the model
 * @param length of the chains
 * @param levels at least 2
 * @param start where they start
 * @param data the run from whose training rows they start, or null. The lowest level is normal
 *     round the means of the rows that chains start from, or, where none are given, round the
 *     visible biases
 */
record GaussianTemperedChains(
    Path file, ChainLength length, int levels, ChainStart start, TrainRbmOptions data) {
  /** Writes the samples and, unless null, the picture; prints the levels. */
  void run(SampleFile out, Path picture, CommonOptions common) throws IOException {
    GaussianRbmParameters parameters = ModelAndData.read(file, GaussianRbmModel::read).parameters();
    GaussianRbmShape shape = parameters.shape();
    int visible = shape.visible();
    VisibleLayout layout = VisibleLayout.of(GibbsChains.metadata(file), shape.units());
    GaussianGibbsChains.requireDrawable(picture, layout);
    length.requireFits(Math.max(visible, levels));
    int chains = length.chains();
    int draws = length.draws();
    TemperedChains.requireFits(chains, levels, visible);
    float[] v = start.states(parameters, layout, chains, data, common.seed());
    float[] base =
        data != null || start.hasRows()
            ? BaseRates.means(v, chains, visible)
            : parameters.visibleBias();
    float[] samples = new float[chains * draws * visible];
    float[] energies = new float[chains * draws];
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    try (Backend backend = common.openBackend();
        GaussianRbmSession session = backend.open(shape, chains * levels);
        Progress progress = common.progress("sample", length.total())) {
      session.setParameters(parameters);
      ParallelTempering options = ParallelTempering.even(levels, base);
      GaussianRbmTempering tempering =
          new GaussianRbmTempering(session, options, v, chains, common.seed());
      TemperingTrace trace = new TemperingTrace(tempering, draws);
      tempering.burnIn(length.burnIn(), done -> progress.at(done, ""));
      for (int draw = 0; draw < draws; draw++) {
        for (int sweep = 0; sweep < length.thin(); sweep++) {
          tempering.step();
          progress.at(tempering.round(), "");
        }
        tempering.readVisible(v);
        GaussianGibbsChains.record(session, length, v, draw, samples, energies);
        trace.record(draw);
      }
      trace.print(common.out());
      arrays.put("posterior/x", NdArray.of(samples, chains, draws, visible));
      arrays.put("sample_stats/free_energy", NdArray.of(energies, chains, draws));
      trace.put(arrays);
    }
    if (picture != null) {
      Panel panel =
          layout.images() != null
              ? images(v, layout)
              : GaussianGibbsChains.points(samples, chains * draws);
      Png.write(picture, PanelRow.draw(List.of(panel)));
    }
    out.write(arrays);
    ConvergenceReport.of(arrays, common.backendOptions().threads()).print(common.out());
  }

  private Panel images(float[] v, VisibleLayout layout) {
    int side = SamplePicture.imagesAcross(length.chains());
    return RbmImages.grid("samples", v, layout.images(), side);
  }
}
