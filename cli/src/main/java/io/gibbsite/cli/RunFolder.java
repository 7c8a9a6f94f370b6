package io.gibbsite.cli;

import io.gibbsite.data.ImageLayout;
import io.gibbsite.data.Standardiser;
import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.io.AtomicFile;
import io.gibbsite.io.FormatException;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Safetensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The files of a training run.
 *
 * <pre>
 *   config.json              what it depends on
 *   fitted.safetensors       what was fitted to the training rows: Gaussian, noise, standardiser
 *   model.safetensors        the model, and what to resume from:
 *   checkpoint.safetensors
 *   generator.safetensors    of steingan
 *   metrics.csv  report.json  loss.png  density.png | samples.png
 * </pre>
 *
 * @param path of the folder
 */
record RunFolder(Path path) {
  /** What is fitted to the training rows before training. */
  record Fitted(Gaussian gaussian, Density noise, Standardiser standardiser, ImageLayout images) {}

  /**
   * Makes the folder.
   *
   * @throws IllegalArgumentException if it holds something, or cannot be made
   */
  static RunFolder create(Path path) throws IOException {
    unused(path);
    return make(path);
  }

  /**
   * The folder, not yet made.
   *
   * @throws IllegalArgumentException if it holds something
   */
  static RunFolder unused(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (Stream<Path> files = Files.list(path)) {
        if (files.anyMatch(file -> !file.endsWith(FolderLock.NAME))) {
          throw new IllegalArgumentException(
              path + ": is not empty: name another folder, or add --resume to go on with a run");
        }
      }
    }
    return new RunFolder(path);
  }

  /**
   * The folder, made if need be; files in it will be replaced.
   *
   * @throws IllegalArgumentException if it cannot be made
   */
  static RunFolder make(Path path) {
    try {
      Files.createDirectories(path);
      return new RunFolder(path);
    } catch (FileSystemException e) {
      throw new IllegalArgumentException(
          "%s: cannot be made a folder: %s"
              .formatted(path, e.getReason() == null ? "a file is in the way" : e.getReason()),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(path + ": cannot be made a folder: " + e.getMessage(), e);
    }
  }

  Path config() {
    return path.resolve("config.json");
  }

  Path model() {
    return path.resolve("model.safetensors");
  }

  Path generator() {
    return path.resolve("generator.safetensors");
  }

  Path checkpoint() {
    return path.resolve("checkpoint.safetensors");
  }

  Path metrics() {
    return path.resolve("metrics.csv");
  }

  Path report() {
    return path.resolve("report.json");
  }

  Path file(String name) {
    return path.resolve(name);
  }

  private Path fitted() {
    return path.resolve("fitted.safetensors");
  }

  /** Writes an object as JSON. */
  static void writeJson(Path file, Object value) throws IOException {
    byte[] text = (Json.pretty(value) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(text));
  }

  void writeFitted(Fitted fitted) throws IOException {
    Map<String, NdArray> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "gibbsite-fitted");
    putGaussian(tensors, "gaussian", fitted.gaussian());
    int d = fitted.gaussian().columns();
    if (fitted.noise() instanceof Gaussian gaussian) {
      putGaussian(tensors, "noise", gaussian);
    } else if (fitted.noise() instanceof UniformBox box) {
      float[] low = new float[d];
      float[] high = new float[d];
      for (int j = 0; j < d; j++) {
        low[j] = box.low(j);
        high[j] = box.high(j);
      }
      tensors.put("noise.low", NdArray.of(low, d));
      tensors.put("noise.high", NdArray.of(high, d));
    }
    if (fitted.standardiser() != null) {
      tensors.putAll(fitted.standardiser().tensors());
    }
    if (fitted.images() != null) {
      metadata.put("image_height", Integer.toString(fitted.images().height()));
      metadata.put("image_width", Integer.toString(fitted.images().width()));
    }
    new Safetensors(metadata, tensors).write(fitted());
  }

  Fitted readFitted() throws IOException {
    Safetensors read = Safetensors.read(fitted());
    Map<String, NdArray> tensors = read.tensors();
    try {
      ImageLayout images = null;
      if (read.metadata().containsKey("image_height")) {
        images =
            new ImageLayout(
                Integer.parseInt(read.metadata().get("image_height")),
                Integer.parseInt(read.metadata().get("image_width")),
                1);
      }
      Density noise =
          tensors.containsKey("noise.low")
              ? new UniformBox(tensors.get("noise.low").floats(), floats(tensors, "noise.high"))
              : gaussian(tensors, "noise");
      return new Fitted(gaussian(tensors, "gaussian"), noise, Standardiser.from(tensors), images);
    } catch (IllegalArgumentException e) {
      throw new FormatException(fitted(), e.getMessage(), e);
    }
  }

  private static void putGaussian(Map<String, NdArray> tensors, String name, Gaussian gaussian) {
    int d = gaussian.columns();
    tensors.put(name + ".mean", NdArray.of(gaussian.mean(), d));
    tensors.put(name + ".cholesky", NdArray.of(gaussian.cholesky(), d, d));
  }

  private static Gaussian gaussian(Map<String, NdArray> tensors, String name) {
    return new Gaussian(floats(tensors, name + ".mean"), floats(tensors, name + ".cholesky"));
  }

  private static float[] floats(Map<String, NdArray> tensors, String name) {
    if (!tensors.containsKey(name)) {
      throw new IllegalArgumentException("it lacks the tensor '" + name + "'");
    }
    return tensors.get(name).floats();
  }
}
