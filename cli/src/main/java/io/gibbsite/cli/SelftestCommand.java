package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.cli.selftest.Check;
import io.gibbsite.cli.selftest.Determinism;
import io.gibbsite.cli.selftest.KnownAnswers;
import io.gibbsite.cli.selftest.Parity;
import io.gibbsite.cli.selftest.RbmChecks;
import io.gibbsite.cli.selftest.SameDraws;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Checks backends on this machine. */
@Command(
    name = "selftest",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Checks a backend on this machine: parity, known answers, determinism.",
      "With --backend auto, every backend that can run here is checked."
    },
    footer = {"", "Examples:", "  gibbsite selftest", "  gibbsite selftest --backend vector"})
final class SelftestCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;

  private int passed;
  private int failed;

  @Override
  public Integer call() {
    PrintWriter out = common.out();
    List<String> names =
        common.backendName().equals("auto")
            ? Backends.report().stream()
                .filter(Backends.Status::available)
                .map(Backends.Status::name)
                .toList()
            : List.of(common.backendName());
    for (String name : names) {
      BackendOptions options = common.backendOptions();
      IntFunction<Backend> ofThreads =
          threads -> Backends.named(name, new BackendOptions(threads, options.precision()));
      try (Backend backend = ofThreads.apply(options.threads())) {
        out.println(backend.description());
        report(Parity.run(backend));
        report(SameDraws.run(backend));
      }
      report(Determinism.run(ofThreads));
      report(RbmChecks.run(ofThreads));
    }
    out.println("known answers");
    report(KnownAnswers.run());
    out.println("%d checks passed, %d failed".formatted(passed, failed));
    if (failed > 0) {
      throw new ArithmeticException(
          "selftest: %d of %d checks failed".formatted(failed, passed + failed));
    }
    return 0;
  }

  private void report(List<Check> checks) {
    for (Check check : checks) {
      common.out().println(check);
      if (check.ok()) {
        passed++;
      } else {
        failed++;
      }
    }
    common.out().flush();
  }
}
