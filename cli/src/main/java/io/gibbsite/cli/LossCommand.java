package io.gibbsite.cli;

import static io.gibbsite.cli.RunOptions.require;

import io.gibbsite.backend.Backend;
import io.gibbsite.data.Dataset;
import io.gibbsite.density.Density;
import io.gibbsite.io.AtomicFile;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.mlp.ConditionalModel;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.objective.ContrastiveDivergence;
import io.gibbsite.objective.DenoisingScoreMatching;
import io.gibbsite.objective.EnergyPasses;
import io.gibbsite.objective.InfoNce;
import io.gibbsite.objective.MultiScaleDenoising;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.objective.SlicedScoreMatching;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
      "Every objective needs its draws, and no others:",
      "  nce, infonce   --noise-samples and --noise",
      "  cd             --negatives",
      "  dsm            --direction, the standard normal noise, and --sigma; the one objective of",
      "                 noise-conditional models, at that level of theirs",
      "  ssm, ssm-vr    --direction",
      "  ism            none",
      "",
      "Examples:",
      "  gibbsite loss --model model.safetensors --objective nce --data x.npy \\",
      "      --noise-samples xn.npy --noise normal:0,1 --gradients g.safetensors",
      "  gibbsite loss --model model.safetensors --objective dsm --data x.npy \\",
      "      --direction n.npy --sigma 0.3"
    })
final class LossCommand implements Callable<Integer> {
  /** The objectives, and the options that each one needs. */
  private static final Map<String, List<String>> NEEDS = new LinkedHashMap<>();

  static {
    NEEDS.put("nce", List.of("--noise-samples", "--noise"));
    NEEDS.put("infonce", List.of("--noise-samples", "--noise"));
    NEEDS.put("cd", List.of("--negatives"));
    NEEDS.put("dsm", List.of("--direction", "--sigma"));
    NEEDS.put("ism", List.of());
    NEEDS.put("ssm", List.of("--direction"));
    NEEDS.put("ssm-vr", List.of("--direction"));
  }

  @Spec private CommandSpec spec;

  @Mixin private ModelAndData input;

  @Option(
      names = "--objective",
      required = true,
      paramLabel = "O",
      description =
          "nce (with log Z from the model), infonce, cd (contrastive divergence), dsm (denoising),"
              + " ism (implicit), ssm or ssm-vr (sliced score matching, plain or variance-reduced).")
  private String objective;

  @Option(
      names = "--noise-samples",
      paramLabel = "XN.npy",
      description = "Noise rows: [rows, k, columns].")
  private Path noiseFile;

  @Option(
      names = "--noise",
      paramLabel = "DENSITY",
      converter = NoiseOption.Converter.class,
      description = "Their density: normal:MEAN,SD or uniform:LO,HI.")
  private NoiseOption noise;

  @Option(
      names = "--negatives",
      paramLabel = "XN.npy",
      description = "What chains brought: [any, columns].")
  private Path negativesFile;

  @Option(
      names = "--direction",
      paramLabel = "V.npy",
      description = "One direction a data row: [rows, columns].")
  private Path directionFile;

  @Option(
      names = "--gradients",
      paramLabel = "G.safetensors",
      description = "Where to write the gradients: the tensors of the model file.")
  private Path gradientFile;

  @Mixin private CommonOptions common;

  /** What is printed. */
  private record Result(String objective, double loss) {}

  @Override
  public Integer call() throws IOException {
    if (gradientFile != null) {
      AtomicFile.requirePlace(gradientFile);
    }
    requireOptions();
    input.readForLoss();
    require(
        input.conditional() == null || objective.equals("dsm"),
        "--objective: a noise-conditional model has the loss of dsm alone, not of " + objective);
    MlpShape shape = input.model().parameters().shape();
    int rows = input.data().rows();
    float[] x = input.data().values();
    double[] sums = new double[gradientFile == null ? 0 : shape.parameterCount() + 1];
    double loss;
    if (objective.equals("cd")) {
      float[] negatives = matrix(negativesFile, -1).values();
      int count = negatives.length / shape.inputs();
      ContrastiveDivergence rule = new ContrastiveDivergence();
      BlockLoss phase =
          plain((energy, block, n, gradient) -> rule.phase(energy, block, n, 1, gradient));
      try (Backend backend = common.openBackend()) {
        loss = mean(backend, x, rows, 1, sums, phase);
        loss -= mean(backend, negatives, count, -1, sums, phase);
        print(backend, loss, shape, sums);
      }
      return 0;
    }
    BlockLoss rule = rule();
    try (Backend backend = common.openBackend()) {
      loss = mean(backend, x, rows, 1, sums, rule);
      print(backend, loss, shape, sums);
    }
    return 0;
  }

  private void print(Backend backend, double loss, MlpShape shape, double[] sums)
      throws IOException {
    if (!Double.isFinite(loss)) {
      throw new ArithmeticException(
          "the loss is " + loss + ": the model's energies leave the range of float32");
    }
    if (gradientFile != null) {
      float[] gradient = new float[sums.length];
      for (int i = 0; i < sums.length; i++) {
        gradient[i] = (float) sums[i];
      }
      MlpModel.gradients(shape, gradient, input.conditional() == null).write(gradientFile);
    }
    common.print(new Result(objective, loss), backend);
  }

