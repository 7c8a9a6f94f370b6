package io.gibbsite.mlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Workers;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
  private static final Workers ALONE = new Workers(1, "test");

  private static float[] normals(int count, long seed) {
    float[] values = new float[count];
    Draws.normals(seed, DrawStream.DATA, 0, 0, values, 0, count);
    return values;
  }

  private static GeneratorShape shape(Activation activation, boolean bounded) {
    return GeneratorShape.of(activation, 3, new int[] {17, 9}, 5, bounded);
  }

  /** G1 to G4 in double, {@code sum v.x} of one row. */
  private static double product(
      GeneratorShape shape, double[] theta, float[] z, float[] v, int row) {
    MlpShape trunk = shape.trunk();
    double[] a = new double[shape.latent()];
    for (int i = 0; i < a.length; i++) {
      a[i] = z[row * a.length + i];
    }
    for (int l = 0; l < shape.layers(); l++) {
      int in = trunk.width(l);
      double[] next = new double[trunk.width(l + 1)];
      for (int o = 0; o < next.length; o++) {
        double y = theta[trunk.biasOffset(l) + o];
        for (int i = 0; i < in; i++) {
          y += theta[trunk.weightOffset(l) + o * in + i] * a[i];
        }
        boolean last = l == shape.layers() - 1;
        next[o] = !last ? trunk.activation().value(y) : shape.bounded() ? Math.tanh(y) : y;
      }
      a = next;
    }
    double sum = 0;
    for (int o = 0; o < a.length; o++) {
      sum += v[row * a.length + o] * a[o];
    }
    return sum;
  }

  /** By hand: x = tanh(2 z + 0.5), v = 3, z = 0.25. */
  @Test
  void oneUnitByHand() {
    GeneratorShape shape = GeneratorShape.of(Activation.SILU, 1, new int[0], 1, true);
    for (Generator g :
        new Generator[] {new GeneratorScalar(shape, 1), new GeneratorVector(shape, 1, ALONE)}) {
      g.setParameters(new GeneratorParameters(shape, new float[] {2, 0.5f}));
      float[] x = {Float.NaN};
      g.forward(new float[] {0.25f}, 1, x);
      assertThat((double) x[0]).isCloseTo(Math.tanh(1), within(1e-6));
      float[] gradient = {Float.NaN, Float.NaN};
      g.parameterGradient(new float[] {0.25f}, new float[] {3}, 1, gradient);
      double d = 3 * (1 - Math.tanh(1) * Math.tanh(1));
      assertThat((double) gradient[0]).isCloseTo(0.25 * d, within(1e-6));
      assertThat((double) gradient[1]).isCloseTo(d, within(1e-6));
    }
  }

  /** Against the double forward pass and its central differences. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void theReferenceIsTheCard(Activation activation) {
    for (boolean bounded : new boolean[] {false, true}) {
      GeneratorShape shape = shape(activation, bounded);
      float[] values = GeneratorParameters.random(shape, 7).values();
      int n = 4;
      float[] z = normals(n * 3, 1);
      float[] v = normals(n * 5, 2);
      float[] x = new float[n * 5];
      float[] gradient = new float[values.length];
      Arrays.fill(x, Float.NaN);
      Arrays.fill(gradient, Float.NaN);
      try (Generator g = new GeneratorScalar(shape, n)) {
        g.setParameters(new GeneratorParameters(shape, values));
        g.forward(z, n, x);
        g.parameterGradient(z, v, n, gradient);
      }
      double[] theta = new double[values.length];
      for (int p = 0; p < theta.length; p++) {
        theta[p] = values[p];
      }
      double expected = 0;
      double found = 0;
      for (int r = 0; r < n; r++) {
        expected += product(shape, theta, z, v, r);
        for (int o = 0; o < 5; o++) {
          found += (double) v[r * 5 + o] * x[r * 5 + o];
        }
      }
      assertThat(found).isCloseTo(expected, within(1e-5));
      for (int p = 0; p < theta.length; p++) {
        double step = 1e-5;
        double difference = 0;
        for (int r = 0; r < n; r++) {
          theta[p] = values[p] + step;
          difference += product(shape, theta, z, v, r);
          theta[p] = values[p] - step;
          difference -= product(shape, theta, z, v, r);
          theta[p] = values[p];
        }
        assertThat((double) gradient[p])
            .describedAs("%s, parameter %d", shape, p)
            .isCloseTo(difference / (2 * step), within(2e-5));
      }
    }
  }

  /** The same sums in another order: errors grow with the root of the rows. */
  @Tag("vector-width")
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 7, 31, 32, 33, 128, 129, 255, 1000})
  void vectorsGiveTheReferencesResults(int rows) {
    for (int[] hidden : new int[][] {{}, {1}, {16}, {33, 8, 24}}) {
      for (int latent : new int[] {1, 4, 5, 40}) {
        for (boolean bounded : new boolean[] {false, true}) {
          for (int outputs : new int[] {1, 2, 37}) {
            compare(GeneratorShape.of(Activation.TANH, latent, hidden, outputs, bounded), rows);
          }
        }
      }
    }
  }

  private static void compare(GeneratorShape shape, int rows) {
    float[] z = normals(rows * shape.latent(), 1);
    float[] v = normals(rows * shape.outputs(), 2);
    int room = Math.max(1, rows);
    try (Generator scalar = new GeneratorScalar(shape, room);
        Generator vector = new GeneratorVector(shape, room, ALONE)) {
      float[][] expected = results(scalar, z, v, rows);
      float[][] found = results(vector, z, v, rows);
      for (int o = 0; o < expected.length; o++) {
        for (int k = 0; k < expected[o].length; k++) {
          assertThat(found[o][k])
              .describedAs("%s, %d rows, output %d, entry %d", shape, rows, o, k)
              .isCloseTo(expected[o][k], within((float) (1e-5 * (1 + 2 * Math.sqrt(rows)))));
        }
      }
    }
  }

  private static float[][] results(Generator g, float[] z, float[] v, int rows) {
    g.setParameters(GeneratorParameters.random(g.shape(), 3));
    float[] x = new float[rows * g.shape().outputs()];
    float[] gradient = new float[g.shape().parameterCount()];
    Arrays.fill(x, Float.NaN);
    Arrays.fill(gradient, Float.NaN);
    g.forward(z, rows, x);
    g.parameterGradient(z, v, rows, gradient);
    return new float[][] {x, gradient};
  }

  @Tag("vector-width")
  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    GeneratorShape shape = GeneratorShape.of(Activation.SILU, 5, new int[] {24, 40}, 7, true);
    int rows = 3000;
    float[] z = normals(rows * 5, 1);
    float[] v = normals(rows * 7, 2);
    float[][] alone = results(new GeneratorVector(shape, rows, ALONE), z, v, rows);
    for (int threads : new int[] {2, 5}) {
      try (Workers workers = new Workers(threads, "test")) {
        assertThat(results(new GeneratorVector(shape, rows, workers), z, v, rows))
            .isDeepEqualTo(alone);
      }
    }
  }

  @Test
  void wrongArgumentsAreNamed() {
    GeneratorShape shape = shape(Activation.SILU, false);
    assertThat(shape).hasToString("3-17-9-5");
    assertThat(shape(Activation.SILU, true)).hasToString("3-17-9-5 tanh");
    Generator g = new GeneratorScalar(shape, 2);
    float[] z = new float[6];
    assertThatThrownBy(() -> g.forward(z, 2, new float[10])).hasMessageContaining("setParameters");
    g.setParameters(GeneratorParameters.random(shape, 1));
    assertThatThrownBy(() -> g.forward(z, 3, new float[15])).hasMessageContaining("3 rows");
    assertThatThrownBy(() -> g.forward(z, 2, new float[9])).hasMessageContaining("x has 9");
    assertThatThrownBy(() -> g.parameterGradient(z, new float[10], 2, new float[3]))
        .hasMessageContaining("gradient has 3");
    assertThatThrownBy(
            () -> g.setParameters(GeneratorParameters.random(shape(Activation.SILU, true), 1)))
        .hasMessageContaining("3-17-9-5 tanh for one of 3-17-9-5");
    assertThatThrownBy(() -> new GeneratorParameters(shape, new float[2]))
        .hasMessageContaining("parameters, not 2");
    g.close();
    assertThatThrownBy(() -> g.forward(z, 2, new float[10])).hasMessageContaining("closed");
  }
}
