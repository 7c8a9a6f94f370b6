package io.gibbsite.cli;

import io.gibbsite.backend.Precision;
import io.gibbsite.backend.VectorBackendProvider;
import io.gibbsite.backend.Workers;
import io.gibbsite.io.NdArray;
import io.gibbsite.mlp.Generator;
import io.gibbsite.mlp.GeneratorModel;
import io.gibbsite.mlp.GeneratorScalar;
import io.gibbsite.mlp.GeneratorShape;
import io.gibbsite.mlp.GeneratorVector;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Samples that a generator draws, each on its own, from standard normal latent rows at
 * (INITIAL_STATE, 0, sample).
 *
 * @param file of the generator
 * @param count samples
 */
record GeneratorSampling(Path file, int count) {
  GeneratorSampling {
    RunOptions.require(count >= 1, "--chains must be at least 1, not " + count);
  }

  /** On the Vector API where that is, whatever computes the energy. */
  static Generator open(GeneratorShape shape, int rows, Workers workers) {
    return onVectors()
        ? new GeneratorVector(shape, rows, workers)
        : new GeneratorScalar(shape, rows);
  }

  private static boolean onVectors() {
    return new VectorBackendProvider().probe().available();
  }

  /** Writes the samples and, unless null, the picture. */
  void run(SampleFile out, Path picture, CommonOptions common) throws IOException {
    GeneratorModel model = ModelAndData.read(file, GeneratorModel::read);
    GeneratorShape shape = model.parameters().shape();
    SamplePicture drawing = SamplePicture.of(picture, shape.outputs(), fitted());
    float[] z = new float[Math.multiplyExact(count, shape.latent())];
    for (int i = 0; i < count; i++) {
      Draws.normals(
          common.seed(), DrawStream.INITIAL_STATE, 0, i, z, i * shape.latent(), shape.latent());
    }
    float[] x = new float[Math.multiplyExact(count, shape.outputs())];
    try (Workers workers = new Workers(common.backendOptions().threads(), "gibbsite-generator");
        Generator generator = open(shape, count, workers)) {
      generator.setParameters(model.parameters());
      generator.forward(z, count, x);
    }
    out.write(
        Map.of("posterior/x", NdArray.of(x, count, 1, shape.outputs())),
        onVectors() ? "vector" : "scalar",
        Precision.FLOAT32.label());
    drawing.write(x, count);
  }

  /** Of the run that the file lies in, or null. */
  private RunFolder.Fitted fitted() {
    RunFolder run = new RunFolder(file.toAbsolutePath().getParent());
    return Files.exists(run.config()) ? ModelAndData.read(run.path(), f -> run.readFitted()) : null;
  }
}
