package io.gibbsite.dbm;

/**
 * The maths card of the deep Boltzmann machine with binary units: the only derivation, whose step
 * labels every implementation carries.
 *
 * <p>Layer 0 is visible, layers 1 to L are hidden; {@code x_l [n_l]} is 0 or 1; {@code W_l [n_l-1,
 * n_l]} lies between layers l - 1 and l, {@code b_l [n_l]}. {@code p(x) = exp(-E(x)) / Z}, and
 * {@code v = x_0}, {@code h = (x_1, ..., x_L)}.
 *
 * <pre>
 * Model
 *   E   E(x) = - sum_l b_l.x_l - sum_l x_l-1^T W_l x_l
 *       a layer depends on its neighbours alone:
 *       p(x_l = 1 | rest) = sigmoid(b_l + W_l^T x_l-1 + W_l+1 x_l+1)
 *
 * One RBM of two sides, so that given one the units of the other are independent
 *   R   even layers (x_0, x_2, ...) are its visible units, odd ones (x_1, x_3, ...) its hidden ones;
 *       its weights are the blocks W_l (l odd) and W_l^T (l even), 0 between layers that do not
 *       touch. With L = 2 they are [W_1; W_2^T], which is dense. Gibbs sweeps, annealing,
 *       tempering, statistics and log Z are the RBM's; of its statistics the blocks are taken.
 *
 * Mean field: the independent q(h) = prod mu^h (1 - mu)^(1 - h) nearest to p(h | v)     shape
 *   M1  mu_1 = sigmoid(b_1 + 2 W_1^T v), mu_l = sigmoid(b_l + 2 W_l^T mu_l-1),
 *       mu_L = sigmoid(b_L + W_L^T mu_L-1)                    where it starts            [B, n_l]
 *   M2  a_l = b_l + W_l^T mu_l-1 + W_l+1 mu_l+1               l = 1, 2, ..., L in turn   [B, n_l]
 *   M3  mu_l = sigmoid(a_l)                                   overwritten                [B, n_l]
 *       M2, M3 again until no mu of the row moves by more than a tolerance
 *
 * Variational bound
 *   V1  B(v) = sum_l b_l.mu_l + sum_l mu_l-1^T W_l mu_l - sum mu log mu + (1 - mu) log(1 - mu)
 *       with mu_0 = v                                                                    [B]
 *       log p(v) = B(v) - log Z + KL(q || p(h | v)) &gt;= B(v) - log Z
 *
 * Gradient of -(mean B(v) - log Z) at given mu
 *   P1  &lt;x_l-1 x_l^T&gt;_d = mean mu_l-1 mu_l^T, &lt;x_l&gt;_d = mean mu_l
 *   P2  &lt;x_l-1 x_l^T&gt;_m, &lt;x_l&gt;_m over persistent chains of R
 *   P3  dW_l = &lt;x_l-1 x_l^T&gt;_m - &lt;x_l-1 x_l^T&gt;_d, db_l = &lt;x_l&gt;_m - &lt;x_l&gt;_d
 * </pre>
 *
 * <p>For given neighbours M3 is the maximum of B over its layer, whose units do not touch each
 * other; so every update of M3 raises B or leaves it, and no damping is needed. Where the mean
 * field has converged, the derivative of B by mu is 0, and P3 is the derivative of the bound.
 *
 * <p>Numerical care: sums of M2 run over the units in order as float32 fused multiply-adds, below
 * before above, so that every implementation has the same bits; a row's result depends on no other
 * row. V1 is in double over float mu. Chains and log Z are those of the weights that the RBM rounds
 * to 23 bits, V1 and the mean field of the weights as they are.
 *
 * <p>Source: Salakhutdinov and Hinton, "Deep Boltzmann machines", AISTATS 2009; Salakhutdinov and
 * Hinton, "An efficient learning procedure for deep Boltzmann machines", 2012.
 */
public final class Dbm {
  private Dbm() {}
}
