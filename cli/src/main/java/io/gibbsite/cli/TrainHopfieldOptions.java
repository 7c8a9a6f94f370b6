package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.Images;
import io.gibbsite.hopfield.ContrastiveStorage;
import io.gibbsite.hopfield.HopfieldModel;
import io.gibbsite.hopfield.StorageRule;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * All that a Hopfield network's storage depends on: options of the command, and, as JSON with the
 * options' names, the {@code config.json} of a run.
 */
@JsonAutoDetect(
    fieldVisibility = Visibility.ANY,
    getterVisibility = Visibility.NONE,
    isGetterVisibility = Visibility.NONE)
final class TrainHopfieldOptions {
  static final String CONTRASTIVE = StorageRule.CONTRASTIVE.label();

  @Option(
      names = "--data",
      paramLabel = "SRC",
      description =
          "Patterns: built-in data such as strokes, or a file: IDX (.gz), .npy, .npz, CSV.")
  String data;

  @Option(
      names = "--patterns",
      paramLabel = "P",
      description = "The first P rows are stored (default ${DEFAULT-VALUE}).")
  int patterns = 20;

  @Option(
      names = "--rule",
      paramLabel = "R",
      description = "hebbian, pseudo-inverse, contrastive (default) or dense.")
  String rule = CONTRASTIVE;

  @Option(
      names = "--pool",
      paramLabel = "F",
      description = "Shrink images: means of F x F pixels (default ${DEFAULT-VALUE}).")
  int pool = 1;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description =
          "Values above it become +1, others -1 (default 0.5, for states and greys from 0 to"
              + " 1; other values need it).")
  Float threshold;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Steps of the contrastive rule (default ${DEFAULT-VALUE}).")
  int epochs = 300;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "Of the contrastive rule (default ${DEFAULT-VALUE}).")
  float learningRate = 1;

  @Option(
      names = "--flip",
      paramLabel = "F",
      description =
          "The contrastive rule corrupts copies: the share of units to flip (default"
              + " ${DEFAULT-VALUE}).")
  float flip = 0.2f;

  @Option(
      names = "--copies",
      paramLabel = "N",
      description = "Corrupted copies of each pattern in an epoch (default ${DEFAULT-VALUE}).")
  int copies = 4;

  @Option(
      names = "--sweeps",
      paramLabel = "K",
      description = "Sweeps that they evolve (default ${DEFAULT-VALUE}).")
  int sweeps = 3;

  @Option(
      names = "--beta",
      paramLabel = "B",
      description = "Of the dense network (default: 8 / sqrt(units)).")
  Double beta;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Epochs between checkpoints (default ${DEFAULT-VALUE}).")
  long checkpointEvery = 100;

  /** Given by the common options. */
  long seed;

  /**
   * Checks every value, before any work.
   *
   * @throws IllegalArgumentException naming the option
   */
  void check() {
    require(data != null && !data.isBlank(), "--data is missing: a built-in name or a file");
    require(patterns >= 1, "--patterns must be at least 1, not " + patterns);
    require(pool >= 1, "--pool must be at least 1, not " + pool);
    Threshold.check(threshold);
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
    require(checkpointEvery >= 1, "--checkpoint-every must be at least 1, not " + checkpointEvery);
  }

  boolean isContrastive() {
    return rule.equals(CONTRASTIVE);
  }

  ContrastiveStorage.Options contrastive() {
    return new ContrastiveStorage.Options(learningRate, flip, copies, sweeps, seed);
  }

  /** The patterns, images scaled and pooled. */
  Dataset rows() {
    Dataset read = DataSource.source(data, null, patterns, seed);
    require(
        read.rows() >= patterns,
        "--patterns %d: %s has %d rows".formatted(patterns, data, read.rows()));
    Dataset taken = read.take(patterns);
    Dataset scaled = taken.images() == null ? taken : Images.scale(taken);
    return pool == 1 ? scaled : Images.pool(scaled, pool);
  }
}
