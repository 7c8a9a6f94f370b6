package io.gibbsite.boltzmann;

import io.gibbsite.sampler.Gibbs;
import io.gibbsite.spin.Scan;
import io.gibbsite.spin.SpinSession;
import io.gibbsite.spin.SpinStates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A search for states of low energy: sweeps at a temperature that falls by a factor, {@code T :=
 * alpha T}, and at last at temperature 0 until nothing changes.
 *
 * @param hottest temperature, where it starts; positive
 * @param coldest temperature that is still sampled, at most {@code hottest}; positive
 * @param factor alpha, between 0 and 1
 * @param sweeps at each temperature, at least 1
 */
public record SimulatedAnnealing(float hottest, float coldest, float factor, int sweeps) {
  /** Far more sweeps than any descent takes. */
  private static final int DESCENT_LIMIT = 10_000;

  public SimulatedAnnealing {
    require(hottest > 0 && Float.isFinite(hottest), "the hottest temperature must be positive");
    require(
        coldest > 0 && coldest <= hottest,
        "the coldest temperature must be positive, and at most the hottest");
    require(factor > 0 && factor < 1, "the factor must be between 0 and 1, not " + factor);
    require(sweeps >= 1, "sweeps must be at least 1, not " + sweeps);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** The temperatures, from the hottest on. */
  public float[] temperatures() {
    List<Float> list = new ArrayList<>();
    for (double t = hottest; t >= coldest; t *= factor) {
      list.add((float) t);
    }
    float[] temperatures = new float[list.size()];
    for (int k = 0; k < temperatures.length; k++) {
      temperatures[k] = list.get(k);
    }
    return temperatures;
  }

  /**
   * The chains after the sweeps at a temperature.
   *
   * @param temperature 0 for the end
   * @param mean of their energies
   * @param lowest of their energies
   * @param magnetisation the mean of {@code |sum_i y_i| / n}
   * @param overlap the mean of the observed quantity, or null
   */
  public record Point(
      double temperature, double mean, double lowest, double magnetisation, Double overlap) {}

  /** What else is observed of a chain, such as its overlap with a pattern. */
  @FunctionalInterface
  public interface Observable {
    /**
     * @param y byte[chains * n]
     */
    double of(byte[] y, int chain);
  }

  /**
   * What was found.
   *
   * @param trace a point for each temperature
   * @param y the states at the end, byte[chains * n]
   * @param energy of these, double[chains]
   * @param best the chain of the lowest energy, the first of them
   */
  public record Found(List<Point> trace, byte[] y, double[] energy, int best) {
    /** The lowest energy. */
    public double lowest() {
      return energy[best];
    }

    /** Chains that reached it, to within a millionth, as sessions round couplings. */
    public int reached() {
      double close = lowest() + 1e-6 * Math.abs(lowest());
      return (int) Arrays.stream(energy).filter(e -> e <= close).count();
    }
  }

  /**
   * Runs the session's chains.
   *
   * @param session with parameters and chains, at least one
   * @param overlap observed at every temperature; or null
   * @param progress is told how many temperatures are done
   */
  public Found run(
      SpinSession session, Scan scan, long seed, Observable overlap, LongConsumer progress) {
    float[] temperatures = temperatures();
    double[] energy = new double[session.chains()];
    byte[] y = new byte[session.chains() * session.shape().units()];
    List<Point> trace = new ArrayList<>();
    long sweep = 0;
    for (float t : temperatures) {
      session.gibbs(Gibbs.sweeps(0).temperature(t).from(sweep, sweeps), scan, seed);
      sweep += sweeps;
      trace.add(point(session, t, energy, y, overlap));
      progress.accept(trace.size());
    }
    int[] changes = new int[session.chains()];
    for (int k = 0; k < DESCENT_LIMIT; k++) {
      session.descend(1, scan, sweep + k, seed, changes);
      if (Arrays.stream(changes).allMatch(change -> change == 0)) {
        break;
      }
    }
    trace.add(point(session, 0, energy, y, overlap));
    int best = 0;
    for (int c = 1; c < energy.length; c++) {
      best = energy[c] < energy[best] ? c : best;
    }
    return new Found(trace, y, energy, best);
  }

  private static Point point(
      SpinSession session, double t, double[] energy, byte[] y, Observable overlap) {
    session.energies(energy);
    session.readStates(y);
    int n = session.shape().units();
    double magnetisation = 0;
    double observed = 0;
    for (int c = 0; c < energy.length; c++) {
      magnetisation += Math.abs(SpinStates.magnetisation(y, c * n, n)) / energy.length;
      observed += overlap == null ? 0 : overlap.of(y, c) / energy.length;
    }
    return new Point(
        t,
        Arrays.stream(energy).average().orElse(0),
        Arrays.stream(energy).min().orElse(0),
        magnetisation,
        overlap == null ? null : observed);
  }
}
