package io.gibbsite.ising;

/**
 * The exact Ising model on the infinite square lattice without a field, coupling J &gt; 0.
 *
 * <pre>
 *   K = J / T,  kappa = 2 sinh(2 K) / cosh(2 K)^2
 *   u = -J coth(2 K) (1 + (2 / pi) (2 tanh(2 K)^2 - 1) K_1(kappa))      energy of a site
 *   m = (1 - sinh(2 K)^-4)^(1/8) below T_c, else 0                      spontaneous magnetisation
 *   T_c = 2 J / log(1 + sqrt 2)
 * </pre>
 *
 * <p>{@code K_1} is the complete elliptic integral of the first kind, {@code pi / (2 agm(1, sqrt(1
 * - kappa^2)))}, and {@code sqrt(1 - kappa^2) = |2 tanh(2 K)^2 - 1|}. Sources: Onsager, "Crystal
 * statistics I", 1944; Yang, "The spontaneous magnetization of a two-dimensional Ising model",
 * 1952.
 */
public final class Onsager {
  private Onsager() {}

  /** {@code T_c} in units of J. */
  public static final double CRITICAL_TEMPERATURE = 2 / Math.log(1 + Math.sqrt(2));

  /**
   * {@code u} in units of J.
   *
   * @param temperature in units of J, positive
   */
  public static double energy(double temperature) {
    double tanh = Math.tanh(2 / temperature);
    double q = 2 * tanh * tanh - 1;
    // At T_c the integral is infinite, and its factor q is 0.
    double second = q == 0 ? 0 : q / mean(1, Math.abs(q));
    return -(1 + second) / tanh;
  }

  /**
   * {@code m}.
   *
   * @param temperature in units of J, positive
   */
  public static double magnetisation(double temperature) {
    if (temperature >= CRITICAL_TEMPERATURE) {
      return 0;
    }
    return Math.pow(1 - Math.pow(Math.sinh(2 / temperature), -4), 0.125);
  }

  /** The arithmetic-geometric mean. */
  private static double mean(double a, double b) {
    while (Math.abs(a - b) > 1e-15 * a) {
      double next = (a + b) / 2;
      b = Math.sqrt(a * b);
      a = next;
    }
    return a;
  }
}
