package io.gibbsite.spin;

import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;

/**
 * A network of units -1 and +1 on a backend: the steps of {@link SpinNetwork} on chains that stay
 * where they are computed.
 *
 * <p>States are bytes -1 or +1, a row each, row-major. Arrays belong to the caller and may be
 * longer than needed; outputs are overwritten up to the length stated, unless they say that they
 * accumulate. A session is used by one thread at a time. Every method throws {@link
 * IllegalArgumentException} if an array is too short, a state is neither -1 nor +1, or there are
 * more chains than {@link #rows()}, and {@link IllegalStateException} after {@link #close} or
 * before {@link #setParameters}. {@code n} is the number of units.
 */
public interface SpinSession extends AutoCloseable {
  SpinShape shape();

  /** The most chains. */
  int rows();

  /** How many chains there are: 0 before they are set. */
  int chains();

  /** Copies the parameters in and rounds them ({@link FixedPointCouplings}). */
  void setParameters(SpinParameters parameters);

  /** Sets the chains' states, byte[chains * n]. */
  void setStates(byte[] y, int chains);

  /** Copies the chains' states to {@code y}, byte[chains * n]. */
  void readStates(byte[] y);

  /** Holds these units of every chain where they are, boolean[n]; none where it is null. */
  void clamp(boolean[] units);

  /** Sweeps of U1 to U4. */
  void gibbs(Gibbs gibbs, Scan scan, long seed);

  /**
   * Sweeps of U1, U5: the energy of no chain rises.
   *
   * @param sweeps how many, at least 0
   * @param firstSweep the address of the first, for a random scan
   * @param changes int[chains], out: how many units of a chain changed in the last sweep
   */
  void descend(int sweeps, Scan scan, long firstSweep, long seed, int[] changes);

  /**
   * Steps of U6, which may raise the energy and end in cycles of two states.
   *
   * @param steps how many, at least 0
   * @param changes int[chains], out: how many units of a chain changed in the last step
   */
  void synchronous(int steps, int[] changes);

  /** E1 or E2: the chains' energies E, double[chains]. */
  void energies(double[] energy);

  /**
   * Steps of A1, A2 with a sequential scan.
   *
   * @param annealing its base biases are g
   * @param logWeights double[chains], accumulated
   */
  void anneal(Annealing annealing, long seed, double[] logWeights);

  /** S1 over the chains, int[n * n + n]; the diagonal is the number of chains. */
  void statistics(int[] sums);

  @Override
  void close();
}
