package io.gibbsite.spin;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/** Networks to test with. */
final class Networks {
  private Networks() {}

  /** Normal couplings and biases of that deviation, of which a share is kept. */
  static SpinParameters random(int n, double sd, double share, long seed) {
    SpinShape shape = new SpinShape(n);
    float[] values = new float[shape.parameterCount()];
    float[] normals = new float[n + 1];
    float[] u = new float[n + 1];
    for (int i = 0; i < n; i++) {
      Draws.normals(seed, DrawStream.DATA, 0, i, normals, 0, n + 1);
      Draws.uniforms(seed, DrawStream.DATA, 1, i, u, 0, n + 1);
      for (int j = 0; j < i; j++) {
        float w = u[j] < share ? (float) (sd * normals[j]) : 0f;
        values[i * n + j] = w;
        values[j * n + i] = w;
      }
      values[n * n + i] = (float) (sd * normals[n]);
    }
    return new SpinParameters(shape, values);
  }
}
