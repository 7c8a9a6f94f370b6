package io.gibbsite.train.rbm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gibbsite.backend.Backend;
import io.gibbsite.backend.BackendOptions;
import io.gibbsite.backend.Backends;
import io.gibbsite.backend.Precision;
import io.gibbsite.rbm.RbmShape;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With exact statistics of a machine that is small enough to enumerate. */
class RbmGradientTest {
  private static final RbmShape SHAPE = new RbmShape(4, 3);
  private static final int B = SHAPE.visibleBiasOffset();
  private static final int C = SHAPE.hiddenBiasOffset();
  private static final int STATES = 1 << 4;
  private static final CentredGradient GRADIENT =
      new CentredGradient(
          SHAPE, Backends.named("scalar", new BackendOptions(1, Precision.FLOAT32)));

  private final double[] theta = values(SHAPE.parameterCount(), 1);
  private final double[] data = distribution(2);

  private static double[] values(int count, long seed) {
    return new SplittableRandom(seed).doubles(count, -1.5, 1.5).toArray();
  }

  private static double[] distribution(long seed) {
    double[] weights = new SplittableRandom(seed).doubles(STATES).toArray();
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }

  private static int bit(int state, int i) {
    return state >> i & 1;
  }

  private static double hiddenInput(double[] theta, int state, int j) {
    double a = theta[C + j];
    for (int i = 0; i < 4; i++) {
      a += bit(state, i) * theta[i * 3 + j];
    }
    return a;
  }

  private static double minusFreeEnergy(double[] theta, int state) {
    double f = 0;
    for (int i = 0; i < 4; i++) {
      f += bit(state, i) * theta[B + i];
    }
    for (int j = 0; j < 3; j++) {
      f += Math.log1p(Math.exp(hiddenInput(theta, state, j)));
    }
    return f;
  }

  private static double logZ(double[] theta) {
    double z = 0;
    for (int state = 0; state < STATES; state++) {
      z += Math.exp(minusFreeEnergy(theta, state));
    }
    return Math.log(z);
  }

  private static double[] model(double[] theta) {
    double logZ = logZ(theta);
    double[] p = new double[STATES];
    for (int state = 0; state < STATES; state++) {
      p[state] = Math.exp(minusFreeEnergy(theta, state) - logZ);
    }
    return p;
  }

  /** The mean of -log p over the data. */
  private double loss(double[] parameters) {
    double loss = logZ(parameters);
    for (int state = 0; state < STATES; state++) {
      loss -= data[state] * minusFreeEnergy(parameters, state);
    }
    return loss;
  }

