package io.gibbsite.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.backend.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains an MLP energy, and measures, draws and saves it in a run folder. */
@Command(
    name = "mlp",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Trains an MLP energy, p(x) = exp(-E(x) - c), by noise-contrastive estimation.",
    footer = {
      "",
      "Ctrl-C finishes the step, saves a checkpoint and ends with exit code 130; --resume then goes",
      "on, to the same bits as a run that never stopped.",
      "",
      "Examples:",
      "  gibbsite train mlp --data two-moons --hidden 128,128 --out run",
      "  gibbsite train mlp --data t10k-images-idx3-ubyte.gz --pool 4 --jitter 0.1 --out run",
      "  gibbsite train mlp --resume --out run",
    })
final class TrainMlpCommand implements Callable<Integer> {
  /** What a shell reports for a process that Ctrl-C ended. */
  static final int INTERRUPTED = 130;

  @Spec private CommandSpec spec;

  @Mixin private MlpTrainingOptions options;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "RUN",
      description = "The run's folder; must be new or empty, but for --resume.")
  private Path out;

  @Option(
      names = "--resume",
      description = "Go on with the run in the folder; its options need not be repeated.")
  private boolean resume;

  @Option(names = "--json", description = "Print the figures as JSON.")
  private boolean json;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    options.seed = common.seed();
    if (resume) {
      options = recorded();
    }
    options.check();
    TrainingData data = TrainingData.prepare(options);
    RunFolder folder = resume ? new RunFolder(out) : RunFolder.create(out);
    try (Backend backend = common.openBackend();
        MlpTraining training = new MlpTraining(options, data, backend, folder)) {
      return run(training, folder, backend);
    }
  }

  private int run(MlpTraining training, RunFolder folder, Backend backend) throws IOException {
    if (resume) {
      training.resume();
      common.note("resumed after step " + training.trainer().stepsDone());
      if (!backend.name().equals(options.begunOn)) {
        common.note(
            "the run was begun on backend %s: on %s its last bits will differ"
                .formatted(options.begunOn, backend.name()));
      }
    } else {
      training.begin();
    }
    try (Interruption interruption = Interruption.watch();
        Progress progress = common.progress("train", options.steps)) {
      if (!training.train(progress, interruption::requested)) {
        common
            .err()
            .println(
                "stopped after step %d of %d; to go on: gibbsite train mlp --resume --out %s"
                    .formatted(training.trainer().stepsDone(), options.steps, out));
        common.err().flush();
        return INTERRUPTED;
      }
    }
    TrainingFigures figures = training.figures();
    TrainingReport report = TrainingReport.of(figures, options, backend);
    RunFolder.writeJson(folder.report(), report);
    new TrainingPictures(training, folder).draw(common::note);
    if (json) {
      common.out().println(Json.line(report));
    } else {
      figures.print(common.out(), backend.description());
    }
    return 0;
  }

  /**
   * The options that the folder's run was begun with.
   *
   * @throws IllegalArgumentException if one that is given again differs
   */
  private MlpTrainingOptions recorded() {
    Path config = new RunFolder(out).config();
    if (!Files.exists(config)) {
      throw new IllegalArgumentException(out + ": holds no run to resume (no config.json)");
    }
    MlpTrainingOptions recorded =
        ModelAndData.read(config, file -> Json.read(file, MlpTrainingOptions.class));
    JsonNode before = Json.tree(recorded);
    JsonNode now = Json.tree(options);
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      String name = option.longestName();
      String key = name.substring(2).replace('-', '_').toLowerCase(Locale.ROOT);
      if (before.has(key) && !before.get(key).equals(now.get(key))) {
        throw new IllegalArgumentException(
            "%s is %s, but the run in %s was begun with %s: leave it out to resume"
                .formatted(name, now.get(key), out, before.get(key)));
      }
    }
    return recorded;
  }
}
