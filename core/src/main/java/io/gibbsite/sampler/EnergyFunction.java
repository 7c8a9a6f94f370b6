package io.gibbsite.sampler;

/**
 * An energy on real vectors, {@code p(x) = exp(-E(x)) / Z}, with its gradient: all that a sampler
 * asks of a model.
 *
 * <p>Arrays are row-major and may be longer than needed; outputs are overwritten up to the length
 * stated, and are never the same array as an input. An energy function is used by one thread at a
 * time.
 */
public interface EnergyFunction {
  /** The dimension of a point. */
  int columns();

  /**
   * The energy; NaN or infinite where it is not defined.
   *
   * @param x float[rows * columns]
   * @param energy float[rows], out
   */
  void energy(float[] x, int rows, float[] energy);

  /**
   * The energy and its gradient in x.
   *
   * @param x float[rows * columns]
   * @param energy float[rows], out, or null
   * @param gradient float[rows * columns], out
   */
  void inputGradient(float[] x, int rows, float[] energy, float[] gradient);
}
