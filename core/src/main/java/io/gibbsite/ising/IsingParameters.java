package io.gibbsite.ising;

/**
 * What the energy and its distribution depend on; units of energy and temperature are the same.
 *
 * @param temperature T, positive
 * @param coupling J: above 0 neighbours are alike
 * @param field H
 */
public record IsingParameters(double temperature, double coupling, double field) {
  /** Neighbours of a site. */
  static final int NEIGHBOURS = 4;

  public IsingParameters {
    require(temperature > 0 && Double.isFinite(temperature), "temperature", temperature);
    require(Double.isFinite(coupling), "coupling", coupling);
    require(Double.isFinite(field), "field", field);
  }

  /** With J = 1 and no field. */
  public static IsingParameters ferromagnet(double temperature) {
    return new IsingParameters(temperature, 1, 0);
  }

  private static void require(boolean condition, String name, double value) {
    if (!condition) {
      throw new IllegalArgumentException("the %s cannot be %s".formatted(name, value));
    }
  }

  /** {@code p_k}. */
  public double up(int k) {
    double a = 2 * (coupling * (2 * k - NEIGHBOURS) + field) / temperature;
    // StrictMath: the same bits on every machine.
    return 1 / (1 + StrictMath.exp(-a));
  }

  /** N2: {@code floor(2^64 p_k)}, at most 2^64 - 1, as an unsigned integer. */
  long threshold(int k) {
    double p = up(k);
    if (p >= 1) {
      return -1L;
    }
    return p < 0.5 ? (long) (p * 0x1p64) : Long.MIN_VALUE + (long) ((p - 0.5) * 0x1p64);
  }
}
