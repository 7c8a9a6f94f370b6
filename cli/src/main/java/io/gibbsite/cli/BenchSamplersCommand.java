package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.bench.SamplerCase;
import io.gibbsite.bench.SamplerResult;
import io.gibbsite.bench.SamplerTable;
import io.gibbsite.bench.SamplerTarget;
import io.gibbsite.cli.picture.Bars;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.cli.picture.Png;
import io.gibbsite.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares samplers on targets with known moments. */
@Command(
    name = "samplers",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Compares samplers on targets whose moments are known.",
    footer = {
      "",
      "Every sampler has the same number of energies and gradients, and is tuned in the same way: by",
      "dual averaging, over the first fifth. ESS and R-hat are those of the worst column; the last two",
      "columns say by how many true standard deviations a mean is off, and by what part a standard",
      "deviation. With an R-hat above 1.01 an ESS means little. The target mlp is trained on two moons.",
      "",
      "Examples:",
      "  gibbsite bench samplers --picture samplers.png",
      "  gibbsite bench samplers --targets banana,funnel --samplers mala,hmc --json"
    })
final class BenchSamplersCommand implements Callable<Integer> {
  private static final int DRAWS = 500;
  private static final int QUICK_DRAWS = 50;

  /** Beyond this R-hat the bar of an ESS is faint: it shows what is hardly there. */
  private static final double MIXED = 1.05;

  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "T",
      description = "Of gaussian, banana, eight-gaussians, funnel, mlp (default: all).")
  private List<String> targets = SamplerTarget.names();

  @Option(
      names = "--samplers",
      split = ",",
      paramLabel = "S",
      description = "Of mh, mala, hmc, pt, langevin, underdamped, svgd (default: all).")
  private List<String> samplers = SamplerCase.labels();

  @Option(names = "--chains", paramLabel = "N", description = "Chains (default ${DEFAULT-VALUE}).")
  private int chains = 64;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Option(names = "--quick", description = "A tenth of the draws.")
  private boolean quick;

  @Option(
      names = "--picture",
      paramLabel = "P.png",
      description = "Draw ESS a second and ESS a thousand energies or gradients.")
  private Path picture;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    require(chains >= 2, "--chains must be at least 2, not " + chains);
    List<SamplerCase> rules = samplers.stream().map(SamplerCase::of).toList();
    for (String target : targets) {
      require(
          SamplerTarget.names().contains(target),
          "unknown target '%s': %s".formatted(target, String.join(", ", SamplerTarget.names())));
    }
    if (picture != null) {
      AtomicFile.requirePlace(picture);
      require(Fonts.available(), "--picture needs fonts, and this system has none");
    }
    List<SamplerResult> results = new ArrayList<>();
    int threads = common.backendOptions().threads();
    try (Backend backend = common.openBackend();
        Workers workers = new Workers(threads, "gibbsite-sampler")) {
      if (!json) {
        common.out().println(SamplerTable.header());
      }
      int rows = rules.stream().mapToInt(rule -> rule.rows(chains)).max().orElse(chains);
      for (String name : targets) {
        try (SamplerTarget target = SamplerTarget.named(name, backend, rows, common.seed())) {
          for (SamplerCase rule : rules) {
            int draws = quick ? QUICK_DRAWS : DRAWS;
            SamplerResult result =
                SamplerResult.measure(rule, target, chains, draws, common.seed(), workers);
            results.add(result);
            common.out().println(json ? Json.line(result) : SamplerTable.row(result));
            common.out().flush();
          }
        }
      }
    }
    if (picture != null) {
      Png.write(
          picture,
          Bars.draw(
              List.of(
                  chart(
                      "Effective samples a second (faint: R-hat above 1.05)",
                      results,
                      SamplerResult::essPerSecond),
                  chart(
                      "Effective samples a thousand energies or gradients",
                      results,
                      r -> 1e3 * r.essPerEvaluation()))));
    }
    return 0;
  }

  private Bars chart(
      String title, List<SamplerResult> results, ToDoubleFunction<SamplerResult> figure) {
    Bars bars = new Bars(title, targets);
    for (String sampler : samplers) {
      double[] values = new double[targets.size()];
      boolean[] faint = new boolean[targets.size()];
      Arrays.fill(values, Double.NaN);
      for (SamplerResult r : results) {
        if (r.sampler().equals(sampler) && r.ess() != null) {
          int target = targets.indexOf(r.target());
          values[target] = figure.applyAsDouble(r);
          faint[target] = !(r.rHat() < MIXED);
        }
      }
      // Without an ESS on any target, as for particles, there is nothing to show.
      if (Arrays.stream(values).anyMatch(Double::isFinite)) {
        bars.series(sampler, values, faint);
      }
    }
    return bars;
  }
}
