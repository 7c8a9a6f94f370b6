package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.train.Adam;
import io.gibbsite.train.LearningRate;
import io.gibbsite.train.Optimiser;
import io.gibbsite.train.Sgd;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * All that an MLP's training depends on: options of the command, and, as JSON with the options'
 * names, the {@code config.json} of a run.
 */
@JsonAutoDetect(
    fieldVisibility = Visibility.ANY,
    getterVisibility = Visibility.NONE,
    isGetterVisibility = Visibility.NONE)
final class MlpTrainingOptions {
  private static final int BUILT_IN_ROWS = 10_000;

  /** How far uniform noise reaches beyond the data on each side, as a fraction of their extent. */
  private static final float UNIFORM_MARGIN = 0.25f;

  @Option(
      names = "--data",
      paramLabel = "SRC",
      description =
          "two-moons, eight-gaussians, rings, checkerboard, correlated-gaussian, or a file:"
              + " IDX (.gz), .npy, .npz or CSV.")
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
      names = "--jitter",
      paramLabel = "SD",
      description =
          "Normal noise on the data (image greys run from 0 to 1), fresh at every visit of a"
              + " training row (default ${DEFAULT-VALUE}).")
  float jitter;

  @Option(
      names = "--standardise",
      negatable = true,
      description =
          "Shift and scale columns to mean 0 and deviation 1; the model then is of such rows"
              + " (default: images only).")
  Boolean standardise;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      description = "Rows, taken at random, to measure on and not train on (default: a tenth).")
  Integer heldOut;

  @Option(
      names = "--hidden",
      split = ",",
      paramLabel = "W",
      description = "Widths of the hidden layers (default 256,256).")
  int[] hidden = {256, 256};

  @Option(
      names = "--activation",
      paramLabel = "A",
      description = "silu (default), softplus, tanh or gelu.")
  String activation = "silu";

  @Option(names = "--objective", paramLabel = "O", description = "nce (default).")
  String objective = "nce";

  @Option(
      names = "--noise",
      paramLabel = "D",
      description =
          "Noise density, fitted to the training rows: gaussian (default), gaussian-diagonal or"
              + " uniform.")
  String noise = "gaussian";

  @Option(
      names = "--k",
      paramLabel = "K",
      description = "Noise rows for each data row (default ${DEFAULT-VALUE}).")
  int k = 10;

  @Option(
      names = "--base",
      paramLabel = "D",
      description =
          "Base density of the energy: gaussian (default), the one fitted to the training rows,"
              + " or none.")
  String base = "gaussian";

  @Option(names = "--steps", paramLabel = "N", description = "Updates (default ${DEFAULT-VALUE}).")
  long steps = 3_000;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Data rows of an update (default ${DEFAULT-VALUE}).")
  int batch = 256;

  @Option(
      names = "--optimiser",
      paramLabel = "O",
      description = "adam (default), or sgd with momentum 0.9.")
  String optimiser = "adam";

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "At its peak (default ${DEFAULT-VALUE}).")
  float learningRate = 5e-3f;

  @Option(
      names = "--schedule",
      paramLabel = "S",
      description = "Of the learning rate: cosine (default), linear or constant.")
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
      names = "--evaluate-every",
      paramLabel = "N",
      description = "Steps between lines of metrics.csv (default ${DEFAULT-VALUE}).")
  long evaluateEvery = 100;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Steps between checkpoints (default ${DEFAULT-VALUE}).")
  long checkpointEvery = 500;

  @Option(
      names = "--importance-samples",
      paramLabel = "N",
      description = "For log Z at the end (default ${DEFAULT-VALUE}).")
  int importanceSamples = 1_000_000;

  /** Given by the common options. */
  long seed;

  /** What the run was begun with: only the same backend goes on with the same bits. */
  String begunOn;

  /**
   * Checks every value, before any work.
   *
   * @throws IllegalArgumentException naming the option
   */
  void check() {
    require(data != null && !data.isBlank(), "--data is missing: a built-in name or a file");
    require(rows == null || rows >= 2, "--rows must be at least 2, not " + rows);
    require(pool >= 1, "--pool must be at least 1, not " + pool);
    require(jitter >= 0 && Float.isFinite(jitter), "--jitter must be at least 0, not " + jitter);
    require(heldOut == null || heldOut >= 2, "--held-out must be at least 2, not " + heldOut);
    for (int width : hidden) {
      require(width >= 1, "--hidden must be widths of at least 1, not " + width);
    }
    oneOf("--activation", activation, List.of("silu", "softplus", "tanh", "gelu"));
    oneOf("--objective", objective, List.of("nce"));
    oneOf("--noise", noise, List.of("gaussian", "gaussian-diagonal", "uniform"));
    oneOf("--base", base, List.of("gaussian", "none"));
    oneOf("--optimiser", optimiser, List.of("adam", "sgd"));
    oneOf("--schedule", schedule, List.of("constant", "cosine", "linear"));
    require(k >= 1, "--k must be at least 1, not " + k);
    require(steps >= 1, "--steps must be at least 1, not " + steps);
    require(batch >= 1, "--batch must be at least 1, not " + batch);
    require(
        learningRate > 0 && Float.isFinite(learningRate),
        "--learning-rate must be positive, not " + learningRate);
    require(
        finalFraction >= 0 && finalFraction <= 1,
        "--final-fraction must be between 0 and 1, not " + finalFraction);
    require(
        weightDecay >= 0 && Float.isFinite(weightDecay),
        "--weight-decay must be at least 0, not " + weightDecay);
    require(
        gradientNormLimit == null || gradientNormLimit > 0,
        "--gradient-norm-limit must be positive, not " + gradientNormLimit);
    require(
        average >= 0 && average < 1, "--average must be at least 0 and below 1, not " + average);
    require(evaluateEvery >= 1, "--evaluate-every must be at least 1, not " + evaluateEvery);
    require(checkpointEvery >= 1, "--checkpoint-every must be at least 1, not " + checkpointEvery);
    require(
        importanceSamples >= 2,
        "--importance-samples must be at least 2, not " + importanceSamples);
  }

  private static void oneOf(String option, String value, List<String> known) {
    require(
        known.contains(value),
        "%s must be %s, not '%s'".formatted(option, String.join(", ", known), value));
  }

  private static void require(boolean condition, String message) {
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

  MlpShape shape(int columns) {
    return MlpShape.of(Activation.of(activation), columns, hidden);
  }

  /**
   * The objective with its noise.
   *
   * @param fitted the Gaussian fitted to the rows
   * @param x float[rows * columns], the training rows
   */
  SigmoidNce nce(Gaussian fitted, float[] x, int count, int columns) {
    Density density =
        switch (noise) {
          case "gaussian" -> fitted;
          case "gaussian-diagonal" -> Gaussian.fit(x, count, columns, false);
          default -> UniformBox.fit(x, count, columns, UNIFORM_MARGIN);
        };
    return new SigmoidNce(k, density);
  }

  /** Whether the Gaussian fitted to the rows serves for more than comparison. */
  boolean needsFullCovariance() {
    return noise.equals("gaussian") || base.equals("gaussian");
  }

  Optimiser optimiser(int parameters) {
    return optimiser.equals("adam") ? new Adam(parameters) : new Sgd(parameters, 0.9f);
  }

  LearningRate learningRate() {
    return new LearningRate(LearningRate.Schedule.of(schedule), learningRate, finalFraction, steps);
  }

  float gradientNormLimit() {
    return gradientNormLimit == null ? Float.POSITIVE_INFINITY : gradientNormLimit;
  }
}
