package io.gibbsite.spin;

/**
 * The maths card of a network of units -1 and +1 with pairwise couplings: the only derivation,
 * whose step labels every implementation carries. A Hopfield network is one at temperature 0, a
 * Boltzmann machine one at temperature 1.
 *
 * <p>{@code y [n]} is -1 or +1; {@code W [n, n]} is symmetric with a diagonal of zeros; {@code b
 * [n]}. {@code p(y) = exp(-E(y) / T) / Z}.
 *
 * <pre>
 * Model
 *   E   E(y) = -1/2 sum_ij w_ij y_i y_j - sum_i b_i y_i
 *       given the others a unit has the field f_i = b_i + sum_j w_ij y_j, and E = -f_i y_i + const,
 *       so that p(y_i = +1 | rest) = sigmoid(2 f_i / T): the factor 2 belongs to states -1 and +1
 *
 * Fixed point, once for given parameters
 *   Q   q = round(W / s), r = round(b / s); s a power of two, one for all
 *
 * A unit, given all others                                                shape
 *   U1  F_i = r_i + sum_j q_ij y_j              an exact integer          [B]
 *   U2  z_i = fma((float) F_i, 2 s beta, shift_i)    beta = 1 / T         [B]
 *   U3  p_i = sigmoid(z_i)                                                [B]
 *   U4  y_i = +1 if u &lt; p_i, else -1           u at (SPIN_GIBBS, sweep, chain, k)
 *   U5  at temperature 0 instead: y_i = sign(F_i); it stays where F_i = 0
 *       A sweep visits the units that are not clamped in the order of its scan; the unit in place k
 *       of it draws with component k.
 *   U6  all units at once, at temperature 0: y' = sign(F(y))
 *
 * Energy, an exact integer in units of -s / 2: E = -s e / 2
 *   E1  e = sum_i y_i (F_i + r_i)                                         [B]
 *   E2  where unit i changes its sign, e += 4 y'_i F_i                    [B], accumulated
 *
 * Statistics of the chains' states y_n, derivatives of -E: dW (each pair once), db
 *   S1  sum_n y_ni y_nj, sum_n y_ni             exact integers            [n, n], [n], overwritten
 *
 * Annealing from units without couplings, with biases g, to this network: at beta in [0, 1]
 *       -E_beta(y) = (1 - beta) g.y - beta E(y)
 *   A1  log w += (beta' - beta) (s e / 2 - g.y)                           [B], accumulated
 *   A2  one sweep at beta', with shift_i = 2 (1 - beta') g_i
 * </pre>
 *
 * <p>Numerical care: fields and energies are integers, so a chain is an exact Gibbs sampler of the
 * rounded network, the same bit for bit in any order of summation, and its energy never drifts. The
 * scale is the finest that keeps {@code |q|} and {@code |r|} below 2^23 and every {@code |r_i| +
 * sum_j |q_ij|} below 2^29. Uniform numbers have 24 bits, so a probability is met to within 2^-24.
 *
 * <p>Source: Hopfield, "Neural networks and physical systems with emergent collective computational
 * abilities", 1982; Ackley, Hinton and Sejnowski, "A learning algorithm for Boltzmann machines",
 * 1985.
 */
public final class SpinNetwork {
  private SpinNetwork() {}
}
