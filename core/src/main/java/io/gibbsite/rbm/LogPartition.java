package io.gibbsite.rbm;

import io.gibbsite.backend.Workers;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.LogZBracket;
import io.gibbsite.sampler.LogZEstimate;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * The log partition function {@code log Z} of an RBM with binary or real visible units: exactly,
 * estimated from below or from above, or bracketed. Sums are in double; results depend on neither
 * threads nor scheduling.
 *
 * <p>Annealed importance sampling (AIS) carries chains from independent visible units, whose {@code
 * Z_0} is known, to the RBM; the mean of its weights is {@code Z / Z_0} without bias, so that its
 * logarithm tends to be low. Reverse AIS carries samples of the RBM back; the mean of its weights
 * is {@code Z_0 / Z} if the samples are exact, so that its estimate of {@code log Z} tends to be
 * high. Where both agree, the figure can be trusted. Chains that miss a mode make AIS low; reverse
 * AIS is an upper bound as far as its samples are the model's.
 *
 * <p>Sources: Neal, "Annealed importance sampling", 2001; Salakhutdinov and Murray, "On the
 * quantitative analysis of deep belief networks", ICML 2008 (the path and the base-rate start);
 * Burda, Grosse and Salakhutdinov, "Accurate and conservative estimates of MRF log-likelihood using
 * reverse annealing", AISTATS 2015.
 */
public final class LogPartition {
  /** The most units that {@link #exact} enumerates. */
  public static final int ENUMERATION_LIMIT = 25;

  /** Up to so many units on its smaller side, an RBM is sampled exactly by enumeration. */
  public static final int EXACT_SAMPLES_LIMIT = 20;

  /** Sweeps between two reports of progress. */
  private static final int PIECE = 32;

  private LogPartition() {}

  /** Whether {@link #exact} can enumerate the smaller side. */
  public static boolean canEnumerate(RbmShape shape) {
    return smallerSide(shape) <= ENUMERATION_LIMIT;
  }

  /** Whether {@link #exact} can enumerate the hidden units. */
  public static boolean canEnumerate(GaussianRbmShape shape) {
    return shape.hidden() <= ENUMERATION_LIMIT;
  }

  static boolean canSampleExactly(RbmShape shape) {
    return smallerSide(shape) <= EXACT_SAMPLES_LIMIT;
  }

  static boolean canSampleExactly(GaussianRbmShape shape) {
    return shape.hidden() <= EXACT_SAMPLES_LIMIT;
  }

  private static int smallerSide(RbmShape shape) {
    return Math.min(shape.visible(), shape.hidden());
  }

  /**
   * {@code log Z} by enumeration of the smaller side.
   *
   * @throws IllegalArgumentException if that has more than {@link #ENUMERATION_LIMIT} units
   */
  public static double exact(RbmParameters parameters, Workers workers) {
    if (!canEnumerate(parameters.shape())) {
      throw new IllegalArgumentException(
          "an RBM of %s units has no side of %d or fewer to enumerate: estimate log Z by AIS"
              .formatted(parameters.shape(), ENUMERATION_LIMIT));
    }
    return RbmEnumeration.of(parameters).logSum(workers);
  }

  /**
   * {@code log Z} of a Gaussian-Bernoulli RBM by enumeration of its hidden units.
   *
   * @throws IllegalArgumentException if there are more than {@link #ENUMERATION_LIMIT}
   */
  public static double exact(GaussianRbmParameters parameters, Workers workers) {
    if (!canEnumerate(parameters.shape())) {
      throw new IllegalArgumentException(
          "a Gaussian RBM of %s units has more than %d hidden ones to enumerate: estimate log Z by AIS"
              .formatted(parameters.shape(), ENUMERATION_LIMIT));
    }
    return GaussianRbmEnumeration.logZ(parameters, workers);
  }

  /**
   * {@code log Z} by annealed importance sampling.
   *
   * @param session of at least {@code options.chains()} rows; its parameters and chains are
   *     replaced
   * @param progress is told the number of sweeps made so far
   */
  public static LogZEstimate ais(
      RbmSession session, RbmParameters parameters, AisOptions options, LongConsumer progress) {
    return ais(new AnnealedRbm.Binary(session, parameters, options), options, progress);
  }

  /** The same for real visible units. */
  public static LogZEstimate ais(
      GaussianRbmSession session,
      GaussianRbmParameters parameters,
      AisOptions options,
      LongConsumer progress) {
    return ais(new AnnealedRbm.Gaussian(session, parameters, options), options, progress);
  }

