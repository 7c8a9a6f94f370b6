package io.gibbsite.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Workers;
import io.gibbsite.math.RowColumns;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscrepancyTest {
  private static float[] normals(int n, int d, double mean, double sd, long seed) {
    float[] x = new float[n * d];
    Draws.normals(seed, DrawStream.DATA, 0, 0, x, 0, n * d);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (mean + sd * x[i]);
    }
    return x;
  }

  private static double square(float[] x, int i, float[] y, int j, int d) {
    double sum = 0;
    for (int c = 0; c < d; c++) {
      double difference = (double) x[i * d + c] - y[j * d + c];
      sum += difference * difference;
    }
    return sum;
  }

  private static KernelSteinDiscrepancy stein(float[] x, float[] g, int n, int d, int threads) {
    try (Workers workers = new Workers(threads, "test")) {
      return KernelSteinDiscrepancy.of(x, g, n, d, workers);
    }
  }

  private static MaximumMeanDiscrepancy distance(
      float[] x, int n, float[] y, int m, int d, int threads) {
    try (Workers workers = new Workers(threads, "test")) {
      return MaximumMeanDiscrepancy.of(x, n, y, m, d, workers);
    }
  }

  /** Two points 0 and 1 under the standard normal: scores 0 and -1. */
  @Test
  void steinOfTwoPointsByHand() {
    KernelSteinDiscrepancy got = stein(new float[] {0, 1}, new float[] {0, 1}, 2, 1, 1);
    // q = 2: 0 + (0 + 1)(0 - 1) / 2^1.5 + 1 / 2^1.5 - 3 / 2^2.5
    double pair = -3 / Math.pow(2, 2.5);
    assertThat(got.unbiased()).isCloseTo(pair, within(1e-12));
    // Of 0 with itself d = 1, of 1 with itself 1 + 1.
    assertThat(got.squared()).isCloseTo((2 * pair + 1 + 2) / 4, within(1e-12));
    assertThat(got.value()).isCloseTo(Math.sqrt(got.squared()), within(0.0));
  }

  /** The Stein kernel again by central differences of k, for scores of no particular density. */
  @Test
  void steinIsTheMeanOfItsKernel() {
    int n = 7;
    int d = 3;
    float[] x = normals(n, d, 0.3, 1, 1);
    float[] g = normals(n, d, 0, 2, 2);
    double pairs = 0;
    double diagonal = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double u = steinKernel(x, g, i, j, d);
        if (i == j) {
          diagonal += u;
        } else {
          pairs += u;
        }
      }
    }
    KernelSteinDiscrepancy got = stein(x, g, n, d, 1);
    assertThat(got.unbiased()).isCloseTo(pairs / (n * (n - 1)), within(1e-5));
    assertThat(got.squared()).isCloseTo((pairs + diagonal) / (n * n), within(1e-5));
  }

  private static double steinKernel(float[] x, float[] g, int i, int j, int d) {
    double h = 1e-4;
    double[] a = new double[d];
    double[] b = new double[d];
    for (int c = 0; c < d; c++) {
      a[c] = x[i * d + c];
      b[c] = x[j * d + c];
    }
    double u = 0;
    for (int c = 0; c < d; c++) {
      double sa = -g[i * d + c];
      double sb = -g[j * d + c];
      double ca = a[c];
      double cb = b[c];
      double[][] k = new double[3][3];
      for (int p = 0; p < 3; p++) {
        for (int q = 0; q < 3; q++) {
          a[c] = ca + (p - 1) * h;
          b[c] = cb + (q - 1) * h;
          double square = 0;
          for (int e = 0; e < d; e++) {
            square += (a[e] - b[e]) * (a[e] - b[e]);
          }
          k[p][q] = 1 / Math.sqrt(1 + square);
        }
      }
      a[c] = ca;
      b[c] = cb;
      u += sa * sb * k[1][1];
      u += sa * (k[1][2] - k[1][0]) / (2 * h);
      u += sb * (k[2][1] - k[0][1]) / (2 * h);
      u += (k[2][2] - k[2][0] - k[0][2] + k[0][0]) / (4 * h * h);
    }
    return u;
  }

  /**
   * Of n exact samples the U-statistic has mean 0 and standard deviation sqrt(2 E u^2) / n = 6.6e-4
   * (E u^2 = 0.88 for this density). Being degenerate, it is a weighted sum of centred chi-squares,
   * whose tail is the heaviest if there is only one: 20 standard deviations, 0.0133, are passed
   * with a probability of 1e-7. Samples that are moved or too narrow are far beyond.
   */
  @Test
  void steinTellsRightSamplesFromWrongOnes() {
    int n = 2000;
    float[] right = normals(n, 1, 0, 1, 3);
    float[] moved = normals(n, 1, 0.5, 1, 4);
    float[] narrow = normals(n, 1, 0, 0.6, 5);
    assertThat(Math.abs(stein(right, right, n, 1, 2).unbiased())).isLessThan(0.0133);
    assertThat(stein(moved, moved, n, 1, 2).unbiased()).isGreaterThan(0.1);
    assertThat(stein(narrow, narrow, n, 1, 2).unbiased()).isGreaterThan(0.1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 255, 256, 257, 600})
  void sameBitsForAnyNumberOfThreads(int n) {
    float[] x = normals(n, 2, 0, 1, n);
    float[] y = normals(n + 5, 2, 0.2, 1, n + 1);
    KernelSteinDiscrepancy stein = stein(x, x, n, 2, 1);
    MaximumMeanDiscrepancy distance = distance(x, n, y, n + 5, 2, 1);
    for (int threads : new int[] {2, 5}) {
      assertThat(stein(x, x, n, 2, threads)).isEqualTo(stein);
      assertThat(distance(x, n, y, n + 5, 2, threads)).isEqualTo(distance);
    }
  }

  /** Against plain double loops, with the median of all distances. */
  @ParameterizedTest
  @ValueSource(ints = {2, 9, 300})
  void meanDiscrepancyIsItsFormula(int n) {
    int m = n + 3;
    int d = 3;
    float[] x = normals(n, d, 0, 1, 5);
    float[] y = normals(m, d, 0.5, 1.5, 6);
    MaximumMeanDiscrepancy got = distance(x, n, y, m, d, 2);
    double scale = 2 * got.bandwidth() * got.bandwidth();
    double expected = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        expected += i == j ? 0 : Math.exp(-square(x, i, x, j, d) / scale) / (n * (n - 1.0));
      }
      for (int j = 0; j < m; j++) {
        expected -= 2 * Math.exp(-square(x, i, y, j, d) / scale) / ((double) n * m);
      }
    }
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < m; j++) {
        expected += i == j ? 0 : Math.exp(-square(y, i, y, j, d) / scale) / (m * (m - 1.0));
      }
    }
    assertThat(got.squared()).isCloseTo(expected, within(1e-6));
  }

  @Test
  void medianIsInTheMiddle() {
    float[] x = {0, 1, 3, 7};
    // Squares 1, 9, 49, 4, 36, 16.
    assertThat(RowColumns.medianSquaredDistance(x, 4, 1, 100)).isEqualTo(12.5);
    assertThat(RowColumns.medianSquaredDistance(x, 3, 1, 100)).isEqualTo(4);
    assertThat(RowColumns.medianSquaredDistance(x, 4, 1, 2)).isEqualTo(9);
  }

  @Test
  void tooFewOrEqualRowsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stein(new float[1], new float[1], 1, 1, 1))
        .withMessageContaining("at least 2 rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> distance(new float[2], 2, new float[1], 1, 1, 1))
        .withMessageContaining("at least 2 rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> distance(new float[4], 4, new float[4], 4, 1, 1))
        .withMessageContaining("gives no bandwidth");
  }
}
