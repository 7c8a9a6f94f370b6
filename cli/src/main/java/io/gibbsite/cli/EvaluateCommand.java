package io.gibbsite.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.gibbsite.backend.Backend;
import io.gibbsite.boltzmann.BoltzmannModel;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.DatasetReader;
import io.gibbsite.data.Images;
import io.gibbsite.data.Labels;
import io.gibbsite.dbm.DbmModel;
import io.gibbsite.dbm.DbmParameters;
import io.gibbsite.dbm.DbmShape;
import io.gibbsite.io.Safetensors;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.GaussianRbmModel;
import io.gibbsite.rbm.GaussianRbmParameters;
import io.gibbsite.rbm.GaussianRbmShape;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.sampler.AisOptions;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the mean log-likelihood of rows under a model. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Prints the mean log-likelihood of rows under a model, exact or bracketed.",
    footer = {
      "",
      "Up to 25 units on an RBM's smaller side (hidden units, if the visible ones are real), and for an",
      "MLP of 2 columns, the value is exact; beyond, log Z is bracketed by annealed importance sampling",
      "and its reverse, each with its 95 %% interval. Of a deep Boltzmann machine it is the variational",
      "lower bound of the mean field; a general one's log Z is exact up to 25 units, else bracketed, and",
      "beyond 12 hidden units its value is that bound too. Rows for an MLP are taken as they are:",
      "standardise them as its training did.",
      "",
      "Examples:",
      "  gibbsite evaluate --model run --data held-out.npy",
      "  gibbsite evaluate --model rbm.safetensors --data t10k-images-idx3-ubyte.gz --rows 1000"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "RUN|M.safetensors",
      converter = ModelFile.class,
      description = "The folder of a training run, or a model file.")
  private Path modelFile;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "X",
      description = "Rows: .npy, .npz (FILE.npz:NAME names an array), IDX or CSV.")
  private Path dataFile;

  @Option(
      names = "--labels",
      paramLabel = "L",
      description = "The rows' labels, for a model that was trained with them: one column.")
  private Path labelFile;

  @Option(names = "--rows", paramLabel = "N", description = "Take the first N rows (default: all).")
  private Integer rows;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description =
          "Values above it become 1, others 0 (default 0.5, for states and greys from 0 to"
              + " 1; other values need it).")
  private Float threshold;

  @Mixin private LogPartitionOptions annealing;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    annealing.check();
    Threshold.check(threshold);
    ModelKind kind = ModelKind.of(modelFile);
    switch (kind) {
      case RBM -> evaluateBinary();
      case GAUSSIAN_RBM -> evaluateGaussian();
      case DBM -> evaluateDeep();
      case BOLTZMANN, HOPFIELD -> evaluateSpins();
      case MLP -> evaluateMlp();
      case CONDITIONAL_MLP, GENERATOR -> throw kind.refused(modelFile, "models of one density");
    }
    return 0;
  }

  private void evaluateBinary() {
    RbmParameters parameters = ModelAndData.read(modelFile, RbmModel::read).parameters();
    Map<String, String> metadata = ModelAndData.read(modelFile, Safetensors::read).metadata();
    VisibleLayout layout = VisibleLayout.of(metadata, parameters.shape());
    BinaryRows data = binary(layout, parameters.shape().visible());
    float[] base = BaseRates.logOdds(data.floats(), data.rows(), parameters.shape().visible());
    AisOptions options = annealing.from(base, common.seed());
    try (Backend backend = common.openBackend()) {
      LogZ logZ = LogZ.best(parameters, options, backend, common);
      common.print(
          new Evaluation(
              Likelihood.of(parameters, data, logZ, backend),
              Likelihood.labelError(parameters, data, layout.labelUnits(), backend)),
          backend);
    }
  }

  private void evaluateMlp() {
    requireRealRows();
    MlpParameters parameters = ModelAndData.read(modelFile, MlpModel::read).parameters();
    Dataset all = ModelAndData.rows(dataFile, modelFile, parameters.shape().inputs());
    Dataset data = rows == null ? all : all.take(rows);
    MlpLogZ logZ = new MlpLogZ(parameters, MlpLogZ.base(parameters, annealing, data), annealing);
    try (Backend backend = common.openBackend()) {
      LogZ found = logZ.best(backend, common);
      common.print(Likelihood.of(parameters, data, found, backend), backend);
    }
  }

  private void evaluateDeep() {
    DbmParameters parameters = ModelAndData.read(modelFile, DbmModel::read).parameters();
    DbmShape shape = parameters.shape();
    VisibleLayout layout = VisibleLayout.of(GibbsChains.metadata(modelFile), shape.visible());
    BinaryRows data = binary(layout, shape.visible());
    try (Backend backend = common.openBackend()) {
      AisOptions options =
          annealing.from(DbmPosterior.base(parameters, data, backend), common.seed());
      LogZ logZ = DbmPosterior.logZ(parameters, options, backend, common);
      common.print(DbmLikelihood.of(parameters, data, layout.labelUnits(), logZ, backend), backend);
    }
  }

  private void evaluateSpins() {
    SpinModel read = SpinModel.read(modelFile);
    BoltzmannModel model = read.model();
    VisibleLayout layout = read.layout();
    Dataset data = labelled(layout, model.shape().visible());
    byte[] v = Spins.above(data, Threshold.of(threshold, data, dataFile.toString()));
    try (Backend backend = common.openSpinBackend()) {
      AisOptions options = annealing.from(SpinLogZ.base(model, v, data.rows()), common.seed());
      LogZ logZ = SpinLogZ.best(model, options, backend, common);
      common.print(
          SpinLikelihood.of(model, v, data.rows(), layout.labels(), logZ, backend), backend);
    }
  }

  private void evaluateGaussian() {
    GaussianRbmParameters parameters =
        ModelAndData.read(modelFile, GaussianRbmModel::read).parameters();
    requireRealRows();
    Dataset all = rows(dataFile, parameters.shape());
    Dataset data = rows == null ? all : all.take(rows);
    AisOptions options = annealing.from(data.means(), common.seed());
    try (Backend backend = common.openBackend()) {
      LogZ logZ = LogZ.best(parameters, options, backend, common);
      common.print(Likelihood.of(parameters, data, logZ, backend), backend);
    }
  }

  /** Checks that nothing is asked for that rows of states alone have. */
  private void requireRealRows() {
    RunOptions.require(labelFile == null, "--labels need a model with binary visible units");
    RunOptions.require(threshold == null, "--threshold needs a model with binary visible units");
  }

  /**
   * Rows for an RBM with real visible units, images scaled to greys from 0 to 1.
   *
   * @throws IllegalArgumentException if they cannot be read or do not fit
   */
  static Dataset rows(Path file, GaussianRbmShape shape) {
    Dataset read = ModelAndData.finite(file);
    if (read.columns() != shape.visible()) {
      throw new IllegalArgumentException(
          "%s: %d columns, but the model has %d visible units"
              .formatted(file, read.columns(), shape.visible()));
    }
    return read.images() == null ? read : Images.scale(read);
  }

  /** What is printed. */
  private record Evaluation(
      @JsonUnwrapped Likelihood likelihood,
      @JsonInclude(JsonInclude.Include.NON_NULL) Double labelError) {}

  private BinaryRows binary(VisibleLayout layout, int visible) {
    Dataset data = labelled(layout, visible);
    return BinaryRows.above(data, Threshold.of(threshold, data, dataFile.toString()));
  }

  private Dataset labelled(VisibleLayout layout, int visible) {
    Dataset all = ModelAndData.scaled(dataFile, visible, layout.labels());
    Dataset data = rows == null ? all : all.take(rows);
    if (data.columns() == visible) {
      RunOptions.require(
          labelFile == null, "--labels: the rows of %s have theirs already".formatted(dataFile));
      return data;
    }
    RunOptions.require(
        labelFile != null,
        "%s: %d columns, but the model has %d visible units, the last %d of them a label: add --labels"
            .formatted(dataFile, data.columns(), visible, layout.labels()));
    Dataset labels = ModelAndData.read(labelFile, DatasetReader::read);
    return Labels.append(data, rows == null ? labels : labels.take(rows), layout.labels());
  }
}
