package io.gibbsite.cli;

import java.io.IOException;
import picocli.CommandLine.Command;

/** Trains an MLP energy, and measures, draws and saves it in a run folder. */
@Command(
    name = "mlp",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description =
        "Trains an MLP energy, p(x) = exp(-E(x) - c), by noise-contrastive estimation or another"
            + " objective.",
    footer = {
      "",
      "Ctrl-C finishes the step, saves a checkpoint and ends with exit code 130; --resume then goes",
      "on, to the same bits as a run that never stopped.",
      "",
      "Examples:",
      "  gibbsite train mlp --data two-moons --hidden 128,128 --out run",
      "  gibbsite train mlp --data rings --objective pcd --out run",
      "  gibbsite train mlp --data t10k-images-idx3-ubyte.gz --pool 4 --jitter 0.1 --out run",
      "  gibbsite train mlp --resume --out run",
    })
final class TrainMlpCommand extends TrainModelCommand<MlpTrainingOptions> {
  TrainMlpCommand() {
    super(new MlpTrainingOptions());
  }

  @Override
  Prepared prepare(MlpTrainingOptions options) throws IOException {
    TrainingData data = TrainingData.prepare(options);
    return (backend, folder) -> EnergyTraining.of(options, data, backend, folder);
  }
}
