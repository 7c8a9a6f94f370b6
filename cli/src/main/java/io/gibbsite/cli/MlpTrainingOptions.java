package io.gibbsite.cli;

import io.gibbsite.data.Dataset;
import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.train.Adam;
import io.gibbsite.train.Optimiser;
import io.gibbsite.train.Sgd;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * All that an MLP's training depends on: options of the command, and, as JSON with the options'
 * names, the {@code config.json} of a run.
 */
final class MlpTrainingOptions extends MlpObjectiveOptions {
  @Option(
      names = "--jitter",
      paramLabel = "SD",
      description =
          "Normal noise on the data (image greys run from 0 to 1), fresh at every visit of a"
              + " training row (default 0; of images trained by chains 0.1).")
  Float jitter;

  @Option(
      names = "--standardise",
      negatable = true,
      description =
          "Shift and scale columns to mean 0 and deviation 1; the model then is of such rows"
              + " (default: images only).")
  Boolean standardise;

  @Option(
      names = "--hidden",
      split = ",",
      paramLabel = "W",
      description =
          "Widths of the hidden layers (default 256,256). By score matching the first should be as"
              + " wide as the rows: the score has no other directions than its weights.")
  int[] hidden = {256, 256};

  @Option(
      names = "--activation",
      paramLabel = "A",
      description = "silu (default), softplus, tanh or gelu.")
  String activation = "silu";

  @Option(
      names = "--base",
      paramLabel = "D",
      description =
          "Base density of the energy: gaussian (default), the one fitted to the training rows,"
              + " gaussian-diagonal (default of images trained by chains), or none.")
  String base;

  @Option(
      names = "--optimiser",
      paramLabel = "O",
      description = "adam (default), or sgd with momentum 0.9.")
  String optimiser = "adam";

  @Option(
      names = "--gradient-norm-limit",
      paramLabel = "L",
      description = "Scale larger gradients down to this norm (default: no limit).")
  Float gradientNormLimit;

  @Option(
      names = "--average",
      paramLabel = "D",
      description =
          "Decay of the exponential average of the parameters that is the model, 0 for none"
              + " (default ${DEFAULT-VALUE}).")
  float average;

  @Option(
      names = "--importance-samples",
      paramLabel = "N",
      description = "For log Z at the end (default ${DEFAULT-VALUE}).")
  int importanceSamples = 1_000_000;

  MlpTrainingOptions() {
    batch = 256;
    steps = 3_000;
  }

  /**
   * Checks every value, before any work.
   *
   * @throws IllegalArgumentException naming the option
   */
  @Override
  void check() {
    checkShared();
    notNegative("--jitter", jitter);
    for (int width : hidden) {
      require(width >= 1, "--hidden must be widths of at least 1, not " + width);
    }
    oneOf("--activation", activation, List.of("silu", "softplus", "tanh", "gelu"));
    checkObjective();
    oneOf("--base", base(), List.of("gaussian", "gaussian-diagonal", "none"));
    oneOf("--optimiser", optimiser, List.of("adam", "sgd"));
    require(
        gradientNormLimit == null || gradientNormLimit > 0,
        "--gradient-norm-limit must be positive, not " + gradientNormLimit);
    require(
        average >= 0 && average < 1, "--average must be at least 0 and below 1, not " + average);
    require(
        importanceSamples >= 2,
        "--importance-samples must be at least 2, not " + importanceSamples);
  }

  @Override
  String model() {
    return "mlp";
  }

  MlpShape shape(int columns) {
    return MlpShape.of(activation(), columns, hidden);
  }

  @Override
  int[] hidden() {
    return hidden;
  }

  @Override
  Activation activation() {
    return Activation.of(activation);
  }

  private String base() {
    return base == null ? (imagesByChains() ? "gaussian-diagonal" : "gaussian") : base;
  }

  /** The jitter's deviation. */
  float jitter() {
    return jitter == null ? (imagesByChains() ? 0.1f : 0) : jitter;
  }

  /** The base density, or null. */
  Gaussian base(Gaussian fitted, Dataset rows) {
    return switch (base()) {
      case "gaussian" -> fitted;
      case "gaussian-diagonal" -> Gaussian.fit(rows.values(), rows.rows(), rows.columns(), false);
      default -> null;
    };
  }

  /** Whether the Gaussian fitted to the rows serves for more than comparison. */
  boolean needsFullCovariance() {
    return needsFullNoise() || base().equals("gaussian");
  }

  Optimiser optimiser(int parameters) {
    return optimiser.equals("adam") ? new Adam(parameters) : new Sgd(parameters, 0.9f);
  }

  float gradientNormLimit() {
    return gradientNormLimit == null ? Float.POSITIVE_INFINITY : gradientNormLimit;
  }
}
