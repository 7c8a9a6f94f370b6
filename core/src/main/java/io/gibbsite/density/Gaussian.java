package io.gibbsite.density;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.Arrays;

/**
 * The Gaussian {@code N(m, C C^T)} with a lower triangular {@code C}: {@code x = m + C n} with
 * standard normal {@code n}, and {@code log p = -|R (x - m)|^2 / 2 - log det C - d log(2 pi) / 2},
 * {@code R = C^-1}.
 *
 * <p>Mean and factor are float32, as files hold them; what follows from them is computed in double.
 */
public final class Gaussian implements Density {
  private static final double LOG_TWO_PI = Math.log(2 * Math.PI);

  private final float[] mean;
  private final float[] cholesky;
  private final double[] whitening;
  private final double logNormaliser;
  private final boolean diagonal;

  /**
   * @param mean float[d]
   * @param cholesky float[d * d], row-major, zero above the diagonal, positive on it
   * @throws IllegalArgumentException if the factor is not of that form, or a value is not finite
   */
  public Gaussian(float[] mean, float[] cholesky) {
    int d = mean.length;
    if (d == 0 || (long) d * d != cholesky.length) {
      throw new IllegalArgumentException(
          "a Gaussian with a mean of " + d + " and a factor of " + cholesky.length + " entries");
    }
    boolean onlyDiagonal = true;
    double normaliser = -0.5 * d * LOG_TWO_PI;
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        float c = cholesky[i * d + j];
        boolean good = i == j ? c > 0 : j < i || c == 0;
        if (!good || !Float.isFinite(c) || !Float.isFinite(mean[i])) {
          throw new IllegalArgumentException(
              "the Gaussian's factor is not lower triangular, positive on the diagonal and finite,"
                  + (" or its mean not finite, at row " + i + ", column " + j));
        }
        onlyDiagonal &= i == j || c == 0;
      }
      normaliser -= Math.log(cholesky[i * d + i]);
    }
    this.mean = mean.clone();
    this.cholesky = cholesky.clone();
    this.diagonal = onlyDiagonal;
    this.logNormaliser = normaliser;
    this.whitening = invertLower(cholesky, d);
  }

  /** {@code N(mean, sd^2 I)}. */
  public static Gaussian isotropic(int columns, float mean, float sd) {
    float[] means = new float[columns];
    Arrays.fill(means, mean);
    float[] factor = new float[columns * columns];
    for (int i = 0; i < columns; i++) {
      factor[i * columns + i] = sd;
    }
    return new Gaussian(means, factor);
  }

  /**
   * The maximum-likelihood Gaussian of the data.
   *
   * @param x float[rows * columns], row-major
   * @param full whether to fit the whole covariance or its diagonal only
   * @throws IllegalArgumentException if the covariance is not positive definite (a constant column,
   *     or fewer rows than columns with {@code full})
   */
  public static Gaussian fit(float[] x, int rows, int columns, boolean full) {
    double[] weights = new double[rows];
    Arrays.fill(weights, 1);
    return fit(x, weights, rows, columns, full, 0);
  }

  /**
   * The same of weighted rows.
   *
   * @param weights double[rows], at least 0
   * @param variance is added to all variances, at least 0
   */
  static Gaussian fit(
      float[] x, double[] weights, int rows, int columns, boolean full, double variance) {
    double[] mean = new double[columns];
    double total = 0;
    for (int i = 0; i < rows; i++) {
      total += weights[i];
      for (int j = 0; j < columns; j++) {
        mean[j] += weights[i] * x[i * columns + j];
      }
    }
    for (int j = 0; j < columns; j++) {
      mean[j] /= total;
    }
    double[] covariance = new double[columns * columns];
    double[] centred = new double[columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        centred[j] = x[i * columns + j] - mean[j];
      }
      for (int j = 0; j < columns; j++) {
        for (int k = full ? 0 : j; k <= j; k++) {
          covariance[j * columns + k] += weights[i] * centred[j] * centred[k];
        }
      }
    }
    float[] factor = new float[columns * columns];
    double[] exact = new double[columns * columns];
    for (int j = 0; j < columns; j++) {
      for (int k = 0; k <= j; k++) {
        double sum = covariance[j * columns + k] / total + (j == k ? variance : 0);
        for (int p = 0; p < k; p++) {
          sum -= exact[j * columns + p] * exact[k * columns + p];
        }
        if (j == k && !(sum > 1e-12 * (covariance[j * columns + j] / total))) {
          throw new IllegalArgumentException(
              "the covariance of the data is not positive definite at column "
                  + j
                  + ": drop constant or repeated columns, add jitter, or fit a diagonal one");
        }
        double c = j == k ? Math.sqrt(sum) : sum / exact[k * columns + k];
        exact[j * columns + k] = c;
        factor[j * columns + k] = (float) c;
      }
    }
    float[] means = new float[columns];
    for (int j = 0; j < columns; j++) {
      means[j] = (float) mean[j];
    }
    return new Gaussian(means, factor);
  }

  private static double[] invertLower(float[] c, int d) {
    double[] r = new double[d * d];
    for (int j = 0; j < d; j++) {
      r[j * d + j] = 1.0 / c[j * d + j];
      for (int i = j + 1; i < d; i++) {
        double sum = 0;
        for (int k = j; k < i; k++) {
          sum -= (double) c[i * d + k] * r[k * d + j];
        }
        r[i * d + j] = sum / c[i * d + i];
      }
    }
    return r;
  }

  @Override
  public int columns() {
    return mean.length;
  }

  /** Whether the covariance is diagonal. */
  public boolean diagonal() {
    return diagonal;
  }

  /** A copy of the mean, float[d]. */
  public float[] mean() {
    return mean.clone();
  }

  /** A copy of {@code C}, float[d * d]. */
  public float[] cholesky() {
    return cholesky.clone();
  }

  /** A copy of {@code R = C^-1}, double[d * d], row-major, lower triangular. */
  public double[] whitening() {
    return whitening.clone();
  }

  /** {@code -log det C - d log(2 pi) / 2}: the log-density at the mean. */
  public double logNormaliser() {
    return logNormaliser;
  }

  @Override
  public double logDensity(float[] x, int offset) {
    int d = mean.length;
    double square = 0;
    for (int i = 0; i < d; i++) {
      double y = 0;
      for (int j = diagonal ? i : 0; j <= i; j++) {
        y += whitening[i * d + j] * ((double) x[offset + j] - mean[j]);
      }
      square += y * y;
    }
    return logNormaliser - 0.5 * square;
  }

  @Override
  public void sample(long seed, DrawStream stream, long step, int row, float[] x, int offset) {
    int d = mean.length;
    Draws.normals(seed, stream, step, row, x, offset, d);
    // From the last component down, so that the normals still needed are not overwritten.
    for (int i = d - 1; i >= 0; i--) {
      float sum = mean[i];
      for (int j = diagonal ? i : 0; j <= i; j++) {
        sum = Math.fma(cholesky[i * d + j], x[offset + j], sum);
      }
      x[offset + i] = sum;
    }
  }

  @Override
  public String description() {
    return "Gaussian ("
        + (diagonal ? "diagonal" : "full")
        + " covariance, "
        + mean.length
        + " columns)";
  }
}
