package io.gibbsite.sampler;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Annealed importance sampling (AIS) and its reverse by Gibbs sweeps, of any model whose chains can
 * be annealed.
 *
 * <p>AIS carries chains from independent units, whose {@code Z_0} is known, to the model; the mean
 * of its weights is {@code Z / Z_0} without bias, so that its logarithm tends to be low (too high
 * by t with a probability of at most {@code exp(-t)}). Reverse AIS carries samples of the model
 * back; the mean of its weights is {@code Z_0 / Z} if the samples are exact, so that its estimate
 * of {@code log Z} tends to be high (too low by t no more often). Where both agree, the figure can
 * be trusted. Chains that miss a mode make AIS low; reverse AIS is an upper bound as far as its
 * samples are the model's.
 *
 * <p>Sources: Neal, "Annealed importance sampling", 2001; Burda, Grosse and Salakhutdinov,
 * "Accurate and conservative estimates of MRF log-likelihood using reverse annealing", AISTATS
 * 2015.
 */
public final class AnnealedGibbs {
  /** Sweeps between two reports of progress. */
  private static final int PIECE = 32;

  private AnnealedGibbs() {}

  /**
   * {@code log Z} by annealed importance sampling.
   *
   * @param progress is told the number of sweeps made so far
   */
  public static LogZEstimate ais(AnnealedChains chains, AisOptions options, LongConsumer progress) {
    chains.startFromBase();
    return LogZEstimate.of(chains.baseLogZ(), 1, anneal(chains, options, false, 0, progress));
  }

  /**
   * {@code log Z} by reverse annealed importance sampling. Without exact samples, chains are
   * annealed to the model and then run for {@link AisOptions#burnIn} sweeps: as good a start as the
   * chains have mixed.
   *
   * @param progress is told the number of sweeps made so far
   */
  public static LogZEstimate reverseAis(
      AnnealedChains chains, AisOptions options, LongConsumer progress) {
    long sweeps = 1;
    if (chains.canSampleExactly()) {
      chains.startFromModel();
    } else {
      chains.startFromBase();
      anneal(chains, options, false, sweeps, progress);
      sweeps += options.temperatures();
      chains.gibbs(Gibbs.sweeps(0).from(sweeps, options.burnIn()), options.seed());
      sweeps += options.burnIn();
    }
    return LogZEstimate.of(chains.baseLogZ(), -1, anneal(chains, options, true, sweeps, progress));
  }

  /**
   * Sweeps that both estimates of a bracket take together.
   *
   * @param samples whether the model can be sampled exactly
   */
  public static long bracketSweeps(boolean samples, AisOptions options) {
    return 2L * options.temperatures()
        + (samples ? 1 : 1L + options.temperatures() + options.burnIn());
  }

  /** Chains as the options want them. */
  @FunctionalInterface
  public interface Chains {
    AnnealedChains of(AisOptions options);
  }

  /**
   * Both estimates, with seeds of their own, and the hull of their intervals.
   *
   * @param progress is told the number of sweeps made so far
   */
  public static LogZBracket bracket(Chains chains, AisOptions options, LongConsumer progress) {
    AisOptions back = options.withSeed(options.seed() + 1);
    return LogZBracket.of(
        ais(chains.of(options), options, progress),
        reverseAis(chains.of(back), back, done -> progress.accept(options.temperatures() + done)));
  }

  /** The chains' log-weights along the whole path, double[chains]. */
  private static double[] anneal(
      AnnealedChains chains, AisOptions options, boolean back, long first, LongConsumer progress) {
    double[] logWeights = new double[options.chains()];
    float[] path = options.path(back);
    for (int k = 0; k < options.temperatures(); k += PIECE) {
      int end = Math.min(k + PIECE, options.temperatures());
      float[] betas = Arrays.copyOfRange(path, k, end + 1);
      chains.anneal(new Annealing(betas, options.base(), first + k), options.seed(), logWeights);
      progress.accept(first + end);
    }
    return logWeights;
  }
}
