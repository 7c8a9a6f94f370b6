package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.databind.JsonNode;
import io.gibbsite.data.Dataset;
import io.gibbsite.train.LearningRate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * What the training of any model depends on: options of the command, and, as JSON with the options'
 * names, the {@code config.json} of a run. A kind of model adds its own, and sets the defaults of
 * steps, batch and learning rate.
 */
@JsonAutoDetect(
    fieldVisibility = Visibility.ANY,
    getterVisibility = Visibility.NONE,
    isGetterVisibility = Visibility.NONE)
abstract class RunOptions {
  private static final int BUILT_IN_ROWS = 10_000;

  @Option(
      names = "--data",
      paramLabel = "SRC",
      description =
          "two-moons, eight-gaussians, rings, checkerboard, correlated-gaussian,"
              + " bars-and-stripes-N, strokes, or a file: IDX (.gz), .npy, .npz or CSV.")
  String data;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Rows drawn of built-in data (default 10000), or taken from a file (all).")
  Integer rows;

  @Option(
      names = "--pool",
      paramLabel = "F",
      description = "Shrink images: means of F x F pixels (default ${DEFAULT-VALUE}).")
  int pool = 1;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      description = "Rows, taken at random, to measure on and not train on (default: a tenth).")
  Integer heldOut;

  @Option(names = "--steps", paramLabel = "N", description = "Updates (default ${DEFAULT-VALUE}).")
  long steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Data rows of an update (default ${DEFAULT-VALUE}).")
  int batch;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description =
          "At its peak (default: 0.05 of Boltzmann machines, 0.02 of deep ones; of MLPs 0.005, by cd,"
              + " pcd and multi-dsm 0.02, by mle, steincd and steingan 0.01; of images by cd, pcd and"
              + " mle 0.001, by multi-dsm 0.005).")
  Float learningRate;

  @Option(
      names = "--schedule",
      paramLabel = "S",
      description = "Of the learning rate: cosine, linear or constant (default ${DEFAULT-VALUE}).")
  String schedule = "cosine";

  @Option(
      names = "--final-fraction",
      paramLabel = "F",
      description = "What is left of the learning rate at the end (default ${DEFAULT-VALUE}).")
  float finalFraction;

  @Option(
      names = "--weight-decay",
      paramLabel = "D",
      description = "Decoupled from the gradient (default ${DEFAULT-VALUE}).")
  float weightDecay;

  @Option(
      names = "--evaluate-every",
      paramLabel = "N",
      description = "Steps between lines of metrics.csv (default ${DEFAULT-VALUE}).")
  long evaluateEvery = 100;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Steps between checkpoints (default ${DEFAULT-VALUE}).")
  long checkpointEvery = 500;

  /** Given by the common options. */
  long seed;

  /** What the run was begun with: only the same backend goes on with the same bits. */
  String begunOn;

  /**
   * Checks every value, before any work.
   *
   * @throws IllegalArgumentException naming the option
   */
  abstract void check();

  /** The rows with the labels that the options name, if they name any. */
  Dataset labelled(Dataset all) {
    return all;
  }

  /** The kind of model, as in {@code gibbsite train mlp}. */
  abstract String model();

  /** {@link #check} of the options that all models have. */
  final void checkShared() {
    require(data != null && !data.isBlank(), "--data is missing: a built-in name or a file");
    require(rows == null || rows >= 2, "--rows must be at least 2, not " + rows);
    require(pool >= 1, "--pool must be at least 1, not " + pool);
    require(heldOut == null || heldOut >= 2, "--held-out must be at least 2, not " + heldOut);
    require(steps >= 1, "--steps must be at least 1, not " + steps);
    require(batch >= 1, "--batch must be at least 1, not " + batch);
    require(
        learningRate == null || learningRate > 0 && Float.isFinite(learningRate),
        "--learning-rate must be positive, not " + learningRate);
    oneOf("--schedule", schedule, List.of("constant", "cosine", "linear"));
    require(
        finalFraction >= 0 && finalFraction <= 1,
        "--final-fraction must be between 0 and 1, not " + finalFraction);
    require(
        weightDecay >= 0 && Float.isFinite(weightDecay),
        "--weight-decay must be at least 0, not " + weightDecay);
    require(evaluateEvery >= 1, "--evaluate-every must be at least 1, not " + evaluateEvery);
    require(checkpointEvery >= 1, "--checkpoint-every must be at least 1, not " + checkpointEvery);
  }

  static void oneOf(String option, String value, List<String> known) {
    require(
        known.contains(value),
        "%s must be %s, not '%s'".formatted(option, String.join(", ", known), value));
  }

  static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Rows to draw of built-in data. */
  int builtInRows() {
    return rows == null ? BUILT_IN_ROWS : rows;
  }

  /** Rows to hold out of so many. */
  int heldOutRows(int all) {
    return heldOut == null ? Math.max(2, all / 10) : heldOut;
  }

  /** The learning rate, or the usual one if none was given. */
  float peakLearningRate() {
    return learningRate;
  }

  LearningRate learningRate() {
    return new LearningRate(
        LearningRate.Schedule.of(schedule), peakLearningRate(), finalFraction, steps);
  }

  /**
   * The options that the run in a folder was begun with.
   *
   * @param given by the command line
   * @param command that was parsed
   * @throws IllegalArgumentException if one that is given again differs
   */
  static <T> T recorded(Path out, T given, CommandSpec command) {
    @SuppressWarnings("unchecked") // the class of a T
    Class<T> type = (Class<T>) given.getClass();
    Path config = new RunFolder(out).config();
    if (!Files.exists(config)) {
      throw new IllegalArgumentException(out + ": holds no run to resume (no config.json)");
    }
    T recorded = ModelAndData.read(config, file -> Json.read(file, type));
    JsonNode before = Json.tree(recorded);
    JsonNode now = Json.tree(given);
    for (OptionSpec option : command.commandLine().getParseResult().matchedOptions()) {
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
