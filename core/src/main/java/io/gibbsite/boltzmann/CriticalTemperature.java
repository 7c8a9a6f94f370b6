package io.gibbsite.boltzmann;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import io.gibbsite.spin.SpinParameters;

/**
 * The temperature below which a network without biases orders, in the mean-field approximation.
 *
 * <pre>
 *   m = tanh(W m / T)     m = 0 is unstable for T below the largest eigenvalue of W
 * </pre>
 *
 * <p>It is (n - 1) w where all pairs are coupled by w, 1 for a few random patterns in a Hebbian
 * network, and tends to 2 for the glass of Sherrington and Kirkpatrick, whose transition is at 1.
 * Sources: Amit, Gutfreund and Sompolinsky 1985 (networks of patterns), Thouless, Anderson and
 * Palmer 1977 (the glass).
 */
public final class CriticalTemperature {
  /** Enough for a few percent, which is all that a temperature to start from needs. */
  private static final int ITERATIONS = 60;

  private CriticalTemperature() {}

  /** The largest eigenvalue of the couplings, from below; 0 without any. */
  public static double meanField(SpinParameters parameters) {
    // Of the eigenvalues moved up by the largest size among them, the largest has that size.
    double size = dominant(parameters, 0);
    return size == 0 ? 0 : dominant(parameters, size) - size;
  }

  /** The size of the eigenvalue of W + c that is largest in size, by power iteration. */
  private static double dominant(SpinParameters parameters, double c) {
    int n = parameters.units();
    float[] start = new float[n];
    Draws.normals(0, DrawStream.COUPLINGS, 0, 0, start, 0, n);
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = start[i];
    }
    double[] y = new double[n];
    double length = 0;
    for (int k = 0; k <= ITERATIONS; k++) {
      double square = 0;
      for (int i = 0; i < n; i++) {
        square += x[i] * x[i];
      }
      length = Math.sqrt(square);
      if (length == 0 || k == ITERATIONS) {
        break;
      }
      for (int i = 0; i < n; i++) {
        x[i] /= length;
      }
      multiply(parameters, c, x, y);
      double[] swapped = x;
      x = y;
      y = swapped;
    }
    return length;
  }

  /** y = W x + c x. */
  private static void multiply(SpinParameters parameters, double c, double[] x, double[] y) {
    int n = x.length;
    float[] values = parameters.values();
    for (int i = 0; i < n; i++) {
      double sum = c * x[i];
      for (int j = 0; j < n; j++) {
        sum += (double) values[i * n + j] * x[j];
      }
      y[i] = sum;
    }
  }
}
