package io.gibbsite.cli;

import java.util.function.IntConsumer;

/** Chains of an MLP energy that one of the samplers moves. */
interface MlpChains {
  /**
   * Burn-in: the first steps, all at once.
   *
   * @param done is told now and then how many there have been
   */
  void burnIn(int steps, IntConsumer done);

  /** Makes steps. */
  void run(int steps);

  /**
   * Copies states and energies out.
   *
   * @param x float[chains * columns]
   * @param energy float[chains]
   */
  void read(float[] x, float[] energy);

  /**
   * Copies the mean acceptance of the last {@link #run} out, float[chains].
   *
   * @return false, without copying, where nothing is accepted or rejected
   */
  boolean readAcceptance(float[] acceptance);

  /** What burn-in has found, in a line for people; empty if nothing. */
  String findings();
}
