package io.gibbsite.density;

import io.gibbsite.random.DrawStream;

/**
 * A normalised density that can be drawn from exactly: the noise of NCE and the base of an energy.
 * Sessions know the Gaussian and the uniform one.
 */
public sealed interface Density permits Gaussian, GaussianMixture, UniformBox {
  /** The dimension of a point. */
  int columns();

  /**
   * {@code log p(x)} of the point at {@code x[offset ..]}, in double; negative infinity outside.
   */
  double logDensity(float[] x, int offset);

  /** Writes the draw at the address (seed, stream, step, row) to {@code x[offset ..]}. */
  void sample(long seed, DrawStream stream, long step, int row, float[] x, int offset);

  /** In words, such as {@code Gaussian (full covariance, 49 columns)}. */
  String description();
}
