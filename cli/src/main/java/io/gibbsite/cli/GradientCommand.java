package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.io.AtomicFile;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.sampler.EnergyFunction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes the energy's gradient in x of every row. */
@Command(
    name = "gradient",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Writes the input gradient dE/dx of every row.",
    footer = {
      "",
      "Examples:",
      "  gibbsite gradient --model model.safetensors --data x.npy --out g.npy"
    })
final class GradientCommand implements Callable<Integer> {
  @Mixin private ModelAndData input;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "G.npy",
      description = "Where to write the gradients: float32 [rows, columns].")
  private Path out;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    AtomicFile.requirePlace(out);
    input.read();
    int rows = input.data().rows();
    int columns = input.data().columns();
    int most = input.blockRows();
    float[] gradients = new float[rows * columns];
    try (Backend backend = common.openBackend();
        MlpSession session = backend.open(input.model().parameters().shape(), most);
        Progress progress = common.progress("gradient", rows)) {
      EnergyFunction energy = input.energy(session);
      float[] results = most == rows ? gradients : new float[most * columns];
      Block.each(
          rows,
          most,
          progress,
          block -> {
            float[] x = block.of(input.data().values(), columns);
            energy.inputGradient(x, block.rows(), null, results);
            block.store(results, gradients, columns);
          });
    }
    input.requireFinite("gradient", gradients, columns);
    Npy.write(out, NdArray.of(gradients, rows, columns));
    return 0;
  }
}
