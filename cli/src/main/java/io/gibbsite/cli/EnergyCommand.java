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

/** Writes the energy of every row. */
@Command(
    name = "energy",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Writes the energy E(x) of every row.",
    footer = {
      "",
      "Examples:",
      "  gibbsite energy --model model.safetensors --data x.npy --out e.npy",
      "  gibbsite energy --model model.safetensors --data x.csv --out e.npy --backend scalar",
      "  gibbsite energy --model run --sigma 0.1 --data x.npy --out e.npy"
    })
final class EnergyCommand implements Callable<Integer> {
  @Mixin private ModelAndData input;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "E.npy",
      description = "Where to write the energies: float32 [rows].")
  private Path out;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    AtomicFile.requirePlace(out);
    input.read();
    int rows = input.data().rows();
    int columns = input.data().columns();
    int most = input.blockRows();
    float[] energies = new float[rows];
    try (Backend backend = common.openBackend();
        MlpSession session = backend.open(input.model().parameters().shape(), most);
        Progress progress = common.progress("energy", rows)) {
      EnergyFunction energy = input.energy(session);
      float[] results = most == rows ? energies : new float[most];
      Block.each(
          rows,
          most,
          progress,
          block -> {
            energy.energy(block.of(input.data().values(), columns), block.rows(), results);
            block.store(results, energies, 1);
          });
    }
    input.requireFinite("energy", energies, 1);
    Npy.write(out, NdArray.of(energies, rows));
    return 0;
  }
}
