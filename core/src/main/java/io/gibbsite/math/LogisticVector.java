package io.gibbsite.math;

import static io.gibbsite.math.Lanes.COUNT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The logistic function where the bits of {@link FloatMath} are not needed, in half its time: its
 * exponential takes a table in a register.
 *
 * <pre>
 *   -x = (n + f) ln 2 / COUNT,   n whole, |f| at most 1/2
 *   exp(-x) = 2^(n / COUNT) (1 + f q(f))
 * </pre>
 *
 * <p>The first factor is a table of {@code 2^(j / COUNT)} with the rest of n added to its exponent.
 * The relative error is {@code |x| 2^-23.7} of the reduction and {@code 2^-21.2} of q (2^-24 with 8
 * lanes). Source: Tang, "Table-driven implementation of the exponential function in IEEE
 * floating-point arithmetic", ACM TOMS 15, 1989.
 */
public final class LogisticVector {
  /** Vectors of 4 lanes would need a longer q: they take the exponential of FloatMath. */
  private static final boolean TABLE = COUNT >= 8;

  private static final int SHIFT = 23 - Integer.numberOfTrailingZeros(COUNT);
  private static final FloatVector SCALE = Lanes.all((float) (-COUNT / Math.log(2)));
  private static final FloatVector ROUND = Lanes.all(12_582_912f);
  private static final FloatVector ONE = Lanes.all(1f);
  private static final FloatVector Q0 = Lanes.all(COUNT == 8 ? 0.0866433978f : 0.0433242396f);
  private static final FloatVector Q1 = Lanes.all(COUNT == 8 ? 0.00375402556f : 0.000938418671f);
  private static final FloatVector Q2 = Lanes.all(0.000108420849f);
  private static final IntVector LOWEST = Lanes.all(Float.floatToRawIntBits(-86f));
  private static final IntVector HIGHEST = Lanes.all(Float.floatToRawIntBits(86f));
  private static final IntVector POWERS = powers();

  private LogisticVector() {}

  /** The bits of 2^(j / COUNT), less what adding j to the exponent's last bits moves them by. */
  private static IntVector powers() {
    int[] bits = new int[COUNT];
    for (int j = 0; j < COUNT; j++) {
      bits[j] = Float.floatToRawIntBits((float) Math.pow(2, (double) j / COUNT)) - (j << SHIFT);
    }
    return IntVector.fromArray(Lanes.INT, bits, 0);
  }

  /** {@code 1 / (1 + exp(-x))}, x held to -86 .. 86; of NaN it may be that of one of these. */
  public static FloatVector sigmoid(FloatVector x) {
    return ONE.div(onePlusExpMinus(x));
  }

  /** {@code 1 + exp(-x)}, x held to -86 .. 86. */
  public static FloatVector onePlusExpMinus(FloatVector x) {
    if (!TABLE) {
      return FloatMathVector.exp(x.neg()).add(ONE);
    }
    FloatVector scaled = held(x).mul(SCALE);
    FloatVector rounded = scaled.add(ROUND);
    FloatVector f = scaled.sub(rounded.sub(ROUND));
    IntVector n = rounded.reinterpretAsInts();
    FloatVector power =
        n.selectFrom(POWERS).add(n.lanewise(VectorOperators.LSHL, SHIFT)).reinterpretAsFloats();
    FloatVector q = COUNT == 8 ? f.fma(Q2, Q1).fma(f, Q0) : f.fma(Q1, Q0);
    return power.fma(f.fma(q, ONE), ONE);
  }

  /**
   * By the order of the bits, which takes an operation for each end: as integers, floats of one
   * sign are in the order of their magnitudes, and negative ones, unsigned, beyond all others.
   */
  private static FloatVector held(FloatVector x) {
    return x.reinterpretAsInts()
        .min(HIGHEST)
        .lanewise(VectorOperators.UMIN, LOWEST)
        .reinterpretAsFloats();
  }
}
