package io.gibbsite.boltzmann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.spin.SpinParameters;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against networks whose eigenvalues are known. */
class CriticalTemperatureTest {
  /** All pairs coupled by w: the eigenvalues are (n - 1) w and -w. */
  private static double even(int n, float w) {
    float[] weight = new float[n * n];
    Arrays.fill(weight, w);
    for (int i = 0; i < n; i++) {
      weight[i * n + i] = 0;
    }
    return CriticalTemperature.meanField(SpinParameters.of(weight, new float[n]));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 10, 100})
  void aFerromagnetHasThatOfMeanFieldTheory(int n) {
    assertThat(even(n, 0.5f)).isCloseTo(0.5 * (n - 1), within(1e-9 * n));
  }

  /** The eigenvalue of largest size is negative: it is the other one that counts. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 10, 100})
  void anAntiferromagnetHasItsLargestNotItsLongest(int n) {
    assertThat(even(n, -0.5f)).isCloseTo(0.5, within(1e-6 * n));
  }

  /** W = Y' Y / n - p / n I of p orthogonal patterns: 1 - p / n. */
  @Test
  void fewStoredPatternsHaveOne() {
    int n = 64;
    int p = 4;
    float[] weight = new float[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        for (int m = 0; m < p && i != j; m++) {
          // Rows of a Hadamard matrix.
          weight[i * n + j] += (Integer.bitCount((i ^ j) & m) % 2 == 0 ? 1f : -1f) / n;
        }
      }
    }
    assertThat(CriticalTemperature.meanField(SpinParameters.of(weight, new float[n])))
        .isCloseTo(1 - (double) p / n, within(1e-6));
  }

  /** It tends to 2 with fluctuations of n^(-2/3), and is approached from below. */
  @Test
  void aGlassHasTheEdgeOfTheSemicircle() {
    assertThat(CriticalTemperature.meanField(SpinGlass.sherringtonKirkpatrick(500, 3)))
        .isBetween(1.85, 2.05);
  }

  @Test
  void withoutCouplingsThereIsNone() {
    assertThat(even(5, 0)).isZero();
  }
}
