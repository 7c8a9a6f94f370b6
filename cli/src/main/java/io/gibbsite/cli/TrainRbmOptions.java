package io.gibbsite.cli;

import io.gibbsite.train.rbm.RbmGradient;
import io.gibbsite.train.rbm.RbmSparsity;
import io.gibbsite.train.rbm.RbmTrainingOptions;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * All that an RBM's training depends on: options of the command, and, as JSON with the options'
 * names, the {@code config.json} of a run.
 */
final class TrainRbmOptions extends BoltzmannOptions {
  /** The most weights of a model whose chains are tempered unless told otherwise. */
  private static final int SMALL_MODEL = 10_000;

  private static final int SMALL_MODELS_LEVELS = 10;

  private static final String BINARY = "binary";

  private static final float VISIBLE_SD = 0.5f;
  private static final float SD_RATE = 0.3f;
  private static final int CHAINS = 100;
  private static final float SPARSITY_COST = 0.1f;

  @Option(
      names = "--visible",
      paramLabel = "V",
      description =
          "Visible units: binary (default), or gaussian for real data, which are trained on as they"
              + " are.")
  String visible = BINARY;

  @Option(
      names = "--visible-sd",
      paramLabel = "S",
      description =
          "Deviations of gaussian units at the start, as a fraction of those of the data's columns"
              + " (default ${DEFAULT-VALUE}).")
  float visibleSd = VISIBLE_SD;

  @Option(
      names = "--sd-rate",
      paramLabel = "R",
      description =
          "Learning rate of gaussian units' log-deviations, as a fraction of that of the weights; 0"
              + " holds them (default ${DEFAULT-VALUE}).")
  float sdRate = SD_RATE;

  @Option(
      names = "--jitter",
      paramLabel = "SD",
      description =
          "Normal noise on the data of gaussian units, drawn once (image greys run from 0 to 1;"
              + " default ${DEFAULT-VALUE}): constant columns need some.")
  float jitter;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      description = "Hidden units (default ${DEFAULT-VALUE}).")
  int hidden = 100;

  @Option(
      names = "--objective",
      paramLabel = "O",
      description =
          "pcd (default): persistent contrastive divergence; or cd: chains start from the data.")
  String objective = "pcd";

  @Option(
      names = "--chains",
      paramLabel = "N",
      description = "Persistent chains of pcd (default ${DEFAULT-VALUE}).")
  int chains = CHAINS;

  @Option(
      names = "--levels",
      paramLabel = "K",
      description =
          "Temper the chains of pcd: replicas at K inverse temperatures from 0 to 1, at K times the"
              + " cost; 1 for none (default: 10 up to 10000 weights of binary units, else 1).")
  Integer levels;

  @Option(
      names = "--gradient",
      paramLabel = "G",
      description = "enhanced (default): of covariances; centred: about running means; or plain.")
  String gradient = "enhanced";

  @Option(
      names = "--sparsity",
      paramLabel = "TARGET",
      description = "Draw the hidden units' mean activation to it (default: as it comes).")
  Float sparsity;

  @Option(
      names = "--sparsity-cost",
      paramLabel = "C",
      description = "How strongly (default ${DEFAULT-VALUE}).")
  float sparsityCost = SPARSITY_COST;

  TrainRbmOptions() {
    batch = 100;
    steps = 5_000;
    learningRate = 0.05f;
    schedule = "linear";
  }

  @Override
  String model() {
    return "rbm";
  }

  @Override
  void check() {
    checkShared();
    checkBoltzmann();
    oneOf("--visible", visible, List.of(BINARY, "gaussian"));
    require(
        visibleSd > 0 && Float.isFinite(visibleSd),
        "--visible-sd must be positive, not " + visibleSd);
    require(sdRate >= 0 && Float.isFinite(sdRate), "--sd-rate must be at least 0, not " + sdRate);
    require(jitter >= 0 && Float.isFinite(jitter), "--jitter must be at least 0, not " + jitter);
    require(isGaussian() || visibleSd == VISIBLE_SD, "--visible-sd is of --visible gaussian");
    require(isGaussian() || sdRate == SD_RATE, "--sd-rate is of --visible gaussian");
    require(isGaussian() || jitter == 0, "--jitter is of --visible gaussian");
    require(!isGaussian() || labels == null, "--labels need --visible binary");
    require(!isGaussian() || threshold == null, "--threshold is of --visible binary");
    require(hidden >= 1, "--hidden must be at least 1, not " + hidden);
    oneOf("--objective", objective, List.of("pcd", "cd"));
    oneOf("--gradient", gradient, List.of("enhanced", "centred", "plain"));
    require(chains >= 1, "--chains must be at least 1, not " + chains);
    require(
        chains == CHAINS || objective.equals("pcd"),
        "--chains is of --objective pcd: cd has as many as --batch");
    require(levels == null || levels >= 1, "--levels must be at least 1, not " + levels);
    require(
        levels == null || levels == 1 || objective.equals("pcd"),
        "--levels tempers the chains of pcd: cd has none that stay");
    require(
        sparsity == null || sparsity > 0 && sparsity < 1,
        "--sparsity must be between 0 and 1, not " + sparsity);
    require(
        sparsityCost > 0 && Float.isFinite(sparsityCost),
        "--sparsity-cost must be positive, not " + sparsityCost);
    require(
        sparsity != null || sparsityCost == SPARSITY_COST,
        "--sparsity-cost needs a target: add --sparsity");
  }

  boolean isGaussian() {
    return !visible.equals(BINARY);
  }

  /**
   * Levels of tempering: a small model can afford them, and its modes are the more apart, the fewer
   * its units.
   */
  private int levels(int visible) {
    if (levels != null) {
      return levels;
    }
    boolean small = !isGaussian() && (long) visible * hidden <= SMALL_MODEL;
    return objective.equals("pcd") && small ? SMALL_MODELS_LEVELS : 1;
  }

  /** For a model of that many visible units. */
  RbmTrainingOptions training(int visible) {
    return new RbmTrainingOptions(
        batch,
        objective.equals("pcd") ? chains : 0,
        sweeps,
        RbmGradient.of(gradient),
        learningRate(),
        momentum,
        weightDecay,
        seed,
        sparsity == null ? RbmSparsity.NONE : new RbmSparsity(sparsity, sparsityCost),
        levels(visible));
  }
}
