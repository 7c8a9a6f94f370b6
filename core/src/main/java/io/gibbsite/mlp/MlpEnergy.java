package io.gibbsite.mlp;

/**
 * The maths card of the MLP energy: the only derivation, whose step labels every implementation
 * carries.
 *
 * <p>A batch has {@code B} rows. Layer {@code l = 0 .. L-1} has {@code W_l [n_{l+1}, n_l]} and
 * {@code b_l [n_{l+1}]}; {@code n_0} is the number of inputs and {@code n_L = 1}; {@code f} is the
 * {@link Activation}. An optional base density {@code N(m, C C^T)}, with {@code R = C^-1}, is fixed
 * and has no gradient of its own. Arrays are row-major.
 *
 * <pre>
 * Forward                                                                  shape
 *   F1  a_0 = x                                                            [B, n_0]
 *   F2  z_l = a_l W_l^T + b_l                                              [B, n_{l+1}]
 *   F3  a_{l+1} = f(z_l)                        l &lt; L-1                    [B, n_{l+1}]
 *   F4  E = z_{L-1}                                                        [B]
 *   F5  y = (x - m) R^T, E += |y|^2 / 2 + log det C + n_0 log(2 pi) / 2    base only
 *
 * Backward, for L = sum_i w_i E(x_i); the input gradient is w = 1
 *   B1  d_{L-1} = w                                                        [B, 1]
 *   B2  dW_l = d_l^T a_l, db_l = sum over rows of d_l                      parameter gradient: overwritten
 *   B3  p_l = d_l W_l                                                      [B, n_l]
 *   B4  d_{l-1} = p_l f'(z_{l-1})                                          [B, n_l]
 *   B5  dE/dx = p_0 (+ y R with a base)                                    input gradient: overwritten
 *
 * Forward along v: a second-order Taylor pass; t is the first, s the second directional derivative
 *   T1  at_0 = v, as_0 = 0
 *   T2  zt_l = at_l W_l^T, zs_l = as_l W_l^T
 *   T3  at_{l+1} = f' zt_l, as_{l+1} = f'' zt_l^2 + f' zs_l                f', f'' at z_l
 *   T4  v.dE = zt_{L-1}, v^T H v = zs_{L-1}
 *   T5  yt = v R^T, v.dE += y.yt, v^T H v += |yt|^2                        base only
 *
 * Backward of T, for L = sum_i w_i E + a_i (v_i.dE) + b_i (v_i^T H_i v_i)
 *   D1  d = w, dt = a, ds = b                                              at layer L-1
 *   D2  dW_l = d^T a_l + dt^T at_l + ds^T as_l, db_l = sum over rows of d
 *   D3  p = d W_l, pt = dt W_l, ps = ds W_l
 *   D4  d  = p f' + pt f'' zt + ps (f''' zt^2 + f'' zs)
 *       dt = pt f' + 2 ps f'' zt
 *       ds = ps f'                                                         f', f'', f''' at z_{l-1}
 *
 * Score matching to given targets t [B, n_0] with scales s [B], after F and B with w = 1
 *   S1  r = t - s dE/dx, loss = sum over rows of |r|^2 / (2 B), v = -s r / B
 *   S2  T1, zt_l = at_l W_l^T, at_{l+1} = f' zt_l                          [B, n_{l+1}]
 *   S3  e_{L-1} = 0, e_{l-1} = (e_l W_l) f' + p_l f'' zt_{l-1}             [B, n_l]
 *   S4  dW_l = e_l^T a_l + d_l^T at_l, db_l = sum over rows of e_l         overwritten
 * </pre>
 *
 * <p>At {@code T1} {@code as_0 = 0}, so layer 0 needs neither {@code zs_0} nor its share of {@code
 * dW_0}.
 *
 * <p>S2 to S4 are T and D along v with {@code w = 0, a = 1, b = 0}: then D's {@code dt} is B's
 * {@code d}, and its {@code d} is {@code e}. So F and B serve the gradient in x and that in theta:
 * 6 forward passes of work, where an input gradient and a directional parameter gradient take 8.
 *
 * <p>Numerical care: SiLU, softplus and tanh use forms that neither overflow nor cancel ({@link
 * io.gibbsite.math.FloatMath}); sums of the loss over rows are kept in double.
 *
 * <p>Source: backward passes as in Rumelhart, Hinton and Williams 1986; the Taylor pass is
 * Pearlmutter, "Fast exact multiplication by the Hessian", 1994, carried to the second order.
 */
public final class MlpEnergy {
  private MlpEnergy() {}
}
