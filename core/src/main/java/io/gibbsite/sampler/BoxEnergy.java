package io.gibbsite.sampler;

import io.gibbsite.density.UniformBox;
import java.util.Arrays;

/**
 * The energy {@code -log p} of the uniform density on a box: flat inside, infinite outside, where
 * samplers with an accept step never go.
 *
 * @param box the density
 */
public record BoxEnergy(UniformBox box) implements EnergyFunction {
  @Override
  public int columns() {
    return box.columns();
  }

  @Override
  public void energy(float[] x, int rows, float[] energy) {
    for (int i = 0; i < rows; i++) {
      energy[i] = (float) -box.logDensity(x, i * columns());
    }
  }

  @Override
  public void inputGradient(float[] x, int rows, float[] energy, float[] gradient) {
    if (energy != null) {
      energy(x, rows, energy);
    }
    Arrays.fill(gradient, 0, rows * columns(), 0f);
  }
}
