package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.boltzmann.CriticalTemperature;
import io.gibbsite.boltzmann.SimulatedAnnealing;
import io.gibbsite.boltzmann.SpinGlass;
import io.gibbsite.cli.picture.Column;
import io.gibbsite.cli.picture.Curve;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.data.Dataset;
import io.gibbsite.hopfield.Patterns;
import io.gibbsite.io.AtomicFile;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinEnumeration;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinShape;
import io.gibbsite.spin.SpinStates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Searches for the ground state of a spin glass by simulated annealing. */
@Command(
    name = "anneal",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Searches for the ground state of a spin glass by simulated annealing.",
    footer = {
      "",
      "E(y) = -1/2 sum_ij w_ij y_i y_j, units -1 and +1. Without --couplings the w_ij are normal of",
      "variance 1 / N (Sherrington and Kirkpatrick). A model adds its biases: -sum_i b_i y_i. The",
      "overlap is that with the nearest pattern of a Hopfield network or its negative. Up to 25 spins",
      "all states are looked at, too.",
      "",
      "Examples:",
      "  gibbsite anneal --spins 20 --seed 1",
      "  gibbsite anneal --spins 1000 --factor 0.99 --picture trace.png",
      "  gibbsite anneal --couplings w.npy --out ground.npy",
      "  gibbsite anneal --model memory --chains 200 --picture order.png",
    })
final class AnnealCommand implements Callable<Integer> {
  private static final int TRACE_LINES = 12;

  @Option(
      names = "--spins",
      paramLabel = "N",
      description = "Spins of a random glass, drawn by --seed (default 20).")
  private Integer spins;

  @Option(
      names = "--couplings",
      paramLabel = "W",
      description = "A symmetric N x N matrix with a diagonal of zeros: .npy, .npz or CSV.")
  private Path couplings;

  @Option(
      names = "--model",
      paramLabel = "RUN|M.safetensors",
      converter = ModelFile.class,
      description =
          "Take the couplings and biases of a Hopfield network, whose patterns the chains are"
              + " compared with, or of a Boltzmann machine.")
  private Path modelFile;

  @Option(names = "--chains", paramLabel = "N", description = "Chains (default ${DEFAULT-VALUE}).")
  private int chains = 64;

  @Option(
      names = "--hottest",
      paramLabel = "T",
      description =
          "Temperature to start from (default: the largest eigenvalue of the couplings, below which"
              + " mean-field theory has them order).")
  private Float hottest;

  @Option(
      names = "--coldest",
      paramLabel = "T",
      description = "Temperature to end at, before 0 (default: a fiftieth of the hottest).")
  private Float coldest;

  @Option(
      names = "--factor",
      paramLabel = "A",
      description = "T := A T, between 0 and 1 (default ${DEFAULT-VALUE}).")
  private float factor = 0.95f;

  @Option(
      names = "--sweeps",
      paramLabel = "K",
      description = "Sweeps at each temperature (default ${DEFAULT-VALUE}).")
  private int sweeps = 10;

  @Option(
      names = "--scan",
      paramLabel = "S",
      description = "The order of the updates: sequential (default), random or coloured.")
  private String scan = "sequential";

  @Option(
      names = "--out",
      paramLabel = "Y.npy",
      description = "The state of the lowest energy, N bytes -1 or +1.")
  private Path out;

  @Option(
      names = "--picture",
      paramLabel = "P.png",
      description = "Draw energies, magnetisation and overlap over the temperature.")
  private Path picture;

