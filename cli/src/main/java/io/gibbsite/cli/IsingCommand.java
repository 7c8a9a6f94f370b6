package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.oneOf;
import static io.gibbsite.cli.RunOptions.require;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.io.AtomicFile;
import io.gibbsite.ising.IsingLattices;
import io.gibbsite.ising.IsingParameters;
import io.gibbsite.ising.IsingShape;
import io.gibbsite.ising.Moments;
import io.gibbsite.ising.Onsager;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sweeps an Ising lattice, and sets energy and magnetisation beside the exact ones. */
@Command(
    name = "ising",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Sweeps a 2-D Ising lattice, beside its exact energy and magnetisation.",
    footer = {
      "",
      "The lattice is periodic; sweeps draw every spin from its heat bath, the black sites and then",
      "the white ones. A lattice whose side is no multiple of 128 is run as 64 independent ones. They",
      "start with all spins up, or at random with --start hot; below the critical temperature of 2.269",
      "a random start freezes into domains.",
      "",
      "auto takes 64 spins at a time on the processor, the fastest way by far. --backend native and cuda",
      "take 64 lattices as chains of a restricted Boltzmann machine with dense weights, up to 4096 sites:",
      "other spins of the same distribution, the same ones on both.",
      "",
      "Errors are standard errors: over the 64 lattices, or over stretches of a single one's sweeps.",
      "",
      "Examples:",
      "  gibbsite ising --size 1024 --temperature 2.0 --sweeps 2000",
      "  gibbsite ising --size 512 --temperature 2.269 --start hot --picture critical.png",
      "  gibbsite ising --size 16 --temperature 2.5 --field 0.1 --json",
      "  gibbsite ising --size 64 --backend native"
    })
final class IsingCommand implements Callable<Integer> {
  /** Pixels of a side that a picture has about at least. */
  private static final int SMALLEST_PICTURE = 512;

  private static final int LARGEST_PICTURE = 4096;

