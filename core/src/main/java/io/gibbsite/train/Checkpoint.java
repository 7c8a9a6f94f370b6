package io.gibbsite.train;

import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import io.gibbsite.random.DrawStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that a stopped run needs to go on, in one safetensors file: {@code theta} [P + 1], {@code
 * average} [P + 1] if there is one, the optimiser's state, and in the metadata the step, and the
 * configuration that the numbers belong to. A run resumed from it gives the same bits as one that
 * never stopped.
 */
public final class Checkpoint {
  private static final String FORMAT = "gibbsite-checkpoint";

  private Checkpoint() {}

  /**
   * Writes the trainer's state, whole or not at all.
   *
   * @throws IllegalStateException if the training has diverged: the older file stays
   */
  public static void write(Path file, NceTrainer trainer) throws IOException {
    if (trainer.hasDiverged()) {
      throw new IllegalStateException("a diverged training is not worth a checkpoint");
    }
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    arrays(trainer).forEach((name, values) -> tensors.put(name, NdArray.of(values, values.length)));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put("step", Long.toString(trainer.stepsDone()));
    metadata.put("configuration", configuration(trainer));
    new Safetensors(metadata, tensors).write(file);
  }

  /**
   * Takes the trainer to the state in the file.
   *
   * @throws FormatException if the file is damaged, no checkpoint, or of another run: other data,
   *     seed, model or options; the trainer is then as it was
   */
  public static void resume(Path file, NceTrainer trainer) throws IOException {
    Safetensors read = Safetensors.read(file);
    if (!FORMAT.equals(read.metadata().get("format"))) {
      throw new FormatException(file, "is no checkpoint of a training run");
    }
    String expected = configuration(trainer);
    String found = read.metadata().getOrDefault("configuration", "");
    if (!expected.equals(found)) {
      throw new FormatException(
          file, "is of another run: it has " + difference(found, expected) + " here");
    }
    long step = step(file, read.metadata().get("step"));
    Map<String, float[]> arrays = arrays(trainer);
    for (Map.Entry<String, float[]> entry : arrays.entrySet()) {
      NdArray tensor = read.tensors().get(entry.getKey());
      if (tensor == null || tensor.size() != entry.getValue().length) {
        throw new FormatException(
            file, "has no " + entry.getKey() + " of " + entry.getValue().length + " values");
      }
    }
    arrays.forEach(
        (name, values) ->
            System.arraycopy(read.tensors().get(name).floats(), 0, values, 0, values.length));
    trainer.resumeAt(step);
  }

  private static long step(Path file, String text) throws FormatException {
    if (text == null || !text.matches("\\d{1,18}")) {
      throw new FormatException(file, "its step is '" + text + "'");
    }
    return Long.parseLong(text);
  }

  private static Map<String, float[]> arrays(NceTrainer trainer) {
    Map<String, float[]> arrays = new LinkedHashMap<>();
    arrays.put("theta", trainer.theta());
    if (trainer.averageTheta() != null) {
      arrays.put("average", trainer.averageTheta());
    }
    arrays.putAll(trainer.optimiser().state());
    return arrays;
  }

  /**
   * Everything that the numbers of a run depend on, as {@code name=value} separated by {@code ";
   * "}.
   */
  static String configuration(NceTrainer trainer) {
    TrainingOptions options = trainer.options();
    LearningRate rate = options.learningRate();
    Density noise = trainer.nce().noise();
    Gaussian base = trainer.parameters().base();
    return String.join(
        "; ",
        "shape=" + trainer.parameters().shape(),
        "activation=" + trainer.parameters().shape().activation().label(),
        "base=" + (base == null ? "none" : digest(base.mean(), base.cholesky())),
        "k=" + trainer.nce().k(),
        "noise=" + noise.description() + " " + digest(probe(noise)),
        "optimiser=" + trainer.optimiser().description(),
        "batch=" + options.batch(),
        "schedule=" + rate.schedule().label(),
        "learning rate=" + rate.peak(),
        "final fraction=" + rate.finalFraction(),
        "steps=" + rate.steps(),
        "seed=" + options.seed(),
        "weight decay=" + options.weightDecay(),
        "gradient-norm limit=" + options.gradientNormLimit(),
        "average decay=" + options.averageDecay(),
        "jitter=" + (options.jitterSd() == null ? "none" : digest(options.jitterSd())),
        "data="
            + trainer.dataRows()
            + " rows "
            + digest(
                Arrays.copyOf(
                    trainer.data(), trainer.dataRows() * trainer.parameters().shape().inputs())));
  }

  /** A few draws tell one noise density from another. */
  private static float[] probe(Density noise) {
    float[] draws = new float[4 * noise.columns()];
    for (int i = 0; i < 4; i++) {
      noise.sample(0, DrawStream.NCE_NOISE, 0, i, draws, i * noise.columns());
    }
    return draws;
  }

  private static String digest(float[]... arrays) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (float[] array : arrays) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * array.length);
        bytes.asFloatBuffer().put(array);
        sha.update(bytes);
      }
      return HexFormat.of().formatHex(sha.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String difference(String found, String expected) {
    String[] there = found.split("; ");
    String[] here = expected.split("; ");
    for (int i = 0; i < Math.min(there.length, here.length); i++) {
      if (!there[i].equals(here[i])) {
        return there[i] + " where there is " + here[i];
      }
    }
    return "another configuration than there is";
  }
}
