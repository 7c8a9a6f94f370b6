package io.gibbsite.boltzmann;

/**
 * The maths card of the Boltzmann machine, a stochastic Hopfield network: visible units {@code v}
 * and hidden units {@code h}, all -1 or +1, any of them coupled. States, energy, Gibbs sweeps,
 * statistics and annealing are those of {@link io.gibbsite.spin.SpinNetwork} on {@code y = (v, h)},
 * visible units first; this card adds what likelihood and learning need.
 *
 * <pre>
 * Model
 *   E   E(y) = -1/2 y^T W y - b.y, p(y) = exp(-E(y)) / Z, p(v) = sum_h p(v, h)
 *   B1  F(v) = -log sum_h exp(-E(v, h)), log p(v) = -F(v) - log Z
 *       by enumeration of up to 25 hidden units; without hidden units F = E
 *
 * Mean field: independent hidden units of means m_i, for given v
 *   M1  m_i = tanh(b_i + sum_j w_ij m_j), with m_j = v_j of visible units, one after another
 *       until none moves: each step lowers M2. tanh, as p(+1) - p(-1) = 2 sigmoid(2 f) - 1
 *   M2  F(v) &lt;= -1/2 m^T W m - b.m - sum_i H(m_i), H the entropy of a unit of mean m_i
 *       so that log p(v) &gt;= -M2 - log Z
 *
 * Maximum likelihood, descending the mean of -log p over data
 *   L1  positive phase: &lt;y_i y_j&gt;_d, &lt;y_i&gt;_d with v clamped to the rows of a minibatch, h drawn by
 *       sweeps over the hidden units alone, or m_i m_j and m_i of the mean field
 *   L2  negative phase: &lt;y_i y_j&gt;_m, &lt;y_i&gt;_m over persistent chains that run freely
 *   L3  dW = &lt;y y^T&gt;_m - &lt;y y^T&gt;_d, each pair once; db = &lt;y&gt;_m - &lt;y&gt;_d
 *
 * Partition function
 *   Z1  exactly, by enumeration of up to 25 units
 *   Z2  by annealed importance sampling (A1, A2) from independent units of biases g, whose
 *       log Z_0 = sum_i log(2 cosh g_i): without bias for Z / Z_0, so that log Z tends to be low
 *   Z3  by the reverse, from samples of the machine down to the independent units: without bias
 *       for Z_0 / Z where the samples are exact, so that log Z tends to be high
 *
 * Labels: the last visible units, +1 for the row's class and -1 for others. Chains that hold them
 * sample p(v | c); P(c | v) is proportional to exp(-F(v, c)).
 *
 * Annealing a spin glass: T := alpha T, sweeps at each T, then temperature 0
 * </pre>
 *
 * <p>Source: Ackley, Hinton and Sejnowski, "A learning algorithm for Boltzmann machines", 1985;
 * Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing", 1983; Tieleman, "Training
 * restricted Boltzmann machines using approximations to the likelihood gradient", 2008 (L2);
 * Salakhutdinov, "Learning and evaluating Boltzmann machines", 2008 (M2, Z2); Burda, Grosse and
 * Salakhutdinov, "Accurate and conservative estimates of MRF log-likelihood using reverse
 * annealing", 2015 (Z3).
 */
public final class Boltzmann {
  private Boltzmann() {}
}
