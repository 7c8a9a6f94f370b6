package io.gibbsite.sampler;

/** What {@link AnnealedGibbs} needs of a model and its chains, whatever its units are. */
public interface AnnealedChains {
  /** {@code log Z_0}: of the path's start. */
  double baseLogZ();

  /** Sets the parameters, and chains drawn from the path's start. */
  void startFromBase();

  /** Sets the parameters, and chains drawn from the model by enumeration. */
  void startFromModel();

  /** Whether {@link #startFromModel} can be done. */
  boolean canSampleExactly();

  /** Moves the chains at the model itself. */
  void gibbs(Gibbs gibbs, long seed);

  /**
   * Moves the chains along a piece of the path.
   *
   * @param logWeights double[chains], accumulated
   */
  void anneal(Annealing annealing, long seed, double[] logWeights);
}
