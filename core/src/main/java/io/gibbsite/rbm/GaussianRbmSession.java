package io.gibbsite.rbm;

/**
 * A Gaussian-Bernoulli RBM on a backend: the steps of {@link GaussianRbm}, and Gibbs chains that
 * stay where they are computed.
 *
 * <p>Visible states are floats and hidden ones bytes 0 or 1, a row each, row-major. Arrays belong
 * to the caller and may be longer than needed; outputs are overwritten up to the length stated,
 * unless they say that they accumulate. A session is used by one thread at a time. Every method
 * throws {@link IllegalArgumentException} if an array is too short, a visible state is not finite,
 * a hidden one neither 0 nor 1, or {@code rows} is negative or above {@link #rows()}, and {@link
 * IllegalStateException} after {@link #close} or before {@link #setParameters}. {@code P} is the
 * number of parameters.
 */
public interface GaussianRbmSession extends RbmChains {
  GaussianRbmShape shape();

  /**
   * Copies the parameters in, and rounds the weights ({@link FixedPointWeights}). Their shape must
   * be the session's, all must be finite, and the deviations positive.
   */
  void setParameters(GaussianRbmParameters parameters);

  /**
   * F1, F2: the free energy.
   *
   * @param v float[rows * visible]
   * @param energy double[rows], out
   */
  void freeEnergy(float[] v, int rows, double[] energy);

  /**
   * {@code p(h_j = 1 | v)} by H1 to H3.
   *
   * @param v float[rows * visible]
   * @param probability float[rows * hidden], out
   */
  void hiddenProbabilities(float[] v, int rows, float[] probability);

  /**
   * The mean of {@code p(v_i | h)} by V1, V2.
   *
   * @param h byte[rows * hidden]
   * @param mean float[rows * visible], out
   */
  void visibleMeans(byte[] h, int rows, float[] mean);

  /**
   * S1, S2: the sums of {@code x p^T}, {@code x}, {@code p} and {@code x^2} over rows, in the order
   * of the parameters.
   *
   * @param v float[rows * visible]
   * @param sums float[P], out
   */
  void statistics(float[] v, int rows, float[] sums);

  /** Sets the chains' visible states, float[chains * visible]; all hidden units become 0. */
  void setVisible(float[] v, int chains);

  /** Copies the chains' visible states to {@code v}, float[chains * visible]. */
  void readVisible(float[] v);
}
