package io.gibbsite.math;

import static io.gibbsite.math.FloatMath.*;
import static io.gibbsite.math.Lanes.all;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link FloatMath} on vectors: the same operations in the same order, so the same bits in every
 * lane.
 *
 * <p>Limits are held by compare and blend, not by {@code min} and {@code max}, whose rules for NaN
 * cost several instructions each; a NaN compares false and passes through.
 *
 * <p>C2 stops inlining at a number of nodes that two or three of these functions reach, and a
 * vector that then crosses a call becomes an object: use one of them in a loop, and keep loops with
 * different ones apart. Constants are vectors because a broadcast costs more nodes than a load.
 */
public final class FloatMathVector {
  private static final FloatVector V_COS_2 = all(COS_2);
  private static final FloatVector V_COS_4 = all(COS_4);
  private static final FloatVector V_COS_6 = all(COS_6);
  private static final FloatVector V_COS_8 = all(COS_8);
  private static final FloatVector V_EXP_2 = all(EXP_2);
  private static final FloatVector V_EXP_3 = all(EXP_3);
  private static final FloatVector V_EXP_4 = all(EXP_4);
  private static final FloatVector V_EXP_5 = all(EXP_5);
  private static final FloatVector V_EXP_6 = all(EXP_6);
  private static final FloatVector V_FOUR = all(4f);
  private static final FloatVector V_LN2_HIGH = all(LN2_HIGH);
  private static final FloatVector V_LOG1P_10 = all(LOG1P_10);
  private static final FloatVector V_LOG1P_2 = all(LOG1P_2);
  private static final FloatVector V_LOG1P_3 = all(LOG1P_3);
  private static final FloatVector V_LOG1P_4 = all(LOG1P_4);
  private static final FloatVector V_LOG1P_5 = all(LOG1P_5);
  private static final FloatVector V_LOG1P_6 = all(LOG1P_6);
  private static final FloatVector V_LOG1P_7 = all(LOG1P_7);
  private static final FloatVector V_LOG1P_8 = all(LOG1P_8);
  private static final FloatVector V_LOG1P_9 = all(LOG1P_9);
  private static final FloatVector V_LOG2_E = all(LOG2_E);
  private static final FloatVector V_LOG_10 = all(LOG_10);
  private static final FloatVector V_LOG_11 = all(LOG_11);
  private static final FloatVector V_LOG_3 = all(LOG_3);
  private static final FloatVector V_LOG_4 = all(LOG_4);
  private static final FloatVector V_LOG_5 = all(LOG_5);
  private static final FloatVector V_LOG_6 = all(LOG_6);
  private static final FloatVector V_LOG_7 = all(LOG_7);
  private static final FloatVector V_LOG_8 = all(LOG_8);
  private static final FloatVector V_LOG_9 = all(LOG_9);
  private static final FloatVector V_MILLS_1 = all(MILLS_1);
  private static final FloatVector V_MILLS_10 = all(MILLS_10);
  private static final FloatVector V_MILLS_2 = all(MILLS_2);
  private static final FloatVector V_MILLS_3 = all(MILLS_3);
  private static final FloatVector V_MILLS_4 = all(MILLS_4);
  private static final FloatVector V_MILLS_5 = all(MILLS_5);
  private static final FloatVector V_MILLS_6 = all(MILLS_6);
  private static final FloatVector V_MILLS_7 = all(MILLS_7);
  private static final FloatVector V_MILLS_8 = all(MILLS_8);
  private static final FloatVector V_MILLS_9 = all(MILLS_9);
  private static final FloatVector V_MILLS_P = all(MILLS_P);
  private static final FloatVector V_MINUS_HALF = all(-0.5f);
  private static final FloatVector V_MINUS_LN2_HIGH = all(-LN2_HIGH);
  private static final FloatVector V_MINUS_LN2_LOW = all(-LN2_LOW);
  private static final FloatVector V_MINUS_QUARTER = all(-0.25f);
  private static final FloatVector V_ONE = all(1f);
  private static final FloatVector V_ROUND = all(ROUND);
  private static final FloatVector V_SIN_3 = all(SIN_3);
  private static final FloatVector V_SIN_5 = all(SIN_5);
  private static final FloatVector V_SIN_7 = all(SIN_7);
  private static final FloatVector V_SIN_9 = all(SIN_9);

