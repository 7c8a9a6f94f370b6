package io.gibbsite.rbm;

import io.gibbsite.backend.Workers;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.AnnealedGibbs;
import io.gibbsite.sampler.LogZBracket;
import io.gibbsite.sampler.LogZEstimate;
import java.util.function.LongConsumer;

/**
 * The log partition function {@code log Z} of an RBM with binary or real visible units: exactly,
 * estimated from below or from above, or bracketed. Sums are in double; results depend on neither
 * threads nor scheduling.
 *
 * <p>Estimates are those of {@link AnnealedGibbs}, from independent visible units.
 *
 * <p>Source: Salakhutdinov and Murray, "On the quantitative analysis of deep belief networks", ICML
 * 2008 (the path and the base-rate start).
 */
public final class LogPartition {
  /** The most units that {@link #exact} enumerates. */
  public static final int ENUMERATION_LIMIT = 25;

  /** Up to so many units on its smaller side, an RBM is sampled exactly by enumeration. */
  public static final int EXACT_SAMPLES_LIMIT = 20;

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
    return AnnealedGibbs.ais(
        new AnnealedRbm.Binary(session, parameters, options), options, progress);
  }

  /** The same for real visible units. */
  public static LogZEstimate ais(
      GaussianRbmSession session,
      GaussianRbmParameters parameters,
      AisOptions options,
      LongConsumer progress) {
    return AnnealedGibbs.ais(
        new AnnealedRbm.Gaussian(session, parameters, options), options, progress);
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
    return AnnealedGibbs.reverseAis(
        new AnnealedRbm.Binary(session, parameters, options), options, progress);
  }

  /** The same for real visible units. */
  public static LogZEstimate reverseAis(
      GaussianRbmSession session,
      GaussianRbmParameters parameters,
      AisOptions options,
      LongConsumer progress) {
    return AnnealedGibbs.reverseAis(
        new AnnealedRbm.Gaussian(session, parameters, options), options, progress);
  }

  /** Sweeps that both estimates of a bracket take together. */
  public static long bracketSweeps(RbmShape shape, AisOptions options) {
    return AnnealedGibbs.bracketSweeps(canSampleExactly(shape), options);
  }

  /** The same for real visible units. */
  public static long bracketSweeps(GaussianRbmShape shape, AisOptions options) {
    return AnnealedGibbs.bracketSweeps(canSampleExactly(shape), options);
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
    return AnnealedGibbs.bracket(
        o -> new AnnealedRbm.Binary(session, parameters, o), options, progress);
  }

  /** The same for real visible units. */
  public static LogZBracket bracket(
      GaussianRbmSession session,
      GaussianRbmParameters parameters,
      AisOptions options,
      LongConsumer progress) {
    return AnnealedGibbs.bracket(
        o -> new AnnealedRbm.Gaussian(session, parameters, o), options, progress);
  }
}
