package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Backend;
import io.gibbsite.cli.picture.Fonts;
import io.gibbsite.data.Dataset;
import io.gibbsite.hopfield.HopfieldModel;
import io.gibbsite.hopfield.Patterns;
import io.gibbsite.hopfield.StorageRule;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.train.Checkpoint;
import io.gibbsite.train.MetricsCsv;
import io.gibbsite.train.hopfield.StorageTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
      "Ctrl-C finishes a contrastive epoch, saves a checkpoint and ends with exit code 130; --resume",
      "then goes on, to the same bits as a run that never stopped.",
      "",
      "Examples:",
      "  gibbsite train hopfield --data t10k-images-idx3-ubyte.gz --patterns 20 --out run",
      "  gibbsite train hopfield --data strokes --patterns 10 --rule pseudo-inverse --out run",
      "  gibbsite recall --model run --flip 0.3",
    })
final class TrainHopfieldCommand implements Callable<Integer> {
  private static final List<String> METRICS = List.of("step", "overlap");

  @Spec private CommandSpec spec;

  @Mixin private TrainHopfieldOptions options = new TrainHopfieldOptions();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "RUN",
      description = "The run's folder; must be new or empty, but for --resume.")
  private Path out;

  @Option(
      names = "--resume",
      description =
          "Go on with the contrastive run in the folder; its options need not be repeated.")
  private boolean resume;

  @Option(names = "--json", description = "Print the figures as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;

  /**
   * What was stored.
   *
   * @param fixedPoints patterns that no update changes
   * @param seconds of storing, since the last resumption
   */
  private record Report(
      String rule, int units, int patterns, int fixedPoints, double seconds, String backend) {}

  @Override
  public Integer call() throws IOException {
    options.seed = common.seed();
    if (resume) {
      options = RunOptions.recorded(out, options, spec);
    }
    options.check();
    require(
        !resume || options.isContrastive(),
        "--resume: the %s rule stores at once, and has nothing to go on with"
            .formatted(options.rule));
    Dataset rows = options.rows();
    Patterns stored =
        new Patterns(
            Spins.above(rows, Threshold.of(options.threshold, rows, options.data)),
            rows.rows(),
            rows.columns());
    RunFolder folder = resume ? new RunFolder(out) : RunFolder.create(out);
    try (FolderLock lock = FolderLock.on(folder);
        Backend backend = common.openSpinBackend()) {
      if (!resume) {
        lock.requireUnused();
      }
      RunFolder.writeJson(folder.config(), options);
      long start = System.nanoTime();
      SpinParameters parameters = null;
      if (options.isContrastive()) {
        parameters = contrastive(stored, rows, backend, folder);
        if (parameters == null) {
          return TrainCommand.INTERRUPTED;
        }
      }
      HopfieldModel model = model(stored, parameters, backend);
      double seconds = (System.nanoTime() - start) * 1e-9;
      model.write(folder.model(), metadata(rows, options.isContrastive() ? options.epochs : 1));
      report(model, seconds, backend, folder);
    }
    return 0;
  }

  private static Map<String, String> metadata(Dataset rows, long step) {
    return VisibleLayout.of(rows).metadata(step);
  }

  private void report(HopfieldModel model, double seconds, Backend backend, RunFolder folder)
      throws IOException {
    Patterns stored = model.patterns();
    int kept = PatternRecall.fixedPoints(model, backend);
    Report report =
        new Report(
            model.rule(), stored.units(), stored.count(), kept, seconds, backend.description());
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
                  model.rule(),
                  seconds,
                  kept));
    }
  }

  /**
   * The network of the rule.
   *
   * @param parameters of the contrastive one, else null
   */
  private HopfieldModel model(Patterns stored, SpinParameters parameters, Backend backend) {
    if (options.rule.equals(HopfieldModel.DENSE)) {
      double sharpness = options.beta == null ? 8 / Math.sqrt(stored.units()) : options.beta;
      return new HopfieldModel(stored, options.rule, null, sharpness);
    }
    SpinParameters found =
        switch (StorageRule.of(options.rule)) {
          case HEBBIAN -> StorageRule.hebbian(stored, backend);
          case PSEUDO_INVERSE -> StorageRule.pseudoInverse(stored);
          case CONTRASTIVE -> parameters;
        };
    return new HopfieldModel(stored, options.rule, found, 0);
  }

  /** Makes the epochs that are left; null if it was stopped before the last, which it says. */
  private SpinParameters contrastive(
      Patterns stored, Dataset rows, Backend backend, RunFolder folder) throws IOException {
    try (StorageTrainer trainer = new StorageTrainer(stored, options.contrastive(), backend)) {
      if (resume && Files.exists(folder.checkpoint())) {
        Checkpoint.resume(folder.checkpoint(), trainer);
        common.note("resumed after epoch " + trainer.stepsDone());
      }
      boolean done = epochs(trainer, stored, rows, folder);
      if (Fonts.available()) {
        TrainingPictures.curve(
            folder,
            "overlap.png",
            "overlap of what is reached with the patterns",
            METRICS,
            Map.of("patterns and copies", "overlap"));
      }
      return done ? trainer.parameters() : null;
    }
  }

  private boolean epochs(StorageTrainer trainer, Patterns stored, Dataset rows, RunFolder folder)
      throws IOException {
    long before = trainer.stepsDone();
    try (Interruption interruption = Interruption.watch();
        MetricsCsv metrics = MetricsCsv.open(folder.metrics(), METRICS, before == 0 ? -1 : before);
        Progress progress = common.progress("store", options.epochs)) {
      boolean stopped = false;
      while (trainer.stepsDone() < options.epochs && !stopped) {
        double overlap = trainer.step();
        long epoch = trainer.stepsDone();
        metrics.append(epoch, overlap);
        progress.at(epoch, String.format(Locale.ROOT, "overlap %.4f", overlap));
        stopped = interruption.requested() && epoch < options.epochs;
        if (stopped || epoch == options.epochs || epoch % options.checkpointEvery == 0) {
          new HopfieldModel(stored, options.rule, trainer.parameters(), 0)
              .write(folder.model(), metadata(rows, epoch));
          Checkpoint.write(folder.checkpoint(), trainer);
        }
      }
      if (stopped) {
        common
            .err()
            .println(
                "stopped after epoch %d of %d; to go on: gibbsite train hopfield --resume --out %s"
                    .formatted(trainer.stepsDone(), options.epochs, folder.path()));
        common.err().flush();
      }
      return !stopped;
    }
  }
}
