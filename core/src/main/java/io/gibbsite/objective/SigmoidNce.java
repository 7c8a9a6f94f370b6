package io.gibbsite.objective;

import io.gibbsite.density.Density;

/**
 * Noise-contrastive estimation with the sigmoid (binary) loss and a learned {@code c = log Z}.
 *
 * <pre>
 *   u(x) = -E(x) - c - log p_n(x) - log k
 *   loss = mean_i [ softplus(-u(x_i)) + sum_j softplus(u(x~_ij)) ]      i = 1 .. N, j = 1 .. k
 *   weights of dE: +sigmoid(-u(x_i)) / N on data, -sigmoid(u(x~_ij)) / N on noise
 *   d loss / dc  = the sum of all weights
 * </pre>
 *
 * <p>Source: Gutmann and Hyvarinen, "Noise-contrastive estimation of unnormalized statistical
 * models", JMLR 13, 2012, with their {@code c = -log Z} turned round.
 *
 * @param k noise rows for each data row, at least 1
 * @param noise the noise density {@code p_n}
 */
public record SigmoidNce(int k, Density noise) {
  public SigmoidNce {
    if (k < 1) {
      throw new IllegalArgumentException(
          "NCE needs at least one noise row a data row, not k = " + k);
    }
  }
}
