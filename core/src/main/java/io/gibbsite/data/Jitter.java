package io.gibbsite.data;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * <<<<<<< HEAD Normal noise on data, {@code x <- x + sd n}, so that discrete values have a density.
 * The normals are drawn at (JITTER, step, row). ======= Normal noise on data, {@code x <- x + sd
 * n}, so that discrete values have a density. The normals are drawn at (JITTER, step, row). >>>>>>>
 * build
 *
 * @param sd the noise's standard deviation, at least 0
 */
public record Jitter(float sd) {
  public Jitter {
    if (!(sd >= 0) || !Float.isFinite(sd)) {
      throw new IllegalArgumentException("the jitter must be at least 0, not " + sd);
    }
  }

  /**
   * Adds noise in place.
   *
   * @param x float[rows * columns], row-major
   */
  public void add(float[] x, int rows, int columns, long seed, long step) {
    if (sd == 0) {
      return;
    }
    float[] normals = new float[columns];
    for (int row = 0; row < rows; row++) {
      Draws.normals(seed, DrawStream.JITTER, step, row, normals, 0, columns);
      for (int j = 0; j < columns; j++) {
        x[row * columns + j] = Math.fma(sd, normals[j], x[row * columns + j]);
      }
    }
  }
}
