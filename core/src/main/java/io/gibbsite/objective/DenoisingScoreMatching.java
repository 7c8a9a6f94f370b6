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
 * <p>Cost: an input-gradient and a directional parameter-gradient pass. Source: Vincent, "A
 * connection between score matching and denoising autoencoders", Neural Computation 23, 2011, times
 * {@code sigma^2}.
 *
 * @param sigma positive
 */
public record DenoisingScoreMatching(float sigma) {
  public DenoisingScoreMatching {
    if (!(sigma > 0 && Float.isFinite(sigma))) {
      throw new IllegalArgumentException("sigma must be positive, not " + sigma);
    }
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
    float[] noisy = new float[count];
    for (int k = 0; k < count; k++) {
      noisy[k] = Math.fma(sigma, noise[k], x[k]);
    }
    float[] residual = new float[count];
    energy.inputGradient(noisy, n, null, residual);
    double loss = 0;
    for (int k = 0; k < count; k++) {
      residual[k] = Math.fma(-sigma, residual[k], noise[k]);
      loss += 0.5 * residual[k] * residual[k] / n;
    }
    if (gradient != null) {
      float[] none = new float[n];
      float[] a = new float[n];
      Arrays.fill(a, -sigma / n);
      energy.directionalParameterGradient(noisy, residual, none, a, none, n, gradient);
    }
    return loss;
  }
}
