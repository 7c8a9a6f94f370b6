package io.gibbsite.math;

import static io.gibbsite.math.FloatMath.*;
import static io.gibbsite.math.Lanes.all;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link FloatMath} on vectors: the same operations in the same order, so the same bits in every lane.
 *
 * <p>Limits are held by compare and blend, not by {@code min} and {@code max}, whose rules for NaN cost
 * several instructions each; a NaN compares false and passes through.
 */
public final class FloatMathVector {
  private FloatMathVector() {}

  /** As {@link FloatMath#exp}. */
  public static FloatVector exp(FloatVector x) {
    x = x.blend(EXP_LOW, x.lt(EXP_LOW));
    x = x.blend(EXP_HIGH, x.compare(VectorOperators.GT, EXP_HIGH));
    FloatVector shifted = x.fma(all(LOG2_E), all(ROUND));
    FloatVector p = expm1Reduced(reduce(x, shifted.sub(ROUND))).add(1f);
    return p.reinterpretAsInts()
        .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
        .reinterpretAsFloats();
  }

  private static FloatVector reduce(FloatVector x, FloatVector n) {
    return n.fma(all(-LN2_LOW), n.fma(all(-LN2_HIGH), x));
  }

  private static FloatVector expm1Reduced(FloatVector r) {
    FloatVector p = r.fma(all(EXP_6), all(EXP_5));
    p = p.fma(r, all(EXP_4));
    p = p.fma(r, all(EXP_3));
    p = p.fma(r, all(EXP_2));
    return p.fma(r.mul(r), r);
  }

  /** As {@link FloatMath#log}. */
  public static FloatVector log(FloatVector x) {
    IntVector bits = x.reinterpretAsInts().sub(SQRT_HALF_BITS);
    FloatVector exponent =
        (FloatVector)
            bits.lanewise(VectorOperators.ASHR, 23).convert(VectorOperators.I2F, 0);
    FloatVector f = bits.and(0x7FFFFF).add(SQRT_HALF_BITS).reinterpretAsFloats().sub(1f);
    FloatVector p = f.fma(all(LOG_11), all(LOG_10));
    p = p.fma(f, all(LOG_9));
    p = p.fma(f, all(LOG_8));
    p = p.fma(f, all(LOG_7));
    p = p.fma(f, all(LOG_6));
    p = p.fma(f, all(LOG_5));
    p = p.fma(f, all(LOG_4));
    p = p.fma(f, all(LOG_3));
    FloatVector square = f.mul(f);
    FloatVector tail = p.mul(f).fma(square, exponent.mul(LN2_LOW));
    return exponent.fma(all(LN2_HIGH), square.fma(all(-0.5f), tail).add(f));
  }

  private static FloatVector log1pUnit(FloatVector y) {
    FloatVector p = y.fma(all(LOG1P_10), all(LOG1P_9));
    p = p.fma(y, all(LOG1P_8));
    p = p.fma(y, all(LOG1P_7));
    p = p.fma(y, all(LOG1P_6));
    p = p.fma(y, all(LOG1P_5));
    p = p.fma(y, all(LOG1P_4));
    p = p.fma(y, all(LOG1P_3));
    p = p.fma(y, all(LOG1P_2));
    return p.mul(y).fma(y, y);
  }

  /** As {@link FloatMath#sigmoid}. */
  public static FloatVector sigmoid(FloatVector x) {
    return all(1f).div(exp(x.neg()).add(1f));
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
    FloatVector shifted = y.fma(all(LOG2_E), all(ROUND));
    FloatVector r = reduce(y, shifted.sub(ROUND));
    FloatVector scale =
        shifted
            .reinterpretAsInts()
            .lanewise(VectorOperators.LSHL, 23)
            .add(0x3f800000)
            .reinterpretAsFloats();
    FloatVector m = scale.fma(expm1Reduced(r), scale.sub(1f));
    IntVector magnitude = m.neg().div(m.add(2f)).reinterpretAsInts().and(0x7FFFFFFF);
    return magnitude.or(x.reinterpretAsInts().and(0x80000000)).reinterpretAsFloats();
  }

  /** As {@link FloatMath#cosTurn}. */
  public static FloatVector cosTurn(FloatVector u) {
    FloatVector shifted = u.fma(all(4f), all(ROUND));
    FloatVector r = shifted.sub(ROUND).fma(all(-0.25f), u);
    IntVector quarter = shifted.reinterpretAsInts();
    VectorMask<Float> odd =
        quarter.and(1).compare(VectorOperators.NE, 0).cast(Lanes.FLOAT);
    FloatVector magnitude = cosEighth(r).blend(sinEighth(r), odd);
    return flip(magnitude, quarter.add(1));
  }

  /** As {@link FloatMath#sinTurn}. */
  public static FloatVector sinTurn(FloatVector u) {
    FloatVector shifted = u.fma(all(4f), all(ROUND));
    FloatVector r = shifted.sub(ROUND).fma(all(-0.25f), u);
    IntVector quarter = shifted.reinterpretAsInts();
    VectorMask<Float> odd =
        quarter.and(1).compare(VectorOperators.NE, 0).cast(Lanes.FLOAT);
    FloatVector magnitude = sinEighth(r).blend(cosEighth(r), odd);
    return flip(magnitude, quarter);
  }

  private static FloatVector flip(FloatVector x, IntVector quarters) {
    IntVector sign = quarters.lanewise(VectorOperators.LSHL, 30).and(0x80000000);
    return x.reinterpretAsInts().lanewise(VectorOperators.XOR, sign).reinterpretAsFloats();
  }

  private static FloatVector sinEighth(FloatVector r) {
    FloatVector s = r.mul(r);
    FloatVector p = s.fma(all(SIN_9), all(SIN_7));
    p = p.fma(s, all(SIN_5));
    p = p.fma(s, all(SIN_3));
    return p.mul(s).fma(r, r.mul(TWO_PI));
  }

  private static FloatVector cosEighth(FloatVector r) {
    FloatVector s = r.mul(r);
    FloatVector p = s.fma(all(COS_8), all(COS_6));
    p = p.fma(s, all(COS_4));
    p = p.fma(s, all(COS_2));
    return p.fma(s, all(1f));
  }

  /** As {@link FloatMath#normalDensity}. */
  public static FloatVector normalDensity(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector rest = x.fma(x, square.neg());
    FloatVector e = exp(square.mul(-0.5f));
    return e.fma(rest.mul(-0.5f), e).mul(INV_SQRT_TWO_PI);
  }

  /** As {@link FloatMath#normalCdf}. */
  public static FloatVector normalCdf(FloatVector x, FloatVector density) {
    FloatVector t = all(1f).div(x.abs().fma(all(MILLS_P), all(1f)));
    FloatVector p = t.fma(all(MILLS_10), all(MILLS_9));
    p = p.fma(t, all(MILLS_8));
    p = p.fma(t, all(MILLS_7));
    p = p.fma(t, all(MILLS_6));
    p = p.fma(t, all(MILLS_5));
    p = p.fma(t, all(MILLS_4));
    p = p.fma(t, all(MILLS_3));
    p = p.fma(t, all(MILLS_2));
    p = p.fma(t, all(MILLS_1));
    FloatVector tail = density.mul(p.mul(t));
    return tail.blend(all(1f).sub(tail), x.compare(VectorOperators.GT, 0f));
  }
}
