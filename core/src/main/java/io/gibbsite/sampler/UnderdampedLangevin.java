package io.gibbsite.sampler;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * Underdamped Langevin dynamics {@code dx = p dt, dp = -g dt - friction p dt + sqrt(2 friction T)
 * dW}, by the splitting BAOAB; unadjusted.
 *
 * <pre>
 *   B  p &lt;- p - h/2 g(x)                                             g = dE/dx
 *   A  x &lt;- x + h/2 p
 *   O  p &lt;- a p + sqrt((1 - a^2) T) n,  a = exp(-friction h)
 *   A  x &lt;- x + h/2 p
 *   B  p &lt;- p - h/2 g(x)
 * </pre>
 *
 * <p>The bias of x is of order h^2, and there is none if E is quadratic, for any h below the limit
 * of stability, 2 over the highest frequency. One gradient pass a step. First momenta are drawn at
 * (PROPOSAL, 0, row), n at (LANGEVIN, step, row). Source: Leimkuhler and Matthews, "Rational
 * construction of stochastic numerical methods for molecular sampling", 2013.
 */
public final class UnderdampedLangevin extends Sampler {
  private final float stepSize;
  private final float keep;
  private final float[] momentum;

  /**
   * @param start float[chains * columns], row-major; copied
   * @param stepSize h, positive
   * @param friction per unit of time, positive
   */
  public UnderdampedLangevin(
      EnergyFunction target,
      float[] start,
      int chains,
      float stepSize,
      float friction,
      SamplerSettings settings) {
    super(target, start, chains, settings.single("underdamped Langevin dynamics"));
    if (!(stepSize > 0 && Float.isFinite(stepSize))) {
      throw new IllegalArgumentException("the step size must be positive, not " + stepSize);
    }
    if (!(friction > 0 && Float.isFinite(friction))) {
      throw new IllegalArgumentException("the friction must be positive, not " + friction);
    }
    this.stepSize = stepSize;
    keep = (float) Math.exp(-friction * stepSize);
    momentum = new float[rows * columns];
    forRows(
        i -> {
          normals(DrawStream.PROPOSAL, 0, i, momentum);
          float scale = (float) Math.sqrt(1 / beta[i]);
          for (int k = i * columns; k < (i + 1) * columns; k++) {
            momentum[k] *= scale;
          }
        });
  }

  @Override
  void move(long address) {
    float half = 0.5f * stepSize;
    forRows(
        i -> {
          float[] noise = new float[columns];
          Draws.normals(seed, DrawStream.LANGEVIN, address, i, noise, 0, columns);
          float scale = (float) Math.sqrt((1 - (double) keep * keep) / beta[i]);
          for (int c = 0; c < columns; c++) {
            int k = i * columns + c;
            float p = Math.fma(-half, gradient[k], momentum[k]);
            float middle = Math.fma(half, p, x[k]);
            momentum[k] = Math.fma(scale, noise[c], keep * p);
            x[k] = Math.fma(half, momentum[k], middle);
          }
        });
    gradientAt(x, energy, gradient);
    forRows(
        i -> {
          for (int k = i * columns; k < (i + 1) * columns; k++) {
            momentum[k] = Math.fma(-half, gradient[k], momentum[k]);
          }
        });
  }

  @Override
  public float stepSize() {
    return stepSize;
  }
}
