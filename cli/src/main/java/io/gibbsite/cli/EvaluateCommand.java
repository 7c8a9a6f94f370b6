package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import io.gibbsite.data.DatasetReader;
import io.gibbsite.data.Images;
import io.gibbsite.rbm.AisOptions;
import io.gibbsite.rbm.BaseRates;
import io.gibbsite.rbm.RbmModel;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmShape;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the mean log-likelihood of rows under an RBM. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Prints the mean log-likelihood of rows under an RBM, exact or bracketed.",
    footer = {
      "",
      "Up to 25 units on the model's smaller side the value is exact; beyond, log Z is bracketed by",
      "annealed importance sampling and its reverse, each with its 95 % interval.",
      "",
      "Examples:",
      "  gibbsite evaluate --model run/model.safetensors --data held-out.npy",
      "  gibbsite evaluate --model rbm.safetensors --data t10k-images-idx3-ubyte.gz --rows 1000"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "M.safetensors",
      description = "The model file of an RBM.")
  private Path modelFile;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "X",
      description = "Rows: .npy, .npz (FILE.npz:NAME names an array), IDX or CSV.")
  private Path dataFile;

  @Option(names = "--rows", paramLabel = "N", description = "Take the first N rows (default: all).")
  private Integer rows;

  @Option(
      names = "--threshold",
      paramLabel = "T",
      description = "Values above it count as 1, others as 0 (default ${DEFAULT-VALUE}).")
  private float threshold = 0.5f;

  @Mixin private LogPartitionOptions annealing;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    annealing.check();
    RbmParameters parameters = ModelAndData.read(modelFile, RbmModel::read).parameters();
    Dataset all = scaled(dataFile, parameters.shape());
    BinaryRows data = BinaryRows.above(rows == null ? all : all.take(rows), threshold);
    float[] base = BaseRates.logOdds(data.floats(), data.rows(), parameters.shape().visible());
    AisOptions options = annealing.from(base, common.seed());
    try (Backend backend = common.openBackend()) {
      LogZ logZ = LogZ.best(parameters, options, backend, common);
      common.out().println(Json.line(Likelihood.of(parameters, data, logZ, backend)));
    }
    return 0;
  }

  /**
   * Rows for an RBM, images scaled to greys from 0 to 1.
   *
   * @throws IllegalArgumentException if they cannot be read, do not fit, or are not from 0 to 1
   */
  static Dataset scaled(Path file, RbmShape shape) {
    Dataset read = ModelAndData.read(file, DatasetReader::read).requireFinite();
    Dataset data = read.images() == null ? read : Images.scale(read);
    if (data.columns() != shape.visible()) {
      throw new IllegalArgumentException(
          "%s: %d columns, but the model has %d visible units"
              .formatted(file, data.columns(), shape.visible()));
    }
    for (int k = 0; k < data.values().length; k++) {
      if (!(data.values()[k] >= 0 && data.values()[k] <= 1)) {
        throw new IllegalArgumentException(
            "%s: row %d, column %d (from 0) is %s: values for an RBM run from 0 to 1"
                .formatted(file, k / data.columns(), k % data.columns(), data.values()[k]));
      }
    }
    return data;
  }
}
