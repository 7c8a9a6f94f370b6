package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import io.gibbsite.dbm.DbmBlocks;
import io.gibbsite.dbm.DbmModel;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.rbm.AisOptions;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.GaussianRbmModel;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmShape;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints an RBM's log partition function. */
@Command(
    name = "logz",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Prints the log partition function of an RBM, exact or estimated, as JSON.",
    footer = {
      "",
      "Examples:",
      "  gibbsite logz --model rbm.safetensors --method exact",
      "  gibbsite logz --model rbm.safetensors --method bracket --data train.npy"
    })
final class LogzCommand implements Callable<Integer> {
  /** Above it a value counts as 1, where a mean field needs states. */
  private static final float THRESHOLD = 0.5f;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "M.safetensors",
      description = "The model file of an RBM.")
  private Path modelFile;

  @Option(
      names = "--method",
      paramLabel = "M",
      description =
          "exact (up to 25 units on the smaller side), ais (tends to be low), reverse-ais (tends to"
              + " be high) or bracket (both; default).")
  private String method = "bracket";

  @Option(
      names = "--data",
      paramLabel = "X",
      description =
          "Rows, values from 0 to 1 unless visible units are real, whose base rates or means the"
              + " path starts from (default: the model's visible biases).")
  private Path dataFile;

  @Mixin private LogPartitionOptions annealing;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    RunOptions.oneOf("--method", method, List.of("exact", "ais", "reverse-ais", "bracket"));
    annealing.check();
    ModelKind kind = ModelKind.of(modelFile);
    switch (kind) {
      case RBM -> print(ModelAndData.read(modelFile, RbmModel::read).parameters());
      case GAUSSIAN_RBM -> print(ModelAndData.read(modelFile, GaussianRbmModel::read).parameters());
      case DBM -> print(ModelAndData.read(modelFile, DbmModel::read).parameters());
      case MLP -> throw kind.refused(modelFile, "RBMs and deep Boltzmann machines");
    }
    return 0;
  }

  private void print(DbmParameters parameters) {
    RbmParameters sides = DbmBlocks.join(parameters);
    try (Backend backend = common.openBackend()) {
      float[] base =
          dataFile == null
              ? sides.visibleBias()
              : DbmPosterior.base(parameters, rows(parameters.shape()), backend);
      AisOptions options = annealing.from(base, common.seed());
      common.out().println(Json.line(LogZ.by(method, sides, options, backend, common)));
    }
  }

  private BinaryRows rows(DbmShape shape) {
    RbmShape lowest = new RbmShape(shape.visible(), shape.units(1));
    return BinaryRows.above(EvaluateCommand.scaled(dataFile, lowest, 0), THRESHOLD);
  }

  private void print(RbmParameters parameters) {
    AisOptions options = annealing.from(base(parameters), common.seed());
    try (Backend backend = common.openBackend()) {
      common.out().println(Json.line(LogZ.by(method, parameters, options, backend, common)));
    }
  }

  private void print(GaussianRbmParameters parameters) {
    float[] base =
        dataFile == null
            ? parameters.visibleBias()
            : EvaluateCommand.rows(dataFile, parameters.shape()).means();
    AisOptions options = annealing.from(base, common.seed());
    try (Backend backend = common.openBackend()) {
      common.out().println(Json.line(LogZ.by(method, parameters, options, backend, common)));
    }
  }

  private float[] base(RbmParameters parameters) {
    if (dataFile == null) {
      return parameters.visibleBias();
    }
    Dataset data = EvaluateCommand.scaled(dataFile, parameters.shape(), 0);
    return BaseRates.logOdds(data.values(), data.rows(), data.columns());
  }
}
