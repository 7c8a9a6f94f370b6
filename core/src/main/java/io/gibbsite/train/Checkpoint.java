package io.gibbsite.train;

import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that a stopped run needs to go on, in one safetensors file: the arrays of {@link
 * Resumable#state}, and in the metadata the step and the configuration that the numbers belong to.
 * A run resumed from it gives the same bits as one that never stopped.
 */
public final class Checkpoint {
  private static final String FORMAT = "gibbsite-checkpoint";

  /** Of a {@link RunningMean}: float64 [sum, count]. */
  private static final String MEAN = "metrics.mean";

  private Checkpoint() {}

  /**
   * Writes the trainer's state, whole or not at all.
   *
   * @throws IllegalStateException if the training has diverged: the older file stays
   */
  public static void write(Path file, Resumable trainer) throws IOException {
    write(file, trainer, new RunningMean());
  }

  /**
   * The same with a mean that goes on over the stop.
   *
   * @throws IllegalStateException if the training has diverged: the older file stays
   */
  public static void write(Path file, Resumable trainer, RunningMean mean) throws IOException {
    if (trainer.hasDiverged()) {
      throw new IllegalStateException("a diverged training is not worth a checkpoint");
    }
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    trainer.state().forEach((name, values) -> tensors.put(name, NdArray.of(values, values.length)));
    tensors.put(MEAN, NdArray.of(mean.state(), 2));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put("step", Long.toString(trainer.stepsDone()));
    metadata.put("configuration", trainer.configuration());
    new Safetensors(metadata, tensors).write(file);
  }

  /**
   * Takes the trainer to the state in the file.
   *
   * @throws FormatException if the file is damaged, no checkpoint, or of another run: other data,
   *     seed, model or options; the trainer is then as it was
   */
  public static void resume(Path file, Resumable trainer) throws IOException {
    resume(file, trainer, new RunningMean());
  }

  /**
   * The same with the mean, which is cleared if the file, an older one, has none.
   *
   * @throws FormatException as above; trainer and mean are then as they were
   */
  public static void resume(Path file, Resumable trainer, RunningMean mean) throws IOException {
    Safetensors read = Safetensors.read(file);
    if (!FORMAT.equals(read.metadata().get("format"))) {
      throw new FormatException(file, "is no checkpoint of a training run");
    }
    String expected = trainer.configuration();
    String found = read.metadata().getOrDefault("configuration", "");
    if (!expected.equals(found)) {
      throw new FormatException(
          file, "is of another run: it has " + difference(found, expected) + " here");
    }
    long step = step(file, read.metadata().get("step"));
    Map<String, float[]> arrays = trainer.state();
    for (Map.Entry<String, float[]> entry : arrays.entrySet()) {
      NdArray tensor = read.tensors().get(entry.getKey());
      if (tensor == null || tensor.size() != entry.getValue().length) {
        throw new FormatException(
            file, "has no " + entry.getKey() + " of " + entry.getValue().length + " values");
      }
    }
    NdArray saved = read.tensors().getOrDefault(MEAN, NdArray.of(new double[2], 2));
    if (saved.size() != 2 || !(saved.value(1) >= 0)) {
      throw new FormatException(file, "its " + MEAN + " is no sum and count");
    }
    mean.resume(saved.doubles());
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

  /** A fingerprint of these values. */
  public static String digest(float[]... arrays) {
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

  /** A fingerprint of these states: that of the same numbers as floats. */
  public static String digest(byte[] states) {
    return digest(UnitStates.floats(states));
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
