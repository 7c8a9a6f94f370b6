package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.backend.Backends;
import io.gibbsite.bench.BoltzmannWork;
import io.gibbsite.bench.Peer;
import io.gibbsite.bench.Peers;
import io.gibbsite.bench.SpinResult;
import io.gibbsite.bench.SpinTable;
import io.gibbsite.bench.SpinWork;
import io.gibbsite.bench.Timing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures sweeps over units that are up or down, on each backend that has them. */
@Command(
    name = "spins",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Measures sweeps of Ising lattices and of a Boltzmann machine.",
    footer = {
      "",
      "Rows are 64 lattices of 64x64, one of 1024x1024 and one of 4096x4096 near the critical",
      "temperature, and a Boltzmann machine of 1000 units, all coupled, with 256 chains; --size alone",
      "asks for lattices of that side only, --units or --chains alone for that machine only. Each is",
      "swept on every backend that has it, or on that of --backend.",
      "",
      "A sweep draws every unit once. sweeps/s counts those of every chain; updates/ns is how many units",
      "are drawn a nanosecond. native and cuda take small lattices as restricted Boltzmann machines with",
      "dense weights: method says so.",
      "",
      "Examples:",
      "  gibbsite bench spins --threads 1",
      "  gibbsite bench spins --peers ~/venv/bin/python --threads 1",
      "  gibbsite bench spins --size 512 --backend vector --json",
      "  gibbsite bench spins --units 2000 --chains 64 --quick"
    })
final class BenchSpinsCommand implements Callable<Integer> {
  private static final int UNITS = 1_000;
  private static final int CHAINS = 256;

  @Option(
      names = "--size",
      paramLabel = "L",
      description = "Sites of a lattice's side, even: one lattice for multiples of 128, else 64.")
  private Integer size;

  @Option(
      names = "--units",
      paramLabel = "N",
      description = "Units of the Boltzmann machine (default " + UNITS + ").")
  private Integer units;

  @Option(
      names = "--chains",
      paramLabel = "N",
      description = "Chains of the Boltzmann machine (default " + CHAINS + ").")
  private Integer chains;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Option(names = "--quick", description = "Measure for a second a row, not four.")
  private boolean quick;

  @Option(
      names = "--peers",
      paramLabel = "PYTHON",
      description =
          "Time NumPy and JAX by turns with this, on the same work: a Python with numpy, jax or both.")
  private Path python;

  @Mixin private CommonOptions common;

  private int rows;
  private BackendUnavailableException refusal;

  @Override
  public Integer call() {
    List<SpinWork> works = works();
    List<Backend> backends = open();
    try {
      if (python == null) {
        run(works, backends, List.of());
      } else {
        int threads = common.backendOptions().threads();
        try (Peers peers = Peers.ofSpins(python, threads, common::note)) {
          run(works, backends, peers.all());
        }
      }
    } finally {
      backends.forEach(Backend::close);
    }
    if (rows == 0) {
      throw refusal;
    }
    return 0;
  }

  private List<SpinWork> works() {
    require(
        size == null || size >= 4 && size % 2 == 0,
        "--size must be even and at least 4, not " + size);
    require(units == null || units >= 1, "--units must be at least 1, not " + units);
    require(chains == null || chains >= 1, "--chains must be at least 1, not " + chains);
    boolean machine = units != null || chains != null;
    List<SpinWork> works = new ArrayList<>();
    if (size != null) {
      works.add(SpinWork.lattices(size));
    } else if (!machine) {
      works.addAll(SpinWork.lattices());
    }
    if (size == null || machine) {
      works.add(new BoltzmannWork(units == null ? UNITS : units, chains == null ? CHAINS : chains));
    }
    return works;
  }

  /** The one asked for by name, or every one that can run here. */
  private List<Backend> open() {
    List<Backend> backends = new ArrayList<>();
    if (!common.backendName().equals("auto")) {
      backends.add(common.openBackend());
      return backends;
    }
    for (Backends.Status status : Backends.report()) {
      if (status.available()) {
        backends.add(Backends.named(status.name(), common.backendOptions()));
      }
    }
    return backends;
  }

  private void run(List<SpinWork> works, List<Backend> backends, List<Peer> peers) {
    Timing timing = quick ? Timing.QUICK : Timing.FULL;
    List<String> names = peers.stream().map(Peer::name).toList();
    boolean headed = json;
    for (SpinWork work : works) {
      List<Backend> able = backends.stream().filter(backend -> able(work, backend)).toList();
      if (able.isEmpty()) {
        continue;
      }
      if (!headed) {
        common.out().println(SpinTable.header(names));
        headed = true;
      }
      for (SpinResult row : SpinResult.measure(work, able, timing, peers, common::note)) {
        common.out().println(json ? Json.line(row) : SpinTable.row(row, names));
        rows++;
      }
      common.out().flush();
    }
  }

  private boolean able(SpinWork work, Backend backend) {
    try {
      work.prepare(backend).close();
      return true;
    } catch (BackendUnavailableException e) {
      refusal = e;
      if (common.backendName().equals("auto")) {
        common.note("left out: " + e.getMessage());
      }
      return false;
    }
  }
}
