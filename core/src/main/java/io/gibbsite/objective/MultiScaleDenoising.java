package io.gibbsite.objective;

/**
 * Denoising score matching of a {@link ConditionalEnergy} at all levels of a ladder of noise, with
 * the weight {@code sigma^2} at each.
 *
 * <pre>
 *   x~_i = x_i + sigma_i n_i,  n standard normal
 *   r_i  = n_i - sigma_i dE(x~_i, sigma_i)/dx
 *   loss = mean_i |r_i|^2 / 2
 *   gradient: directional of e at u_i along (r_i, 0), a_i = -(s / c_i) / N      r held fixed
 * </pre>
 *
 * <p>Since {@code sigma dE/dx = sigma (x - m) / c^2 + (s / c) de/du}, {@code s / c} is what the
 * network has to do with the residual: score matching of e at u_i, with that scale, to the targets
 * {@code n_i - (sigma_i / c_i) (x~_i - m) / c_i}, the last column a condition. An instance keeps
 * its scratch: it is used by one thread at a time. Source: Song and Ermon, "Generative modeling by
 * estimating gradients of the data distribution", NeurIPS 2019.
 */
public final class MultiScaleDenoising {
  private final ConditionalEnergy energy;
  private final EnergyPasses network;
  private final int columns;
  private float[] noisy = {};
  private float[] inputs = {};
  private float[] target = {};
  private float[] scale = {};

  /**
   * @param network e, of d + 1 columns
   * @param mean m, float[d]; not copied
   * @param dataSd s, positive
   */
  public MultiScaleDenoising(EnergyPasses network, float[] mean, float dataSd) {
    this.network = network;
    energy = new ConditionalEnergy(network, mean, dataSd);
    columns = mean.length;
  }

  /**
   * The loss with given noise, and its gradient.
   *
   * @param x rows of {@code stride} floats, of which the first d are the data
   * @param sigmas float[n]
   * @param noise float[n * d], standard normal
   * @param gradient float[P], out, or null for the loss alone
   */
  public double loss(
      float[] x, int stride, int n, float[] sigmas, float[] noise, float[] gradient) {
    int d = columns;
    noisy = Scratch.atLeast(noisy, d);
    inputs = Scratch.atLeast(inputs, n * (d + 1));
    target = Scratch.atLeast(target, n * d);
    scale = Scratch.atLeast(scale, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        noisy[j] = Math.fma(sigmas[i], noise[i * d + j], x[i * stride + j]);
      }
      energy.input(noisy, 0, sigmas[i], inputs, i * (d + 1));
      float c = energy.width(sigmas[i]);
      float ratio = sigmas[i] / c;
      for (int j = 0; j < d; j++) {
        target[i * d + j] = noise[i * d + j] - ratio * inputs[i * (d + 1) + j];
      }
      scale[i] = energy.dataSd() / c;
    }
    return network.scoreMatching(inputs, target, d, scale, n, gradient);
  }
}
