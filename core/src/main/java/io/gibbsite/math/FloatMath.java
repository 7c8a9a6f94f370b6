package io.gibbsite.math;

/**
 * Elementary functions in float32 as fixed polynomials: IEEE add, multiply, fma, divide and integer
 * operations in one written order, so that {@link FloatMathVector}, C++ and CUDA give the same
 * bits.
 *
 * <p>Coefficients are weighted minimax fits (Lawson iterations), rounded to float32. Errors are
 * given in units in the last place (ulp) of the result, and held by tests. NaN in gives NaN out,
 * but for log.
 */
public final class FloatMath {
  static final float LOG2_E = 1.44269504f;

  /** ln 2 = LN2_HIGH + LN2_LOW; LN2_HIGH has 7 trailing zero bits, so n * LN2_HIGH is exact. */
  static final float LN2_HIGH = 0x1.62e4p-1f;

  static final float LN2_LOW = 0x1.7f7d1cp-20f;

  /** Adding and subtracting 1.5 * 2^23 rounds to an integer, left in the low bits of the sum. */
  static final float ROUND = 0x1.8p23f;

  static final float EXP_LOW = -87f;
  static final float EXP_HIGH = 88f;

  static final float EXP_2 = 0.49999994f;
  static final float EXP_3 = 0.166665152f;
  static final float EXP_4 = 0.041668456f;
  static final float EXP_5 = 0.00836941879f;
  static final float EXP_6 = 0.00138131448f;

  static final float LOG_3 = 0.333333135f;
  static final float LOG_4 = -0.250000089f;
  static final float LOG_5 = 0.200021192f;
  static final float LOG_6 = -0.166679963f;
  static final float LOG_7 = 0.142195523f;
  static final float LOG_8 = -0.124055892f;
  static final float LOG_9 = 0.118881628f;
  static final float LOG_10 = -0.116756514f;
  static final float LOG_11 = 0.0674663857f;

  /** The bits of sqrt(1/2): mantissas are taken from [sqrt(1/2), sqrt(2)). */
  static final int SQRT_HALF_BITS = 0x3f3504f3;

  static final float LOG1P_1 = 1f;
  static final float LOG1P_2 = -0.499999017f;
  static final float LOG1P_3 = 0.333299637f;
  static final float LOG1P_4 = -0.249541327f;
  static final float LOG1P_5 = 0.196759358f;
  static final float LOG1P_6 = -0.153055817f;
  static final float LOG1P_7 = 0.106036387f;
  static final float LOG1P_8 = -0.0569593832f;
  static final float LOG1P_9 = 0.0198513865f;
  static final float LOG1P_10 = -0.00324400887f;

  static final float TWO_PI = 6.28318531f;
  static final float SIN_3 = -41.3417015f;
  static final float SIN_5 = 81.6052094f;
  static final float SIN_7 = -76.6983795f;
  static final float SIN_9 = 41.4875755f;
  static final float COS_2 = -19.7392082f;
  static final float COS_4 = 64.9393234f;
  static final float COS_6 = -85.4437408f;
  static final float COS_8 = 59.2459641f;

  static final float INV_SQRT_TWO_PI = 0.398942280f;

  /** Beyond it the density is held at its smallest, 6.6e-39, as {@link #exp} is. */
  static final float DENSITY_HIGH = 13.2f;

  static final float MILLS_P = 0.3f;
  static final float MILLS_1 = 0.300009906f;
  static final float MILLS_2 = 0.299724668f;
  static final float MILLS_3 = 0.27629894f;
  static final float MILLS_4 = 0.196583733f;
  static final float MILLS_5 = 0.240781382f;
  static final float MILLS_6 = -0.198643833f;
  static final float MILLS_7 = 0.480224341f;
  static final float MILLS_8 = -0.571680665f;
  static final float MILLS_9 = 0.281684399f;
  static final float MILLS_10 = -0.0516687185f;

  private FloatMath() {}

  /** {@code exp(x)} within 1.1 ulp, x held to [-87, 88]. */
  public static float exp(float x) {
    if (x < EXP_LOW) {
      x = EXP_LOW;
    }
    if (x > EXP_HIGH) {
      x = EXP_HIGH;
    }
    float shifted = Math.fma(x, LOG2_E, ROUND);
    float r = reduce(x, shifted - ROUND);
    float scale = powerOfTwo(shifted);
    return Math.fma(scale, expm1Reduced(r), scale);
  }

