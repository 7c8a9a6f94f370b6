package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.Images;
import io.gibbsite.hopfield.ContrastiveStorage;
import io.gibbsite.hopfield.HopfieldModel;
import io.gibbsite.hopfield.Patterns;
import io.gibbsite.hopfield.StorageRule;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.train.MetricsCsv;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Stores patterns in a Hopfield network, and saves it in a run folder. */
@Command(
    name = "hopfield",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Stores patterns in a Hopfield network.",
    footer = {
      "",
      "hebbian is the sum of outer products, and holds some 0.14 patterns a unit if they are random;",
      "pseudo-inverse holds dependent and similar ones too; contrastive starts from hebbian, and then",
      "lowers the energy of the patterns and raises that of the states reached from them; dense keeps",
      "the patterns themselves, under a log-sum-exp energy of sharpness --beta.",
      "",
      "Examples:",
      "  gibbsite train hopfield --data t10k-images-idx3-ubyte.gz --patterns 20 --out run",
      "  gibbsite train hopfield --data strokes --patterns 10 --rule pseudo-inverse --out run",
      "  gibbsite recall --model run --flip 0.3",
    })
final class TrainHopfieldCommand implements Callable<Integer> {
  private static final String CONTRASTIVE = StorageRule.CONTRASTIVE.label();

  @Option(
      names = "--data",
      required = true,
      paramLabel = "SRC",
      description =
          "Patterns: built-in data such as strokes, or a file: IDX (.gz), .npy, .npz, CSV.")
  private String data;

  @Option(
      names = "--patterns",
      paramLabel = "P",
      description = "The first P rows are stored (default ${DEFAULT-VALUE}).")
  private int patterns = 20;

  @Option(
      names = "--rule",
      paramLabel = "R",
      description = "hebbian, pseudo-inverse, contrastive (default) or dense.")
  private String rule = CONTRASTIVE;

