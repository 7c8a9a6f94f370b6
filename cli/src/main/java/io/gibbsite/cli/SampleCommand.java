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
import io.gibbsite.io.AtomicFile;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.Langevin;
import io.gibbsite.sampler.SamplerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Samples from a trained model. */
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Draws samples from a trained model by Markov chains.",
    footer = {
      "",
      "X.npz gets posterior/x [chain, draw, column], in the model's units (standardised, if the run",
      "standardised its data), sample_stats/energy [chain, draw] and, of mala, hmc, mh and pt,",
      "sample_stats/acceptance_rate. A binary RBM's x are bytes 0 or 1; RBMs have",
      "sample_stats/free_energy. The table at the end is that of gibbsite diagnose.",
      "",
      "pt adds levels below an RBM, of which the lowest is noise (with --init data the base rates of",
      "the chains' first rows), and exchanges states between them, so that chains pass from mode to",
      "mode. Burn-in places the levels. sample_stats/swap_acceptance [chain, draw, level] has the",
      "latest probability that a level was exchanged with the next one up, tempering/beta [level]",
      "the inverse temperatures.",
      "",
      "Examples:",
      "  gibbsite sample run --sampler langevin --chains 64 --steps 1000 --out x.npz",
      "  gibbsite sample run --sampler hmc --leapfrog 20 --out x.npz",
      "  gibbsite sample run --sampler pt --hottest 30 --levels 8 --out x.npz",
      "  gibbsite sample rbm.safetensors --steps 1000 --out x.npz",
      "  gibbsite sample rbm.safetensors --sampler pt --levels 10 --steps 1000 --out x.npz",
      "  gibbsite sample run --label 7 --out sevens.npz --picture sevens.png",
      "  gibbsite sample run --init normal --step-size 0.005 --out x.npz --picture x.png",
    })
