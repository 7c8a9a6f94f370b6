package io.gibbsite.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.random.DrawStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TargetTest {
  private static final int N = 1 << 18;

  static Stream<Target> targets() {
    return Stream.of(
        new IllConditionedGaussian(5, 30), new Banana(), new EightGaussians(), new Funnel());
  }

  @ParameterizedTest
  @MethodSource("targets")
  void gradientIsTheCentralDifference(Target target) {
    int d = target.columns();
    double h = 1e-5;
    for (int row = 0; row < 20; row++) {
      float[] exact = new float[d];
      target.sample(1, DrawStream.DATA, row, exact, 0);
      double[] x = new double[d];
      for (int c = 0; c < d; c++) {
        x[c] = exact[c] + 0.1;
      }
      double[] gradient = new double[d];
      target.energy(x, gradient);
      for (int c = 0; c < d; c++) {
        double at = x[c];
        x[c] = at + h;
        double above = target.energy(x, new double[d]);
        x[c] = at - h;
        double below = target.energy(x, new double[d]);
        x[c] = at;
        double scale = 1 + Math.abs(gradient[c]);
        assertThat(gradient[c] / scale).isCloseTo((above - below) / (2 * h) / scale, within(1e-5));
      }
    }
  }

  /** Means and variances of exact draws, 6 standard errors each: 2e-9. */
  @ParameterizedTest
  @MethodSource("targets")
  void exactDrawsHaveTheMoments(Target target) {
    int d = target.columns();
    float[] x = new float[d];
    double[][] sums = new double[d][4];
    for (int i = 0; i < N; i++) {
      target.sample(7, DrawStream.DATA, i, x, 0);
      for (int c = 0; c < d; c++) {
        double z = (x[c] - target.mean(c)) / target.deviation(c);
        sums[c][0] += z / N;
        sums[c][1] += z * z / N;
        sums[c][2] += z * z * z * z / N;
      }
    }
    for (int c = 0; c < target.momentColumns(); c++) {
      assertThat(sums[c][0]).isCloseTo(0, within(6 / Math.sqrt(N)));
      double error = Math.sqrt((sums[c][2] - sums[c][1] * sums[c][1]) / N);
      assertThat(sums[c][1]).isCloseTo(1, within(6 * error));
    }
  }

  /** The plane's densities integrate to 1, by the midpoint rule on [-6, 6] x [-6, 30]. */
  @Test
  void densitiesAreNormalised() {
    for (Target target : new Target[] {new Banana(), new EightGaussians()}) {
      double step = 0.02;
      double sum = 0;
      double[] gradient = new double[2];
      for (double x = -6 + step / 2; x < 6; x += step) {
        for (double y = -6 + step / 2; y < 30; y += step) {
          sum += Math.exp(-target.energy(new double[] {x, y}, gradient)) * step * step;
        }
      }
      assertThat(sum).isCloseTo(1, within(1e-6));
    }
    IllConditionedGaussian gaussian = new IllConditionedGaussian(2, 4);
    double[] gradient = new double[2];
    double expected = Math.log(2 * Math.PI) + Math.log(0.25) + 0.5 + 0.5 * 4 * 4 * 9;
    assertThat(gaussian.energy(new double[] {1, 3}, gradient)).isCloseTo(expected, within(1e-12));
    Funnel funnel = new Funnel();
    double[] x = new double[10];
    x[0] = 2;
    x[3] = 5;
    double normals = 5 * Math.log(2 * Math.PI) + Math.log(3) + 9;
    assertThat(funnel.energy(x, new double[10]))
        .isCloseTo(normals + 4.0 / 18 + 25 / Math.exp(2) / 2, within(1e-12));
  }

  @Test
  void passesAgreeWithTheRow() {
    Banana banana = new Banana();
    float[] x = {0.5f, 1, -1, 2};
    float[] energy = new float[2];
    float[] again = new float[2];
    float[] gradient = new float[4];
    banana.energy(x, 2, energy);
    banana.inputGradient(x, 2, again, gradient);
    assertThat(again).isEqualTo(energy);
    double[] slope = new double[2];
    assertThat(energy[1]).isEqualTo((float) banana.energy(new double[] {-1, 2}, slope));
    assertThat(gradient[3]).isEqualTo((float) slope[1]);
    banana.inputGradient(x, 2, null, gradient);
  }
}
