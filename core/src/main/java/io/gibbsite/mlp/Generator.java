package io.gibbsite.mlp;

/**
 * A network that turns latent rows into samples, {@code x = G(z)}, and its maths card.
 *
 * <p>Layer {@code l = 0 .. L-1} has {@code W_l [n_{l+1}, n_l]} and {@code b_l [n_{l+1}]}; {@code f}
 * is the {@link Activation}, {@code g} the identity or tanh. Arrays are row-major.
 *
 * <pre>
 * Forward                                                     shape
 *   G1  a_0 = z                                               [B, n_0]
 *   G2  y_l = a_l W_l^T + b_l                                 [B, n_{l+1}]
 *   G3  a_{l+1} = f(y_l)                    l &lt; L-1           [B, n_{l+1}]
 *   G4  x = g(y_{L-1})                                        [B, n_L]
 *
 * Backward, for sum_i v_i . x_i with v held fixed: the vector-Jacobian product
 *   J1  d_{L-1} = v g'(y_{L-1})                               [B, n_L]
 *   J2  dW_l = d_l^T a_l, db_l = sum over rows of d_l         overwritten
 *   J3  p_l = d_l W_l                       l &gt; 0             [B, n_l]
 *   J4  d_{l-1} = p_l f'(y_{l-1})                             [B, n_l]
 * </pre>
 *
 * <p>Arrays belong to the caller and may be longer than needed. A generator is used by one thread
 * at a time. Methods throw {@link IllegalArgumentException} if an array is too short or {@code
 * rows} is negative or above {@link #rows()}, and {@link IllegalStateException} after {@link
 * #close} or before {@link #setParameters}.
 */
public interface Generator extends AutoCloseable {
  GeneratorShape shape();

  /** The most rows of one call. */
  int rows();

  /** Copies the parameters in. Their shape must be the generator's. */
  void setParameters(GeneratorParameters parameters);

  /**
   * G1 to G4.
   *
   * @param z float[rows * latent]
   * @param x float[rows * outputs], out
   */
  void forward(float[] z, int rows, float[] x);

  /**
   * G1 to J4: {@code sum_i (dx_i / d parameters)^T v_i}.
   *
   * @param z float[rows * latent]
   * @param v float[rows * outputs]
   * @param gradient float[shape.parameterCount()], out
   */
  void parameterGradient(float[] z, float[] v, int rows, float[] gradient);

  @Override
  void close();
}
