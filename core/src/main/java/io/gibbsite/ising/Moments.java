package io.gibbsite.ising;

/**
 * Averages over measurements of lattices: energy and magnetisation of a site, and O2 of {@link
 * Ising}.
 */
public final class Moments {
  private final int sites;
  private long count;
  private double energy;
  private double magnitude;
  private double second;
  private double fourth;

  /**
   * @param sites of a lattice
   */
  public Moments(int sites) {
    this.sites = sites;
  }

  /** Measures every lattice once. */
  public void add(IsingLattices lattices) {
    double[] energies = new double[lattices.shape().lattices()];
    long[] sums = new long[energies.length];
    lattices.energy(energies);
    lattices.magnetisation(sums);
    for (int k = 0; k < sums.length; k++) {
      double m = (double) sums[k] / sites;
      energy += energies[k] / sites;
      magnitude += Math.abs(m);
      second += m * m;
      fourth += m * m * m * m;
      count++;
    }
  }

  public long count() {
    return count;
  }

  /** {@code <E> / n}. */
  public double energy() {
    return energy / count;
  }

  /** {@code <|M|> / n}. */
  public double magnetisation() {
    return magnitude / count;
  }

  /** O2. */
  public double binderCumulant() {
    double square = second / count;
    return 1 - fourth / count / (3 * square * square);
  }
}
