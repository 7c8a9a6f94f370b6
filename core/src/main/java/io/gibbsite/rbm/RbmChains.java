package io.gibbsite.rbm;

import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;

/**
 * The Gibbs chains of a restricted Boltzmann machine on a backend, whatever its visible units are;
 * the hidden ones are binary.
 */
public interface RbmChains extends AutoCloseable {
  /** The most data rows of one call, and the most chains. */
  int rows();

  /** How many chains there are: 0 before their visible states are set. */
  int chains();

  /**
   * The sums of the model's statistics over the visible states of the chains.
   *
   * @param sums float[P], out
   */
  void chainStatistics(float[] sums);

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

  /** Moves every chain by {@link Gibbs#sweeps} sweeps. */
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
