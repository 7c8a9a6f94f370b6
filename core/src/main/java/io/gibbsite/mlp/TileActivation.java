package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;

import io.gibbsite.math.FloatMathVector;
import io.gibbsite.math.LogisticVector;
import jdk.incubator.vector.FloatVector;

/**
 * {@link Activation} on stretches of a tile: run on panels just computed, while they are in the
 * first-level cache.
 *
 * <p>A call through three classes is not inlined, so every function is compiled on its own: two of
 * them in one method exceed what C2 compiles without boxing vectors. Hence the two classes that do
 * nothing.
 */
abstract sealed class TileActivation {
  /**
   * F3: {@code z = f(z)}, and where they will be needed {@code slope = f'(z)}, {@code curvature =
   * f''(z)}.
   *
   * @param slope not touched by a function without slope
   * @param curvature not touched by a function without curvature
   * @param length whole vectors
   */
  abstract void apply(float[] z, float[] slope, float[] curvature, int at, int length);

  /** {@code z = f(z)}: to be applied one after another. */
  static TileActivation[] value(Activation activation) {
    return apart(
        switch (activation) {
          case SILU -> new Silu();
          case SOFTPLUS -> new Softplus();
          case TANH -> new Tanh();
          case GELU -> new Gelu();
        });
  }

  /** {@code slope = f'(z)}, then {@code z = f(z)}: to be applied one after another. */
  static TileActivation[] valueAndSlope(Activation activation) {
    return apart(
        switch (activation) {
          case SILU -> new SiluAndSlope();
          case SOFTPLUS -> new SoftplusAndSlope();
          case TANH -> new TanhAndSlope();
          case GELU -> new GeluAndSlope();
        });
  }

  /**
   * As above, with the same bits, and {@code curvature = f''(z)}: to be applied one after another.
   */
  static TileActivation[] valueSlopeAndCurvature(Activation activation) {
    return switch (activation) {
      case SILU -> apart(new SiluToCurvature());
      case SOFTPLUS -> apart(new SoftplusToCurvature());
      case TANH -> apart(new TanhToCurvature());
      case GELU -> new TileActivation[] {new NormalDensity(), new GeluToCurvature(), new Nothing()};
    };
  }

  private static TileActivation[] apart(TileActivation function) {
    return new TileActivation[] {function, new Nothing(), new NothingElse()};
  }

  private static final class Silu extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        x.mul(LogisticVector.sigmoid(x)).intoArray(z, i);
      }
    }
  }

  private static final class SiluAndSlope extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        FloatVector s = LogisticVector.sigmoid(x);
        FloatVector f = x.mul(s);
        f.intoArray(z, i);
        f.fma(one().sub(s), s).intoArray(slope, i); // s + z s (1 - s)
      }
    }
  }

  private static final class SiluToCurvature extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        FloatVector s = LogisticVector.sigmoid(x);
        FloatVector s1 = s.mul(one().sub(s));
        FloatVector s2 = s1.mul(s.fma(all(-2f), one()));
        FloatVector f = x.mul(s);
        f.intoArray(z, i);
        f.fma(one().sub(s), s).intoArray(slope, i);
        x.fma(s2, s1.add(s1)).intoArray(curvature, i);
      }
    }
  }

  private static final class Softplus extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatMathVector.softplus(load(z, i)).intoArray(z, i);
      }
    }
  }

  private static final class SoftplusAndSlope extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      FloatMathVector.softplusAndSigmoid(z, slope, at, length);
    }
  }

  private static final class SoftplusToCurvature extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      FloatMathVector.softplusAndSigmoid(z, slope, at, length);
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector s = load(slope, i);
        s.mul(one().sub(s)).intoArray(curvature, i);
      }
    }
  }

  private static final class Tanh extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatMathVector.tanh(load(z, i)).intoArray(z, i);
      }
    }
  }

  private static final class TanhAndSlope extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector t = FloatMathVector.tanh(load(z, i));
        t.intoArray(z, i);
        one().sub(t.mul(t)).intoArray(slope, i);
      }
    }
  }

  private static final class TanhToCurvature extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector t = FloatMathVector.tanh(load(z, i));
        FloatVector q = one().sub(t.mul(t));
        t.intoArray(z, i);
        q.intoArray(slope, i);
        t.mul(-2f).mul(q).intoArray(curvature, i);
      }
    }
  }

  private static final class Gelu extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        x.mul(FloatMathVector.normalCdf(x, FloatMathVector.normalDensity(x))).intoArray(z, i);
      }
    }
  }

  private static final class GeluAndSlope extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        FloatVector density = FloatMathVector.normalDensity(x);
        FloatVector cdf = FloatMathVector.normalCdf(x, density);
        x.mul(cdf).intoArray(z, i);
        x.fma(density, cdf).intoArray(slope, i);
      }
    }
  }

  /** {@code curvature = phi(z)}, for GELU to go on from. */
  private static final class NormalDensity extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatMathVector.normalDensity(load(z, i)).intoArray(curvature, i);
      }
    }
  }

  private static final class GeluToCurvature extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        FloatVector density = load(curvature, i);
        FloatVector cdf = FloatMathVector.normalCdf(x, density);
        x.mul(cdf).intoArray(z, i);
        x.fma(density, cdf).intoArray(slope, i);
        density.mul(all(2f).sub(x.mul(x))).intoArray(curvature, i);
      }
    }
  }

  private static final class Nothing extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {}
  }

  private static final class NothingElse extends TileActivation {
    @Override
    void apply(float[] z, float[] slope, float[] curvature, int at, int length) {}
  }

  private static FloatVector load(float[] a, int at) {
    return FloatVector.fromArray(FLOAT, a, at);
  }

  private static FloatVector one() {
    return all(1f);
  }

  private static FloatVector all(float x) {
    return FloatVector.broadcast(FLOAT, x);
  }
}
