package io.gibbsite.rbm;

/**
 * The maths card of the Gaussian-Bernoulli restricted Boltzmann machine, with real visible and
 * binary hidden units: the only derivation, whose step labels every implementation carries.
 *
 * <p>{@code v [visible]} is real and {@code h [hidden]} is 0 or 1; {@code W [visible, hidden]},
 * {@code b [visible]}, {@code c [hidden]}, {@code sd [visible]} positive. {@code p(v, h) =
 * exp(-E(v, h)) / Z}, a density over v.
 *
 * <pre>
 * Model
 *   E   E(v, h) = sum_i (v_i - b_i)^2 / (2 sd_i^2) - c.h - sum_ij (v_i / sd_i) W_ij h_j
 *       summed over h: F(v) = sum_i (v_i - b_i)^2 / (2 sd_i^2) - sum_j softplus(c_j + ((v / sd)^T W)_j)
 *       p(h_j = 1 | v) = sigmoid(c_j + ((v / sd)^T W)_j),  p(v_i | h) = N(b_i + sd_i (W h)_i, sd_i^2)
 *       summed over v: p(h) = exp(-U(h)) / Z with y = W h and
 *       -U(h) = c.h + sum_i (b_i / sd_i + y_i / 2) y_i + sum_i log(sd_i sqrt(2 pi)),
 *       so p(v) is a mixture of 2^hidden Gaussians with the deviations sd
 *
 * Fixed point, once for given parameters
 *   Q   q = round(W / s) as in {@link Rbm}; w = q s, which float32 holds exactly
 *
 * Hidden units given the visible ones                                     shape
 *   H1  x_i = v_i / sd_i                                                  [B, visible]
 *   H2  a_j = c_j; for i = 0, 1, ..: a_j = fma(x_i, w_ij, a_j)            [B, hidden]
 *   H3  p_j = sigmoid(fma(a_j, beta, 0))        beta = 1 / T              [B, hidden]
 *   H4  h_j = u_j &lt; p_j                         u at (HIDDEN_GIBBS, sweep, chain, j)
 * Visible units given the hidden ones
 *   V1  T_i = sum_j q_ij h_j                    an exact integer          [B, visible]
 *   V2  m_i = fma(fma((float) T_i, s, 0), sd_i, b_i)                      [B, visible]
 *   V3  v_i = fma(n_i, sd_i sqrt(T), m_i)       n at (VISIBLE_GIBBS, sweep, chain, i), normal
 * Clamped units keep their state. One sweep is the hidden units, then the visible ones.
 *
 * Free energy
 *   F1  x, a by H1, H2
 *   F2  F = sum_i d_i^2 / 2 - sum_j softplus(a_j), d_i = (v_i - b_i) / sd_i        [B]
 *
 * Statistics of rows, from which the derivatives of -F follow
 *   S1  x_n by H1 and p_n by H2, H3 with beta = 1
 *   S2  sum_n x_n p_n^T, sum_n x_n, sum_n p_n, sum_n x_n^2                         overwritten
 *       d(-F)/dW = sum x p^T,  d(-F)/dc = sum p,  d(-F)/d(b_i / sd_i) = sum (x_i - b_i / sd_i)
 *
 * Annealing from N(r, sd^2) and hidden units that are fair coins to this model: at beta in [0, 1]
 *       F_beta(v) = sum_i [(1 - beta) (v_i - r_i)^2 + beta (v_i - b_i)^2] / (2 sd_i^2)
 *                   - sum_j softplus(beta a_j),     Z_0 = 2^hidden prod_i sd_i sqrt(2 pi)
 *   A1  log w += F_beta(v) - F_beta'(v)                                            [B], accumulated
 *         = (beta' - beta) sum_i (v_i - (b_i + r_i) / 2) (b_i - r_i) / sd_i^2
 *           + sum_j (softplus(beta' a_j) - softplus(beta a_j))
 *   A2  one sweep at beta', where H3 has that beta, and V2 is followed by
 *       m_i = fma(m_i, beta', (1 - beta') r_i) while the deviations stay sd_i
 *
 * Tempering: chain n at a beta_n of its own on the same path
 *   P1  sweeps as in A2, at beta_n
 *   P2  gain_n = F_beta_n(v_n) - F_beta'_n(v_n), as in A1                          [B], overwritten
 * </pre>
 *
 * <p>Numerical care: both half-steps use the same {@code q}, so a chain samples the rounded model.
 * V1 is an integer and the sums of H2 have one order, so the chain is the same, bit for bit, on
 * every backend; H2 rounds as a float sum of that many terms does. Sums of F2, A1 and P2 run in
 * double over float terms, in the order of the units; those of S2 in float, by fma, 32 rows at a
 * time. In {@code x} and {@code b / sd} the statistics are those of {@link Rbm}, so its gradients
 * serve here too, and a step does not depend on the units that v is measured in.
 *
 * <p>Source: Welling, Rosen-Zvi and Hinton, "Exponential family harmoniums with an application to
 * information retrieval", 2005; Cho, Ilin and Raiko, "Improved learning of Gaussian-Bernoulli
 * restricted Boltzmann machines", ICANN 2011; Melchior, Wang and Wiskott, "Gaussian-binary
 * restricted Boltzmann machines for modeling natural image statistics", 2017 (the mixture); Liao,
 * Kornblith, Ren, Fleet and Hinton, "Gaussian-Bernoulli RBMs without tears", 2022. The last and the
 * second scale {@code v} by {@code sd^2} in the coupling: their {@code W} is {@code sd W} here.
 */
public final class GaussianRbm {
  private GaussianRbm() {}
}
