package io.gibbsite.mlp;

/** The standard normal distribution in double precision, for the reference GELU. */
final class NormalDistribution {
  private static final double INV_SQRT_TWO_PI = 0.3989422804014326779;

  private NormalDistribution() {}

  static double density(double x) {
    return INV_SQRT_TWO_PI * Math.exp(-0.5 * x * x);
  }

  /**
   * The distribution function: near 0 the series {@code 1/2 + phi(x) (x + x^3/3 + x^5/15 + ...)},
   * in the tails Laplace's continued fraction {@code phi(x) / (x + 1/(x + 2/(x + ...)))}.
   */
  static double cdf(double x) {
    double size = Math.abs(x);
    double upper;
    if (size < 3) {
      double term = size;
      double sum = size;
      for (int i = 3; Math.abs(term) > 1e-18 * sum; i += 2) {
        term *= x * x / i;
        sum += term;
      }
      upper = 0.5 - density(x) * sum;
    } else {
      double fraction = size;
      for (int i = 160; i >= 1; i--) {
        fraction = size + i / fraction;
      }
      upper = density(x) / fraction;
    }
    return x > 0 ? 1 - upper : x == 0 ? 0.5 : x < 0 ? upper : Double.NaN;
  }
}
