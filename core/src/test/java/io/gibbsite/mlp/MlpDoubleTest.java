package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The double reference against central differences of itself: every gradient from the pass below
 * it.
 */
class MlpDoubleTest {
  private static final double H = 1e-5;
  private static final int N = 4;

  /** A model, and four rows to look at it from. */
  private static final class Probe {
    final MlpShape shape;
    final double[] theta;
    final Gaussian base;
    final MlpDouble mlp;
    final int d;
    final float[] data;
    final double[] x;
    final double[] v;

    Probe(String text, Activation activation, boolean withBase) {
      shape = MlpShape.parse(text, activation);
      MlpParameters parameters = Samples.model(shape, withBase, text.hashCode());
      theta = Samples.wide(parameters.values(), shape.parameterCount());
      base = parameters.base();
      mlp = new MlpDouble(shape, theta, base);
      d = shape.inputs();
      data = Samples.input(N * d, 1, 1);
      x = Samples.wide(data, N * d);
      v = Samples.wide(Samples.input(N * d, 1, 2), N * d);
    }

    @Override
    public String toString() {
      return shape + " " + shape.activation().label() + (base == null ? "" : " with base");
    }
  }

  static Stream<Probe> probes() {
    List<Probe> probes = new ArrayList<>();
    for (String text : new String[] {"3-1", "1-1-1", "2-3-1", "3-5-4-1", "4-6-5-3-1", "7-16-1"}) {
      for (Activation activation : Activation.values()) {
        probes.add(new Probe(text, activation, false));
        probes.add(new Probe(text, activation, true));
      }
    }
    return probes.stream();
  }

