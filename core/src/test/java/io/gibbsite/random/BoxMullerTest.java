package io.gibbsite.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BoxMullerTest {
  private static final int N = 1 << 20;

  /**
   * The first four moments of 2^20 normals, each within 5.5 standard errors: false fail 4e-8 each.
   * The standard errors are sqrt(1, 2, 15, 96) / 1024, so a bias of 0.6 % in the mean or 0.8 % in
   * the variance is seen.
   */
  @Test
  void momentsAreThoseOfTheNormal() {
    float[] draws = draws();
    double[] expected = {0, 1, 0, 3};
    double[] variance = {1, 2, 15, 96};
    for (int power = 1; power <= 4; power++) {
      double sum = 0;
      for (float x : draws) {
        sum += Math.pow(x, power);
      }
      assertThat(Math.abs(sum / N - expected[power - 1]))
          .isLessThan(5.5 * Math.sqrt(variance[power - 1] / N));
    }
  }

  /** Kolmogorov-Smirnov: sqrt(n) D > 2.9 has probability 1e-7; a shift of 0.7 % is seen. */
  @Test
  void distributionIsNormal() {
    float[] draws = draws();
    Arrays.sort(draws);
    double distance = 0;
    for (int i = 0; i < N; i++) {
      distance = Math.max(distance, Math.abs(cdf(draws[i]) - (i + 0.5) / N));
    }
    assertThat(Math.sqrt(N) * distance).isLessThan(2.9);
  }

  /** The two numbers of a pair, and their squares, are uncorrelated: 5.5 standard errors, 4e-8. */
  @Test
  void pairsAreIndependent() {
    float[] draws = draws();
    double product = 0;
    double squares = 0;
    for (int i = 0; i < N; i += 2) {
      double a = draws[i];
      double b = draws[i + 1];
      product += a * b;
      squares += (a * a - 1) * (b * b - 1);
    }
    double pairs = N / 2.0;
    assertThat(Math.abs(product / pairs)).isLessThan(5.5 / Math.sqrt(pairs));
    assertThat(Math.abs(squares / pairs)).isLessThan(5.5 * 2 / Math.sqrt(pairs));
  }

  @Test
  void followsTheFormulaAndIsBounded() {
    float[] pair = new float[2];
    BoxMuller.pair(-1, 0, pair, 0);
    float largest = (float) Math.sqrt(48 * Math.log(2));
    assertThat(pair[0]).isBetween(Math.nextDown(largest), Math.nextUp(largest));
    assertThat(Math.abs(pair[1])).isZero();
    BoxMuller.pair(0, 0x40000000, pair, 0);
    assertThat(Math.abs(pair[0])).isZero();
    assertThat(Math.abs(pair[1])).isZero();
    for (int i = 0; i < 100_000; i++) {
      int first = i * 0x9E3779B9;
      int second = i * 0x85EBCA6B;
      BoxMuller.pair(first, second, pair, 0);
      double radius = Math.sqrt(-2 * Math.log(1 - (double) Draws.uniform(first)));
      double angle = 2 * Math.PI * Draws.uniform(second);
      assertThat(Math.abs(pair[0] - radius * Math.cos(angle))).isLessThan(2e-6);
      assertThat(Math.abs(pair[1] - radius * Math.sin(angle))).isLessThan(2e-6);
    }
  }

  private static float[] draws() {
    float[] draws = new float[N];
    Draws.normals(2026, DrawStream.DATA, 0, 0, draws, 0, N);
    return draws;
  }

  /**
   * The standard normal distribution function: its Taylor series at 0, whose terms stay below e^9.
   */
  private static double cdf(double x) {
    double term = x;
    double sum = x;
    for (int i = 1; i < 200; i++) {
      term *= -x * x / (2 * i);
      sum += term / (2 * i + 1);
    }
    return 0.5 + sum / Math.sqrt(2 * Math.PI);
  }
}
