package io.gibbsite.sampler;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * {@link Langevin} dynamics of any energy: the rule that sessions of MLPs carry out by themselves,
 * for targets that are none. The same bits as theirs, if energies and gradients are the same.
 *
 * <p>One gradient pass a step. The settings' temperature is not looked at: the noise is that of the
 * {@link Langevin} given. Energies are those of the present states.
 */
public final class LangevinChains extends Sampler {
  private Langevin langevin;

  /**
   * @param start float[chains * columns], row-major; copied
   * @param langevin step size, noise, clip and box; steps and addresses are the sampler's own
   */
  public LangevinChains(
      EnergyFunction target,
      float[] start,
      int chains,
      Langevin langevin,
      SamplerSettings settings) {
    super(target, start, chains, settings.single("Langevin dynamics"));
    this.langevin = langevin;
  }

  /** Goes on with another step size, noise, clip or box. */
  public void set(Langevin next) {
    langevin = next;
  }

  @Override
  void move(long address) {
    Langevin rule = langevin;
    forRows(
        i -> {
          float[] noise = new float[columns];
          if (rule.noise() > 0) {
            Draws.normals(seed, DrawStream.LANGEVIN, address, i, noise, 0, columns);
          }
          for (int c = 0; c < columns; c++) {
            x[i * columns + c] = rule.move(x[i * columns + c], gradient[i * columns + c], noise[c]);
          }
        });
    gradientAt(x, energy, gradient);
  }

  @Override
  public float stepSize() {
    return langevin.stepSize();
  }
}
