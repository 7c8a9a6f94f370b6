package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.data.Dataset;
import io.gibbsite.diagnostics.KernelSteinDiscrepancy;
import io.gibbsite.diagnostics.MaximumMeanDiscrepancy;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npz;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpSession;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says what the draws of a sample file are worth. */
@Command(
    name = "diagnose",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Effective sample size, R-hat and autocorrelation time of samples.",
    footer = {
      "",
      "X.npz is what gibbsite sample writes: posterior/x [chain, draw, column], energies and rates of",
      "acceptance under sample_stats/. R-hat and ESS are those of Vehtari et al. 2021: rank-normalised,",
      "of halved chains. tau counts draws, not steps. Columns that sample --hold or --label held are",
      "left out (constant_data/held names them); R-hat is inf (in JSON \"Infinity\") where no chain",
      "ever moved and they differ, and - where all draws are the same.",
      "",
      "Examples:",
      "  gibbsite diagnose x.npz",
      "  gibbsite diagnose x.npz --model run --reference held-out.npy --json"
    })
final class DiagnoseCommand implements Callable<Integer> {
  private static final String STATES = "posterior/x";

  @Parameters(paramLabel = "X.npz", description = "The samples.")
  private Path file;

  @Option(
      names = "--model",
      paramLabel = "RUN|M.safetensors",
      converter = ModelFile.class,
      description = "An MLP model: adds the kernel Stein discrepancy of the samples from it.")
  private Path modelFile;

  @Option(
      names = "--reference",
      paramLabel = "Y",
      description = "Rows: adds the maximum mean discrepancy of the samples from them.")
  private Path reference;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Rows, taken evenly, for each discrepancy (default ${DEFAULT-VALUE}).")
  private int rows = 2000;

  @Option(names = "--json", description = "One JSON object, of all columns.")
  private boolean json;

  @Mixin private CommonOptions common;

  /**
   * What JSON says.
   *
   * @param kernelSteinDiscrepancy null without a model
   * @param maximumMeanDiscrepancy null without reference rows
   */
  private record Diagnosis(
      String file,
      ConvergenceReport convergence,
      Stein kernelSteinDiscrepancy,
      Mean maximumMeanDiscrepancy) {}

  private record Stein(double value, double unbiasedSquare, int rows, String backend) {}

  private record Mean(double unbiasedSquare, double bandwidth, int rows, int referenceRows) {}

  @Override
  public Integer call() {
    require(rows >= 2, "--rows must be at least 2, not " + rows);
    Map<String, NdArray> arrays = ModelAndData.read(file, Npz::read);
    int threads = common.backendOptions().threads();
    Dataset states = null;
    if (modelFile != null || reference != null) {
      states = some(Path.of(file + ":" + STATES));
    }
    ConvergenceReport report;
    try {
      report = ConvergenceReport.of(arrays, threads);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
    Stein stein = null;
    Mean mean = null;
    try (Workers workers = new Workers(threads, "gibbsite-diagnostics")) {
      stein = modelFile == null ? null : stein(states, workers);
      mean = reference == null ? null : mean(states, workers);
    }
    if (json) {
      common.out().println(Json.line(new Diagnosis(file.toString(), report, stein, mean)));
      return 0;
    }
    report.print(common.out());
    if (stein != null) {
      line(
          "kernel Stein discrepancy %.4g (unbiased square %.4g) of %d rows from the model, by %s",
          stein.value(), stein.unbiasedSquare(), stein.rows(), stein.backend());
    }
    if (mean != null) {
      line(
          "maximum mean discrepancy, unbiased square %.4g, of %d rows from %d, bandwidth %.4g",
          mean.unbiasedSquare(), mean.rows(), mean.referenceRows(), mean.bandwidth());
    }
    return 0;
  }

  private void line(String format, Object... values) {
    common.out().println(String.format(Locale.ROOT, format, values));
  }

  private Stein stein(Dataset states, Workers workers) {
    MlpModel model = ModelAndData.read(modelFile, MlpModel::read);
    int inputs = model.parameters().shape().inputs();
    require(
        inputs == states.columns(),
        "%s: %d columns, but the model %s takes %d"
            .formatted(file, states.columns(), modelFile, inputs));
    float[] gradient = new float[states.rows() * inputs];
    String computedBy;
    try (Backend backend = common.openBackend();
        MlpSession session = backend.open(model.parameters().shape(), states.rows())) {
      session.setParameters(model.parameters());
      session.inputGradient(states.values(), states.rows(), null, gradient);
      computedBy = backend.description();
    }
    KernelSteinDiscrepancy got =
        KernelSteinDiscrepancy.of(states.values(), gradient, states.rows(), inputs, workers);
    return new Stein(got.value(), got.unbiased(), got.rows(), computedBy);
  }

  private Mean mean(Dataset states, Workers workers) {
    Dataset other = some(reference);
    require(
        other.columns() == states.columns(),
        "%s: %d columns, but %s has %d"
            .formatted(reference, other.columns(), file, states.columns()));
    MaximumMeanDiscrepancy got =
        MaximumMeanDiscrepancy.of(
            states.values(),
            states.rows(),
            other.values(),
            other.rows(),
            states.columns(),
            workers);
    return new Mean(got.squared(), got.bandwidth(), states.rows(), other.rows());
  }

  /** At most the stated number of rows, evenly taken. */
  private Dataset some(Path source) {
    Dataset all = ModelAndData.finite(source);
    int taken = Math.min(rows, all.rows());
    require(taken >= 2, source + ": a discrepancy needs at least 2 rows");
    int d = all.columns();
    float[] some = new float[taken * d];
    for (int i = 0; i < taken; i++) {
      int from = (int) ((long) i * all.rows() / taken);
      System.arraycopy(all.values(), from * d, some, i * d, d);
    }
    return new Dataset(some, taken, d, all.description());
  }
}
