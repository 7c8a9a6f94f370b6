package io.gibbsite.cli;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.io.NdArray;
import io.gibbsite.mlp.ConditionalModel;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.objective.ConditionalEnergy;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.NoiseAnnealing;
import io.gibbsite.sampler.SamplerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Samples a noise-conditional energy by Langevin steps down its ladder.
 *
 * @param source a run's folder, or a model file
 * @param chains samples
 * @param steps at each level, or null for the usual number
 * @param stepSize relative to the squared noise, or null for the usual one
 */
record ConditionalSampling(Path source, int chains, Integer steps, Float stepSize) {
  /** All levels together make at least so many steps, and each at least {@link #FEWEST}. */
  private static final int USUAL_STEPS = 400;

  private static final int FEWEST = 5;
  private static final float USUAL_SIZE = 0.1f;

  ConditionalSampling {
    RunOptions.require(chains >= 1, "--chains must be at least 1, not " + chains);
    RunOptions.require(steps == null || steps >= 1, "--steps must be at least 1, not " + steps);
    RunOptions.require(
        stepSize == null || stepSize > 0 && Float.isFinite(stepSize),
        "--step-size must be positive, not " + stepSize);
  }

  /** The way down the model's ladder. */
  static NoiseAnnealing annealing(ConditionalModel model, Integer steps, Float stepSize) {
    int usual = Math.max(FEWEST, USUAL_STEPS / model.sigmas().length);
    return new NoiseAnnealing(
        model.sigmas(), steps == null ? usual : steps, stepSize == null ? USUAL_SIZE : stepSize);
  }

  /**
   * Samples, float[chains * d], from the normal density of the data at the largest noise, at
   * (INITIAL_STATE, 0, chain).
   *
   * @throws ArithmeticException if a chain leaves the finite numbers
   */
  static float[] draw(
      ConditionalModel model,
      NoiseAnnealing annealing,
      int chains,
      long seed,
      Backend backend,
      LongConsumer progress) {
    int d = model.mean().length;
    float wide = (float) Math.hypot(model.dataSd(), model.sigmas()[0]);
    float[] x = new float[chains * d];
    for (int i = 0; i < chains; i++) {
      Draws.normals(seed, DrawStream.INITIAL_STATE, 0, i, x, i * d, d);
      for (int j = 0; j < d; j++) {
        x[i * d + j] = Math.fma(wide, x[i * d + j], model.mean()[j]);
      }
    }
    try (MlpSession session = backend.open(model.parameters().shape(), chains);
        Workers workers = new Workers(backend.options().threads(), "gibbsite-sampler")) {
      session.setParameters(model.parameters());
      SamplerSettings settings = new SamplerSettings(1, seed, workers);
      annealing.run(model.energy(session), x, chains, settings, progress);
    }
    for (int k = 0; k < x.length; k++) {
      if (!Float.isFinite(x[k])) {
        throw new ArithmeticException(
            "chain %d left the finite numbers: lower --step-size".formatted(k / d));
      }
    }
    return x;
  }

  /** Writes the samples with their energies at the least noise and, unless null, the picture. */
  void run(SampleFile out, Path picture, CommonOptions common) throws IOException {
    RunFolder run = Files.isDirectory(source) ? new RunFolder(source) : null;
    ConditionalModel model =
        ModelAndData.read(run == null ? source : run.model(), ConditionalModel::read);
    RunFolder.Fitted fitted =
        run == null ? null : ModelAndData.read(source, folder -> run.readFitted());
    int d = model.mean().length;
    SamplePicture drawing = SamplePicture.of(picture, d, fitted);
    NoiseAnnealing annealing = annealing(model, steps, stepSize);
    float[] x;
    float[] energies = new float[chains];
    try (Backend backend = common.openBackend();
        Progress progress = common.progress("sample", annealing.total())) {
      x = draw(model, annealing, chains, common.seed(), backend, done -> progress.at(done, ""));
      try (MlpSession session = backend.open(model.parameters().shape(), chains)) {
        session.setParameters(model.parameters());
        ConditionalEnergy energy = model.energy(session);
        energy.sigma(model.sigmas()[model.sigmas().length - 1]);
        energy.energy(x, chains, energies);
      }
    }
    Map<String, NdArray> arrays = new LinkedHashMap<>();
    arrays.put("posterior/x", NdArray.of(x, chains, 1, d));
    arrays.put("sample_stats/energy", NdArray.of(energies, chains, 1));
    out.write(arrays);
    drawing.write(x, chains);
  }
}
