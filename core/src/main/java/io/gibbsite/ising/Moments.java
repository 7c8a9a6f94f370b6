package io.gibbsite.ising;

import java.util.Arrays;

/**
 * Averages over measurements of lattices: energy and magnetisation of a site, and O2 of {@link
 * Ising}, with their standard errors.
 *
 * <p>Errors are those of means over groups of measurements: each of 64 independent lattices is a
 * group; of a single one, stretches of successive measurements are, 32 to 63 of equal length (fewer
 * while there are fewer measurements). They are right where a group is many autocorrelation times
 * long, and too small near the critical temperature where it is not. That of O2, a ratio of means,
 * is the jackknife's over the same groups.
 */
public final class Moments {
  private static final int GROUPS = 64;

  private final int sites;
  private final double[] energies = new double[GROUPS];
  private final double[] magnitudes = new double[GROUPS];
  private final double[] squares = new double[GROUPS];
  private final double[] fourths = new double[GROUPS];

  /** Measurements of a full group of a single lattice. */
  private long length = 1;

  /** Calls of {@link #add}, each of which measures so many lattices. */
  private long calls;

  private int lattices = 1;

  /**
   * @param sites of a lattice
   */
  public Moments(int sites) {
    this.sites = sites;
  }

  /** Measures every lattice once; they are as many in every call. */
  public void add(IsingLattices measured) {
    lattices = measured.shape().lattices();
    double[] energy = new double[lattices];
    long[] sums = new long[lattices];
    measured.energy(energy);
    measured.magnetisation(sums);
    if (lattices == 1 && calls == GROUPS * length) {
      mergePairs();
    }
    for (int k = 0; k < lattices; k++) {
      int group = lattices == 1 ? (int) (calls / length) : k;
      double m = (double) sums[k] / sites;
      energies[group] += energy[k] / sites;
      magnitudes[group] += Math.abs(m);
      squares[group] += m * m;
      fourths[group] += m * m * m * m;
    }
    calls++;
  }

  private void mergePairs() {
    for (double[] sums : new double[][] {energies, magnitudes, squares, fourths}) {
      for (int k = 0; k < GROUPS / 2; k++) {
        sums[k] = sums[2 * k] + sums[2 * k + 1];
      }
      Arrays.fill(sums, GROUPS / 2, GROUPS, 0);
    }
    length *= 2;
  }

  public long count() {
    return calls * lattices;
  }

  /** {@code <E> / n}. */
  public double energy() {
    return mean(energies);
  }

  /** The standard error of {@link #energy}; NaN for one measurement of one lattice. */
  public double energyError() {
    return error(energies);
  }

  /** {@code <|M|> / n}. */
  public double magnetisation() {
    return mean(magnitudes);
  }

  /** The standard error of {@link #magnetisation}; NaN for one measurement of one lattice. */
  public double magnetisationError() {
    return error(magnitudes);
  }

  private double mean(double[] sums) {
    return Arrays.stream(sums).sum() / count();
  }

  private int fullGroups() {
    return lattices == 1 ? (int) (calls / length) : lattices;
  }

  private double groupSize() {
    return lattices == 1 ? length : calls;
  }

  /** Over full groups. */
  private double error(double[] sums) {
    int groups = fullGroups();
    double mean = Arrays.stream(sums, 0, groups).sum() / groups;
    double variance = Arrays.stream(sums, 0, groups).map(x -> (x - mean) * (x - mean)).sum();
    return Math.sqrt(variance / (groups - 1) / groups) / groupSize();
  }

  /** O2. */
  public double binderCumulant() {
    return cumulant(mean(squares), mean(fourths));
  }

  /**
   * The standard error of {@link #binderCumulant}; NaN for fewer than two groups. Source: Efron,
   * "The jackknife, the bootstrap and other resampling plans", 1982, chapter 3.
   */
  public double binderError() {
    int groups = fullGroups();
    double square = Arrays.stream(squares, 0, groups).sum();
    double fourth = Arrays.stream(fourths, 0, groups).sum();
    double rest = (groups - 1) * groupSize();
    double[] without = new double[groups];
    for (int k = 0; k < groups; k++) {
      without[k] = cumulant((square - squares[k]) / rest, (fourth - fourths[k]) / rest);
    }
    double mean = Arrays.stream(without).average().orElse(Double.NaN);
    double spread = Arrays.stream(without).map(u -> (u - mean) * (u - mean)).sum();
    return Math.sqrt(spread * (groups - 1) / groups);
  }

  private static double cumulant(double square, double fourth) {
    return 1 - fourth / (3 * square * square);
  }
}
