package io.gibbsite.sampler;

/** The energies {@code E_b = (1 - b) E_0 + b E} between a base and a target, at one b at a time. */
final class AnnealedEnergy implements EnergyFunction {
  private final EnergyFunction base;
  private final EnergyFunction target;
  private final float[] baseEnergy;
  private final float[] baseGradient;
  private final float[] targetEnergy;

  /** double[rows]: {@code E - E_0} at the points of the last pass that gave energies. */
  final double[] gap;

  private double beta;

  /**
   * @param rows the most of one call
   */
  AnnealedEnergy(EnergyFunction base, EnergyFunction target, int rows) {
    if (base.columns() != target.columns()) {
      throw new IllegalArgumentException(
          "a base of %d columns for an energy of %d".formatted(base.columns(), target.columns()));
    }
    this.base = base;
    this.target = target;
    baseEnergy = new float[rows];
    baseGradient = new float[rows * base.columns()];
    targetEnergy = new float[rows];
    gap = new double[rows];
  }

  /** Sets b, in [0, 1]. */
  void beta(double b) {
    beta = b;
  }

  @Override
  public int columns() {
    return target.columns();
  }

  @Override
  public void energy(float[] x, int rows, float[] energy) {
    base.energy(x, rows, baseEnergy);
    target.energy(x, rows, targetEnergy);
    mix(rows, energy);
  }

  @Override
  public void inputGradient(float[] x, int rows, float[] energy, float[] gradient) {
    base.inputGradient(x, rows, baseEnergy, baseGradient);
    target.inputGradient(x, rows, targetEnergy, gradient);
    for (int k = 0; k < rows * columns(); k++) {
      gradient[k] = (float) ((1 - beta) * baseGradient[k] + beta * gradient[k]);
    }
    if (energy != null) {
      mix(rows, energy);
    }
  }

  private void mix(int rows, float[] energy) {
    for (int i = 0; i < rows; i++) {
      gap[i] = (double) targetEnergy[i] - baseEnergy[i];
      energy[i] = (float) (baseEnergy[i] + beta * gap[i]);
    }
  }
}
