package io.gibbsite.hopfield;

/**
 * The maths card of the Hopfield network: a memory for {@code p} patterns {@code xi_m [n]} of units
 * -1 and +1, recalled by letting the energy fall. Its states, energy and updates are those of
 * {@link io.gibbsite.spin.SpinNetwork} at temperature 0, steps U1, U5 and U6; this card adds how
 * {@code W} and {@code b} come from patterns, and what recall is measured by.
 *
 * <pre>
 * Storage                                                                shape
 *   H1  Hebbian: w_ij = (1/n) sum_m xi_mi xi_mj, w_ii = 0, b = 0         [n, n]
 *   H2  pseudo-inverse: W = X^T (X X^T)^-1 X, the projection onto the patterns' span, from
 *       orthonormal rows by Gram and Schmidt, dependent patterns left out; then w_ii = 0, b = 0
 *   H3  contrastive: from H1, with y_k reached by a few sweeps from each pattern and from
 *       corrupted copies of it, one step an epoch
 *       w_ij += eta ( mean_m xi_mi xi_mj - mean_k y_ki y_kj ) / n, w_ii = 0
 *       b_i  += eta ( mean_m xi_mi       - mean_k y_ki      ) / n
 *       which lowers the energy of patterns, raises that of what was reached instead, and rests
 *       when these are the same
 *
 * Recall
 *   R1  y from xi_m, each unit flipped where u &lt; flip   u at (CORRUPTION, trial, m, i)    [B, n]
 *   R2  sweeps of U1, U5 until no unit changes: a fixed point, since the energy falls
 *   R3  overlap = (1/n) sum_i xi_mi y_i                                                  [B]
 *
 * Capacity of H1, random patterns, alpha = p / n
 *   C1  from a pattern, one synchronous step (U6) changes a unit with probability
 *       1/2 erfc(sqrt(1 / (2 alpha)))
 *   C2  beyond alpha = 0.138 recall breaks down
 *
 * Dense network: F = log-sum-exp, states x [n] of real numbers
 *   D1  a_m = beta sum_i xi_mi x_i, s = softmax(a)                                       [B, p]
 *   D2  E(x) = -log(sum_m exp(a_m)) / beta + 1/2 sum_i x_i^2                             [B]
 *   D3  x'_i = sum_m s_m xi_mi, which does not raise E                                   [B, n]
 * </pre>
 *
 * <p>Numerical care: sums over patterns are integers; storage divides them once. D1 takes the
 * largest a off before it exponentiates.
 *
 * <p>Source: Hopfield, "Neural networks and physical systems with emergent collective computational
 * abilities", 1982; Personnaz, Guyon and Dreyfus, "Information storage and retrieval in spin-glass
 * like neural networks", 1985 (H2); Hopfield, Feinstein and Palmer, "Unlearning has a stabilizing
 * effect in collective memories", 1983, and Hinton, 2002 (H3); Hertz, Krogh and Palmer,
 * "Introduction to the theory of neural computation", 1991 (C1); Amit, Gutfreund and Sompolinsky,
 * "Storing infinite numbers of patterns in a spin-glass model of neural networks", 1985 (C2);
 * Krotov and Hopfield, "Dense associative memory for pattern recognition", 2016, and Ramsauer et
 * al., "Hopfield networks is all you need", 2020 (D1 to D3).
 */
public final class Hopfield {
  private Hopfield() {}
}