  @Option(
      names = "--size",
      paramLabel = "L",
      description = "Sites of a side, even (default ${DEFAULT-VALUE}).")
  private int size = 1024;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "In units of the energy (default ${DEFAULT-VALUE}).")
  private double temperature = 2;

  @Option(
      names = "--coupling",
      paramLabel = "J",
      description = "Of neighbours (default ${DEFAULT-VALUE}).")
  private double coupling = 1;

  @Option(names = "--field", paramLabel = "H", description = "On spins (default ${DEFAULT-VALUE}).")
  private double field;

  @Option(
      names = "--sweeps",
      paramLabel = "N",
      description = "Sweeps after burn-in (default ${DEFAULT-VALUE}).")
  private int sweeps = 1_000;

  @Option(
      names = "--burn-in",
      paramLabel = "N",
      description = "Sweeps before the first measurement (default: a fifth of --sweeps).")
  private Integer burnIn;

  @Option(
      names = "--measure-every",
      paramLabel = "N",
      description = "Sweeps between two measurements (default ${DEFAULT-VALUE}).")
  private int measureEvery = 10;

  @Option(
      names = "--start",
      paramLabel = "S",
      description = "cold (default): all spins up; or hot: at random.")
  private String start = "cold";

  @Option(
      names = "--picture",
      paramLabel = "P.png",
      description = "Draw the first lattice at the end; up is white.")
  private Path picture;

  @Option(names = "--json", description = "Print the figures as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;

  /**
   * What is printed.
   *
   * @param size of a side
   * @param lattices how many
   * @param energy of a site, the mean over sweeps and lattices
   * @param energyError its standard error; null for a single measurement
   * @param onsager the energy of a site of the infinite lattice; null with a field
   * @param magnetisation the mean of |M| of a site
   * @param magnetisationError its standard error; null for a single measurement
   * @param spontaneous magnetisation of the infinite lattice; null with a field
   * @param binderCumulant of M
   * @param binderError its standard error; null for a single measurement
   * @param measurements of all lattices
   * @param method by which it made the sweeps
   * @param threads on the processor
   * @param flipsPerNs updates of a spin, whether it turns or not, a nanosecond, measurements not
   *     counted
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Figures(
      int size,
      int lattices,
      double temperature,
      double coupling,
      double field,
      int sweeps,
      double energy,
      Double energyError,
      Double onsager,
      double magnetisation,
      Double magnetisationError,
      Double spontaneous,
      double binderCumulant,
      Double binderError,
      long measurements,
      String method,
      int threads,
      double seconds,
      double flipsPerNs) {
    void print(PrintWriter out, Backend backend) {
      line(out, "energy of a site", mean(energy, energyError, onsager, "Onsager"));
      line(out, "magnetisation", mean(magnetisation, magnetisationError, spontaneous, "Yang"));
      line(out, "Binder cumulant", mean(binderCumulant, binderError, null, null));
      line(out, "speed", text("%.3f flips/ns, %.2f s", flipsPerNs, seconds));
      line(out, "computed by", text("%s, %s", backend.description(), method));
    }

    private static String mean(double value, Double error, Double exact, String author) {
      return text("%.6f", value)
          + (error == null ? "" : text(" ± %.6f", error))
          + (exact == null ? "" : text(" (%s, infinite lattice: %.6f", author, exact))
          + (exact == null || error == null || error == 0
              ? ""
              : text(", %.1f standard errors away", Math.abs(value - exact) / error))
          + (exact == null ? "" : ")");
    }

    private static String text(String format, Object... values) {
      return String.format(Locale.ROOT, format, values);
    }

    private static void line(PrintWriter out, String name, String value) {
      out.println(text("%-24s %s", name, value));
    }
  }

  @Override
  public Integer call() throws IOException {
    require(sweeps >= 1, "--sweeps must be at least 1, not " + sweeps);
    require(burnIn == null || burnIn >= 0, "--burn-in must be at least 0, not " + burnIn);
    require(
        measureEvery >= 1 && measureEvery <= sweeps,
        "--measure-every must be from 1 to --sweeps, not " + measureEvery);
    require(temperature > 0, "--temperature must be positive, not " + temperature);
    oneOf("--start", start, List.of("cold", "hot"));
    require(size >= 4 && size % 2 == 0, "--size must be even and at least 4, not " + size);
    if (picture != null) {
      AtomicFile.requirePlace(picture);
      require(size <= LARGEST_PICTURE, "--picture shows up to 4096 sites a side, not " + size);
    }
    IsingParameters parameters = new IsingParameters(temperature, coupling, field);
    try (Backend backend =
            common.openVectorOrScalar("for Ising lattices: 64 spins at a time, the fastest");
        IsingLattices lattices = backend.open(shape(), parameters)) {
      if (start.equals("hot")) {
        lattices.random(common.seed());
      }
      Figures figures = run(lattices, backend);
      if (json) {
        common.print(figures, backend);
      } else {
        figures.print(common.out(), backend);
      }
      if (picture != null) {
        draw(lattices);
      }
    }
    return 0;
  }

  private IsingShape shape() {
    boolean single = size % (2 * IsingShape.WORD) == 0;
    return new IsingShape(size, size, single ? 1 : IsingShape.WORD);
  }

  private static Double known(double error) {
    return Double.isNaN(error) ? null : error;
  }

  private Figures run(IsingLattices lattices, Backend backend) {
    int before = burnIn == null ? sweeps / 5 : burnIn;
    Moments moments = new Moments(lattices.shape().sites());
    long nanos = 0;
    try (Progress progress = common.progress("sweep", (long) before + sweeps)) {
      for (int done = 0; done < before + sweeps; ) {
        int until = done < before ? before : before + sweeps;
        int piece = Math.min(measureEvery, until - done);
        long begin = System.nanoTime();
        lattices.sweep(piece, done, common.seed());
        nanos += System.nanoTime() - begin;
        done += piece;
        if (done > before) {
          moments.add(lattices);
        }
        progress.at(done, "");
      }
    }
    boolean known = field == 0 && coupling > 0;
    double t = temperature / coupling;
    IsingShape shape = lattices.shape();
    double flips = (double) shape.sites() * shape.lattices() * ((long) before + sweeps);
    return new Figures(
        size,
        shape.lattices(),
        temperature,
        coupling,
        field,
        sweeps,
        moments.energy(),
        known(moments.energyError()),
        known ? coupling * Onsager.energy(t) : null,
        moments.magnetisation(),
        known(moments.magnetisationError()),
        known ? Onsager.magnetisation(t) : null,
        moments.binderCumulant(),
        known(moments.binderError()),
        moments.count(),
        lattices.method(),
        backend.options().threads(),
        nanos * 1e-9,
        flips / nanos);
  }

  /** A square of pixels for a site, of whole size, so that they stay sharp. */
  private void draw(IsingLattices lattices) throws IOException {
    int scale = Math.max(1, SMALLEST_PICTURE / size);
    int side = size * scale;
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_BINARY);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        image.setRGB(x, y, lattices.spin(0, y / scale, x / scale) == 1 ? 0xFFFFFF : 0);
      }
    }
    Png.write(picture, image);
  }
}
