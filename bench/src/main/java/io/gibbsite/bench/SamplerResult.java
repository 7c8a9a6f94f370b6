package io.gibbsite.bench;

import io.gibbsite.backend.Workers;
import io.gibbsite.diagnostics.Summary;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.sampler.Sampler;
import io.gibbsite.sampler.SamplerSettings;

/**
 * One sampler on one target: what its draws are worth, and what they cost.
 *
 * <p>Chains start from standard normal draws, tune for a fifth of the evaluations and are then
 * timed. Every sampler has the same number of evaluations, energies and gradients alike, replicas
 * included. Effective sample size and R-hat are those of the worst column.
 *
 * @param target its name
 * @param sampler its name
 * @param chains how many
 * @param evaluations of a chain while timed
 * @param stepSize as tuned
 * @param acceptance mean, or null without an accept step
 * @param seconds while timed
 * @param ess smallest bulk effective sample size; null where there is none
 * @param essPerSecond the same a second
 * @param essPerEvaluation the same an energy or gradient of one row
 * @param rHat the largest; null where there is none
 * @param meanError the largest {@code |mean - true mean| / true sd}; null if chains diverged
 * @param deviationError the largest {@code |sd / true sd - 1|}; null if chains diverged
 */
public record SamplerResult(
    String target,
    String sampler,
    int chains,
    long evaluations,
    double stepSize,
    Double acceptance,
    double seconds,
    Double ess,
    Double essPerSecond,
    Double essPerEvaluation,
    Double rHat,
    Double meanError,
    Double deviationError) {
  /** Evaluations of a chain between two draws: a multiple of what any sampler's step needs. */
  private static final int SPACING = 60;

  private static final double WARM_UP = 0.2;

  /**
   * Runs the sampler.
   *
   * @param draws of each chain, at least 4
   */
  public static SamplerResult measure(
      SamplerCase rule, SamplerTarget target, int chains, int draws, long seed, Workers workers) {
    int d = target.energy().columns();
    float[] x = new float[chains * d];
    for (int i = 0; i < chains; i++) {
      Draws.normals(seed, DrawStream.INITIAL_STATE, 0, i, x, i * d, d);
    }
    SamplerSettings settings = new SamplerSettings(1, seed, workers);
    Sampler sampler = rule.create(target.energy(), x, chains, settings);
    int steps = SPACING / rule.cost();
    sampler.warmUp((int) (WARM_UP * draws * SPACING / rule.tuningCost()));
    sampler.endWarmUp();
    sampler.readChains(x);
    Sampler tuned = rule.tuned(target.energy(), x, chains, sampler.stepSize(), settings);
    sampler = tuned == null ? sampler : tuned;

    float[] samples = new float[chains * draws * d];
    float[] rates = new float[chains];
    double accepted = 0;
    boolean accepts = false;
    long start = System.nanoTime();
    for (int draw = 0; draw < draws; draw++) {
      sampler.run(steps);
      sampler.readChains(x);
      accepts = sampler.readAcceptance(rates);
      for (int i = 0; i < chains; i++) {
        System.arraycopy(x, i * d, samples, (i * draws + draw) * d, d);
        accepted += rates[i] / ((double) chains * draws);
      }
    }
    double seconds = (System.nanoTime() - start) * 1e-9;
    boolean particles = rule == SamplerCase.SVGD;
    // Particles are a sample at any one time, not over time.
    float[] looked = particles ? x : samples;
    int count = particles ? 1 : draws;
    Summary[] columns = Summary.ofColumns(i -> looked[i], chains, count, d, workers);
    return of(
        rule,
        target,
        chains,
        (long) draws * SPACING,
        sampler.stepSize(),
        accepts ? accepted : null,
        seconds,
        columns);
  }

  private static SamplerResult of(
      SamplerCase rule,
      SamplerTarget target,
      int chains,
      long evaluations,
      double stepSize,
      Double acceptance,
      double seconds,
      Summary[] columns) {
    double ess = Double.POSITIVE_INFINITY;
    double rHat = 0;
    double meanError = 0;
    double deviationError = 0;
    for (int c = 0; c < target.mean().length; c++) {
      ess = Math.min(ess, columns[c].essBulk());
      rHat = Math.max(rHat, columns[c].rHat());
      double sd = target.deviation()[c];
      meanError = Math.max(meanError, Math.abs(columns[c].mean() - target.mean()[c]) / sd);
      deviationError = Math.max(deviationError, Math.abs(columns[c].sd() / sd - 1));
    }
    boolean known = Double.isFinite(ess);
    return new SamplerResult(
        target.name(),
        rule.label(),
        chains,
        evaluations,
        stepSize,
        acceptance,
        seconds,
        known ? ess : null,
        known ? ess / seconds : null,
        known ? ess / ((double) evaluations * chains) : null,
        known ? rHat : null,
        Double.isFinite(meanError) ? meanError : null,
        Double.isFinite(deviationError) ? deviationError : null);
  }
}