  /** The means of v p^T, v and p. */
  private static float[] statistics(double[] theta, double[] distribution) {
    double[] means = new double[theta.length];
    for (int state = 0; state < STATES; state++) {
      for (int i = 0; i < 4; i++) {
        means[B + i] += distribution[state] * bit(state, i);
      }
      for (int j = 0; j < 3; j++) {
        double p = distribution[state] / (1 + Math.exp(-hiddenInput(theta, state, j)));
        means[C + j] += p;
        for (int i = 0; i < 4; i++) {
          means[i * 3 + j] += bit(state, i) * p;
        }
      }
    }
    return floats(means);
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int k = 0; k < floats.length; k++) {
      floats[k] = (float) values[k];
    }
    return floats;
  }

  private static double[] direction(
      RbmGradient rule, double[] theta, double[] data, float[] offsets) {
    float[] gradient = statistics(theta, model(theta));
    GRADIENT.compute(rule, statistics(theta, data), 1, gradient, 1, offsets, false);
    double[] wide = new double[gradient.length];
    for (int k = 0; k < wide.length; k++) {
      wide[k] = gradient[k];
    }
    return wide;
  }

  /** {@code W, b, c} of the centred machine's {@code W, b', c'}; or of a change of them. */
  private static double[] uncentred(double[] centred, float[] offsets) {
    double[] plain = centred.clone();
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        plain[B + i] -= centred[i * 3 + j] * offsets[4 + j];
        plain[C + j] -= centred[i * 3 + j] * offsets[i];
      }
    }
    return plain;
  }

  private static double[] centred(double[] plain, float[] offsets) {
    float[] back = new float[offsets.length];
    for (int k = 0; k < back.length; k++) {
      back[k] = -offsets[k];
    }
    return uncentred(plain, back);
  }

  /** By central differences in the centred machine's parameters. */
  private double[] centredGradient(float[] offsets) {
    double[] at = centred(theta, offsets);
    double[] gradient = new double[at.length];
    double step = 1e-4;
    for (int k = 0; k < at.length; k++) {
      double[] moved = at.clone();
      moved[k] += step;
      double up = loss(uncentred(moved, offsets));
      moved[k] -= 2 * step;
      gradient[k] = (up - loss(uncentred(moved, offsets))) / (2 * step);
    }
    return gradient;
  }

  private static float[] someOffsets() {
    return new float[] {0.3f, 0.7f, 0.1f, 0.5f, 0.2f, 0.9f, 0.4f};
  }

  /** Nothing here is random; the tolerance is that of float32 and of central differences. */
  @ParameterizedTest
  @EnumSource
  void everyRuleIsTheCentredMachinesGradientCarriedBack(RbmGradient rule) {
    float[] offsets = someOffsets();
    double[] direction = direction(rule, theta, data, offsets);
    double[] centred = centredGradient(offsets);
    double[] expected = uncentred(centred, offsets);
    double[] plain = centredGradient(new float[7]);
    double product = 0;
    double squares = 0;
    for (int k = 0; k < expected.length; k++) {
      assertThat(direction[k]).isCloseTo(expected[k], within(1e-6));
      product += direction[k] * plain[k];
      squares += centred[k] * centred[k];
    }
    assertThat(product).as("descends").isCloseTo(squares, within(1e-6)).isGreaterThan(1e-3);
  }

  @Test
  void offsetsAreThoseOfTheirRule() {
    float[] means = statistics(theta, data);
    float[] ofModel = statistics(theta, model(theta));
    for (RbmGradient rule : RbmGradient.values()) {
      float[] offsets = someOffsets();
      direction(rule, theta, data, offsets);
      for (int k = 0; k < offsets.length; k++) {
        double expected =
            switch (rule) {
              case PLAIN -> 0;
              case ENHANCED -> (means[B + k] + ofModel[B + k]) / 2;
              case CENTRED ->
                  k < 4 ? someOffsets()[k] : 0.99 * someOffsets()[k] + 0.01 * means[B + k];
            };
        assertThat((double) offsets[k]).isCloseTo(expected, within(1e-6));
      }
    }
    float[] offsets = new float[7];
    GRADIENT.compute(RbmGradient.CENTRED, means.clone(), 1, ofModel.clone(), 1, offsets, true);
    assertThat(Arrays.copyOfRange(offsets, 4, 7)).isEqualTo(Arrays.copyOfRange(means, C, C + 3));
  }

  /** The same machine with units 1 and 3 visible and 0 hidden having their states swapped. */
  private static double[] flipped(double[] theta) {
    boolean[] v = {false, true, false, true};
    boolean[] h = {true, false, false};
    double[] out = theta.clone();
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        double w = theta[i * 3 + j];
        out[i * 3 + j] = v[i] == h[j] ? w : -w;
        out[B + i] += h[j] ? w : 0;
        out[C + j] += v[i] ? w : 0;
      }
    }
    for (int i = 0; i < 4; i++) {
      out[B + i] *= v[i] ? -1 : 1;
    }
    for (int j = 0; j < 3; j++) {
      out[C + j] *= h[j] ? -1 : 1;
    }
    return out;
  }

  private static float[] flippedOffsets(float[] offsets) {
    float[] out = offsets.clone();
    for (int k : new int[] {1, 3, 4}) {
      out[k] = 1 - offsets[k];
    }
    return out;
  }

  @ParameterizedTest
  @EnumSource
  void flippedBitsOfTheDataFlipTheStepAndNothingElse(RbmGradient rule) {
    double[] flippedData = new double[STATES];
    for (int state = 0; state < STATES; state++) {
      flippedData[state ^ 0b1010] = data[state];
    }
    double[] step = direction(rule, theta, data, someOffsets());
    double[] expected = flipped(step);
    double[] got = direction(rule, flipped(theta), flippedData, flippedOffsets(someOffsets()));
    double worst = 0;
    for (int k = 0; k < got.length; k++) {
      worst = Math.max(worst, Math.abs(got[k] - expected[k]));
    }
    if (rule == RbmGradient.PLAIN) {
      assertThat(worst).as("the plain gradient is not invariant").isGreaterThan(0.05);
    } else {
      assertThat(worst).isLessThan(1e-6);
    }
  }

  /** Of more rows than a strip, and the same bits whoever computes a strip. */
  @Test
  void manyRowsGiveTheFormulaAndTheSameBitsAtAnyNumberOfThreads() {
    RbmShape shape = new RbmShape(131, 37);
    float[] data = floats(values(shape.parameterCount(), 5));
    float[] model = floats(values(shape.parameterCount(), 6));
    float[] expected = null;
    for (int threads : new int[] {1, 2, 5}) {
      float[] offsets = new float[131 + 37];
      float[] gradient = model.clone();
      try (Backend backend =
          Backends.named("vector", new BackendOptions(threads, Precision.FLOAT32))) {
        new CentredGradient(shape, backend)
            .compute(RbmGradient.ENHANCED, data.clone(), 10, gradient, 20, offsets, false);
      }
      if (expected == null) {
        expected = gradient;
        assertIsFormula(shape, data, model, offsets, gradient);
      }
      assertThat(gradient).isEqualTo(expected);
    }
  }

  private static void assertIsFormula(
      RbmShape shape, float[] data, float[] model, float[] offsets, float[] gradient) {
    int b = shape.visibleBiasOffset();
    int c = shape.hiddenBiasOffset();
    double[] difference = new double[gradient.length];
    for (int k = 0; k < difference.length; k++) {
      difference[k] = model[k] / 20.0 - data[k] / 10.0;
    }
    double[] exact = difference.clone();
    for (int i = 0; i < shape.visible(); i++) {
      double mu = offsets[i];
      for (int j = 0; j < shape.hidden(); j++) {
        double lambda = offsets[shape.visible() + j];
        int k = i * shape.hidden() + j;
        exact[k] -= difference[b + i] * lambda + mu * difference[c + j];
        exact[b + i] -= exact[k] * lambda;
        exact[c + j] -= exact[k] * mu;
      }
    }
    for (int k = 0; k < exact.length; k++) {
      assertThat((double) gradient[k]).isCloseTo(exact[k], within(1e-6));
    }
  }
}
