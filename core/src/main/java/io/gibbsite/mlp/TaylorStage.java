package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;

import io.gibbsite.math.FloatMathVector;
import io.gibbsite.math.LogisticVector;
import io.gibbsite.tile.Tile;
import jdk.incubator.vector.FloatVector;

/**
 * T3 and D4 on a stretch of a tile, in three stages: the transcendental functions of z, the
 * derivatives that follow from them, and the step itself.
 *
 * <p>A call through three classes is not inlined, so every stage is compiled on its own: together
 * they exceed what C2 compiles without boxing vectors.
 */
abstract sealed class TaylorStage {
  /** The stretch that the stages work on. */
  static final class Stretch {
    /** Where it begins in the tiles, and how long it is: whole vectors. */
    int at;

    int length;

    /** T2's {@code z}, {@code zt}, {@code zs}. */
    float[] z;

    float[] zt;
    float[] zs;

    /**
     * T3: {@code a}, {@code at}, {@code as}, out. D4: {@code p}, {@code pt}, {@code ps}, in place.
     */
    float[] value;

    float[] first;
    float[] second;

    /** {@code f, f', f'', f'''}, a stretch each. */
    final float[][] jet = new float[4][Tile.PANEL * Tile.ROWS];
  }

  abstract void apply(Stretch s);

  /** The stages of T3. */
  static TaylorStage[] forward(Activation activation) {
    return stages(activation, new Forward());
  }

  /** The stages of D4. */
  static TaylorStage[] backward(Activation activation) {
    return stages(activation, new Backward());
  }

  private static TaylorStage[] stages(Activation activation, TaylorStage step) {
    return switch (activation) {
      case SILU -> new TaylorStage[] {new Sigmoid(), new SiluJet(), step};
      case SOFTPLUS -> new TaylorStage[] {new Softplus(), new SoftplusJet(), step};
      case TANH -> new TaylorStage[] {new Tanh(), new TanhJet(), step};
      case GELU -> new TaylorStage[] {new NormalDensity(), new GeluJet(), step};
    };
  }

  /** {@code f' = sigmoid(z)}, for SiLU to go on from. */
  private static final class Sigmoid extends TaylorStage {
    @Override
    void apply(Stretch s) {
      for (int i = 0; i < s.length; i += COUNT) {
        LogisticVector.sigmoid(load(s.z, s.at + i)).intoArray(s.jet[1], i);
      }
    }
  }

  private static final class SiluJet extends TaylorStage {
    @Override
    void apply(Stretch stretch) {
      for (int i = 0; i < stretch.length; i += COUNT) {
        FloatVector z = load(stretch.z, stretch.at + i);
        FloatVector s = load(stretch.jet[1], i);
        FloatVector s1 = s.mul(all(1f).sub(s));
        FloatVector s2 = s1.mul(s.fma(all(-2f), all(1f)));
        FloatVector s3 = s1.mul(s1.fma(all(-6f), all(1f)));
        z.mul(s).intoArray(stretch.jet[0], i);
        z.fma(s1, s).intoArray(stretch.jet[1], i);
        z.fma(s2, s1.add(s1)).intoArray(stretch.jet[2], i);
        z.fma(s3, s2.mul(3f)).intoArray(stretch.jet[3], i);
      }
    }
  }

  /** {@code f = softplus(z)} and {@code f' = sigmoid(z)}. */
  private static final class Softplus extends TaylorStage {
    @Override
    void apply(Stretch s) {
      System.arraycopy(s.z, s.at, s.jet[0], 0, s.length);
      FloatMathVector.softplusAndSigmoid(s.jet[0], s.jet[1], 0, s.length);
    }
  }

  private static final class SoftplusJet extends TaylorStage {
    @Override
    void apply(Stretch stretch) {
      for (int i = 0; i < stretch.length; i += COUNT) {
        FloatVector s = load(stretch.jet[1], i);
        FloatVector s1 = s.mul(all(1f).sub(s));
        s1.intoArray(stretch.jet[2], i);
        s1.mul(s.fma(all(-2f), all(1f))).intoArray(stretch.jet[3], i);
      }
    }
  }

