package io.gibbsite.rbm;

/**
 * The maths card of the restricted Boltzmann machine with binary units: the only derivation, whose
 * step labels every implementation carries.
 *
 * <p>{@code v [visible]} and {@code h [hidden]} are 0 or 1; {@code W [visible, hidden]}, {@code b
 * [visible]}, {@code c [hidden]}. {@code p(v, h) = exp(-E(v, h)) / Z}.
 *
 * <pre>
 * Model
 *   E   E(v, h) = -b.v - c.h - v^T W h
 *       summed over h: F(v) = -b.v - sum_j softplus(c_j + (v^T W)_j), p(v) = exp(-F(v)) / Z
 *       given v the hidden units are independent: p(h_j = 1 | v) = sigmoid(c_j + (v^T W)_j),
 *       and given h the visible ones: p(v_i = 1 | h) = sigmoid(b_i + (W h)_i)
 *
 * Fixed point, once for given parameters
 *   Q   q = round(W / s), an integer below 2^23 in magnitude; s a power of two, one for all of W
 *
 * Hidden units given the visible ones                                     shape
 *   G1  T_j = sum_i v_i q_ij                    an exact integer          [B, hidden]
 *   G2  a_j = fma((float) T_j, s, c_j)                                    [B, hidden]
 *   G3  z_j = fma(a_j, beta, shift_j)           beta = 1 / T, shift = 0   [B, hidden]
 *   G4  p_j = sigmoid(z_j)                                                [B, hidden]
 *   G5  h_j = u_j &lt; p_j                         u at (HIDDEN_GIBBS, sweep, chain, j)
 * Visible units given the hidden ones: the same with q^T, b, and u at (VISIBLE_GIBBS, sweep, chain, i);
 * clamped units keep their state. One sweep is the hidden units, then the visible ones.
 *
 * Free energy
 *   F1  a_j by G1, G2                                                     [B, hidden]
 *   F2  F = -(sum_i v_i b_i) - sum_j softplus(a_j)                        [B]
 *
 * Statistics of rows v_n, the derivatives of -F: dW, db, dc
 *   S1  p_nj by G1 to G4 with beta = 1                                    [B, hidden]
 *   S2  sum_n v_n p_n^T, sum_n v_n, sum_n p_n                             overwritten
 *
 * Annealing from a model without weights, with visible biases r, to this one: at beta in [0, 1]
 *       F_beta(v) = -(1 - beta) r.v - beta b.v - sum_j softplus(beta a_j)
 *   A1  log w += F_beta(v) - F_beta'(v)                                   [B], accumulated
 *         = (beta' - beta) sum_i v_i (b_i - r_i) + sum_j (softplus(beta' a_j) - softplus(beta a_j))
 *   A2  one sweep at beta', where the visible units have shift_i = (1 - beta') r_i
 *
 * Tempering: chain n at a beta_n of its own on the same path
 *   P1  sweeps as in A2, at beta_n
 *   P2  gain_n = F_beta_n(v_n) - F_beta'_n(v_n), as in A1                 [B], overwritten
 * </pre>
 *
 * <p>Numerical care: both half-steps use the same {@code q}, so a chain is an exact Gibbs sampler
 * of the rounded model, and since {@code T} is an integer it is the same chain, bit for bit, for
 * any order of summation. F, p and the statistics are those of the rounded model too. Uniform
 * numbers have 24 bits, so a probability is met to within 2^-24. Sums of F2, A1 and P2 run in
 * double over float terms, in the order of the units; those of S2 in float, 32 rows at a time.
 *
 * <p>Source: Smolensky, "Information processing in dynamical systems: foundations of harmony
 * theory", 1986; Hinton, "Training products of experts by minimizing contrastive divergence", 2002;
 * annealing as in Salakhutdinov and Murray, "On the quantitative analysis of deep belief networks",
 * 2008.
 */
public final class Rbm {
  private Rbm() {}
}