final class SampleCommand implements Callable<Integer> {
  private static final int MOST_POINTS = 20_000;
  private static final int MOST_IMAGES_ACROSS = 12;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "RUN|MODEL.safetensors",
      description = "The folder of a training run, or a model file.")
  private Path source;

  @Option(
      names = "--sampler",
      paramLabel = "S",
      description =
          "For MLPs: langevin (default), mala, hmc, mh (random-walk Metropolis), underdamped (BAOAB),"
              + " annealed (Langevin that cools down in burn-in), pt (parallel tempering of mala) or"
              + " svgd; for RBMs: gibbs (default) or pt (parallel tempering of it).")
  private String sampler;

  @Option(names = "--chains", paramLabel = "N", description = "Chains (default ${DEFAULT-VALUE}).")
  private int chains = 64;

  @Option(
      names = "--steps",
      paramLabel = "K",
      description = "Steps after burn-in (default ${DEFAULT-VALUE}).")
  private int steps = 1000;

  @Option(
      names = "--burn-in",
      paramLabel = "K",
      description = "Steps before the first draw counts (default ${DEFAULT-VALUE}).")
  private int burnIn = 1000;

  @Option(
      names = "--thin",
      paramLabel = "K",
      description = "Write the state after every K-th step (default 10; svgd: the last one alone).")
  private Integer thin;

  @Option(
      names = "--step-size",
      paramLabel = "ETA",
      description =
          "Of x <- x - ETA dE/dx + noise, or as the sampler has it (default: adapted in burn-in by"
              + " mala, hmc, mh and pt; 0.05 for underdamped and svgd; else 0.01).")
  private Float stepSize;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Samples exp(-E / T) (default ${DEFAULT-VALUE}).")
  private float temperature = 1;

  @Option(
      names = "--levels",
      paramLabel = "K",
      description =
          "Of pt: temperatures of each chain, at least 2 (default ${DEFAULT-VALUE}); from T up to"
              + " --hottest for MLPs, inverse ones from 0 to 1 for RBMs.")
  private int levels = 10;

  @Option(
      names = "--noise-scale",
      paramLabel = "S",
      description = "Deviation of the noise, apart from temperature (default sqrt(2 ETA T)).")
  private Float noiseScale;

  @Option(
      names = "--clip",
      paramLabel = "C",
      description = "Hold gradient components to +-C (default: no limit).")
  private Float clip;

  @Option(
      names = "--box",
      split = ",",
      paramLabel = "LO,HI",
      description = "Hold components to [LO, HI] (default: no limit).")
  private float[] box;

  @Option(
      names = "--init",
      paramLabel = "I",
      description =
          "Where chains start: noise (the run's noise density), base (the model's), normal (N(0,"
              + " 1)) or data (the run's training rows); default: the first of noise, base and"
              + " normal that there is. For RBMs: base (default), the visible biases, or data.")
  private String init;

  @Mixin private ChainStart start;

  @Mixin private MlpSamplerOptions samplers;

  @Option(names = "--out", required = true, paramLabel = "X.npz", description = "The samples.")
  private Path out;

  @Option(
      names = "--picture",
      paramLabel = "P.png",
      description = "Draw them: points of plane data, images of a run on images.")
  private Path picture;

  @Mixin private CommonOptions common;

  private MlpModel model;
  private RunFolder run;
  private RunFolder.Fitted fitted;

  @Override
  public Integer call() throws IOException {
    int every = thin != null ? thin : "svgd".equals(sampler) ? steps : 10;
    ChainLength length = new ChainLength(chains, steps, burnIn, every);
    Path file = Files.isDirectory(source) ? new RunFolder(source).model() : source;
    if (GibbsChains.fits(file)) {
      if ("pt".equals(sampler)) {
        tempered(file, length).run(out, picture, common);
      } else {
        new GibbsChains(file, length, temperature, start, gibbsData()).run(out, picture, common);
      }
      return 0;
    }
    if (GaussianGibbsChains.fits(file)) {
      require(!"pt".equals(sampler), "--sampler pt is of RBMs with binary visible units");
      new GaussianGibbsChains(file, length, temperature, start, gibbsData())
          .run(out, picture, common);
      return 0;
    }
    require(
        start.given().isEmpty(), String.join(", ", start.given()) + " is of RBMs, not of an MLP");
    String rule = sampler == null ? "langevin" : sampler;
    require(rule.equals("pt") || !isGiven("--levels"), "--levels is of pt: add --sampler pt");
    require(levels >= 2, "--levels must be at least 2, not " + levels);
    samplers.check(rule, temperature);
    Langevin langevin = langevin(rule);
    AtomicFile.requirePlace(out);
    read();
    int d = columns();
    int draws = length.draws();
    length.requireFits(d);
    boolean images = fitted != null && fitted.images() != null;
    if (picture != null && d != 2 && !images) {
      throw new IllegalArgumentException(
          "--picture needs a model of 2 columns or a run on images, not " + d + " columns");
    }
    float[] x = start(d);
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
      MlpChains moving =
          samplers.begin(rule, session, x, chains, levels, langevin, stepSize == null, settings);
      moving.burnIn(burnIn, done -> progress.at(done, ""));
      float[] rate = new float[chains];
      for (int draw = 0; draw < draws; draw++) {
        moving.run(every);
        progress.at(burnIn + (draw + 1L) * every, "");
        record(moving, x, burnIn + (draw + 1) * every, draw, draws, samples, energies);
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
    Npz.write(out, arrays);
    ConvergenceReport.of(arrays, threads).print(common.out());
    if (picture != null) {
      Png.write(picture, PanelRow.draw(List.of(images ? images(x) : points(samples, draws))));
    }
    return 0;
  }

  /** Checks the options of RBMs; the run whose rows the chains start from, or null. */
  private TrainRbmOptions gibbsData() {
    require(
        sampler == null || sampler.equals("gibbs"),
        "--sampler must be gibbs or pt for an RBM, not '" + sampler + "'");
    require(!isGiven("--levels"), "--levels is of pt: add --sampler pt");
    require(
        temperature > 0 && Float.isFinite(temperature),
        "--temperature must be positive for an RBM, not " + temperature);
    return dataOfRun();
  }

  private TemperedChains tempered(Path file, ChainLength length) {
    require(levels >= 2, "--levels must be at least 2, not " + levels);
    require(!isGiven("--temperature"), "--temperature is of gibbs: pt samples the model itself");
    for (String option : start.given()) {
      require(option.equals("--from"), option + " holds units, which pt does not: use gibbs");
    }
    return new TemperedChains(file, length, levels, start, dataOfRun());
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** The run whose training rows an RBM's chains start from, or null. */
  private TrainRbmOptions dataOfRun() {
    List<String> others = new ArrayList<>(samplers.given());
    if (stepSize != null) {
      others.add("--step-size");
    }
    require(
        others.isEmpty(),
        String.join(", ", others) + " is of samplers of MLPs: an RBM is sampled by gibbs or pt");
    require(
        init == null || init.equals("base") || init.equals("data"),
        "--init must be base or data for an RBM, not '" + init + "'");
    if (!"data".equals(init)) {
      return null;
    }
    require(Files.isDirectory(source), "--init data needs a run's folder, not a model file");
    Path config = new RunFolder(source).config();
    return ModelAndData.read(config, at -> Json.read(at, TrainRbmOptions.class));
  }

  private Langevin langevin(String rule) {
    float size = stepSize == null ? MlpSamplerOptions.usualStepSize(rule) : stepSize;
    require(size > 0 && Float.isFinite(size), "--step-size must be positive, not " + size);
    require(
        temperature >= 0 && Float.isFinite(temperature),
        "--temperature must be at least 0, not " + temperature);
    require(
        noiseScale == null || noiseScale >= 0 && Float.isFinite(noiseScale),
        "--noise-scale must be at least 0, not " + noiseScale);
    require(clip == null || clip > 0, "--clip must be positive, not " + clip);
    require(
        box == null || box.length == 2 && box[0] < box[1],
        "--box must be LO,HI with LO below HI, not " + Arrays.toString(box));
    Langevin langevin = Langevin.steps(1).stepSize(size).temperature(temperature);
    langevin = noiseScale == null ? langevin : langevin.noiseScale(noiseScale);
    langevin = clip == null ? langevin : langevin.clip(clip);
    return box == null ? langevin : langevin.box(box[0], box[1]);
  }

  private void read() {
    if (Files.isDirectory(source)) {
      run = new RunFolder(source);
      model = ModelAndData.read(run.model(), MlpModel::read);
      fitted = ModelAndData.read(source, folder -> run.readFitted());
    } else {
      model = ModelAndData.read(source, MlpModel::read);
    }
  }

  private int columns() {
    return model.parameters().shape().inputs();
  }

  /** The chains' first states, float[chains * d]. */
  private float[] start(int d) {
    float[] x = new float[chains * d];
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
    for (int i = 0; i < chains; i++) {
      density.sample(common.seed(), DrawStream.INITIAL_STATE, 0, i, x, i * d);
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
      MlpChains moving,
      float[] x,
      int step,
      int draw,
      int draws,
      float[] samples,
      float[] energies) {
    int d = columns();
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

  private ScatterPlot points(float[] samples, int draws) {
    int rows = Math.min(chains * draws, MOST_POINTS);
    float[] shown = samples;
    if (rows < chains * draws) {
      shown = new float[2 * rows];
      for (int i = 0; i < rows; i++) {
        int row = (int) ((long) i * chains * draws / rows);
        System.arraycopy(samples, 2 * row, shown, 2 * i, 2);
      }
    }
    return new ScatterPlot("samples", Plane.around(shown, rows, 0.08), shown, rows);
  }

  /** The chains' last states. */
  private ImageGrid images(float[] x) {
    int side = (int) Math.min(MOST_IMAGES_ACROSS, Math.sqrt(chains));
    return TrainingPictures.grid(
        "samples",
        Arrays.copyOf(x, side * side * columns()),
        side,
        fitted.images(),
        fitted.standardiser());
  }
}