  /** {@code 2^n} for {@code shifted = n + ROUND}. */
  private static float powerOfTwo(float shifted) {
    return Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + 0x3f800000);
  }

  /** {@code x - n ln 2} in two exact-as-possible steps. */
  private static float reduce(float x, float n) {
    return Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
  }

  /** {@code exp(r) - 1} for |r| at most ln(2) / 2. */
  private static float expm1Reduced(float r) {
    float p = EXP_6;
    p = Math.fma(p, r, EXP_5);
    p = Math.fma(p, r, EXP_4);
    p = Math.fma(p, r, EXP_3);
    p = Math.fma(p, r, EXP_2);
    return Math.fma(p, r * r, r);
  }

  /**
   * {@code log(x)} of a positive normal number within 0.9 ulp; of anything else, NaN too, it is
   * arbitrary.
   */
  public static float log(float x) {
    int bits = Float.floatToRawIntBits(x) - SQRT_HALF_BITS;
    float exponent = bits >> 23;
    float f = Float.intBitsToFloat((bits & 0x7FFFFF) + SQRT_HALF_BITS) - 1f;
    float p = LOG_11;
    p = Math.fma(p, f, LOG_10);
    p = Math.fma(p, f, LOG_9);
    p = Math.fma(p, f, LOG_8);
    p = Math.fma(p, f, LOG_7);
    p = Math.fma(p, f, LOG_6);
    p = Math.fma(p, f, LOG_5);
    p = Math.fma(p, f, LOG_4);
    p = Math.fma(p, f, LOG_3);
    float square = f * f;
    float tail = Math.fma(p * f, square, exponent * LN2_LOW);
    return Math.fma(exponent, LN2_HIGH, Math.fma(-0.5f, square, tail) + f);
  }

  /** {@code log(1 + y)} for y in [0, 1] within 1.9 ulp. */
  static float log1pUnit(float y) {
    float p = LOG1P_10;
    p = Math.fma(p, y, LOG1P_9);
    p = Math.fma(p, y, LOG1P_8);
    p = Math.fma(p, y, LOG1P_7);
    p = Math.fma(p, y, LOG1P_6);
    p = Math.fma(p, y, LOG1P_5);
    p = Math.fma(p, y, LOG1P_4);
    p = Math.fma(p, y, LOG1P_3);
    p = Math.fma(p, y, LOG1P_2);
    return Math.fma(p * y, y, y);
  }

  /** The logistic function {@code 1 / (1 + exp(-x))} within 2.6 ulp, x held to at least -88. */
  public static float sigmoid(float x) {
    return 1f / (1f + exp(-x));
  }

  /**
   * {@code log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))} within 2.6 ulp, x held to at least -87.
   */
  public static float softplus(float x) {
    float tail = log1pUnit(exp(-Math.abs(x)));
    return x > 0f ? x + tail : tail;
  }

  /**
   * The hyperbolic tangent within 2.6 ulp: {@code -m / (m + 2)} with {@code m = exp(-2|x|) - 1}.
   */
  public static float tanh(float x) {
    float y = -2f * Math.abs(x);
    if (y < -40f) {
      y = -40f;
    }
    float shifted = Math.fma(y, LOG2_E, ROUND);
    float r = reduce(y, shifted - ROUND);
    float scale = powerOfTwo(shifted);
    float m = Math.fma(scale, expm1Reduced(r), scale - 1f);
    return Math.copySign(-m / (m + 2f), x);
  }

  /** {@code cos(2 pi u)} for u in [0, 1], within 2.1 ulp and 1.5 * 2^-24. */
  public static float cosTurn(float u) {
    float shifted = Math.fma(u, 4f, ROUND);
    float r = Math.fma(shifted - ROUND, -0.25f, u);
    int quarter = Float.floatToRawIntBits(shifted);
    float magnitude = (quarter & 1) == 0 ? cosEighth(r) : sinEighth(r);
    return flip(magnitude, (quarter + 1) << 30);
  }

  /** {@code sin(2 pi u)} for u in [0, 1], within 2.1 ulp and 1.5 * 2^-24. */
  public static float sinTurn(float u) {
    float shifted = Math.fma(u, 4f, ROUND);
    float r = Math.fma(shifted - ROUND, -0.25f, u);
    int quarter = Float.floatToRawIntBits(shifted);
    float magnitude = (quarter & 1) == 0 ? sinEighth(r) : cosEighth(r);
    return flip(magnitude, quarter << 30);
  }

  private static float flip(float x, int signWord) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(x) ^ (signWord & 0x80000000));
  }

  /** {@code sin(2 pi r)} for |r| at most 1/8. */
  private static float sinEighth(float r) {
    float s = r * r;
    float p = SIN_9;
    p = Math.fma(p, s, SIN_7);
    p = Math.fma(p, s, SIN_5);
    p = Math.fma(p, s, SIN_3);
    return Math.fma(p * s, r, TWO_PI * r);
  }

  /** {@code cos(2 pi r)} for |r| at most 1/8. */
  private static float cosEighth(float r) {
    float s = r * r;
    float p = COS_8;
    p = Math.fma(p, s, COS_6);
    p = Math.fma(p, s, COS_4);
    p = Math.fma(p, s, COS_2);
    return Math.fma(p, s, 1f);
  }

  /** The standard normal density within 3 ulp, |x| held to 13.2. */
  public static float normalDensity(float x) {
    x = Math.abs(x);
    if (x > DENSITY_HIGH) {
      x = DENSITY_HIGH;
    }
    float square = x * x;
    float rest = Math.fma(x, x, -square);
    float e = exp(-0.5f * square);
    return INV_SQRT_TWO_PI * Math.fma(e, -0.5f * rest, e);
  }

  /**
   * The standard normal distribution function, from the density and Mills' ratio {@code (1 -
   * Phi(x)) / phi(x)}, a polynomial in {@code 1 / (1 + 0.3 |x|)}: within 8 ulp for x in [-13, 0],
   * within 4.1 ulp above.
   */
  public static float normalCdf(float x, float density) {
    float t = 1f / Math.fma(MILLS_P, Math.abs(x), 1f);
    float p = MILLS_10;
    p = Math.fma(p, t, MILLS_9);
    p = Math.fma(p, t, MILLS_8);
    p = Math.fma(p, t, MILLS_7);
    p = Math.fma(p, t, MILLS_6);
    p = Math.fma(p, t, MILLS_5);
    p = Math.fma(p, t, MILLS_4);
    p = Math.fma(p, t, MILLS_3);
    p = Math.fma(p, t, MILLS_2);
    p = Math.fma(p, t, MILLS_1);
    float tail = density * (p * t);
    return x > 0f ? 1f - tail : tail;
  }
}
