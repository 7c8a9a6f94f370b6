package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Backend;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
      "standardised its data), and sample_stats/energy [chain, draw]. An RBM's x are bytes 0 or 1,",
      "with sample_stats/free_energy.",
      "",
      "Examples:",
      "  gibbsite sample run --sampler langevin --chains 64 --steps 1000 --out x.npz",
      "  gibbsite sample rbm.safetensors --steps 1000 --out x.npz",
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
          "langevin: unadjusted Langevin dynamics (default for MLPs); gibbs: block Gibbs sweeps"
              + " (default for RBMs).")
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
      description = "Write the state after every K-th step (default ${DEFAULT-VALUE}).")
  private int thin = 10;

  @Option(
      names = "--step-size",
      paramLabel = "ETA",
      description = "Of x <- x - ETA dE/dx + noise (default ${DEFAULT-VALUE}).")
  private float stepSize = 0.01f;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Samples exp(-E / T) (default ${DEFAULT-VALUE}).")
  private float temperature = 1;

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
    ChainLength length = new ChainLength(chains, steps, burnIn, thin);
    Path file = Files.isDirectory(source) ? new RunFolder(source).model() : source;
    if (GibbsChains.fits(file)) {
      gibbs(file, length).run(out, picture, common);
      return 0;
    }
    require(
        start.given().isEmpty(), String.join(", ", start.given()) + " is of RBMs, not of an MLP");
    Langevin langevin = langevin();
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
    try (Backend backend = common.openBackend();
        MlpSession session = backend.open(model.parameters().shape(), chains);
        Progress progress = common.progress("sample", burnIn + (long) steps)) {
      session.setParameters(model.parameters());
      session.setChains(x, chains);
      move(session, langevin, 0, burnIn, progress);
      for (int draw = 0; draw < draws; draw++) {
        move(session, langevin, burnIn + draw * thin, thin, progress);
        record(session, x, draw, draws, samples, energies);
      }
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("posterior/x", NdArray.of(samples, chains, draws, d));
    arrays.put("sample_stats/energy", NdArray.of(energies, chains, draws));
    Npz.write(out, arrays);
    if (picture != null) {
      Png.write(picture, PanelRow.draw(List.of(images ? images(x) : points(samples, draws))));
    }
    return 0;
  }

  private GibbsChains gibbs(Path file, ChainLength length) {
    require(
        sampler == null || sampler.equals("gibbs"),
        "--sampler must be gibbs for an RBM, not '" + sampler + "'");
    require(
        temperature > 0 && Float.isFinite(temperature),
        "--temperature must be positive for an RBM, not " + temperature);
    for (String option : List.of("--step-size", "--noise-scale", "--clip", "--box")) {
      require(
          !spec.commandLine().getParseResult().hasMatchedOption(option),
          option + " is of langevin: an RBM is sampled by gibbs");
    }
    require(
        init == null || init.equals("base") || init.equals("data"),
        "--init must be base or data for an RBM, not '" + init + "'");
    TrainRbmOptions data = null;
    if ("data".equals(init)) {
      require(Files.isDirectory(source), "--init data needs a run's folder, not a model file");
      Path config = new RunFolder(source).config();
      data = ModelAndData.read(config, at -> Json.read(at, TrainRbmOptions.class));
    }
    return new GibbsChains(file, length, temperature, start, data);
  }

  private Langevin langevin() {
    require(
        sampler == null || sampler.equals("langevin"),
        "--sampler must be langevin, not '" + sampler + "'");
    require(
        stepSize > 0 && Float.isFinite(stepSize), "--step-size must be positive, not " + stepSize);
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
    Langevin langevin = Langevin.steps(1).stepSize(stepSize).temperature(temperature);
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

  /** Makes steps, in pieces short enough to show progress. */
  private void move(
      MlpSession session, Langevin langevin, int first, int count, Progress progress) {
    int most = Math.max(1, (int) Math.min(count, 200_000L / chains));
    for (int done = 0; done < count; ) {
      int piece = Math.min(most, count - done);
      session.langevin(langevin.from(first + done, piece), common.seed());
      done += piece;
      progress.at(first + done, "");
    }
  }

  private void record(
      MlpSession session, float[] x, int draw, int draws, float[] samples, float[] energies) {
    int d = columns();
    float[] energy = new float[chains];
    session.readChains(x);
    session.energy(x, chains, energy);
    for (int chain = 0; chain < chains; chain++) {
      if (!Float.isFinite(energy[chain])) {
        throw new ArithmeticException(
            "chain %d left the finite numbers within %d steps: lower --step-size, or set --clip or --box"
                .formatted(chain, burnIn + (draw + 1) * thin));
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
