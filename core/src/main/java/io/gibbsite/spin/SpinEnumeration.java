package io.gibbsite.spin;

import io.gibbsite.backend.Workers;
import io.gibbsite.math.LogWeights;
import io.gibbsite.random.Categorical;
import io.gibbsite.random.DrawStream;
import java.util.Arrays;

/**
 * All states of a few units of a network while the others hold still.
 *
 * <p>States are visited in the order of a Gray code: one unit changes at a time, which costs one
 * addition for each unit, and energies stay exact integers. Results do not depend on threads.
 */
public final class SpinEnumeration {
  /** The most units that are enumerated. */
  public static final int LIMIT = 25;

  /** Work is divided by the states of so many units at the most. */
  private static final int UPPER_BITS = 6;

  private final FixedPointCouplings couplings;
  private final byte[] held;
  private final int[] free;
  private final int lower;
  private final Workers workers;

  /**
   * @param held byte[n]: the states of the units that are not enumerated; others are not looked at
   * @param free the units to enumerate
   * @throws IllegalArgumentException if there are more than {@link #LIMIT}
   */
  public SpinEnumeration(FixedPointCouplings couplings, byte[] held, int[] free, Workers workers) {
    if (free.length > LIMIT) {
      throw new IllegalArgumentException(
          "%d units are too many to enumerate: at most %d".formatted(free.length, LIMIT));
    }
    this.couplings = couplings;
    this.held = held;
    this.free = free;
    this.lower = Math.max(0, free.length - UPPER_BITS);
    this.workers = workers;
  }

  /** Of all units. */
  public static SpinEnumeration of(SpinParameters parameters, Workers workers) {
    int[] all = new int[parameters.units()];
    Arrays.setAll(all, i -> i);
    return new SpinEnumeration(
        FixedPointCouplings.of(parameters), new byte[all.length], all, workers);
  }

  /** What is done with each state. */
  private interface Visitor {
    /**
     * @param e the energy in units of {@code -s / 2}
     * @param state bit k is the free unit k, 1 for +1
     */
    void visit(long e, int state);
  }

  /** Goes through the states whose upper bits are {@code part}. */
  private void walk(int part, Visitor visitor) {
    int n = couplings.units();
    int[] q = couplings.q();
    byte[] y = held.clone();
    for (int k = 0; k < free.length; k++) {
      y[free[k]] = (byte) (k >= lower && (part >>> (k - lower) & 1) == 1 ? 1 : -1);
    }
    long e = couplings.doubledEnergy(y, 0);
    int[] fields = new int[lower];
    for (int k = 0; k < lower; k++) {
      fields[k] = couplings.field(y, 0, free[k]);
    }
    int state = part << lower;
    visitor.visit(e, state);
    for (int count = 1; count < 1 << lower; count++) {
      int k = Integer.numberOfTrailingZeros(count);
      state ^= 1 << k;
      int sign = (state >>> k & 1) == 1 ? 1 : -1;
      e += 4L * sign * fields[k];
      int row = free[k] * n;
      for (int j = 0; j < lower; j++) {
        fields[j] += 2 * sign * q[row + free[j]];
      }
      visitor.visit(e, state);
    }
  }

  private int parts() {
    return 1 << (free.length - lower);
  }

  private double logWeight(long e, double beta) {
    return 0.5 * couplings.scale() * beta * e;
  }

  /** {@code log sum exp(-beta E)} over all states: {@code log Z}, if no unit is held. */
  public double logSum(double beta) {
    double[] sums = new double[parts()];
    workers.run(
        sums.length,
        (part, worker) -> {
          LogWeights sum = new LogWeights();
          walk(part, (e, state) -> sum.add(logWeight(e, beta)));
          sums[part] = sum.logSum();
        });
    LogWeights total = new LogWeights();
    for (double sum : sums) {
      total.add(sum);
    }
    return total.logSum();
  }

  /** The probability of every state at {@code beta}, double[2^free]; bit k is the free unit k. */
  public double[] probabilities(double beta) {
    double[] p = new double[1 << free.length];
    double logSum = logSum(beta);
    workers.run(
        parts(),
        (part, worker) ->
            walk(part, (e, state) -> p[state] = Math.exp(logWeight(e, beta) - logSum)));
    return p;
  }

  /**
   * States drawn with their probabilities at beta = 1, byte[count * n], at (INITIAL_STATE, 1, row).
   */
  public byte[] sample(int count, long seed) {
    int n = couplings.units();
    int[] drawn = Categorical.draw(probabilities(1), DrawStream.INITIAL_STATE, 1, count, seed);
    byte[] states = new byte[Math.multiplyExact(count, n)];
    byte[] y = held.clone();
    for (int row = 0; row < count; row++) {
      set(drawn[row], y);
      System.arraycopy(y, 0, states, row * n, n);
    }
    return states;
  }

  /**
   * The means of {@code y_i y_j} and {@code y_i} over all units, those held included: double[n * n
   * + n], the derivatives of {@link #logSum} at beta = 1 by the parameters, each pair once.
   */
  public double[] moments() {
    double logSum = logSum(1);
    int n = couplings.units();
    double[][] sums = new double[parts()][];
    workers.run(
        sums.length,
        (part, worker) -> {
          double[] sum = new double[n * n + n];
          byte[] y = held.clone();
          walk(
              part,
              (e, state) -> {
                set(state, y);
                add(Math.exp(logWeight(e, 1) - logSum), y, sum);
              });
          sums[part] = sum;
        });
    double[] moments = new double[n * n + n];
    for (double[] sum : sums) {
      for (int k = 0; k < moments.length; k++) {
        moments[k] += sum[k];
      }
    }
    return moments;
  }

  private static void add(double p, byte[] y, double[] sums) {
    int n = y.length;
    for (int i = 0; i < n; i++) {
      double signed = p * y[i];
      for (int j = 0; j < n; j++) {
        sums[i * n + j] += signed * y[j];
      }
      sums[n * n + i] += signed;
    }
  }

  private void set(int state, byte[] y) {
    for (int k = 0; k < free.length; k++) {
      y[free[k]] = (byte) ((state >>> k & 1) == 1 ? 1 : -1);
    }
  }

  /**
   * The states of the lowest energy.
   *
   * @param energy E
   * @param y one of them, the first in binary order, byte[n]
   * @param states how many there are
   */
  public record GroundState(double energy, byte[] y, long states) {}

  /** The states of the lowest energy. */
  public GroundState groundState() {
    long[] best = new long[parts()];
    int[] state = new int[parts()];
    long[] count = new long[parts()];
    workers.run(
        parts(),
        (part, worker) -> {
          best[part] = Long.MIN_VALUE;
          walk(
              part,
              (e, here) -> {
                if (e > best[part]) {
                  best[part] = e;
                  count[part] = 0;
                  state[part] = here;
                }
                if (e == best[part]) {
                  count[part]++;
                  state[part] = Math.min(state[part], here);
                }
              });
        });
    int found = 0;
    long states = 0;
    for (int part = 0; part < best.length; part++) {
      if (best[part] > best[found]) {
        found = part;
        states = 0;
      }
      if (best[part] == best[found]) {
        states += count[part];
      }
    }
    byte[] y = held.clone();
    set(state[found], y);
    return new GroundState(couplings.energy(best[found]), y, states);
  }
}
