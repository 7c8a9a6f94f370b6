package io.gibbsite.cli;

import io.gibbsite.bench.Samples;
import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A cold start: {@code gibbsite energy} of one row, started by the launcher as users start it.
 *
 * @param seconds median until the process has ended
 * @param spread distance of the quartiles as a part of the median
 * @param residentBytes the most memory that it held
 */
record FirstEnergy(double seconds, double spread, long residentBytes) {
  /** The launcher says by this where it lies. */
  static final String LAUNCHER = "gibbsite.launcher";

  private static final int RUNS = 7;
  private static final MlpShape SHAPE = MlpShape.of(Activation.SILU, 2, 128, 128);

  /** For people. */
  String sentence() {
    return String.format(
        Locale.ROOT,
        "The first energy is there %.2f s after the start of `gibbsite energy` (spread %.0f %%), with"
            + " %.0f MB of memory.",
        seconds,
        100 * spread,
        residentBytes / 1e6);
  }

  /** Null where this program was not started by the launcher. */
  static FirstEnergy measure() throws IOException {
    String launcher = System.getProperty(LAUNCHER);
    if (launcher == null) {
      return null;
    }
    Path folder = Files.createTempDirectory("gibbsite-start");
    try {
      Path model = folder.resolve("model.safetensors");
      Path data = folder.resolve("x.npy");
      new MlpModel(MlpParameters.random(SHAPE, null, 1), 0).write(model);
      Npy.write(data, NdArray.of(new float[] {0.5f, -0.5f}, 1, 2));
      List<String> command =
          List.of(
              launcher,
              "energy",
              "--quiet",
              "--model",
              model.toString(),
              "--data",
              data.toString(),
              "--out",
              folder.resolve("e.npy").toString());
      double[] seconds = new double[RUNS];
      long resident = 0;
      for (int i = 0; i < RUNS; i++) {
        long start = System.nanoTime();
        Process process = start(command);
        if (process.waitFor() != 0) {
          throw new IOException(String.join(" ", command) + ": failed");
        }
        seconds[i] = (System.nanoTime() - start) * 1e-9;
      }
      // Not while it is timed: asking takes time too.
      Process process = start(command);
      while (process.isAlive()) {
        resident = Math.max(resident, resident(process.pid()));
      }
      Samples samples = Samples.of(seconds);
      return new FirstEnergy(samples.median(), samples.spread(), resident);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting " + launcher, e);
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  /** Its results are of no interest, its complaints are. */
  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** The most memory that a process has held so far; 0 where the system does not say. */
  private static long resident(long process) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException | java.io.UncheckedIOException e) {
      return 0;
    }
  }
}
