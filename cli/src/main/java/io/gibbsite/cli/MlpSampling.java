package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.cli.picture.ImageGrid;
import io.gibbsite.cli.picture.PanelRow;
import io.gibbsite.cli.picture.Plane;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.cli.picture.ScatterPlot;
import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.io.NdArray;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.Langevin;
import io.gibbsite.sampler.SamplerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples an MLP energy by one of the samplers of {@link MlpSamplerOptions}.
 *
 * <p>Used once.
 */
final class MlpSampling {
  private static final int MOST_POINTS = 20_000;

  private final ChainLength length;
  private final String rule;
  private final int levels;
  private final float temperature;
  private final String init;
  private final MlpSamplerOptions samplers;
  private final MlpModel model;

  /** Null for a model file alone. */
  private final RunFolder run;

  /** Null for a model file alone. */
  private final RunFolder.Fitted fitted;

  /**
   * Reads the model.
   *
   * @param source a run's folder, or a model file
   * @param rule the sampler's name, checked
   * @param levels temperatures of pt
   * @param init where chains start, or null for the usual place
   * @throws IllegalArgumentException if a file is bad
   */
  MlpSampling(
      Path source,
      ChainLength length,
      String rule,
      int levels,
      float temperature,
      String init,
      MlpSamplerOptions samplers) {
    this.length = length;
    this.rule = rule;
    this.levels = levels;
    this.temperature = temperature;
    this.init = init;
    this.samplers = samplers;
    run = Files.isDirectory(source) ? new RunFolder(source) : null;
    model = ModelAndData.read(run == null ? source : run.model(), MlpModel::read);
    fitted = run == null ? null : ModelAndData.read(source, folder -> run.readFitted());
  }

  /** Writes the samples and, unless null, the picture; prints how well the chains have mixed. */
  void run(SampleFile out, Path picture, CommonOptions common) throws IOException {
    Langevin langevin = samplers.langevin(rule, temperature);
    int d = columns();
    int chains = length.chains();
    int draws = length.draws();
    length.requireFits(d);
    boolean images = fitted != null && fitted.images() != null;
    if (picture != null && d != 2 && !images) {
      throw new IllegalArgumentException(
          "--picture needs a model of 2 columns or a run on images, not " + d + " columns");
    }
    float[] x = start(common.seed());
    float[] samples = new float[chains * draws * d];
    float[] energies = new float[chains * draws];
    float[] rates = null;
    int threads = common.backendOptions().threads();
    try (Backend backend = common.openBackend();
        MlpSession session =
            backend.open(model.parameters().shape(), samplers.rows(rule, chains, levels));
        Workers workers = new Workers(threads, "gibbsite-sampler");
        Progress progress = common.progress("sample", length.total())) {
      session.setParameters(model.parameters());
      SamplerSettings settings =
          new SamplerSettings(rule.equals("langevin") ? 1 : temperature, common.seed(), workers);
      MlpChains moving = samplers.begin(rule, session, x, chains, levels, langevin, settings);
      moving.burnIn(length.burnIn(), done -> progress.at(done, ""));
      float[] rate = new float[chains];
      for (int draw = 0; draw < draws; draw++) {
        moving.run(length.thin());
        long step = length.burnIn() + (draw + 1L) * length.thin();
        progress.at(step, "");
        record(moving, x, step, draw, samples, energies);
        if (moving.readAcceptance(rate)) {
          rates = rates == null ? new float[chains * draws] : rates;
          for (int chain = 0; chain < chains; chain++) {
            rates[chain * draws + draw] = rate[chain];
          }
        }
      }
      if (!moving.findings().isEmpty()) {
        common.note(moving.findings());
      }
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("posterior/x", NdArray.of(samples, chains, draws, d));
    arrays.put("sample_stats/energy", NdArray.of(energies, chains, draws));
    if (rates != null) {
      arrays.put("sample_stats/acceptance_rate", NdArray.of(rates, chains, draws));
    }
    out.write(arrays);
    ConvergenceReport.of(arrays, threads).print(common.out());
    if (picture != null) {
      Png.write(picture, PanelRow.draw(List.of(images ? images(x) : points(samples))));
    }
  }

  private int columns() {
    return model.parameters().shape().inputs();
  }

  /** The chains' first states, float[chains * d]. */
  private float[] start(long seed) {
    int d = columns();
    float[] x = new float[length.chains() * d];
    if ("data".equals(init)) {
      require(run != null, "--init data needs a run's folder, not a model file");
      float[] rows =
          TrainingData.prepare(
                  ModelAndData.read(
                      run.config(), file -> Json.read(file, MlpTrainingOptions.class)))
              .jittered()
              .values();
      for (int i = 0; i < x.length; i++) {
        x[i] = rows[i % rows.length];
      }
      return x;
    }
    Density density = density(d);
    for (int i = 0; i < length.chains(); i++) {
      density.sample(seed, DrawStream.INITIAL_STATE, 0, i, x, i * d);
    }
    return x;
  }

  private Density density(int d) {
    MlpParameters parameters = model.parameters();
    String chosen =
        init != null
            ? init
            : fitted != null ? "noise" : parameters.base() != null ? "base" : "normal";
    return switch (chosen) {
      case "noise" -> {
        require(fitted != null, "--init noise needs a run's folder, not a model file");
        yield fitted.noise();
      }
      case "base" -> {
        require(parameters.base() != null, "--init base: the model has no base density");
        yield parameters.base();
      }
      case "normal" -> Gaussian.isotropic(d, 0, 1);
      default ->
          throw new IllegalArgumentException(
              "--init must be noise, base, normal or data, not '" + init + "'");
    };
  }

  private void record(
      MlpChains moving, float[] x, long step, int draw, float[] samples, float[] energies) {
    int d = columns();
    int chains = length.chains();
    int draws = length.draws();
    float[] energy = new float[chains];
    moving.read(x, energy);
    for (int chain = 0; chain < chains; chain++) {
      if (!Float.isFinite(energy[chain])) {
        throw new ArithmeticException(
            "chain %d left the finite numbers within %d steps: lower --step-size, or set --clip or --box"
                .formatted(chain, step));
      }
      System.arraycopy(x, chain * d, samples, (chain * draws + draw) * d, d);
      energies[chain * draws + draw] = energy[chain];
    }
  }

  private ScatterPlot points(float[] samples) {
    int all = length.chains() * length.draws();
    int rows = Math.min(all, MOST_POINTS);
    float[] shown = samples;
    if (rows < all) {
      shown = new float[2 * rows];
      for (int i = 0; i < rows; i++) {
        int row = (int) ((long) i * all / rows);
        System.arraycopy(samples, 2 * row, shown, 2 * i, 2);
      }
    }
    return new ScatterPlot("samples", Plane.around(shown, rows, 0.08), shown, rows);
  }

  /** The chains' last states. */
  private ImageGrid images(float[] x) {
    int side = SamplePicture.imagesAcross(length.chains());
    return TrainingPictures.grid(
        "samples",
        Arrays.copyOf(x, side * side * columns()),
        side,
        fitted.images(),
        fitted.standardiser());
  }
}
