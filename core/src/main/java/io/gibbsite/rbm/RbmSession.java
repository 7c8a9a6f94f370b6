package io.gibbsite.rbm;

import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;

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
public interface RbmSession extends AutoCloseable {
  RbmShape shape();

  /** The most data rows of one call, and the most chains. */
  int rows();

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

  /** As {@link #statistics}, for the visible states of the chains. */
  void chainStatistics(float[] sums);

  /** Sets the chains' visible states, byte[chains * visible]; all hidden units become 0. */
  void setVisible(byte[] v, int chains);

  /** How many chains there are: 0 before {@link #setVisible}. */
  int chains();

  /** Copies the chains' visible states to {@code v}, byte[chains * visible]. */
  void readVisible(byte[] v);

  /**
   * Copies the hidden states that the chains' visible ones were drawn from to {@code h},
   * byte[chains * hidden].
   */
  void readHidden(byte[] h);

  /**
   * Holds visible units at their chains' states in all sweeps to come.
   *
   * @param visible boolean[visible], true for a unit to hold; or null for none
   */
  void clamp(boolean[] visible);

  /** G1 to G5: moves every chain by {@link Gibbs#sweeps} sweeps. */
  void gibbs(Gibbs gibbs, long seed);

  /**
   * A1, A2: moves every chain through the annealing, and weights it. It is refused while units are
   * clamped.
   *
   * @param logWeights double[chains], accumulated
   */
  void anneal(Annealing annealing, long seed, double[] logWeights);

  /**
   * P1, P2: moves every chain by {@link Tempering#sweeps} sweeps at its own inverse temperature,
   * and says what it would gain at the next. It is refused while units are clamped.
   *
   * @param tempering of as many inverse temperatures as there are chains
   * @param gains double[chains], out
   */
  void temper(Tempering tempering, long seed, double[] gains);

  /** Frees what the session holds. */
  @Override
  void close();
}
