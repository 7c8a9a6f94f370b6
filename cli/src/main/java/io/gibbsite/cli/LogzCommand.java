package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.data.Dataset;
import io.gibbsite.dbm.DbmBlocks;
import io.gibbsite.dbm.DbmModel;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.GaussianRbmModel;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.sampler.AisOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints a model's log partition function. */
@Command(
    name = "logz",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Prints the log partition function of a model, exact or estimated, as JSON.",
    footer = {
      "",
      "Annealing makes Gibbs sweeps of Boltzmann machines, and Hamiltonian Monte Carlo transitions of",
      "an MLP. Its bracket is the hull of two intervals of 95 %%; the upper one rests on chains that",
      "have mixed.",
      "",
      "Examples:",
      "  gibbsite logz --model rbm.safetensors --method exact",
      "  gibbsite logz --model rbm.safetensors --method bracket --data train.npy",
      "  gibbsite logz --model mlp.safetensors --base uniform:-4,4"
    })
final class LogzCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "RUN|M.safetensors",
      converter = ModelFile.class,
      description = "The folder of a training run, or a model file.")
  private Path modelFile;

  @Option(
      names = "--method",
      paramLabel = "M",
      description =
          "exact (RBMs of up to 25 units on the smaller side, Boltzmann machines of up to 25 units,"
              + " MLPs of 2 columns), ais (tends to be"
              + " low), reverse-ais (tends to be high) or bracket (both; default).")
  private String method = "bracket";

  @Option(
      names = "--data",
      paramLabel = "X",
      description =
          "Rows whose base rates, means or, of MLPs, Gaussian the path starts from (default: the"
              + " visible biases or the base density of the model; fair units for a deep machine).")
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
      case MLP -> printMlp();
      case CONDITIONAL_MLP, GENERATOR -> throw kind.refused(modelFile, "models of one density");
      case DBM -> print(ModelAndData.read(modelFile, DbmModel::read).parameters());
      case BOLTZMANN, HOPFIELD -> printSpins();
    }
    return 0;
  }

  private void print(DbmParameters parameters) {
    RbmParameters sides = DbmBlocks.annealed(parameters);
    try (Backend backend = common.openBackend()) {
      float[] base =
          dataFile == null
              ? new float[sides.shape().visible()]
              : DbmPosterior.base(parameters, rows(parameters.shape()), backend);
      AisOptions options = annealing.from(base, common.seed());
      common.print(LogZ.by(method, sides, options, backend, common), backend);
    }
  }

  private BinaryRows rows(DbmShape shape) {
    Dataset rows = ModelAndData.scaled(dataFile, shape.visible(), 0);
    return BinaryRows.above(rows, Threshold.middle(rows, dataFile.toString()));
  }

  private void print(RbmParameters parameters) {
    AisOptions options = annealing.from(base(parameters), common.seed());
    try (Backend backend = common.openBackend()) {
      common.print(LogZ.by(method, parameters, options, backend, common), backend);
    }
  }

  private void printMlp() {
    MlpParameters parameters = ModelAndData.read(modelFile, MlpModel::read).parameters();
    MlpLogZ.requireAble(method, modelFile, parameters);
    Dataset rows =
        dataFile == null
            ? null
            : ModelAndData.rows(dataFile, modelFile, parameters.shape().inputs());
    MlpLogZ logZ = new MlpLogZ(parameters, MlpLogZ.base(parameters, annealing, rows), annealing);
    try (Backend backend = common.openBackend()) {
      common.print(logZ.by(method, backend, common), backend);
    }
  }

  private void printSpins() {
    BoltzmannModel model = SpinModel.read(modelFile).model();
    float[] base = model.parameters().biases();
    if (dataFile != null) {
      Dataset data = ModelAndData.scaled(dataFile, model.shape().visible(), 0);
      base =
          SpinLogZ.base(
              model, Spins.above(data, Threshold.middle(data, dataFile.toString())), data.rows());
    }
    AisOptions options = annealing.from(base, common.seed());
    try (Backend backend = common.openSpinBackend()) {
      common.print(SpinLogZ.by(method, model, options, backend, common), backend);
    }
  }

  private void print(GaussianRbmParameters parameters) {
    float[] base =
        dataFile == null
            ? parameters.visibleBias()
            : EvaluateCommand.rows(dataFile, parameters.shape()).means();
    AisOptions options = annealing.from(base, common.seed());
    try (Backend backend = common.openBackend()) {
      common.print(LogZ.by(method, parameters, options, backend, common), backend);
    }
  }

  private float[] base(RbmParameters parameters) {
    if (dataFile == null) {
      return parameters.visibleBias();
    }
    Dataset data = ModelAndData.scaled(dataFile, parameters.shape().visible(), 0);
    for (float value : data.values()) {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException(
            "%s: holds %s, and base rates run from 0 to 1".formatted(dataFile, value));
      }
    }
    return BaseRates.logOdds(data.values(), data.rows(), data.columns());
  }
}
