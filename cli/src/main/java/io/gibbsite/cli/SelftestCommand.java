package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.BackendUnavailableException;
import io.gibbsite.backend.Backends;
import io.gibbsite.cli.selftest.Check;
import io.gibbsite.cli.selftest.Determinism;
import io.gibbsite.cli.selftest.GaussianRbmChecks;
import io.gibbsite.cli.selftest.KnownAnswers;
import io.gibbsite.cli.selftest.Parity;
import io.gibbsite.cli.selftest.RbmChecks;
import io.gibbsite.cli.selftest.SameDraws;
import io.gibbsite.cli.selftest.SameRows;
import io.gibbsite.cli.selftest.Soak;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Checks backends on this machine. */
@Command(
    name = "selftest",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Checks a backend on this machine: parity, known answers, determinism.",
      "With --backend auto, every backend that can run here is checked.",
      "With --soak, sessions are opened, used and closed by many threads instead, every result is"
          + " checked, and memory must not grow."
    },
    footer = {
      "",
      "Examples:",
      "  gibbsite selftest",
      "  gibbsite selftest --backend vector",
      "  gibbsite selftest --backend native --soak 10m"
    })
final class SelftestCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;

  @Option(
      names = "--soak",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long to open and close sessions: 30s, 10m or 2h.")
  private Duration soak;

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
        if (soak != null) {
          soak(backend);
          continue;
        }
        report(Parity.run(backend));
        report(SameDraws.run(backend));
        report(SameRows.run(backend));
      }
      report(Determinism.run(ofThreads));
      report(RbmChecks.run(ofThreads));
      try {
        report(GaussianRbmChecks.run(ofThreads));
      } catch (BackendUnavailableException e) {
        out.println("not checked: " + e.getMessage());
      }
    }
    if (soak != null) {
      return 0;
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

  private void soak(Backend backend) {
    Soak.Report report = Soak.run(backend, soak, common::note);
    common.out().println(report);
    common.out().flush();
    if (!report.ok()) {
      throw new ArithmeticException(
          "selftest: the soak of backend %s had %d wrong results, and memory grew by %d KiB"
              .formatted(backend.name(), report.wrong(), report.growth() >> 10));
    }
  }

  /** Reads a number of seconds, minutes or hours. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      if (!text.matches("[1-9]\\d{0,5}[smh]")) {
        throw new TypeConversionException("'" + text + "' is no duration such as 30s, 10m or 2h");
      }
      long count = Long.parseLong(text.substring(0, text.length() - 1));
      return switch (text.charAt(text.length() - 1)) {
        case 's' -> Duration.ofSeconds(count);
        case 'm' -> Duration.ofMinutes(count);
        default -> Duration.ofHours(count);
      };
    }
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