  @ParameterizedTest
  @MethodSource("probes")
  void inputGradient(Probe probe) {
    double[] energy = new double[N];
    double[] gradient = new double[N * probe.d];
    probe.mlp.inputGradient(probe.x, N, energy, gradient);
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < probe.d; j++) {
        int row = i;
        double difference = difference(probe.x, i * probe.d + j, () -> energies(probe)[row]);
        assertClose("row " + i + ", column " + j, gradient[i * probe.d + j], difference);
      }
    }
    assertThat(energies(probe)).isEqualTo(energy);
  }

  private static double[] energies(Probe probe) {
    double[] energy = new double[N];
    probe.mlp.energy(probe.x, N, energy);
    return energy;
  }

  @ParameterizedTest
  @MethodSource("probes")
  void directional(Probe probe) {
    double[] energy = new double[N];
    double[] slope = new double[N];
    double[] curvature = new double[N];
    probe.mlp.directional(probe.x, probe.v, N, energy, slope, curvature);
    assertThat(energy).isEqualTo(energies(probe));
    double[][] left = {new double[N], new double[N], new double[N]};
    double[][] right = {new double[N], new double[N], new double[N]};
    probe.mlp.directional(along(probe, -H), probe.v, N, left[0], left[1], left[2]);
    probe.mlp.directional(along(probe, H), probe.v, N, right[0], right[1], right[2]);
    for (int i = 0; i < N; i++) {
      assertClose("slope " + i, slope[i], (right[0][i] - left[0][i]) / (2 * H));
      assertClose("curvature " + i, curvature[i], (right[1][i] - left[1][i]) / (2 * H));
    }
  }

  private static double[] along(Probe probe, double h) {
    double[] moved = probe.x.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += h * probe.v[i];
    }
    return moved;
  }

  @ParameterizedTest
  @MethodSource("probes")
  void parameterGradients(Probe probe) {
    double[] w = {0.7, -1.1, 0.4, 1.3};
    double[] a = {-0.5, 0.8, 1.2, 0.3};
    double[] b = {0.6, 0.9, -0.7, -1.4};
    double[] zero = new double[N];
    double[] slope = new double[N];
    double[] curvature = new double[N];
    double[] gradient = new double[probe.shape.parameterCount()];
    Arrays.fill(gradient, Double.NaN);
    probe.mlp.parameterGradient(probe.x, w, N, gradient);
    double[] energyGradient = gradient.clone();
    probe.mlp.directionalParameterGradient(probe.x, probe.v, w, zero, zero, N, gradient);
    for (int p = 0; p < gradient.length; p++) {
      double difference = difference(probe.theta, p, () -> dot(w, energies(probe)));
      assertClose("parameter " + p, energyGradient[p], difference);
      assertClose("parameter " + p + ", weights w", gradient[p], difference);
    }
    probe.mlp.directionalParameterGradient(probe.x, probe.v, w, a, b, N, gradient);
    for (int p = 0; p < gradient.length; p++) {
      double difference =
          difference(
              probe.theta,
              p,
              () -> {
                double[] energy = new double[N];
                probe.mlp.directional(probe.x, probe.v, N, energy, slope, curvature);
                return dot(w, energy) + dot(a, slope) + dot(b, curvature);
              });
      assertClose("parameter " + p + ", weights w, a, b", gradient[p], difference);
    }
  }

  @ParameterizedTest
  @MethodSource("probes")
  void nce(Probe probe) {
    float[] low = new float[probe.d];
    float[] high = new float[probe.d];
    Arrays.fill(low, -9f);
    Arrays.fill(high, 9f);
    Density[] noises = {Samples.gaussian(probe.d, true, 5), new UniformBox(low, high)};
    for (Density density : noises) {
      SigmoidNce nce = new SigmoidNce(2, density);
      float[] noise = Samples.input(2 * N * probe.d, 1, 3);
      int count = probe.shape.parameterCount();
      double[] gradient = new double[count + 1];
      Arrays.fill(gradient, Double.NaN);
      double[] c = {0.3};
      DoubleSupplier loss = () -> probe.mlp.nce(nce, c[0], probe.data, N, noise, null);
      double withGradient = probe.mlp.nce(nce, c[0], probe.data, N, noise, gradient);
      assertThat(loss.getAsDouble()).isEqualTo(withGradient);
      for (int p = 0; p < count; p++) {
        assertClose("parameter " + p, gradient[p], difference(probe.theta, p, loss));
      }
      assertClose("c", gradient[count], difference(c, 0, loss));
    }
  }

  @Test
  void nceFarFromTheNoiseNeitherOverflowsNorCancels() {
    MlpShape shape = MlpShape.of(Activation.SILU, 1);
    SigmoidNce nce = new SigmoidNce(1, new UniformBox(new float[] {-1}, new float[] {1}));
    double[] gradient = new double[3];
    for (double energy : new double[] {-2000, 2000}) {
      // E = energy everywhere: u = -energy + log 2, on data and on noise.
      MlpDouble mlp = new MlpDouble(shape, new double[] {0, energy}, null);
      double loss = mlp.nce(nce, 0, new float[] {0}, 1, new float[] {0.5f}, gradient);
      double expected = energy < 0 ? -energy + Math.log(2) : energy - Math.log(2);
      assertThat(Math.abs(loss - expected)).isLessThan(1e-9);
      assertThat(gradient[2]).isEqualTo(energy < 0 ? -1 : 1);
    }
  }

  /**
   * At the truth the expected NCE gradient is 0 in w, b and c: data and base are one Gaussian, the
   * net is 0. 400 batches give each entry's mean and standard error; 6 standard errors have a
   * false-fail rate of 1e-8 (normal 2e-9, Student's t with 399 degrees below 1e-8). That c off by
   * 0.1 is seen makes it a test.
   */
  @Test
  void nceGradientVanishesAtTheTruth() {
    Gaussian truth = new Gaussian(new float[] {0.5f}, new float[] {0.8f});
    SigmoidNce nce = new SigmoidNce(2, new Gaussian(new float[] {0}, new float[] {1.5f}));
    MlpDouble mlp = new MlpDouble(MlpShape.of(Activation.SILU, 1), new double[2], truth);
    for (double score : scores(mlp, nce, truth, 0)) {
      assertThat(Math.abs(score)).isLessThan(6);
    }
    assertThat(Math.abs(scores(mlp, nce, truth, 0.1)[2])).isGreaterThan(6);
  }

  /** Mean over standard error of each gradient entry, over 400 batches of 256 rows. */
  private static double[] scores(MlpDouble mlp, SigmoidNce nce, Gaussian truth, double c) {
    int batches = 400;
    int rows = 256;
    float[] data = new float[rows];
    float[] noise = new float[rows * nce.k()];
    double[] gradient = new double[3];
    double[] sum = new double[3];
    double[] square = new double[3];
    for (int batch = 0; batch < batches; batch++) {
      for (int i = 0; i < rows; i++) {
        truth.sample(11, DrawStream.DATA, batch, i, data, i);
      }
      for (int i = 0; i < noise.length; i++) {
        nce.noise().sample(11, DrawStream.NCE_NOISE, batch, i, noise, i);
      }
      mlp.nce(nce, c, data, rows, noise, gradient);
      for (int p = 0; p < 3; p++) {
        sum[p] += gradient[p];
        square[p] += gradient[p] * gradient[p];
      }
    }
    double[] scores = new double[3];
    for (int p = 0; p < 3; p++) {
      double mean = sum[p] / batches;
      double variance = square[p] / batches - mean * mean;
      scores[p] = mean / Math.sqrt(variance / (batches - 1));
    }
    return scores;
  }

  @Test
  void refusesShortArrays() {
    MlpShape shape = MlpShape.of(Activation.SILU, 2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MlpDouble(shape, new double[5], null))
        .withMessage("values has 5 entries where 13 are needed");
    MlpDouble mlp = new MlpDouble(shape, new double[13], null);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> mlp.energy(new double[3], 2, new double[2]))
        .withMessage("x has 3 entries where 4 are needed");
  }

  /**
   * The float and the double row are one text, so that what is shown for one holds for the other.
   */
  @Test
  void floatAndDoubleRowsHaveTheSameText() throws IOException {
    Path folder = Path.of("src", "main", "java", "io", "gibbsite", "mlp");
    String floatRow = Files.readString(folder.resolve("MlpScalarRow.java"));
    String doubleRow = Files.readString(folder.resolve("MlpDoubleRow.java"));
    assertThat(floatRow.replace("float", "double").replace("MlpScalarRow", "MlpDoubleRow"))
        .isEqualTo(doubleRow);
    assertThat(floatRow).doesNotContain("double");
  }

  /** The central difference of f as {@code values[i]} moves by ±H. */
  private static double difference(double[] values, int i, DoubleSupplier f) {
    double value = values[i];
    values[i] = value + H;
    double right = f.getAsDouble();
    values[i] = value - H;
    double left = f.getAsDouble();
    values[i] = value;
    return (right - left) / (2 * H);
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Within the differences' own error: h^2 of a third derivative, and rounding over h. */
  private static void assertClose(String what, double got, double difference) {
    assertThat(Math.abs(got - difference) <= 1e-7 * (1 + Math.abs(difference)))
        .as("%s: %g, difference %g", what, got, difference)
        .isTrue();
  }
}
