package io.gibbsite.mlp;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.ModelFile;
import io.gibbsite.io.NdArray;
import io.gibbsite.objective.ConditionalEnergy;
import io.gibbsite.objective.EnergyPasses;
import io.gibbsite.sampler.NoiseAnnealing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A noise-conditional energy ({@link ConditionalEnergy}) with the ladder that it was trained on:
 * what a model file holds.
 *
 * <pre>
 *   metadata   format = gibbsite, model = conditional-mlp, activation = silu | softplus | tanh | gelu
 *   tensors    layers.N.weight [out, in], layers.N.bias [out]      of d + 1 inputs, the last log(sigma) / 4
 *              data.mean [d], data.sd [1], sigmas [levels]         descending
 * </pre>
 *
 * @param parameters of the network
 * @param mean m, float[d]; not copied
 * @param dataSd s
 * @param sigmas the ladder; not copied
 */
public record ConditionalModel(
    MlpParameters parameters, float[] mean, float dataSd, float[] sigmas) {
  /** The metadata {@code model}. */
  public static final String KIND = "conditional-mlp";

  private static final String MEAN = "data.mean";
  private static final String SD = "data.sd";
  private static final String SIGMAS = "sigmas";
  private static final String LOG_Z = "log_z";

  public ConditionalModel {
    NoiseAnnealing.requireLadder(sigmas);
    if (parameters.base() != null || parameters.shape().inputs() != mean.length + 1) {
      throw new IllegalArgumentException(
          "a noise-conditional energy of %d columns has a network of %d inputs and no base density"
              .formatted(mean.length, mean.length + 1));
    }
    if (!(dataSd > 0 && Float.isFinite(dataSd))) {
      throw new IllegalArgumentException("'%s' must be positive, not %s".formatted(SD, dataSd));
    }
  }

  /** The energy, by passes of a session that holds the parameters. */
  public ConditionalEnergy energy(EnergyPasses network) {
    return new ConditionalEnergy(network, mean, dataSd);
  }

  /**
   * Reads a model file.
   *
   * @throws FormatException if it is no such model, with what is wrong and where
   * @throws IOException if it cannot be read
   */
  public static ConditionalModel read(Path file) throws IOException {
    return ModelFile.read(file, KIND, ConditionalModel::of);
  }

  private static ConditionalModel of(ModelFile content) {
    float[] sigmas = content.floats(SIGMAS, levels(content));
    float sd = content.floats(SD, 1)[0];
    float[] mean = content.floats(MEAN, MlpModel.widths(content)[0] - 1);
    return new ConditionalModel(MlpModel.of(content).parameters(), mean, sd, sigmas);
  }

  private static int levels(ModelFile content) {
    int[] shape = content.tensor(SIGMAS).shape();
    return shape.length == 1 ? shape[0] : 1;
  }

  /** Writes a model file, atomically. */
  public void write(Path file, Map<String, String> extraMetadata) throws IOException {
    MlpModel network = new MlpModel(parameters, 0);
    Map<String, String> metadata = network.metadata();
    metadata.put("model", KIND);
    Map<String, NdArray> tensors = network.tensors();
    tensors.remove(LOG_Z);
    tensors.put(MEAN, NdArray.of(mean, mean.length));
    tensors.put(SD, NdArray.of(new float[] {dataSd}, 1));
    tensors.put(SIGMAS, NdArray.of(sigmas, sigmas.length));
    ModelFile.write(file, metadata, extraMetadata, tensors);
  }
}
