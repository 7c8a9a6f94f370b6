package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.data.Dataset;
import io.gibbsite.io.AtomicFile;
import io.gibbsite.spin.Scan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
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
      "sample_stats/free_energy. A Boltzmann machine's x are bytes -1 or +1, its visible units, beside",
      "the energy of all and their magnetisation; so are a Hopfield network's, with sample_stats/overlap",
      "[chain, draw, pattern]. constant_data/held [column] marks what --hold and --label held.",
      "attrs/report is the JSON, as bytes, of what made them: version, command, seed, backend and",
      "precision. The table at the end is that of gibbsite diagnose.",
      "",
      "pt adds levels below an RBM or a deep machine, of which the lowest is noise (with --init data",
      "the base rates of the chains' first rows; of real units a Gaussian round their means, or,",
      "without --init data and --from, round the visible biases), and exchanges states between them,",
      "so that chains pass from mode to mode. Burn-in places the levels. sample_stats/swap_acceptance",
      "[chain, draw, level] has the latest probability that a level was exchanged with the next one",
      "up, tempering/beta [level] the inverse temperatures. Of real units, start chains in several",
      "modes (--from): where the path favours one of them midway, chains stay where they started,",
      "though exchanges succeed.",
      "",
      "A noise-conditional energy (train mlp --objective multi-dsm) is sampled by Langevin steps down",
      "its ladder of noise: --steps at each level, of the size --step-size times the squared noise.",
      "Its samples are independent: one draw a chain. So are those of RUN/generator.safetensors, the",
      "generator that train mlp --objective steingan leaves beside the energy.",
      "",
      "Examples:",
      "  gibbsite sample run --sampler langevin --chains 64 --steps 1000 --out x.npz",
      "  gibbsite sample run --sampler hmc --leapfrog 20 --out x.npz",
      "  gibbsite sample run --sampler pt --hottest 30 --levels 8 --out x.npz",
      "  gibbsite sample run/generator.safetensors --chains 1000 --out x.npz --picture x.png",
      "  gibbsite sample rbm.safetensors --steps 1000 --out x.npz",
      "  gibbsite sample rbm.safetensors --sampler pt --levels 10 --steps 1000 --out x.npz",
      "  gibbsite sample run --label 7 --out sevens.npz --picture sevens.png",
      "  gibbsite sample run --init normal --step-size 0.005 --out x.npz --picture x.png",
    })
final class SampleCommand implements Callable<Integer> {
  /** Options of chains that sample one density. */
  private static final List<String> OF_CHAINS =
      List.of(
          "--sampler",
          "--burn-in",
          "--thin",
          "--temperature",
          "--levels",
          "--init",
          "--noise-scale",
          "--clip",
          "--box",
          "--leapfrog");

  @Spec private CommandSpec spec;

  /** The model, which other commands take as an option alone. */
  private static final class Source {
    @Parameters(
        paramLabel = "RUN|MODEL.safetensors",
        description = "The folder of a training run, or a model file.")
    private Path argument;

    @Option(names = "--model", paramLabel = "RUN|M.safetensors", description = "The same.")
    private Path option;
  }

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Source named;

  /** What was named. */
  private Path source;