  @Option(
      names = "--pool",
      paramLabel = "F",
      description = "Shrink images: means of F x F pixels (default ${DEFAULT-VALUE}).")
  private int pool = 1;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description =
          "Values above it become +1, others -1 (image greys run from 0 to 1; default"
              + " ${DEFAULT-VALUE}).")
  private float threshold = 0.5f;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Steps of the contrastive rule (default ${DEFAULT-VALUE}).")
  private int epochs = 300;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "Of the contrastive rule (default ${DEFAULT-VALUE}).")
  private float learningRate = 1;

  @Option(
      names = "--flip",
      paramLabel = "F",
      description =
          "The contrastive rule corrupts copies: the share of units to flip (default"
              + " ${DEFAULT-VALUE}).")
  private float flip = 0.2f;

  @Option(
      names = "--copies",
      paramLabel = "N",
      description = "Corrupted copies of each pattern in an epoch (default ${DEFAULT-VALUE}).")
  private int copies = 4;

  @Option(
      names = "--sweeps",
      paramLabel = "K",
      description = "Sweeps that they evolve (default ${DEFAULT-VALUE}).")
  private int sweeps = 3;

  @Option(
      names = "--beta",
      paramLabel = "B",
      description = "Of the dense network (default: 8 / sqrt(units)).")
  private Double beta;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "RUN",
      description = "The run's folder; must be new or empty.")
  private Path out;

  @Option(names = "--json", description = "Print the figures as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;

  /**
   * What was stored.
   *
   * @param fixedPoints patterns that no update changes
   * @param seconds of storing
   */
  private record Report(
      String rule, int units, int patterns, int fixedPoints, double seconds, String backend) {}

  @Override
  public Integer call() throws IOException {
    check();
    Dataset rows = rows();
    Patterns stored =
        new Patterns(Spins.above(rows.values(), threshold), rows.rows(), rows.columns());
    RunFolder folder = RunFolder.create(out);
    try (Backend backend = common.openSpinBackend()) {
      long start = System.nanoTime();
      HopfieldModel model = store(stored, backend, folder);
      double seconds = (System.nanoTime() - start) * 1e-9;
      VisibleLayout layout = VisibleLayout.of(rows);
      model.write(folder.model(), layout.metadata(rule.equals(CONTRASTIVE) ? epochs : 1));
      int kept = PatternRecall.fixedPoints(model, backend);
      Report report =
          new Report(rule, stored.units(), stored.count(), kept, seconds, backend.description());
      RunFolder.writeJson(folder.report(), report);
      if (json) {
        common.out().println(Json.line(report));
      } else {
        common
            .out()
            .println(
                String.format(
                    Locale.ROOT,
                    "stored %d patterns of %d units by the %s rule in %.2f s: %d are fixed points",
                    stored.count(),
                    stored.units(),
                    rule,
                    seconds,
                    kept));
      }
    }
    return 0;
  }

  private void check() {
    require(patterns >= 1, "--patterns must be at least 1, not " + patterns);
    require(pool >= 1, "--pool must be at least 1, not " + pool);
    require(Float.isFinite(threshold), "--threshold must be a number, not " + threshold);
    RunOptions.oneOf(
        "--rule",
        rule,
        List.of(
            StorageRule.HEBBIAN.label(),
            StorageRule.PSEUDO_INVERSE.label(),
            CONTRASTIVE,
            HopfieldModel.DENSE));
    require(epochs >= 1, "--epochs must be at least 1, not " + epochs);
    require(
        learningRate > 0 && Float.isFinite(learningRate),
        "--learning-rate must be positive, not " + learningRate);
    require(flip >= 0 && flip <= 1, "--flip must be between 0 and 1, not " + flip);
    require(copies >= 0, "--copies must be at least 0, not " + copies);
    require(sweeps >= 1, "--sweeps must be at least 1, not " + sweeps);
    require(beta == null || beta > 0, "--beta must be positive, not " + beta);
    require(
        beta == null || rule.equals(HopfieldModel.DENSE), "--beta is of --rule dense, not " + rule);
  }

  private Dataset rows() {
    Dataset read = DataSource.source(data, null, patterns, common.seed());
    require(
        read.rows() >= patterns,
        "--patterns %d: %s has %d rows".formatted(patterns, data, read.rows()));
    Dataset taken = read.take(patterns);
    Dataset scaled = taken.images() == null ? taken : Images.scale(taken);
    return pool == 1 ? scaled : Images.pool(scaled, pool);
  }

  private HopfieldModel store(Patterns stored, Backend backend, RunFolder folder)
      throws IOException {
    if (rule.equals(HopfieldModel.DENSE)) {
      double sharpness = beta == null ? 8 / Math.sqrt(stored.units()) : beta;
      return new HopfieldModel(stored, rule, null, sharpness);
    }
    SpinParameters parameters =
        switch (StorageRule.of(rule)) {
          case HEBBIAN -> StorageRule.hebbian(stored, backend);
          case PSEUDO_INVERSE -> StorageRule.pseudoInverse(stored);
          case CONTRASTIVE -> contrastive(stored, backend, folder);
        };
    return new HopfieldModel(stored, rule, parameters, 0);
  }

  private SpinParameters contrastive(Patterns stored, Backend backend, RunFolder folder)
      throws IOException {
    ContrastiveStorage.Options options =
        new ContrastiveStorage.Options(learningRate, flip, copies, sweeps, common.seed());
    try (ContrastiveStorage storage = new ContrastiveStorage(stored, options, backend);
        MetricsCsv metrics = MetricsCsv.open(folder.metrics(), List.of("step", "overlap"), -1);
        Progress progress = common.progress("store", epochs)) {
      for (int epoch = 1; epoch <= epochs; epoch++) {
        double overlap = storage.epoch();
        metrics.append(epoch, overlap);
        progress.at(epoch, String.format(Locale.ROOT, "overlap %.4f", overlap));
      }
      return storage.parameters();
    }
  }
}
