package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.io.AtomicFile;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.SigmoidNce;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints an objective's loss with draws from files, and writes its gradients. */
@Command(
    name = "loss",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description =
        "Prints an objective's loss, with its draws from files, and writes its gradients.",
    footer = {
      "",
      "Examples:",
      "  gibbsite loss --model model.safetensors --objective nce --data x.npy \\",
      "      --noise-samples xn.npy --noise normal:0,1 --gradients g.safetensors"
    })
final class LossCommand implements Callable<Integer> {
  private static final List<String> OBJECTIVES = List.of("nce");

  @Mixin private ModelAndData input;

  @Option(
      names = "--objective",
      required = true,
      paramLabel = "O",
      description = "nce: noise-contrastive estimation, with log Z from the model.")
  private String objective;

  @Option(
      names = "--noise-samples",
      required = true,
      paramLabel = "XN.npy",
      description = "Noise rows: [rows, k, columns].")
  private Path noiseFile;

  @Option(
      names = "--noise",
      required = true,
      paramLabel = "DENSITY",
      converter = NoiseOption.Converter.class,
      description = "Their density: normal:MEAN,SD or uniform:LO,HI.")
  private NoiseOption noise;

  @Option(
      names = "--gradients",
      paramLabel = "G.safetensors",
      description = "Where to write the gradients: the tensors of the model file.")
  private Path gradientFile;

  @Mixin private CommonOptions common;

  /** What is printed. */
  private record Result(String objective, double loss, String backend, String precision) {}

  @Override
  public Integer call() throws IOException {
    if (gradientFile != null) {
      AtomicFile.requirePlace(gradientFile);
    }
    if (!OBJECTIVES.contains(objective)) {
      throw new IllegalArgumentException(
          "--objective: unknown '%s': %s".formatted(objective, String.join(", ", OBJECTIVES)));
    }
    input.read();
    NdArray samples = noiseSamples();
    int k = samples.shape()[1];
    SigmoidNce nce = new SigmoidNce(k, noise.density(input.data().columns()));
    requireSupport(nce, samples.floats());
    MlpShape shape = input.model().parameters().shape();
    float[] gradient = gradientFile == null ? null : new float[shape.parameterCount() + 1];
    try (Backend backend = common.openBackend()) {
      double loss = nce(backend, nce, samples.floats(), gradient);
      if (!Double.isFinite(loss)) {
        throw new ArithmeticException(
            "the loss is " + loss + ": the model's energies leave the range of float32");
      }
      if (gradient != null) {
        MlpModel.gradients(shape, gradient, true).write(gradientFile);
      }
      String precision = backend.options().precision().label();
      common.out().println(Json.line(new Result(objective, loss, backend.name(), precision)));
    }
    return 0;
  }

  /**
   * The mean over blocks, weighted by their rows, of the loss and, unless it is null, the gradient.
   */
  private double nce(Backend backend, SigmoidNce nce, float[] samples, float[] gradient) {
    MlpModel model = input.model();
    int rows = input.data().rows();
    int columns = input.data().columns();
    int most = input.blockRows();
    double[] loss = new double[1];
    double[] sums = new double[gradient == null ? 0 : gradient.length];
    try (MlpSession session = backend.open(model.parameters().shape(), most);
        Progress progress = common.progress(objective, rows)) {
      session.setParameters(model.parameters());
      Block.each(
          rows,
          most,
          progress,
          block -> {
            float[] x = block.of(input.data().values(), columns);
            float[] noiseRows = block.of(samples, nce.k() * columns);
            double share = (double) block.rows() / rows;
            loss[0] += share * session.nce(nce, model.logZ(), x, block.rows(), noiseRows, gradient);
            for (int i = 0; i < sums.length; i++) {
              sums[i] += share * gradient[i];
            }
          });
    }
    for (int i = 0; i < sums.length; i++) {
      gradient[i] = (float) sums[i];
    }
    return loss[0];
  }

  private NdArray noiseSamples() {
    NdArray samples = ModelAndData.read(noiseFile, Npy::read);
    int[] shape = samples.shape();
    int rows = input.data().rows();
    int columns = input.data().columns();
    if (shape.length != 3 || shape[0] != rows || shape[1] < 1 || shape[2] != columns) {
      throw new IllegalArgumentException(
          "%s: the shape is %s, not [rows, k, columns] = [%d, k, %d]"
              .formatted(noiseFile, Arrays.toString(shape), rows, columns));
    }
    return samples;
  }

  private void requireSupport(SigmoidNce nce, float[] samples) {
    int columns = input.data().columns();
    for (int at = 0; at < samples.length; at += columns) {
      if (!Double.isFinite(nce.noise().logDensity(samples, at))) {
        int row = at / columns;
        throw new IllegalArgumentException(
            "%s: sample [%d, %d] cannot come from the noise %s"
                .formatted(noiseFile, row / nce.k(), row % nce.k(), noise.text()));
      }
    }
  }
}
