package io.gibbsite.cli.selftest;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/** Inputs of the checks. */
final class Samples {
  private Samples() {}

  /** Standard normal numbers, float[rows * columns]. */
  static float[] normals(int rows, int columns, long seed) {
    float[] x = new float[rows * columns];
    for (int row = 0; row < rows; row++) {
      Draws.normals(seed, DrawStream.DATA, 0, row, x, row * columns, columns);
    }
    return x;
  }

  /** The same numbers as doubles. */
  static double[] wide(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
