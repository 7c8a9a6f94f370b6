package io.gibbsite.boltzmann;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinShape;

/** Networks of random couplings. */
public final class SpinGlass {
  private SpinGlass() {}

  /**
   * The model of Sherrington and Kirkpatrick, 1975: couplings {@code w_ij}, j below i, normal of
   * variance {@code 1 / n} at (COUPLINGS, 0, i), component j; no biases. Its lowest energy tends to
   * -0.763 n.
   */
  public static SpinParameters sherringtonKirkpatrick(int n, long seed) {
    SpinShape shape = new SpinShape(n);
    float[] values = new float[shape.parameterCount()];
    float[] normals = new float[n];
    float sd = (float) (1 / Math.sqrt(n));
    for (int i = 1; i < n; i++) {
      Draws.normals(seed, DrawStream.COUPLINGS, 0, i, normals, 0, i);
      for (int j = 0; j < i; j++) {
        values[i * n + j] = sd * normals[j];
        values[j * n + i] = sd * normals[j];
      }
    }
    return new SpinParameters(shape, values);
  }
}
