package io.gibbsite.rbm;

/**
 * A restricted Boltzmann machine on a backend: the steps of {@link Rbm}, and Gibbs chains that stay
 * where they are computed.
 *
 * <p>States are bytes 0 or 1, a row each, row-major. Arrays belong to the caller and may be longer
 * than needed; outputs are overwritten up to the length stated, unless they say that they
 * accumulate. A session is used by one thread at a time. Every method throws {@link
 * IllegalArgumentException} if an array is too short, a state is neither 0 nor 1, or {@code rows}
 * is negative or above {@link #rows()}, and {@link IllegalStateException} after {@link #close} or
 * before {@link #setParameters}. {@code P} is the number of parameters.
 */
public interface RbmSession extends RbmChains {
  RbmShape shape();

  /**
   * Copies the parameters in, and rounds the weights ({@link FixedPointWeights}). Their shape must
   * be the session's, and all must be finite.
   */
  void setParameters(RbmParameters parameters);

  /**
   * F1, F2: the free energy.
   *
   * @param v byte[rows * visible]
   * @param energy double[rows], out
   */
  void freeEnergy(byte[] v, int rows, double[] energy);

  /**
   * {@code p(h_j = 1 | v)} by G1 to G4.
   *
   * @param v byte[rows * visible]
   * @param probability float[rows * hidden], out
   */
  void hiddenProbabilities(byte[] v, int rows, float[] probability);

  /**
   * {@code p(v_i = 1 | h)} by G1 to G4.
   *
   * @param h byte[rows * hidden]
   * @param probability float[rows * visible], out
   */
  void visibleProbabilities(byte[] h, int rows, float[] probability);

  /**
   * S1, S2: the sums of {@code v p^T}, {@code v} and {@code p} over rows, the derivatives of {@code
   * -F}.
   *
   * @param v byte[rows * visible]
   * @param sums float[P], out
   */
  void statistics(byte[] v, int rows, float[] sums);

  /** Sets the chains' visible states, byte[chains * visible]; all hidden units become 0. */
  void setVisible(byte[] v, int chains);

  /** Copies the chains' visible states to {@code v}, byte[chains * visible]. */
  void readVisible(byte[] v);
}