  private static LogZEstimate ais(AnnealedRbm rbm, AisOptions options, LongConsumer progress) {
    rbm.startFromBase();
    return LogZEstimate.of(rbm.baseLogZ(), 1, anneal(rbm.chains(), options, false, 0, progress));
  }

  /**
   * {@code log Z} by reverse annealed importance sampling. Its samples of the RBM are exact up to
   * {@link #EXACT_SAMPLES_LIMIT} units on the smaller side, or hidden units where the visible ones
   * are real. Beyond, chains are annealed to the RBM and then run for {@link AisOptions#burnIn}
   * sweeps: as good a start as the chains have mixed.
   *
   * @param session of at least {@code options.chains()} rows; its parameters and chains are
   *     replaced
   * @param progress is told the number of sweeps made so far
   */
  public static LogZEstimate reverseAis(
      RbmSession session, RbmParameters parameters, AisOptions options, LongConsumer progress) {
    return reverseAis(new AnnealedRbm.Binary(session, parameters, options), options, progress);
  }

  /** The same for real visible units. */
  public static LogZEstimate reverseAis(
      GaussianRbmSession session,
      GaussianRbmParameters parameters,
      AisOptions options,
      LongConsumer progress) {
    return reverseAis(new AnnealedRbm.Gaussian(session, parameters, options), options, progress);
  }

  private static LogZEstimate reverseAis(
      AnnealedRbm rbm, AisOptions options, LongConsumer progress) {
    long sweeps = 1;
    if (rbm.canSampleExactly()) {
      rbm.startFromModel();
    } else {
      rbm.startFromBase();
      anneal(rbm.chains(), options, false, sweeps, progress);
      sweeps += options.temperatures();
      rbm.chains().gibbs(Gibbs.sweeps(0).from(sweeps, options.burnIn()), options.seed());
      sweeps += options.burnIn();
    }
    return LogZEstimate.of(
        rbm.baseLogZ(), -1, anneal(rbm.chains(), options, true, sweeps, progress));
  }

  /** Sweeps that both estimates of a bracket take together. */
  public static long bracketSweeps(RbmShape shape, AisOptions options) {
    return bracketSweeps(canSampleExactly(shape), options);
  }

  /** The same for real visible units. */
  public static long bracketSweeps(GaussianRbmShape shape, AisOptions options) {
    return bracketSweeps(canSampleExactly(shape), options);
  }

  private static long bracketSweeps(boolean samples, AisOptions options) {
    return 2L * options.temperatures()
        + (samples ? 1 : 1L + options.temperatures() + options.burnIn());
  }

  /**
   * Both estimates, with seeds of their own, and the hull of their intervals.
   *
   * @param session of at least {@code options.chains()} rows; its parameters and chains are
   *     replaced
   * @param progress is told the number of sweeps made so far
   */
  public static LogZBracket bracket(
      RbmSession session, RbmParameters parameters, AisOptions options, LongConsumer progress) {
    AisOptions back = options.withSeed(options.seed() + 1);
    return LogZBracket.of(
        ais(session, parameters, options, progress),
        reverseAis(session, parameters, back, later(options, progress)));
  }

  /** The same for real visible units. */
  public static LogZBracket bracket(
      GaussianRbmSession session,
      GaussianRbmParameters parameters,
      AisOptions options,
      LongConsumer progress) {
    AisOptions back = options.withSeed(options.seed() + 1);
    return LogZBracket.of(
        ais(session, parameters, options, progress),
        reverseAis(session, parameters, back, later(options, progress)));
  }

  /** Progress of the second estimate. */
  private static LongConsumer later(AisOptions options, LongConsumer progress) {
    return done -> progress.accept(options.temperatures() + done);
  }

  /** The chains' log-weights along the whole path, double[chains]. */
  private static double[] anneal(
      RbmChains session, AisOptions options, boolean back, long first, LongConsumer progress) {
    double[] logWeights = new double[options.chains()];
    float[] path = options.path(back);
    for (int k = 0; k < options.temperatures(); k += PIECE) {
      int end = Math.min(k + PIECE, options.temperatures());
      float[] betas = Arrays.copyOfRange(path, k, end + 1);
      session.anneal(new Annealing(betas, options.base(), first + k), options.seed(), logWeights);
      progress.accept(first + end);
    }
    return logWeights;
  }
}