  /** {@code f = tanh(z)}. */
  private static final class Tanh extends TaylorStage {
    @Override
    void apply(Stretch s) {
      for (int i = 0; i < s.length; i += COUNT) {
        FloatMathVector.tanh(load(s.z, s.at + i)).intoArray(s.jet[0], i);
      }
    }
  }

  private static final class TanhJet extends TaylorStage {
    @Override
    void apply(Stretch stretch) {
      for (int i = 0; i < stretch.length; i += COUNT) {
        FloatVector t = load(stretch.jet[0], i);
        FloatVector square = t.mul(t);
        FloatVector q = all(1f).sub(square);
        q.intoArray(stretch.jet[1], i);
        t.mul(-2f).mul(q).intoArray(stretch.jet[2], i);
        q.mul(square.fma(all(6f), all(-2f))).intoArray(stretch.jet[3], i);
      }
    }
  }

  /** {@code f'' = phi(z)}, for GELU to go on from. */
  private static final class NormalDensity extends TaylorStage {
    @Override
    void apply(Stretch s) {
      for (int i = 0; i < s.length; i += COUNT) {
        FloatMathVector.normalDensity(load(s.z, s.at + i)).intoArray(s.jet[2], i);
      }
    }
  }

  private static final class GeluJet extends TaylorStage {
    @Override
    void apply(Stretch stretch) {
      for (int i = 0; i < stretch.length; i += COUNT) {
        FloatVector z = load(stretch.z, stretch.at + i);
        FloatVector density = load(stretch.jet[2], i);
        FloatVector cdf = FloatMathVector.normalCdf(z, density);
        FloatVector square = z.mul(z);
        z.mul(cdf).intoArray(stretch.jet[0], i);
        z.fma(density, cdf).intoArray(stretch.jet[1], i);
        density.mul(all(2f).sub(square)).intoArray(stretch.jet[2], i);
        density.mul(z).mul(square.sub(4f)).intoArray(stretch.jet[3], i);
      }
    }
  }

  /** T3: {@code a = f(z), at = f' zt, as = f'' zt^2 + f' zs}. */
  private static final class Forward extends TaylorStage {
    @Override
    void apply(Stretch s) {
      for (int i = 0; i < s.length; i += COUNT) {
        FloatVector f1 = load(s.jet[1], i);
        FloatVector zt = load(s.zt, s.at + i);
        FloatVector as = f1.fma(load(s.zs, s.at + i), load(s.jet[2], i).mul(zt).mul(zt));
        load(s.jet[0], i).intoArray(s.value, s.at + i);
        f1.mul(zt).intoArray(s.first, s.at + i);
        as.intoArray(s.second, s.at + i);
      }
    }
  }

  /**
   * D4: {@code d = p f' + pt f'' zt + ps (f''' zt^2 + f'' zs)}, {@code dt = pt f' + 2 ps f'' zt},
   * {@code ds = ps f'}.
   */
  private static final class Backward extends TaylorStage {
    @Override
    void apply(Stretch s) {
      for (int i = 0; i < s.length; i += COUNT) {
        FloatVector f1 = load(s.jet[1], i);
        FloatVector f2 = load(s.jet[2], i);
        FloatVector zt = load(s.zt, s.at + i);
        FloatVector p = load(s.value, s.at + i);
        FloatVector pt = load(s.first, s.at + i);
        FloatVector ps = load(s.second, s.at + i);
        FloatVector bend = f2.fma(load(s.zs, s.at + i), load(s.jet[3], i).mul(zt).mul(zt));
        FloatVector f2t = f2.mul(zt);
        ps.fma(bend, pt.fma(f2t, p.mul(f1))).intoArray(s.value, s.at + i);
        ps.add(ps).fma(f2t, pt.mul(f1)).intoArray(s.first, s.at + i);
        ps.mul(f1).intoArray(s.second, s.at + i);
      }
    }
  }

  private static FloatVector load(float[] a, int at) {
    return FloatVector.fromArray(FLOAT, a, at);
  }

  private static FloatVector all(float x) {
    return FloatVector.broadcast(FLOAT, x);
  }
}