  @Option(names = "--json", description = "Print the figures and the trace as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;

  /**
   * What was found.
   *
   * @param energy the lowest
   * @param reached chains that ended at it
   * @param groundEnergy by enumeration; null for more spins than that can do
   * @param groundStates how many there are; null likewise
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Result(
      int spins,
      double energy,
      double energyPerSpin,
      int chains,
      int reached,
      Double groundEnergy,
      Long groundStates,
      double seconds,
      List<SimulatedAnnealing.Point> trace) {}

  @Override
  public Integer call() throws IOException {
    check();
    SpinModel model = modelFile == null ? null : SpinModel.read(modelFile);
    Patterns patterns = model == null ? null : model.patterns();
    SpinParameters glass = model == null ? glass() : model.model().parameters();
    SimulatedAnnealing schedule = schedule(glass);
    int n = glass.units();
    require(
        (long) chains * n <= Integer.MAX_VALUE - 64,
        "--chains %d of %d spins are too many for one session".formatted(chains, n));
    try (Backend backend = common.openSpinBackend();
        SpinSession session = backend.open(glass.shape(), chains)) {
      session.setParameters(glass);
      session.setStates(SpinStates.random(n, chains, common.seed()), chains);
      Scan order = Scan.valueOf(scan.toUpperCase(Locale.ROOT));
      SimulatedAnnealing.Found found;
      long start = System.nanoTime();
      try (Progress progress = common.progress("anneal", schedule.temperatures().length)) {
        found =
            schedule.run(
                session,
                order,
                common.seed(),
                patterns == null ? null : patterns::nearest,
                done -> progress.at(done, ""));
      }
      double seconds = (System.nanoTime() - start) * 1e-9;
      SpinEnumeration.GroundState ground = null;
      if (n <= SpinEnumeration.LIMIT) {
        try (Workers workers = new Workers(backend.options().threads(), "gibbsite-enumeration")) {
          ground = SpinEnumeration.of(glass, workers).groundState();
        }
      }
      write(found, n);
      report(
          new Result(
              n,
              found.lowest(),
              found.lowest() / n,
              chains,
              found.reached(),
              ground == null ? null : ground.energy(),
              ground == null ? null : ground.states(),
              seconds,
              found.trace()),
          backend);
    }
    return 0;
  }

  private void check() throws IOException {
    require(
        Stream.of(spins, couplings, modelFile).filter(Objects::nonNull).count() <= 1,
        "--spins, --couplings and --model name different networks: take one");
    require(
        spins == null || spins >= 2 && spins <= SpinShape.UNIT_LIMIT,
        "--spins must be from 2 to %d, not %d".formatted(SpinShape.UNIT_LIMIT, spins));
    require(chains >= 1, "--chains must be at least 1, not " + chains);
    requirePositive("--hottest", hottest);
    requirePositive("--coldest", coldest);
    require(factor > 0 && factor < 1, "--factor must be between 0 and 1, not " + factor);
    require(sweeps >= 1, "--sweeps must be at least 1, not " + sweeps);
    RunOptions.oneOf("--scan", scan, List.of("sequential", "random", "coloured"));
    if (out != null) {
      AtomicFile.requirePlace(out);
    }
    if (picture != null) {
      AtomicFile.requirePlace(picture);
      require(Fonts.available(), "--picture needs fonts, and this system has none");
    }
  }

  private static void requirePositive(String option, Float temperature) {
    require(
        temperature == null || temperature > 0 && Float.isFinite(temperature),
        option + " must be positive, not " + temperature);
  }

  private SpinParameters glass() {
    if (couplings == null) {
      return SpinGlass.sherringtonKirkpatrick(spins == null ? 20 : spins, common.seed());
    }
    Dataset read = ModelAndData.finite(couplings);
    require(
        read.rows() == read.columns(),
        "%s: %d rows of %d columns are no square matrix of couplings"
            .formatted(couplings, read.rows(), read.columns()));
    try {
      return SpinParameters.of(read.values(), new float[read.columns()]);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(couplings + ": " + e.getMessage(), e);
    }
  }

  private SimulatedAnnealing schedule(SpinParameters glass) {
    float critical = (float) CriticalTemperature.meanField(glass);
    float high = hottest != null ? hottest : critical > 0 ? critical : 1;
    float low = coldest == null ? high / 50 : coldest;
    require(low <= high, "--coldest %s is above the hottest, %s".formatted(low, high));
    return new SimulatedAnnealing(high, low, factor, sweeps);
  }

  private void write(SimulatedAnnealing.Found found, int n) throws IOException {
    if (out != null) {
      int from = found.best() * n;
      Npy.write(out, NdArray.signed(Arrays.copyOfRange(found.y(), from, from + n), n));
    }
    if (picture != null) {
      List<SimulatedAnnealing.Point> trace = found.trace();
      double[] temperature = trace.stream().mapToDouble(p -> p.temperature()).toArray();
      Curve curve = new Curve("energy a spin", "temperature");
      curve.line(
          "mean of chains",
          temperature,
          perSpin(trace.stream().mapToDouble(p -> p.mean()).toArray(), n));
      curve.line(
          "lowest chain",
          temperature,
          perSpin(trace.stream().mapToDouble(p -> p.lowest()).toArray(), n));
      Curve order = new Curve("order", "temperature");
      order.line(
          "|magnetisation|",
          temperature,
          trace.stream().mapToDouble(SimulatedAnnealing.Point::magnetisation).toArray());
      if (trace.get(0).overlap() != null) {
        order.line(
            "overlap with the nearest pattern",
            temperature,
            trace.stream().mapToDouble(SimulatedAnnealing.Point::overlap).toArray());
      }
      Png.write(picture, Column.draw(List.of(curve.draw(), order.draw())));
    }
  }

  private static double[] perSpin(double[] energies, int n) {
    return Arrays.stream(energies).map(e -> e / n).toArray();
  }

  private void report(Result result, Backend backend) {
    if (json) {
      common.print(result, backend);
      return;
    }
    List<SimulatedAnnealing.Point> trace = result.trace();
    boolean patterns = trace.get(0).overlap() != null;
    common
        .out()
        .printf(
            "%12s %14s %14s %15s%s%n",
            "temperature", "mean energy", "lowest", "|magnetisation|", patterns ? "  overlap" : "");
    int step = Math.max(1, (trace.size() + TRACE_LINES - 2) / (TRACE_LINES - 1));
    for (int k = 0; k < trace.size(); k++) {
      if (k % step == 0 || k == trace.size() - 1) {
        SimulatedAnnealing.Point p = trace.get(k);
        common
            .out()
            .printf(
                Locale.ROOT,
                "%12.4f %14.5f %14.5f %15.4f%s%n",
                p.temperature(),
                p.mean(),
                p.lowest(),
                p.magnetisation(),
                patterns ? String.format(Locale.ROOT, "%9.4f", p.overlap()) : "");
      }
    }
    common
        .out()
        .printf(
            Locale.ROOT,
            "lowest energy %.6f (%.5f a spin), reached by %d of %d chains in %.2f s by %s%n",
            result.energy(),
            result.energyPerSpin(),
            result.reached(),
            result.chains(),
            result.seconds(),
            backend.description());
    if (result.groundEnergy() != null) {
      boolean same = result.groundEnergy() == result.energy();
      common
          .out()
          .printf(
              Locale.ROOT,
              "enumeration: the ground state has %.6f (%d states): %s%n",
              result.groundEnergy(),
              result.groundStates(),
              same ? "found" : "not found: raise --sweeps, --chains or --factor");
    }
  }
}
