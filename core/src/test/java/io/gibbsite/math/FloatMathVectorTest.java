package io.gibbsite.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector functions give the bits of the scalar ones, for every 997th float there is. */
@Tag("vector-width")
class FloatMathVectorTest {
  private interface Scalar {
    float at(float x);
  }

  static Stream<Arguments> functions() {
    return Stream.of(
        Arguments.of(
            "exp", (Scalar) FloatMath::exp, (UnaryOperator<FloatVector>) FloatMathVector::exp),
        Arguments.of(
            "sigmoid",
            (Scalar) FloatMath::sigmoid,
            (UnaryOperator<FloatVector>) FloatMathVector::sigmoid),
        Arguments.of(
            "softplus",
            (Scalar) FloatMath::softplus,
            (UnaryOperator<FloatVector>) FloatMathVector::softplus),
        Arguments.of(
            "tanh", (Scalar) FloatMath::tanh, (UnaryOperator<FloatVector>) FloatMathVector::tanh),
        Arguments.of(
            "log", (Scalar) FloatMath::log, (UnaryOperator<FloatVector>) FloatMathVector::log),
        Arguments.of(
            "normalDensity",
            (Scalar) FloatMath::normalDensity,
            (UnaryOperator<FloatVector>) FloatMathVector::normalDensity),
        Arguments.of(
            "normalCdf",
            (Scalar) x -> FloatMath.normalCdf(x, FloatMath.normalDensity(x)),
            (UnaryOperator<FloatVector>)
                x -> FloatMathVector.normalCdf(x, FloatMathVector.normalDensity(x))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("functions")
  void sameBits(String name, Scalar scalar, UnaryOperator<FloatVector> vector) {
    float[] x = new float[Lanes.COUNT];
    float[] y = new float[Lanes.COUNT];
    long bits = Integer.MIN_VALUE;
    long checked = 0;
    while (bits <= Integer.MAX_VALUE) {
      for (int lane = 0; lane < x.length; lane++) {
        x[lane] = Float.intBitsToFloat((int) Math.min(bits, Integer.MAX_VALUE));
        bits += 997;
      }
      vector.apply(FloatVector.fromArray(Lanes.FLOAT, x, 0)).intoArray(y, 0);
      for (int lane = 0; lane < x.length; lane++) {
        // Float.floatToIntBits: one pattern for all NaN, whose payload IEEE 754 leaves open.
        int expected = Float.floatToIntBits(scalar.at(x[lane]));
        if (Float.floatToIntBits(y[lane]) != expected) {
          assertThat(y[lane]).as("%s(%s)", name, x[lane]).isEqualTo(Float.intBitsToFloat(expected));
        }
        checked++;
      }
    }
    assertThat(checked).isGreaterThan(4_300_000);
  }

  @Test
  void polarIsRadiusTimesCosineAndSine() {
    float[] a = new float[2 * Lanes.COUNT];
    for (int word = 0; word < 1 << 24; word += 61 * Lanes.COUNT) {
      for (int lane = 0; lane < Lanes.COUNT; lane++) {
        a[lane] = 0.25f + lane;
        a[Lanes.COUNT + lane] = Math.min(word + 61 * lane, (1 << 24) - 1) * 0x1p-24f;
      }
      float[] before = a.clone();
      FloatMathVector.polar(a, 0, Lanes.COUNT);
      for (int lane = 0; lane < Lanes.COUNT; lane++) {
        float u = before[Lanes.COUNT + lane];
        assertSame(a[lane], before[lane] * FloatMath.cosTurn(u), u);
        assertSame(a[Lanes.COUNT + lane], before[lane] * FloatMath.sinTurn(u), u);
      }
    }
  }

  private static void assertSame(float actual, float expected, float u) {
    if (Float.floatToRawIntBits(actual) != Float.floatToRawIntBits(expected)) {
      assertThat(actual).as("at a turn of %s", u).isEqualTo(expected);
    }
  }
}
