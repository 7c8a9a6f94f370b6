package io.gibbsite.boltzmann;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.Workers;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.LogZEstimate;
import io.gibbsite.spin.FixedPointCouplings;
import io.gibbsite.spin.SpinEnumeration;
import io.gibbsite.spin.SpinParameters;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinStates;
import java.util.Arrays;
import java.util.function.LongConsumer;

/** The log partition function (Z1, Z2) and the free energy (B1) of Boltzmann machines. */
public final class BoltzmannLogZ {
  /** Sweeps between two reports of progress. */
  private static final int PIECE = 32;

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

  /**
   * Z2.
   *
   * @param base float[units]: g, best the biases of independent units with the data's means
   * @param chains at least 2
   * @param temperatures points of the path after its start, evenly spaced, at least 1
   * @param progress is told how many sweeps are made
   */
  public static LogZEstimate ais(
      SpinParameters parameters,
      float[] base,
      int chains,
      int temperatures,
      long seed,
      Backend backend,
      LongConsumer progress) {
    if (chains < 2 || temperatures < 1) {
      throw new IllegalArgumentException(
          "annealing needs at least 2 chains and 1 temperature, not %d and %d"
              .formatted(chains, temperatures));
    }
    float[] path = new float[temperatures + 1];
    for (int k = 0; k < path.length; k++) {
      path[k] = (float) ((double) k / temperatures);
    }
    double[] logWeights = new double[chains];
    try (SpinSession session = backend.open(parameters.shape(), chains)) {
      session.setParameters(parameters);
      session.setStates(SpinStates.sample(base, chains, seed), chains);
      for (int k = 0; k < temperatures; k += PIECE) {
        int end = Math.min(k + PIECE, temperatures);
        session.anneal(
            new Annealing(Arrays.copyOfRange(path, k, end + 1), base, k), seed, logWeights);
        progress.accept(end);
      }
    }
    double baseLogZ = 0;
    for (float g : base) {
      // log(2 cosh g), which does not overflow.
      baseLogZ += Math.abs((double) g) + Math.log1p(Math.exp(-2 * Math.abs((double) g)));
    }
    return LogZEstimate.of(baseLogZ, 1, logWeights);
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
