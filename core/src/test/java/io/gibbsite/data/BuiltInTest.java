package io.gibbsite.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.density.Gaussian;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BuiltInTest {
  /** Cells of the test grid: their sides take in those of the checkerboard. */
  private static final double CELL = 0.175;

  private static final int CELLS = 68;
  private static final double LOW = -CELL * CELLS / 2;
  private static final int SAMPLES = 200_000;

  /** Nodes and weights of Gauss and Legendre's rule of order 8 on [0, 1]. */
  private static final double[] NODES = {
    0.06943184420297371, 0.33000947820757187, 0.6699905217924281, 0.9305681557970263
  };

  private static final double[] WEIGHTS = {
    0.17392742256872692, 0.32607257743127307, 0.32607257743127307, 0.17392742256872692
  };

  /**
   * Pearson's statistic of the samples against the density's integrals over the cells. By Wilson
   * and Hilferty's approximation it passes the bound, at 6 standard deviations, with probability
   * 1e-9; the rest up to 1e-6 is room for the approximation. A sampler whose scale is 3 % off
   * fails.
   */
  @ParameterizedTest
  @EnumSource(BuiltIn.class)
  void samplesFollowTheDensity(BuiltIn density) {
    double[] masses = masses(density);
    assertThat(Arrays.stream(masses).sum()).isCloseTo(1, within(1e-5));
    float[] x = density.sample(SAMPLES, 20);
    assertThat(deviations(masses, x)).isLessThan(6);
    for (int i = 0; i < x.length; i++) {
      x[i] *= 1.03f;
    }
    assertThat(deviations(masses, x)).isGreaterThan(6);
  }

  @ParameterizedTest
  @EnumSource(BuiltIn.class)
  void samplesLieWhereTheDensityIsPositive(BuiltIn density) {
    // Many for the checkerboard, where rounding must not carry a sample over an edge.
    int samples = density == BuiltIn.CHECKERBOARD ? SAMPLES : 2000;
    float[] x = density.sample(samples, 3);
    double lowest = 0;
    for (int i = 0; i < samples; i++) {
      lowest = Math.min(lowest, density.logDensity(x[2 * i], x[2 * i + 1]));
    }
    assertThat(lowest).isGreaterThan(-30);
  }

  /** The error of an sd of 200,000 samples is 0.002; two-moons is the widest and the narrowest. */
  @ParameterizedTest
  @EnumSource(BuiltIn.class)
  void columnsHaveDeviationsNearOne(BuiltIn density) {
    Standardiser standardiser = Standardiser.fit(density.dataset(SAMPLES, 4));
    assertThat(standardiser.sd()[0]).isBetween(0.95f, 1.3f);
    assertThat(standardiser.sd()[1]).isBetween(0.7f, 1.05f);
    assertThat(standardiser.mean()[0]).isCloseTo(0, within(0.02f));
    assertThat(standardiser.mean()[1]).isCloseTo(0, within(0.02f));
  }

  @ParameterizedTest
  @EnumSource(BuiltIn.class)
  void aSampleDependsOnSeedAndIndexAlone(BuiltIn density) {
    float[] ten = density.sample(10, 5);
    assertThat(density.sample(3, 5)).isEqualTo(Arrays.copyOf(ten, 6));
    assertThat(density.sample(3, 6)).isNotEqualTo(Arrays.copyOf(ten, 6));
    assertThat(density.dataset(10, 5).values()).isEqualTo(ten);
  }

  @Test
  void labelsAreKnown() {
    for (BuiltIn density : BuiltIn.values()) {
      assertThat(BuiltIn.of(density.label())).isSameAs(density);
    }
    assertThatThrownBy(() -> BuiltIn.of("moons"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "there are no built-in data 'moons': two-moons, eight-gaussians, rings, checkerboard,"
                + " correlated-gaussian");
  }

  @Test
  void correlatedGaussianAgreesWithTheGeneralOne() {
    float[] factor = {1, 0, 0.9f, (float) Math.sqrt(1 - 0.81)};
    Gaussian gaussian = new Gaussian(new float[2], factor);
    assertThat(BuiltIn.CORRELATED_GAUSSIAN.logDensity(1.5, -0.25))
        .isCloseTo(gaussian.logDensity(new float[] {1.5f, -0.25f}, 0), within(1e-5));
  }

  /**
   * {@code p = mean of exp(-(r^2 + R^2) / 2 s^2) I_0(r R / s^2) / (2 pi s^2)} over the three rings.
   */
  @Test
  void ringsAgreeWithTheirClosedForm() {
    for (double r : new double[] {0, 0.3, 0.65, 1, 1.95, 2.4}) {
      double sum = 0;
      for (double ring : new double[] {0.65, 1.3, 1.95}) {
        double z = r * ring / 0.01;
        double term = Math.exp(-(r * r + ring * ring) / 0.02);
        double bessel = term;
        for (int k = 1; k < 2000; k++) {
          term *= z * z / (4.0 * k * k);
          bessel += term;
        }
        sum += bessel / (2 * Math.PI * 0.01) / 3;
      }
      double density = Math.exp(BuiltIn.RINGS.logDensity(r * 0.6, r * 0.8));
      assertThat(density).isCloseTo(sum, within(1e-6 * sum));
    }
  }

  @Test
  void checkerboardHasEightCells() {
    double inside = -Math.log(8 * 0.875 * 0.875);
    assertThat(BuiltIn.CHECKERBOARD.logDensity(-1.7, -1.7)).isEqualTo(inside);
    assertThat(BuiltIn.CHECKERBOARD.logDensity(1.7, 1.7)).isEqualTo(inside);
    assertThat(BuiltIn.CHECKERBOARD.logDensity(-1.7, 1.7)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(BuiltIn.CHECKERBOARD.logDensity(-1.76, -1.7)).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  /**
   * The integral of the density over each cell; cells that are empty at their centre are left at 0.
   */
  private static double[] masses(BuiltIn density) {
    double[] masses = new double[CELLS * CELLS];
    for (int cell = 0; cell < masses.length; cell++) {
      double x = LOW + CELL * (cell % CELLS);
      double y = LOW + CELL * (cell / CELLS);
      if (density.logDensity(x + CELL / 2, y + CELL / 2) > -30) {
        for (int i = 0; i < 16; i++) {
          double nodeX = x + CELL * NODES[i % 4];
          double nodeY = y + CELL * NODES[i / 4];
          double weight = CELL * CELL * WEIGHTS[i % 4] * WEIGHTS[i / 4];
          masses[cell] += weight * Math.exp(density.logDensity(nodeX, nodeY));
        }
      }
    }
    return masses;
  }

  /**
   * How many standard deviations Pearson's statistic lies above its mean; thin cells count as one.
   */
  private static double deviations(double[] masses, float[] x) {
    int rest = masses.length;
    int[] counts = new int[rest + 1];
    for (int i = 0; i < SAMPLES; i++) {
      int column = (int) Math.floor((x[2 * i] - LOW) / CELL);
      int line = (int) Math.floor((x[2 * i + 1] - LOW) / CELL);
      boolean inside = column >= 0 && column < CELLS && line >= 0 && line < CELLS;
      int cell = inside ? line * CELLS + column : rest;
      counts[cell < rest && SAMPLES * masses[cell] >= 20 ? cell : rest]++;
    }
    double statistic = 0;
    double expectedRest = SAMPLES;
    int cells = 0;
    for (int cell = 0; cell < rest; cell++) {
      double expected = SAMPLES * masses[cell];
      if (expected >= 20) {
        statistic += (counts[cell] - expected) * (counts[cell] - expected) / expected;
        expectedRest -= expected;
        cells++;
      }
    }
    double excess = counts[rest] - expectedRest;
    statistic += excess * excess / Math.max(expectedRest, 1);
    double spread = 2.0 / (9 * cells);
    return (Math.cbrt(statistic / cells) - (1 - spread)) / Math.sqrt(spread);
  }
}
