package io.gibbsite.sampler;

/** Energies of a density with normal noise added, one for each deviation of the noise. */
public interface NoisyEnergy extends EnergyFunction {
  /**
   * The deviation that passes are of from here on.
   *
   * @param deviation positive
   */
  void sigma(float deviation);
}