  private void requireOptions() {
    List<String> needed = NEEDS.get(objective);
    if (needed == null) {
      throw new IllegalArgumentException(
          "--objective: unknown '%s': %s".formatted(objective, String.join(", ", NEEDS.keySet())));
    }
    for (String option :
        List.of("--noise-samples", "--noise", "--negatives", "--direction", "--sigma")) {
      boolean given = spec.commandLine().getParseResult().hasMatchedOption(option);
      if (given != needed.contains(option)) {
        throw new IllegalArgumentException(
            given
                ? option + " is not of --objective " + objective
                : "--objective %s needs %s".formatted(objective, String.join(" and ", needed)));
      }
    }
  }

  /** The mean loss of some rows, and its gradient. */
  private interface BlockLoss {
    /**
     * @param x the block's rows
     * @param gradient float[P + 1], out, or null; the last one is that of c where there is one
     */
    double on(MlpSession session, float[] x, Block block, float[] gradient);
  }

  /** A loss that knows no other draws. */
  private interface PlainLoss {
    double on(EnergyPasses energy, float[] x, int rows, float[] gradient);
  }

  private BlockLoss rule() {
    int d = input.data().columns();
    if (objective.equals("ism")) {
      return plain(new SlicedScoreMatching()::implicit);
    }
    if (directionFile != null) {
      float[] v = matrix(directionFile, input.data().rows()).values();
      return switch (objective) {
        case "dsm" -> {
          Float sigma = input.sigma();
          require(sigma > 0 && Float.isFinite(sigma), "--sigma must be positive, not " + sigma);
          if (input.conditional() != null) {
            yield conditional(v, sigma);
          }
          DenoisingScoreMatching dsm = new DenoisingScoreMatching(sigma);
          yield (session, x, block, gradient) ->
              dsm.loss(session, x, block.rows(), block.of(v, d), gradient);
        }
        default -> sliced(v);
      };
    }
    NdArray samples = noiseSamples();
    int k = samples.shape()[1];
    float[] rows = samples.floats();
    Density density = noise.density(d);
    requireSupport(density, k, rows);
    if (objective.equals("infonce")) {
      InfoNce ranking = new InfoNce(k, density);
      return (session, x, block, gradient) ->
          ranking.loss(session, x, block.rows(), block.of(rows, k * d), gradient);
    }
    SigmoidNce nce = new SigmoidNce(k, density);
    float logZ = input.model().logZ();
    return (session, x, block, gradient) ->
        session.nce(nce, logZ, x, block.rows(), block.of(rows, k * d), gradient);
  }

  /** Of a noise-conditional model, at one level. */
  private BlockLoss conditional(float[] noise, float sigma) {
    int d = input.data().columns();
    ConditionalModel model = input.conditional();
    return (session, x, block, gradient) -> {
      float[] sigmas = new float[block.rows()];
      Arrays.fill(sigmas, sigma);
      return new MultiScaleDenoising(session, model.mean(), model.dataSd())
          .loss(x, d, block.rows(), sigmas, block.of(noise, d), gradient);
    };
  }

  private BlockLoss sliced(float[] v) {
    int d = input.data().columns();
    SlicedScoreMatching rule = new SlicedScoreMatching();
    return objective.equals("ssm")
        ? (session, x, block, gradient) ->
            rule.sliced(session, x, block.rows(), block.of(v, d), gradient)
        : (session, x, block, gradient) ->
            rule.varianceReduced(session, x, block.rows(), block.of(v, d), gradient);
  }

  private static BlockLoss plain(PlainLoss loss) {
    return (session, x, block, gradient) -> loss.on(session, x, block.rows(), gradient);
  }

  /**
   * The mean over blocks, weighted by their rows, of the loss; its gradient times {@code sign} is
   * added to the sums, unless there are none.
   */
  private double mean(
      Backend backend, float[] values, int rows, int sign, double[] sums, BlockLoss rule) {
    MlpModel model = input.model();
    int columns = input.data().columns();
    int most = Math.min(rows, input.blockRows());
    double[] loss = new double[1];
    float[] gradient = sums.length == 0 ? null : new float[sums.length];
    try (MlpSession session = backend.open(model.parameters().shape(), most);
        Progress progress = common.progress(objective, rows)) {
      session.setParameters(model.parameters());
      Block.each(
          rows,
          most,
          progress,
          block -> {
            double share = (double) block.rows() / rows;
            loss[0] += share * rule.on(session, block.of(values, columns), block, gradient);
            for (int i = 0; i < sums.length; i++) {
              sums[i] += sign * share * gradient[i];
            }
          });
    }
    return loss[0];
  }

  /**
   * Rows of the model's width from a file.
   *
   * @param rows how many there must be, or -1 for any number
   */
  private Dataset matrix(Path file, int rows) {
    Dataset matrix = ModelAndData.finite(file);
    int columns = input.data().columns();
    if (matrix.columns() != columns || rows >= 0 && matrix.rows() != rows) {
      throw new IllegalArgumentException(
          "%s: the shape is [%d, %d], not [%s, %d]"
              .formatted(
                  file,
                  matrix.rows(),
                  matrix.columns(),
                  rows < 0 ? "any" : Integer.toString(rows),
                  columns));
    }
    return matrix;
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

  private void requireSupport(Density density, int k, float[] samples) {
    int columns = input.data().columns();
    for (int at = 0; at < samples.length; at += columns) {
      if (!Double.isFinite(density.logDensity(samples, at))) {
        int row = at / columns;
        throw new IllegalArgumentException(
            "%s: sample [%d, %d] cannot come from the noise %s"
                .formatted(noiseFile, row / k, row % k, noise.text()));
      }
    }
  }
}
