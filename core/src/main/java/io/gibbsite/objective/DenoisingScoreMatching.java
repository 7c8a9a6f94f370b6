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
 * <p>Cost: an input-gradient and a directional parameter-gradient pass. An instance keeps its
 * scratch: it is used by one thread at a time. Source: Vincent, "A connection between score
 * matching and denoising autoencoders", Neural Computation 23, 2011, times {@code sigma^2}.
 */
public final class DenoisingScoreMatching {
  private final float sigma;
  private float[] noisy = {};
  private float[] residual = {};
  private float[] none = {};
  private float[] a = {};

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
    int count = n * energy.columns();
    noisy = Scratch.atLeast(noisy, count);
    residual = Scratch.atLeast(residual, count);
    for (int k = 0; k < count; k++) {
      noisy[k] = Math.fma(sigma, noise[k], x[k]);
    }
    energy.inputGradient(noisy, n, null, residual);
    double loss = 0;
    for (int k = 0; k < count; k++) {
      residual[k] = Math.fma(-sigma, residual[k], noise[k]);
      loss += 0.5 * residual[k] * residual[k] / n;
    }
    if (gradient != null) {
      none = Scratch.atLeast(none, n);
      a = Scratch.atLeast(a, n);
      Arrays.fill(a, 0, n, -sigma / n);
      energy.directionalParameterGradient(noisy, residual, none, a, none, n, gradient);
    }
    return loss;
  }
}
