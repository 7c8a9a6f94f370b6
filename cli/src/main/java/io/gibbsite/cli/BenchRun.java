package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.bench.BenchResult;
import io.gibbsite.bench.BenchTable;
import io.gibbsite.bench.MachineLimits;
import io.gibbsite.bench.Peer;
import io.gibbsite.bench.Peers;
import io.gibbsite.bench.Row;
import io.gibbsite.bench.Timing;
import io.gibbsite.bench.Workload;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Measures rows and prints each as soon as it is known; keeps what a record needs. */
final class BenchRun {
  private final CommonOptions common;
  private final Path python;
  private final Timing timing;
  private final boolean json;
  private final Double loadBefore = load();
  private final List<MachineLimits> limits = new ArrayList<>();
  private final List<BenchResult> rows = new ArrayList<>();

  /**
   * @param python that has the peers; null for none
   */
  BenchRun(CommonOptions common, Path python, Timing timing, boolean json) {
    this.common = common;
    this.python = python;
    this.timing = timing;
    this.json = json;
  }

  /** With the backend and the number of threads that the options name. */
  void run(List<Workload> workloads) {
    try (Backend backend = common.openBackend()) {
      run(workloads, List.of(backend));
    }
  }

  /**
   * With that number of threads, on the backend that the options name; beside one in C++ on the
   * Vector API too, since both have goals.
   */
  void run(List<Workload> workloads, int threads) {
    BackendOptions options = new BackendOptions(threads, common.backendOptions().precision());
    try (Backend backend = Backends.named(common.backendName(), options)) {
      common.note(Backends.explain(backend));
      if (!backend.name().equals("native") || !available("vector")) {
        run(workloads, List.of(backend));
        return;
      }
      try (Backend vector = Backends.named("vector", options)) {
        run(workloads, List.of(backend, vector));
      }
    }
  }

  private static boolean available(String name) {
    return Backends.report().stream().anyMatch(s -> s.name().equals(name) && s.available());
  }

  private void run(List<Workload> workloads, List<Backend> backends) {
    Backend first = backends.get(0);
    MachineLimits machine = BenchTable.limits(first);
    if (machine != null) {
      limits.add(machine);
      common.note(BenchTable.limit(machine));
    }
    if (python == null) {
      run(workloads, backends, machine, List.of());
      return;
    }
    String device = first.name().equals("cuda") ? "cuda" : "cpu";
    try (Peers peers = new Peers(python, first.options().threads(), device, common::note)) {
      run(workloads, backends, machine, peers.all());
    }
  }

  private void run(
      List<Workload> workloads, List<Backend> backends, MachineLimits machine, List<Peer> peers) {
    List<String> names = peers.stream().map(Peer::name).toList();
    if (!json) {
      common.out().println(BenchTable.header(names));
    }
    for (Workload workload : workloads) {
      for (BenchResult row :
          Row.measure(workload, backends, timing, machine, peers, common::note)) {
        rows.add(row);
        common.out().println(json ? Json.line(row) : BenchTable.row(row, names));
      }
      common.out().flush();
    }
  }

  /**
   * All that was measured, with how long a start takes.
   *
   * @param folder in the source's working tree, if there is one
   */
  BenchRecord record(Path folder) throws IOException {
    Revision revision = Revision.of(folder);
    return new BenchRecord(
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        revision.name(),
        revision.modified(),
        BenchRecord.UNIT,
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(flag -> !flag.contains("/")) // Where things lie says nothing about speed.
            .toList(),
        SystemReport.now(),
        loadBefore,
        load(),
        limits,
        FirstEnergy.measure(),
        rows);
  }

  /** Over the last minute; null where the system does not say. */
  private static Double load() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load < 0 ? null : load;
  }
}
