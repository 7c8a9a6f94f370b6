package io.gibbsite.cli;

import io.gibbsite.io.NdArray;
import io.gibbsite.io.Npy;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpModel;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.io.IOException;
import java.nio.file.Path;

/** A small model and data in files. */
final class Fixture {
  static final int ROWS = 19;
  static final int COLUMNS = 3;
  static final int K = 2;

  final MlpModel model =
      new MlpModel(
          MlpParameters.random(MlpShape.of(Activation.SILU, COLUMNS, 8, 5), null, 1), 0.25f);
  final float[] x = normals(ROWS * COLUMNS, 2);
  final float[] noise = normals(ROWS * K * COLUMNS, 3);
  final String modelFile;
  final String dataFile;
  final String noiseFile;
  private final Path folder;

  Fixture(Path folder) throws IOException {
    this.folder = folder;
    modelFile = path("model.safetensors");
    dataFile = path("x.npy");
    noiseFile = path("xn.npy");
    model.write(Path.of(modelFile));
    write("x.npy", x, ROWS, COLUMNS);
    write("xn.npy", noise, ROWS, K, COLUMNS);
  }

  /** The full name of a file in the folder. */
  String path(String name) {
    return folder.resolve(name).toString();
  }

  /** Writes an array; returns the full name. */
  String write(String name, float[] values, int... shape) throws IOException {
    Npy.write(folder.resolve(name), NdArray.of(values, shape));
    return path(name);
  }

  static float[] normals(int count, long seed) {
    float[] values = new float[count];
    Draws.normals(seed, DrawStream.DATA, 0, 0, values, 0, count);
    return values;
  }

  static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
