package io.gibbsite.ising;

/**
 * The maths card of the Ising model on a square lattice with periodic boundaries: the only
 * derivation, whose step labels every implementation carries.
 *
 * <p>Spins {@code s_i = +1} or {@code -1} on R x C sites, R and C even; {@code p(s) = exp(-E(s) /
 * T) / Z}.
 *
 * <pre>
 * Model
 *   E   E(s) = -J sum_(i,j) s_i s_j - H sum_i s_i       over the 2 R C bonds of nearest neighbours
 *       given its neighbours, of which k of 4 are up, a spin is up with
 *       p_k = sigmoid(2 (J (2 k - 4) + H) / T)          k = 0, ..., 4
 *
 * One sweep draws the sites (y, x) with y + x even (black), then the others (white), each colour
 * given the other; 64 spins are the bits of a word
 *   N1  ones, twos, fours: the binary digits of k       full adders over the four neighbours' words
 *   N2  P = floor(2^64 p_k), an integer of 64 bits; digit d of it is bit 63 - d
 *   N3  s = up if U &lt; P, U an integer of 64 random bits, digit by digit from the first: sites whose
 *       digits of U and P differ are decided, up if that of U is 0; the rest go on
 *       digits 2 n and 2 n + 1 of the 64 sites of word w of row y are words (0, 1) and (2, 3), lower
 *       half first, of the draw at (HIDDEN_GIBBS, sweep, y words + w, block n), of white sites;
 *       (VISIBLE_GIBBS, ...) of black ones
 *
 * Measurements of a lattice of n = R C sites
 *   O1  -E = J (2 n - 2 bonds that differ) + H M,  M = sum_i s_i
 *   O2  Binder's cumulant 1 - &lt;M^4&gt; / (3 &lt;M^2&gt;^2)   0 far above T_c, 2/3 below, for large lattices
 *
 * As an RBM: white sites visible, black ones hidden, v = (1 + s) / 2
 *   R1  -E / T = sum 4 J / T v_i h_j + sum_i (2 H - 8 J) / T (v_i + h_i) + n (2 J - H) / T
 *       sweeps are those of the RBM's card: other draws than N3, probabilities to within 2^-24
 * </pre>
 *
 * <p>A word is 64 independent lattices side by side, or 64 vertical strips of one lattice, whose
 * last column's neighbour is the next strip's first: the same words, turned by one bit at the edge.
 * In both cases neighbours of 64 sites are the bits of four words, with no shift but there.
 *
 * <p>The acceptance is exact to 2^-53, the precision of {@code p_k} in double. After d digits
 * {@code 2^-d} of the sites are undecided, so a word takes about 8 digits of 64. How many are drawn
 * changes no result.
 *
 * <p>Source: Onsager, "Crystal statistics I", 1944; Jacobs and Rebbi, "Multi-spin coding: a very
 * efficient technique for Monte Carlo simulations of spin systems", 1981; Binder, "Finite size
 * scaling analysis of Ising model block distribution functions", 1981.
 */
public final class Ising {
  private Ising() {}
}
