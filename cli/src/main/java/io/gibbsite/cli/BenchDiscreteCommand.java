package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Backends;
import io.gibbsite.bench.SpinSweeps;
import io.gibbsite.bench.Timing;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures sweeps of a Boltzmann machine on each backend that has them. */
@Command(
    name = "discrete",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Measures sweeps of a Boltzmann machine, all units coupled.",
    footer = {
      "",
      "A sweep draws every unit once, one after another; sweeps/s counts those of every chain.",
      "bench/peers/boltzmann_peer.py times the same in NumPy and JAX.",
      "",
      "Examples:",
      "  gibbsite bench discrete --threads 1",
      "  gibbsite bench discrete --units 2000 --chains 64 --backend vector --json"
    })
final class BenchDiscreteCommand implements Callable<Integer> {
  private static final List<String> ABLE = List.of("vector", "scalar");

  @Option(
      names = "--units",
      paramLabel = "N",
      description = "Units of the network (default ${DEFAULT-VALUE}).")
  private int units = 1_000;

  @Option(names = "--chains", paramLabel = "N", description = "Chains (default ${DEFAULT-VALUE}).")
  private int chains = 256;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Option(names = "--quick", description = "Measure for a second a row, not four.")
  private boolean quick;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    require(units >= 1, "--units must be at least 1, not " + units);
    require(chains >= 1, "--chains must be at least 1, not " + chains);
    if (!json) {
      common
          .out()
          .printf(
              "%-10s %6s %7s %-8s %7s %12s %14s %14s%n",
              "workload", "units", "chains", "backend", "threads", "ms", "sweeps/s", "updates/s");
    }
    List<String> backends = common.backendName().equals("auto") ? ABLE : List.of();
    if (backends.isEmpty()) {
      try (Backend backend = common.openBackend()) {
        measure(backend);
      }
    }
    for (String name : backends) {
      try (Backend backend = Backends.named(name, common.backendOptions())) {
        measure(backend);
      }
    }
    return 0;
  }

  private void measure(Backend backend) {
    SpinSweeps r = SpinSweeps.measure(units, chains, backend, quick ? Timing.QUICK : Timing.FULL);
    common
        .out()
        .println(
            json
                ? Json.line(r)
                : String.format(
                    Locale.ROOT,
                    "%-10s %6d %7d %-8s %7d %12.3f %14.0f %14.3e",
                    r.workload(),
                    r.units(),
                    r.chains(),
                    r.backend(),
                    r.threads(),
                    1e3 * r.seconds(),
                    r.sweepsPerS(),
                    r.updatesPerS()));
    common.out().flush();
  }
}
