package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;

import io.gibbsite.math.FloatMathVector;
import jdk.incubator.vector.FloatVector;

/**
 * {@link Activation} on stretches of a tile: run on a panel just computed, while it is in the
 * first-level cache. Lengths are whole vectors.
 *
 * <p>One class for each function, so that a program with several of them compiles each on its own.
 */
abstract sealed class TileActivation {
  /** F3: {@code z[at ..] = f(z[at ..])}. */
  abstract void value(float[] z, int at, int length);

  /** F3 with the slope that B4 needs: {@code slope = f'(z)}, then {@code z = f(z)}. */
  abstract void valueAndSlope(float[] z, float[] slope, int at, int length);

  /**
   * The value and three derivatives.
   *
   * @param jets float[4 * length], out: {@code f}, then {@code f'}, {@code f''}, {@code f'''}
   */
  abstract void jets(float[] z, int at, int length, float[] jets);

  static TileActivation of(Activation activation) {
    return switch (activation) {
      case SILU -> new Silu();
      case SOFTPLUS -> new Softplus();
      case TANH -> new Tanh();
      case GELU -> new Gelu();
    };
  }

  /** See {@link Activation#SILU}. */
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
        f.fma(one().sub(s), s).intoArray(slope, i);
      }
    }

    @Override
    void jets(float[] z, int at, int length, float[] jets) {
      for (int i = 0; i < length; i += COUNT) {
        FloatVector x = load(z, at + i);
        FloatVector s = FloatMathVector.sigmoid(x);
        FloatVector s1 = s.mul(one().sub(s));
        FloatVector s2 = s1.mul(s.fma(all(-2f), one()));
        FloatVector s3 = s1.mul(s1.fma(all(-6f), one()));
        x.mul(s).intoArray(jets, i);
        x.fma(s1, s).intoArray(jets, length + i);
        x.fma(s2, s1.add(s1)).intoArray(jets, 2 * length + i);
        x.fma(s3, s2.mul(3f)).intoArray(jets, 3 * length + i);
      }
    }
  }

  /** See {@link Activation#SOFTPLUS}. */
  private static final class Softplus extends TileActivation {
    @Override
    void value(float[] z, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatMathVector.softplus(load(z, i)).intoArray(z, i);
      }
    }

    @Override
    void valueAndSlope(float[] z, float[] slope, int at, int length) {
      for (int i = at; i < at + length; i += COUNT) {
        FloatVector x = load(z, i);
        FloatMathVector.softplus(x).intoArray(z, i);
        FloatMathVector.sigmoid(x).intoArray(slope, i);
      }
    }

    @Override
    void jets(float[] z, int at, int length, float[] jets) {
      for (int i = 0; i < length; i += COUNT) {
        FloatVector x = load(z, at + i);
        FloatVector s = FloatMathVector.sigmoid(x);
        FloatVector s1 = s.mul(one().sub(s));
        FloatMathVector.softplus(x).intoArray(jets, i);
        s.intoArray(jets, length + i);
        s1.intoArray(jets, 2 * length + i);
        s1.mul(s.fma(all(-2f), one())).intoArray(jets, 3 * length + i);
      }
    }
  }

  /** See {@link Activation#TANH}. */
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

    @Override
    void jets(float[] z, int at, int length, float[] jets) {
      for (int i = 0; i < length; i += COUNT) {
        FloatVector t = FloatMathVector.tanh(load(z, at + i));
        FloatVector square = t.mul(t);
        FloatVector q = one().sub(square);
        t.intoArray(jets, i);
        q.intoArray(jets, length + i);
        t.mul(-2f).mul(q).intoArray(jets, 2 * length + i);
        q.mul(square.fma(all(6f), all(-2f))).intoArray(jets, 3 * length + i);
      }
    }
  }

  /** See {@link Activation#GELU}. */
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

    @Override
    void jets(float[] z, int at, int length, float[] jets) {
      for (int i = 0; i < length; i += COUNT) {
        FloatVector x = load(z, at + i);
        FloatVector density = FloatMathVector.normalDensity(x);
        FloatVector cdf = FloatMathVector.normalCdf(x, density);
        FloatVector square = x.mul(x);
        x.mul(cdf).intoArray(jets, i);
        x.fma(density, cdf).intoArray(jets, length + i);
        density.mul(all(2f).sub(square)).intoArray(jets, 2 * length + i);
        density.mul(x).mul(square.sub(4f)).intoArray(jets, 3 * length + i);
      }
    }
  }

  /**
   * T3: {@code a = f(z), at = f' zt, as = f'' zt^2 + f' zs}.
   *
   * @param zs null for layer 0, where it is zero
   * @param jets float[4 * length], scratch
   */
  final void taylor(
      float[] z,
      float[] zt,
      float[] zs,
      float[] a,
      float[] at,
      float[] as,
      int offset,
      int length,
      float[] jets) {
    jets(z, offset, length, jets);
    for (int i = 0; i < length; i += COUNT) {
      FloatVector f1 = load(jets, length + i);
      FloatVector f2 = load(jets, 2 * length + i);
      FloatVector t = load(zt, offset + i);
      FloatVector second = f2.mul(t).mul(t);
      if (zs != null) {
        second = f1.fma(load(zs, offset + i), second);
      }
      load(jets, i).intoArray(a, offset + i);
      f1.mul(t).intoArray(at, offset + i);
      second.intoArray(as, offset + i);
    }
  }

  /**
   * D4: {@code d = p f' + pt f'' zt + ps (f''' zt^2 + f'' zs)}, {@code dt = pt f' + 2 ps f'' zt},
   * {@code ds = ps f'}, in place of p, pt, ps.
   *
   * @param zs null for layer 0, where it is zero
   * @param jets float[4 * length], scratch
   */
  final void taylorBackward(
      float[] z,
      float[] zt,
      float[] zs,
      float[] p,
      float[] pt,
      float[] ps,
      int offset,
      int length,
      float[] jets) {
    jets(z, offset, length, jets);
    for (int i = 0; i < length; i += COUNT) {
      FloatVector f1 = load(jets, length + i);
      FloatVector f2 = load(jets, 2 * length + i);
      FloatVector f3 = load(jets, 3 * length + i);
      FloatVector t = load(zt, offset + i);
      FloatVector q0 = load(p, offset + i);
      FloatVector q1 = load(pt, offset + i);
      FloatVector q2 = load(ps, offset + i);
      FloatVector bend = f3.mul(t).mul(t);
      if (zs != null) {
        bend = f2.fma(load(zs, offset + i), bend);
      }
      FloatVector f2t = f2.mul(t);
      q2.fma(bend, q1.fma(f2t, q0.mul(f1))).intoArray(p, offset + i);
      q2.add(q2).fma(f2t, q1.mul(f1)).intoArray(pt, offset + i);
      q2.mul(f1).intoArray(ps, offset + i);
    }
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
