package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.boltzmann.BoltzmannShape;
import io.gibbsite.cli.picture.Column;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.io.NdArray;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinStates;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples a Boltzmann machine or a Hopfield network by Gibbs chains, unit after unit.
 *
 * @param of the model
 * @param length of the chains
 * @param temperature samples {@code exp(-E / T)}
 * @param scan the order of the units
 * @param start where they start, and what they hold
 * @param rows byte[rows * visible] to start from, or null
 */
record SpinChains(
    SpinModel of, ChainLength length, float temperature, Scan scan, ChainStart start, byte[] rows) {
  /** Writes the samples and, unless null, the picture. */
  void run(SampleFile out, Path picture, CommonOptions common) throws IOException {
    SpinParameters parameters = of.model().parameters();
    BoltzmannShape shape = of.model().shape();
    int visible = shape.visible();
    VisibleLayout layout = of.layout();
    RunOptions.require(
        picture == null || layout.images() != null || Fonts.available(),
        "--picture needs a model of images, or fonts for the traces, and this system has none");
    length.requireFits(Math.max(visible, of.patterns() == null ? 1 : of.patterns().count()));
    int chains = length.chains();
    int draws = length.draws();
    byte[] y = SpinStates.random(shape.units(), chains, common.seed());
    float[] bias = Arrays.copyOf(parameters.biases(), visible);
    byte[] v = start.spins(bias, rows, layout, chains, common.seed());
    shape.join(v, chains, y);
    boolean[] held = start.held(layout);
    byte[] samples = new byte[chains * draws * visible];
    double[] energy = new double[chains];
    SpinTraces traces = new SpinTraces(length, of.patterns(), visible);
    try (Backend backend = common.openSpinBackend();
        SpinSession session = backend.open(shape.network(), chains);
        Progress progress = common.progress("sample", length.total())) {
      session.setParameters(parameters);
      session.setStates(y, chains);
      session.clamp(held == null ? null : Arrays.copyOf(held, shape.units()));
      move(session, 0, length.burnIn(), common.seed(), progress);
      for (int draw = 0; draw < draws; draw++) {
        int first = length.burnIn() + draw * length.thin();
        move(session, first, length.thin(), common.seed(), progress);
        session.readStates(y);
        session.energies(energy);
        for (int c = 0; c < chains; c++) {
          System.arraycopy(y, c * shape.units(), v, c * visible, visible);
          System.arraycopy(v, c * visible, samples, (c * draws + draw) * visible, visible);
        }
        traces.add(draw, v, energy);
      }
    }
    if (picture != null) {
      draw(picture, v, traces);
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("posterior/x", NdArray.signed(samples, chains, draws, visible));
    traces.put(arrays);
    HeldColumns.put(held, visible, arrays);
    out.write(arrays);
    ConvergenceReport.of(arrays, common.backendOptions().threads()).print(common.out());
    traces.print(common.out());
  }

  /** Sweeps one at a time, so that progress shows. */
  private void move(SpinSession session, int first, int count, long seed, Progress progress) {
    Gibbs gibbs = Gibbs.sweeps(0).temperature(temperature);
    for (int t = first; t < first + count; t++) {
      session.gibbs(gibbs.from(t, 1), scan, seed);
      progress.at(t + 1, "");
    }
  }

  /** The chains' last states, and the traces. */
  private void draw(Path picture, byte[] v, SpinTraces traces) throws IOException {
    List<BufferedImage> parts = new ArrayList<>();
    VisibleLayout layout = of.layout();
    if (layout.images() != null) {
      int side = SamplePicture.imagesAcross(length.chains());
      float[] x = layout.unlabelled(Spins.greys(v), length.chains());
      parts.add(PanelRow.draw(List.of(RbmImages.grid("samples", x, layout.images(), side))));
    }
    if (Fonts.available()) {
      parts.addAll(traces.curves());
    }
    Png.write(picture, Column.draw(parts));
  }
}
