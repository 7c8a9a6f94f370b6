package io.gibbsite.boltzmann;

import io.gibbsite.backend.Workers;
import io.gibbsite.sampler.AisOptions;
import io.gibbsite.sampler.AnnealedGibbs;
import io.gibbsite.sampler.LogZBracket;
import io.gibbsite.sampler.LogZEstimate;
import io.gibbsite.spin.FixedPointCouplings;
import io.gibbsite.spin.SpinEnumeration;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import java.util.function.LongConsumer;

/** The log partition function (Z1 to Z3) and the free energy (B1) of Boltzmann machines. */
public final class BoltzmannLogZ {
  /** Up to so many units, samples of the machine are drawn exactly, by enumeration. */
  public static final int EXACT_SAMPLES_LIMIT = 20;

  private BoltzmannLogZ() {}

  /** Whether all units can be enumerated. */
  public static boolean canEnumerate(BoltzmannShape shape) {
    return shape.units() <= SpinEnumeration.LIMIT;
  }

  /**
   * Z1.
   *
   * @throws IllegalArgumentException if there are more than {@link SpinEnumeration#LIMIT} units
   */
  public static double exact(BoltzmannModel model, Workers workers) {
    if (!canEnumerate(model.shape())) {
      throw new IllegalArgumentException(
          "a Boltzmann machine of %s units has more than %d to enumerate: estimate log Z by AIS"
              .formatted(model.shape(), SpinEnumeration.LIMIT));
    }
    return SpinEnumeration.of(model.parameters(), workers).logSum(1);
  }

  static boolean canSampleExactly(int units) {
    return units <= EXACT_SAMPLES_LIMIT;
  }

  /**
   * Z2: annealed importance sampling.
   *
   * @param session of at least {@code options.chains()} rows; its parameters and chains are
   *     replaced
   * @param options base biases g, best those of independent units with the data's means
   * @param progress is told the number of sweeps made so far
   */
  public static LogZEstimate ais(
      SpinSession session, SpinParameters parameters, AisOptions options, LongConsumer progress) {
    return AnnealedGibbs.ais(new AnnealedSpins(session, parameters, options), options, progress);
  }

  /**
   * Z3: the reverse. Its samples of the machine are exact up to {@link #EXACT_SAMPLES_LIMIT} units;
   * beyond, they are chains annealed to it and then run for {@link AisOptions#burnIn} sweeps.
   *
   * @param session as of {@link #ais}
   * @param progress is told the number of sweeps made so far
   */
  public static LogZEstimate reverseAis(
      SpinSession session, SpinParameters parameters, AisOptions options, LongConsumer progress) {
    return AnnealedGibbs.reverseAis(
        new AnnealedSpins(session, parameters, options), options, progress);
  }

  /**
   * Both, with seeds of their own, and the hull of their intervals.
   *
   * @param session as of {@link #ais}
   * @param progress is told the number of sweeps made so far
   */
  public static LogZBracket bracket(
      SpinSession session, SpinParameters parameters, AisOptions options, LongConsumer progress) {
    return AnnealedGibbs.bracket(o -> new AnnealedSpins(session, parameters, o), options, progress);
  }

  /** Sweeps that both estimates of a bracket take together. */
  public static long bracketSweeps(BoltzmannShape shape, AisOptions options) {
    return AnnealedGibbs.bracketSweeps(canSampleExactly(shape.units()), options);
  }

  /**
   * B1, exactly, by enumeration of the hidden units of each row.
   *
   * @param v byte[rows * visible]
   * @param freeEnergy double[rows], out
   * @throws IllegalArgumentException if there are more hidden units than can be enumerated
   */
  public static void freeEnergy(
      BoltzmannModel model, byte[] v, int rows, double[] freeEnergy, Workers workers) {
    BoltzmannShape shape = model.shape();
    FixedPointCouplings couplings = FixedPointCouplings.of(model.parameters());
    int[] hidden = shape.hiddenUnits();
    byte[] y = new byte[shape.units()];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(v, row * shape.visible(), y, 0, shape.visible());
      freeEnergy[row] = -new SpinEnumeration(couplings, y, hidden, workers).logSum(1);
    }
  }
}