  @Option(
      names = "--sampler",
      paramLabel = "S",
      description =
          "For MLPs: langevin (default), mala, hmc, mh (random-walk Metropolis), underdamped (BAOAB),"
              + " annealed (Langevin that cools down in burn-in), pt (parallel tempering of mala) or"
              + " svgd; for RBMs and deep machines: gibbs (default) or pt (parallel tempering of it).")
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
      names = "--init",
      paramLabel = "I",
      description =
          "Where chains start: noise (the run's noise density), base (the model's), normal (N(0,"
              + " 1)) or data (the run's training rows); default: the first of noise, base and"
              + " normal that there is. For RBMs and all other Boltzmann machines: base (default), the visible"
              + " biases, or data; a Hopfield network's data are its patterns.")
  private String init;

  @Option(
      names = "--scan",
      paramLabel = "S",
      description =
          "Of Boltzmann machines and Hopfield networks: the order of a sweep, sequential (default),"
              + " random, or coloured, where units that are not coupled are one block.")
  private String scan;

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

  @Override
  public Integer call() throws IOException {
    AtomicFile.requirePlace(out);
    if (picture != null) {
      AtomicFile.requirePlace(picture);
    }
    source = named.argument != null ? named.argument : named.option;
    int every = thin != null ? thin : "svgd".equals(sampler) ? steps : 10;
    ChainLength length = new ChainLength(chains, steps, burnIn, every);
    Path file = ModelFile.in(source);
    ModelKind kind = ModelKind.of(file);
    require(
        scan == null || kind == ModelKind.BOLTZMANN || kind == ModelKind.HOPFIELD,
        "--scan is of Boltzmann machines and Hopfield networks: others have blocks");
    switch (kind) {
      case MLP -> mlp(length).run(to(kind, rule(), length), picture, common);
      case CONDITIONAL_MLP -> conditional().run(to(kind, "langevin", null), picture, common);
      case GENERATOR -> generator(file).run(to(kind, null, null), picture, common);
      case RBM -> binary(BinaryModel.rbm(file), kind, length, rowsOf(TrainRbmOptions.class));
      case DBM -> binary(BinaryModel.deep(file), kind, length, rowsOf(TrainDbmOptions.class));
      case BOLTZMANN, HOPFIELD ->
          spins(file, length).run(to(kind, "gibbs", length), picture, common);
      case GAUSSIAN_RBM -> gaussian(file, kind, length);
    }
    return 0;
  }

  /** The sampler of an MLP. */
  private String rule() {
    return sampler == null ? "langevin" : sampler;
  }

  /**
   * The file for samples.
   *
   * @param moves the sampler, or null
   * @param length of chains, or null
   */
  private SampleFile to(ModelKind kind, String moves, ChainLength length) {
    String command = SampleFile.command(spec, source);
    return new SampleFile(out, command, kind.label(), moves, length, common);
  }

  private ConditionalSampling conditional() {
    refuse(OF_CHAINS, "a noise-conditional energy is sampled by Langevin steps down its ladder");
    require(
        start.given().isEmpty(), String.join(", ", start.given()) + " is of RBMs, not of an MLP");
    return new ConditionalSampling(
        source, chains, isGiven("--steps") ? steps : null, samplers.givenStepSize());
  }

  private GeneratorSampling generator(Path file) {
    String why = "a generator draws every sample at once, without chains";
    refuse(OF_CHAINS, why);
    refuse(List.of("--steps", "--step-size"), why);
    require(
        start.given().isEmpty(),
        String.join(", ", start.given()) + " is of RBMs, not of generators");
    return new GeneratorSampling(file, chains);
  }

  private void refuse(List<String> options, String why) {
    for (String option : options) {
      require(!isGiven(option), option + ": " + why);
    }
  }

  private MlpSampling mlp(ChainLength length) {
    require(
        start.given().isEmpty(), String.join(", ", start.given()) + " is of RBMs, not of an MLP");
    String rule = rule();
    require(rule.equals("pt") || !isGiven("--levels"), "--levels is of pt: add --sampler pt");
    require(levels >= 2, "--levels must be at least 2, not " + levels);
    samplers.check(rule, temperature);
    return new MlpSampling(source, length, rule, levels, temperature, init, samplers);
  }

  private void binary(BinaryModel model, ModelKind kind, ChainLength length, byte[] data)
      throws IOException {
    if ("pt".equals(sampler)) {
      checkTempered();
      new TemperedChains(model, length, levels, start, data)
          .run(to(kind, "pt", length), picture, common);
    } else {
      checkGibbsOfRbm();
      new GibbsChains(model, length, temperature, start, data)
          .run(to(kind, "gibbs", length), picture, common);
    }
  }

  private void gaussian(Path file, ModelKind kind, ChainLength length) throws IOException {
    TrainRbmOptions data = dataOfRun(TrainRbmOptions.class);
    if ("pt".equals(sampler)) {
      checkTempered();
      new GaussianTemperedChains(file, length, levels, start, data)
          .run(to(kind, "pt", length), picture, common);
    } else {
      checkGibbsOfRbm();
      new GaussianGibbsChains(file, length, temperature, start, data)
          .run(to(kind, "gibbs", length), picture, common);
    }
  }

  /** The training rows of the run, from which chains are to start; or null. */
  private byte[] rowsOf(Class<? extends BoltzmannOptions> type) {
    BoltzmannOptions run = dataOfRun(type);
    if (run == null) {
      return null;
    }
    Dataset rows = DataSource.split(run).training();
    return BinaryRows.above(rows, run.threshold(rows)).states();
  }

  private void checkGibbs() {
    require(!isGiven("--levels"), "--levels is of pt: add --sampler pt");
    require(
        temperature > 0 && Float.isFinite(temperature),
        "--temperature must be positive for Gibbs chains, not " + temperature);
  }

  private SpinChains spins(Path file, ChainLength length) {
    require(
        sampler == null || sampler.equals("gibbs"),
        "--sampler must be gibbs for a Boltzmann machine, not '" + sampler + "'");
    checkGibbs();
    String order = scan == null ? "sequential" : scan;
    RunOptions.oneOf("--scan", order, List.of("sequential", "random", "coloured"));
    SpinModel model = SpinModel.read(file);
    return new SpinChains(
        model,
        length,
        temperature,
        Scan.valueOf(order.toUpperCase(Locale.ROOT)),
        start,
        rows(model));
  }

  /** The rows that chains of spins start from: a Hopfield network's are its patterns; or null. */
  private byte[] rows(SpinModel model) {
    if (model.patterns() != null) {
      return wantsData() ? model.patterns().y() : null;
    }
    TrainBoltzmannOptions run = dataOfRun(TrainBoltzmannOptions.class);
    if (run == null) {
      return null;
    }
    Dataset rows = DataSource.split(run).training();
    return Spins.above(rows, run.threshold(rows));
  }

  private void requireNoneOfMlp() {
    List<String> others = samplers.given();
    require(
        others.isEmpty(),
        String.join(", ", others) + " is of samplers of MLPs: an RBM is sampled by gibbs or pt");
  }

  private void checkGibbsOfRbm() {
    require(
        sampler == null || sampler.equals("gibbs"),
        "--sampler must be gibbs or pt for an RBM, not '" + sampler + "'");
    checkGibbs();
  }

  private void checkTempered() {
    require(levels >= 2, "--levels must be at least 2, not " + levels);
    require(!isGiven("--temperature"), "--temperature is of gibbs: pt samples the model itself");
    for (String option : start.given()) {
      require(option.equals("--from"), option + " holds units, which pt does not: use gibbs");
    }
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** Whether chains start from data; checks what else could be said of their start. */
  private boolean wantsData() {
    requireNoneOfMlp();
    require(
        init == null || init.equals("base") || init.equals("data"),
        "--init must be base or data for an RBM, not '" + init + "'");
    return "data".equals(init);
  }

  /** The run whose training rows a Boltzmann machine's chains start from, or null. */
  private <T extends RunOptions> T dataOfRun(Class<T> type) {
    if (!wantsData()) {
      return null;
    }
    require(Files.isDirectory(source), "--init data needs a run's folder, not a model file");
    Path config = new RunFolder(source).config();
    return ModelAndData.read(config, at -> Json.read(at, type));
  }
}
