package io.gibbsite.train.mlp;

import io.gibbsite.density.Gaussian;
import io.gibbsite.mlp.GeneratorParameters;
import io.gibbsite.mlp.MlpSession;
import io.gibbsite.objective.ContrastiveDivergence;
import io.gibbsite.train.DivergedException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Maximum likelihood by samples: contrastive divergence between the minibatch and {@link
 * Negatives}; {@link ContrastiveDivergence} has the formulas.
 *
 * <p>The level {@code e} that energies may be held to is their mean under the base density, its
 * entropy, or 0 without one.
 *
 * <p>A training by samples fails in a way of its own: chains that no longer follow the energy leave
 * its low parts, and then nothing holds the energies of data and samples together. It ends where
 * they are further apart than a limit; {@link #usualGapLimit} is far beyond what a sound training
 * shows.
 */
public final class ContrastiveDivergenceObjective implements MlpObjective {
  private final String name;
  private final Negatives negatives;
  private final float alpha;
  private final float gapLimit;
  private final ContrastiveDivergence rule;
  private final ContrastiveDivergence energies = new ContrastiveDivergence();
  private MlpSession session;

  /**
   * @param name such as {@code pcd}
   * @param negatives of the minibatches
   * @param alpha the weight of the squared energies, at least 0
   * @param base the base density of the energy, or null
   * @param gapLimit the most that mean energies of data and samples may differ by, in nats;
   *     positive
   */
  public ContrastiveDivergenceObjective(
      String name, Negatives negatives, float alpha, Gaussian base, float gapLimit) {
    if (!(gapLimit > 0)) {
      throw new IllegalArgumentException("the limit of the gap must be positive, not " + gapLimit);
    }
    this.name = name;
    this.negatives = negatives;
    this.alpha = alpha;
    this.gapLimit = gapLimit;
    this.rule = new ContrastiveDivergence(alpha, base == null ? 0 : (float) entropy(base));
  }

  private static double entropy(Gaussian base) {
    return base.columns() / 2.0 - base.logNormaliser();
  }

  /** 20 sqrt(d) nats: 20 times or more the deviation that energies of one density have. */
  public static float usualGapLimit(int columns) {
    return (float) (20 * Math.sqrt(columns));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String configuration() {
    return negatives.configuration() + "; energy penalty=" + alpha + "; gap limit=" + gapLimit;
  }

  @Override
  public boolean learnsLogZ() {
    return false;
  }

  @Override
  public int rows(int batch) {
    return Math.max(batch, negatives.count(batch));
  }

  @Override
  public void begin(MlpSession opened, int batch, long seed) {
    session = opened;
    negatives.begin(opened, batch, seed);
  }

  @Override
  public double loss(float[] x, int n, float logZ, long step, float[] gradient) {
    float[] samples = negatives.rows(x, n, step);
    double loss = rule.loss(session, x, n, samples, negatives.count(n), gradient);
    gradient[session.parameterCount()] = 0;
    double gap = rule.dataEnergy() - rule.negativeEnergy();
    if (!(Math.abs(gap) <= gapLimit)) {
      throw new DivergedException(
          step,
          "the mean energy is %.4g of data and %.4g of samples"
              .formatted(rule.dataEnergy(), rule.negativeEnergy()),
          remedy());
    }
    return loss;
  }

  @Override
  public String heldOutName() {
    return "held_out_energy";
  }

  /** The mean energy. */
  @Override
  public double heldOut(float[] x, int n, float logZ, long address) {
    return energies.phase(session, x, n, 1, null);
  }

  /** {@code data_energy} and {@code sample_energy}: means over minibatch and negatives. */
  @Override
  public Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("data_energy", rule.dataEnergy());
    figures.put("sample_energy", rule.negativeEnergy());
    return figures;
  }

  @Override
  public Map<String, float[]> state() {
    return negatives.state();
  }

  @Override
  public GeneratorParameters generator() {
    return negatives.generator();
  }

  @Override
  public String remedy() {
    return "more or shorter Langevin steps";
  }
}
