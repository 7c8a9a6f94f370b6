package io.gibbsite.objective;

import java.util.Arrays;

/**
 * Denoising score matching at one noise level: the energy of the noisy density, whose score points
 * back to where the noise came from.
 *
 * <pre>
 *   x~ = x + sigma n,  n standard normal
 *   r  = n - sigma dE(x~)/dx
 *   loss = mean_i |r_i|^2 / 2
 *   gradient: directional along r, a = -sigma / N             r held fixed
 * </pre>
 *
 * <p>That is score matching at x~ to the targets n with scale sigma. An instance keeps its scratch:
 * it is used by one thread at a time. Source: Vincent, "A connection between score matching and
 * denoising autoencoders", Neural Computation 23, 2011, times {@code sigma^2}.
 */
public final class DenoisingScoreMatching {
  private final float sigma;
  private float[] noisy = {};
  private float[] scale = {};

  /**
   * @param sigma positive
   */
  public DenoisingScoreMatching(float sigma) {
    if (!(sigma > 0 && Float.isFinite(sigma))) {
      throw new IllegalArgumentException("sigma must be positive, not " + sigma);
    }
    this.sigma = sigma;
  }

  public float sigma() {
    return sigma;
  }

  /**
   * The loss with given noise, and its gradient.
   *
   * @param x float[n * d]
   * @param noise float[n * d]: n, standard normal
   * @param gradient float[P], out, or null for the loss alone
   */
  public double loss(EnergyPasses energy, float[] x, int n, float[] noise, float[] gradient) {
    int columns = energy.columns();
    noisy = Scratch.atLeast(noisy, n * columns);
    scale = Scratch.atLeast(scale, n);
    for (int k = 0; k < n * columns; k++) {
      noisy[k] = Math.fma(sigma, noise[k], x[k]);
    }
    Arrays.fill(scale, 0, n, sigma);
    return energy.scoreMatching(noisy, noise, columns, scale, n, gradient);
  }
}
