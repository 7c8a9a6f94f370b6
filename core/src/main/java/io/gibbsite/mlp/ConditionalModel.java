package io.gibbsite.mlp;

import static io.gibbsite.io.ModelTensors.addMetadata;
import static io.gibbsite.io.ModelTensors.floats;
import static io.gibbsite.io.ModelTensors.requireMetadata;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import io.gibbsite.objective.ConditionalEnergy;
import io.gibbsite.objective.EnergyPasses;
import io.gibbsite.sampler.NoiseAnnealing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

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
    Safetensors content = Safetensors.read(file);
    try {
      requireMetadata(content.metadata(), "model", KIND);
      Map<String, NdArray> tensors = new LinkedHashMap<>(content.tensors());
      float[] sigmas = floats(tensors, SIGMAS, levels(tensors));
      float sd = floats(tensors, SD, 1)[0];
      NdArray mean = tensors.get(MEAN);
      tensors.keySet().removeAll(Set.of(MEAN, SD, SIGMAS));
      Map<String, String> metadata = new LinkedHashMap<>(content.metadata());
      metadata.put("model", "mlp");
      MlpParameters parameters = MlpModel.from(metadata, tensors).parameters();
      int d = parameters.shape().inputs() - 1;
      float[] means = floats(mean == null ? Map.of() : Map.of(MEAN, mean), MEAN, d);
      return new ConditionalModel(parameters, means, sd, sigmas);
    } catch (IllegalArgumentException e) {
      throw new FormatException(file, e.getMessage(), e);
    }
  }

  private static int levels(Map<String, NdArray> tensors) {
    NdArray sigmas = tensors.get(SIGMAS);
    return sigmas == null || sigmas.shape().length != 1 ? 1 : sigmas.shape()[0];
  }

  /** Writes a model file, atomically. */
  public void write(Path file, Map<String, String> extraMetadata) throws IOException {
    MlpModel network = new MlpModel(parameters, 0);
    Map<String, String> metadata = network.metadata();
    metadata.put("model", KIND);
    addMetadata(metadata, extraMetadata);
    Map<String, NdArray> tensors = network.tensors();
    tensors.remove(LOG_Z);
    tensors.put(MEAN, NdArray.of(mean, mean.length));
    tensors.put(SD, NdArray.of(new float[] {dataSd}, 1));
    tensors.put(SIGMAS, NdArray.of(sigmas, sigmas.length));
    new Safetensors(metadata, tensors).write(file);
  }
}
