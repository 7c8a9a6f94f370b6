package io.gibbsite.sampler;

/**
 * Markov chains that propose a point and take it with the probability {@code min(1, r)} which makes
 * the target their stationary distribution exactly, whatever the step size.
 *
 * <p>A proposal whose energy is not a number, or infinite, is rejected. During {@link #warmUp} one
 * step size for all chains is adapted to the mean acceptance of the coldest by {@link
 * DualAveraging}. Source: Metropolis et al. 1953; Hastings, "Monte Carlo sampling methods using
 * Markov chains", 1970.
 */
public abstract class MetropolisSampler extends Sampler {
  /** float[rows * columns], float[rows], float[rows * columns]: the proposals. */
  final float[] proposal;

  final float[] proposalEnergy;
  final float[] proposalGradient;

  /** double[rows]: {@code log r}. */
  final double[] logRatio;

  private final float[] acceptance;
  private final double aim;
  private float stepSize;
  private DualAveraging adaptation;

  MetropolisSampler(
      EnergyFunction target,
      float[] start,
      int chains,
      float stepSize,
      double aim,
      SamplerSettings settings) {
    super(target, start, chains, settings);
    if (!(stepSize > 0 && Float.isFinite(stepSize))) {
      throw new IllegalArgumentException("the step size must be positive, not " + stepSize);
    }
    this.stepSize = stepSize;
    this.aim = aim;
    proposal = new float[rows * columns];
    proposalEnergy = new float[rows];
    proposalGradient = new float[rows * columns];
    logRatio = new double[rows];
    acceptance = new float[rows];
  }

  /** Fills the proposals, their energies, gradients where the rule needs them, and log r. */
  abstract void propose(float size, long address);

  @Override
  final void move(long address) {
    propose(stepSize, address);
    forRows(
        i -> {
          double ratio = Math.exp(Math.min(0, logRatio[i]));
          acceptance[i] = Float.isFinite(proposalEnergy[i]) && ratio > 0 ? (float) ratio : 0;
          if (uniform(address, i, 0) < acceptance[i]) {
            System.arraycopy(proposal, i * columns, x, i * columns, columns);
            System.arraycopy(proposalGradient, i * columns, gradient, i * columns, columns);
            energy[i] = proposalEnergy[i];
          }
        });
  }

  @Override
  final void adapt(long address) {
    if (adaptation == null) {
      adaptation = new DualAveraging(stepSize, aim);
    }
    move(address);
    double sum = 0;
    for (int i = 0; i < chains(); i++) {
      sum += acceptance[i];
    }
    adaptation.update(sum / chains());
    stepSize = adaptation.stepSize();
  }

  @Override
  final void adapted() {
    if (adaptation != null) {
      stepSize = adaptation.averaged();
      adaptation = null;
    }
  }

  @Override
  public final float stepSize() {
    return stepSize;
  }

  /** Goes on with another step size. */
  final void stepSize(float size) {
    stepSize = size;
  }

  @Override
  public boolean readAcceptance(float[] out) {
    System.arraycopy(acceptance, 0, out, 0, chains());
    return true;
  }
}