  private FloatMathVector() {}

  /** As {@link FloatMath#exp}. */
  public static FloatVector exp(FloatVector x) {
    x = x.blend(EXP_LOW, x.lt(EXP_LOW));
    x = x.blend(EXP_HIGH, x.compare(VectorOperators.GT, EXP_HIGH));
    FloatVector shifted = x.fma(V_LOG2_E, V_ROUND);
    FloatVector scale = powerOfTwo(shifted);
    return scale.fma(expm1Reduced(reduce(x, shifted.sub(ROUND))), scale);
  }

  private static FloatVector powerOfTwo(FloatVector shifted) {
    return shifted
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, 23)
        .add(0x3f800000)
        .reinterpretAsFloats();
  }

  private static FloatVector reduce(FloatVector x, FloatVector n) {
    return n.fma(V_MINUS_LN2_LOW, n.fma(V_MINUS_LN2_HIGH, x));
  }

  private static FloatVector expm1Reduced(FloatVector r) {
    FloatVector p = r.fma(V_EXP_6, V_EXP_5);
    p = p.fma(r, V_EXP_4);
    p = p.fma(r, V_EXP_3);
    p = p.fma(r, V_EXP_2);
    return p.fma(r.mul(r), r);
  }

  /** As {@link FloatMath#log}. */
  public static FloatVector log(FloatVector x) {
    IntVector bits = x.reinterpretAsInts().sub(SQRT_HALF_BITS);
    FloatVector exponent =
        (FloatVector) bits.lanewise(VectorOperators.ASHR, 23).convert(VectorOperators.I2F, 0);
    FloatVector f = bits.and(0x7FFFFF).add(SQRT_HALF_BITS).reinterpretAsFloats().sub(1f);
    FloatVector p = f.fma(V_LOG_11, V_LOG_10);
    p = p.fma(f, V_LOG_9);
    p = p.fma(f, V_LOG_8);
    p = p.fma(f, V_LOG_7);
    p = p.fma(f, V_LOG_6);
    p = p.fma(f, V_LOG_5);
    p = p.fma(f, V_LOG_4);
    p = p.fma(f, V_LOG_3);
    FloatVector square = f.mul(f);
    FloatVector tail = p.mul(f).fma(square, exponent.mul(LN2_LOW));
    return exponent.fma(V_LN2_HIGH, square.fma(V_MINUS_HALF, tail).add(f));
  }

  private static FloatVector log1pUnit(FloatVector y) {
    FloatVector p = y.fma(V_LOG1P_10, V_LOG1P_9);
    p = p.fma(y, V_LOG1P_8);
    p = p.fma(y, V_LOG1P_7);
    p = p.fma(y, V_LOG1P_6);
    p = p.fma(y, V_LOG1P_5);
    p = p.fma(y, V_LOG1P_4);
    p = p.fma(y, V_LOG1P_3);
    p = p.fma(y, V_LOG1P_2);
    return p.mul(y).fma(y, y);
  }

  /** As {@link FloatMath#sigmoid}. */
  public static FloatVector sigmoid(FloatVector x) {
    return V_ONE.div(exp(x.neg()).add(1f));
  }

  /** As {@link FloatMath#softplus}. */
  public static FloatVector softplus(FloatVector x) {
    FloatVector tail = log1pUnit(exp(x.abs().neg()));
    return tail.blend(x.add(tail), x.compare(VectorOperators.GT, 0f));
  }

  /** As {@link FloatMath#tanh}. */
  public static FloatVector tanh(FloatVector x) {
    FloatVector y = x.abs().mul(-2f);
    y = y.blend(-40f, y.lt(-40f));
    FloatVector shifted = y.fma(V_LOG2_E, V_ROUND);
    FloatVector r = reduce(y, shifted.sub(ROUND));
    FloatVector scale = powerOfTwo(shifted);
    FloatVector m = scale.fma(expm1Reduced(r), scale.sub(1f));
    IntVector magnitude = m.neg().div(m.add(2f)).reinterpretAsInts().and(0x7FFFFFFF);
    return magnitude.or(x.reinterpretAsInts().and(0x80000000)).reinterpretAsFloats();
  }

  /**
   * {@code radius cosTurn(u)} and {@code radius sinTurn(u)} in place of radius and u: the same bits
   * as the single functions, with one reduction for both.
   *
   * @param a the radius at {@code cosAt} and u at {@code sinAt}, in and out
   */
  public static void polar(float[] a, int cosAt, int sinAt) {
    FloatVector radius = FloatVector.fromArray(Lanes.FLOAT, a, cosAt);
    FloatVector u = FloatVector.fromArray(Lanes.FLOAT, a, sinAt);
    FloatVector shifted = u.fma(V_FOUR, V_ROUND);
    FloatVector r = shifted.sub(ROUND).fma(V_MINUS_QUARTER, u);
    IntVector quarter = shifted.reinterpretAsInts();
    VectorMask<Float> odd = quarter.and(1).compare(VectorOperators.NE, 0).cast(Lanes.FLOAT);
    FloatVector cos = cosEighth(r);
    FloatVector sin = sinEighth(r);
    radius.mul(flip(cos.blend(sin, odd), quarter.add(1))).intoArray(a, cosAt);
    radius.mul(flip(sin.blend(cos, odd), quarter)).intoArray(a, sinAt);
  }

  private static FloatVector flip(FloatVector x, IntVector quarters) {
    IntVector sign = quarters.lanewise(VectorOperators.LSHL, 30).and(0x80000000);
    return x.reinterpretAsInts().lanewise(VectorOperators.XOR, sign).reinterpretAsFloats();
  }

  private static FloatVector sinEighth(FloatVector r) {
    FloatVector s = r.mul(r);
    FloatVector p = s.fma(V_SIN_9, V_SIN_7);
    p = p.fma(s, V_SIN_5);
    p = p.fma(s, V_SIN_3);
    return p.mul(s).fma(r, r.mul(TWO_PI));
  }

  private static FloatVector cosEighth(FloatVector r) {
    FloatVector s = r.mul(r);
    FloatVector p = s.fma(V_COS_8, V_COS_6);
    p = p.fma(s, V_COS_4);
    p = p.fma(s, V_COS_2);
    return p.fma(s, V_ONE);
  }

  /** As {@link FloatMath#normalDensity}. */
  public static FloatVector normalDensity(FloatVector x) {
    x = x.abs();
    x = x.blend(DENSITY_HIGH, x.compare(VectorOperators.GT, DENSITY_HIGH));
    FloatVector square = x.mul(x);
    FloatVector rest = x.fma(x, square.neg());
    FloatVector e = exp(square.mul(-0.5f));
    return e.fma(rest.mul(-0.5f), e).mul(INV_SQRT_TWO_PI);
  }

  /** As {@link FloatMath#normalCdf}. */
  public static FloatVector normalCdf(FloatVector x, FloatVector density) {
    FloatVector t = V_ONE.div(x.abs().fma(V_MILLS_P, V_ONE));
    FloatVector p = t.fma(V_MILLS_10, V_MILLS_9);
    p = p.fma(t, V_MILLS_8);
    p = p.fma(t, V_MILLS_7);
    p = p.fma(t, V_MILLS_6);
    p = p.fma(t, V_MILLS_5);
    p = p.fma(t, V_MILLS_4);
    p = p.fma(t, V_MILLS_3);
    p = p.fma(t, V_MILLS_2);
    p = p.fma(t, V_MILLS_1);
    FloatVector tail = density.mul(p.mul(t));
    return tail.blend(V_ONE.sub(tail), x.compare(VectorOperators.GT, 0f));
  }
}
