package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;

import io.gibbsite.math.FloatMathVector;
import jdk.incubator.vector.FloatVector;

/**
 * {@link Activation} on stretches of a tile: run on panels just computed, while they are in the
 * first-level cache. Lengths are whole vectors.
 *
 * <p>One class for each function, so that a program with several of them compiles each on its own.
 */
abstract sealed class TileActivation {
  /** F3: {@code z[at ..] = f(z[at ..])}. */
  abstract void value(float[] z, int at, int length);

  /** F3 with the slope that B4 needs: {@code slope = f'(z)}, then {@code z = f(z)}. */
  abstract void valueAndSlope(float[] z, float[] slope, int at, int length);

  static TileActivation of(Activation activation) {
    return switch (activation) {
      case SILU -> new Silu();
      case SOFTPLUS -> new Softplus();
      case TANH -> new Tanh();
      case GELU -> new Gelu();
    };
  }

  private static final class Silu extends TileActivation {
    @Override
    void value(float[] z, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        x.mul(FloatMathVector.sigmoid(x)).intoArray(z, i);
      }
    }

    @Override
    void valueAndSlope(float[] z, float[] slope, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        FloatVector s = FloatMathVector.sigmoid(x);
        FloatVector f = x.mul(s);
        f.intoArray(z, i);
        f.fma(one().sub(s), s).intoArray(slope, i); // s + z s (1 - s)
      }
    }
  }

  private static final class Softplus extends TileActivation {
    @Override
    void value(float[] z, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatMathVector.softplus(load(z, i)).intoArray(z, i);
      }
    }

    @Override
    void valueAndSlope(float[] z, float[] slope, int at, int length) {
      FloatMathVector.softplusAndSigmoid(z, slope, at, length);
    }
  }

  private static final class Tanh extends TileActivation {
    @Override
    void value(float[] z, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatMathVector.tanh(load(z, i)).intoArray(z, i);
      }
    }

    @Override
    void valueAndSlope(float[] z, float[] slope, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector t = FloatMathVector.tanh(load(z, i));
        t.intoArray(z, i);
        one().sub(t.mul(t)).intoArray(slope, i);
      }
    }
  }

  private static final class Gelu extends TileActivation {
    @Override
    void value(float[] z, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        x.mul(FloatMathVector.normalCdf(x, FloatMathVector.normalDensity(x))).intoArray(z, i);
      }
    }

    @Override
    void valueAndSlope(float[] z, float[] slope, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        FloatVector density = FloatMathVector.normalDensity(x);
        FloatVector cdf = FloatMathVector.normalCdf(x, density);
        x.mul(cdf).intoArray(z, i);
        x.fma(density, cdf).intoArray(slope, i);
      }
    }
  }

  private static FloatVector load(float[] a, int at) {
    return FloatVector.fromArray(FLOAT, a, at);
  }

  private static FloatVector one() {
    return FloatVector.broadcast(FLOAT, 1f);
  }
}
