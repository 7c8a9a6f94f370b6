// Elementary functions in float32 as fixed polynomials: the operations of io.gibbsite.math.FloatMath
// in its order, so the same bits in every lane. Coefficients and error bounds are stated there.
#pragma once

#include "simd.h"

namespace gibbsite::GIBBSITE_ISA {

constexpr float LOG2_E = 1.44269504f;
/// ln 2 = LN2_HIGH + LN2_LOW; LN2_HIGH has 7 trailing zero bits, so n LN2_HIGH is exact.
constexpr float LN2_HIGH = 0x1.62e4p-1f;
constexpr float LN2_LOW = 0x1.7f7d1cp-20f;
/// Adding and subtracting 1.5 * 2^23 rounds to an integer, left in the low bits of the sum.
constexpr float ROUND = 0x1.8p23f;
constexpr float EXP_LOW = -87.0f;
constexpr float EXP_HIGH = 88.0f;

/// p <- p x + c for each coefficient in turn, from the highest power down.
template <typename... Coefficients>
GIBBSITE_INLINE Float polynomial(Float x, float highest, Coefficients... coefficients) {
  Float p = all(highest);
  ((p = fma(p, x, all(coefficients))), ...);
  return p;
}

/// exp(r) - 1 for |r| at most ln(2) / 2.
GIBBSITE_INLINE Float expm1_reduced(Float r) {
  Float p =
      polynomial(r, 0.00138131448f, 0.00836941879f, 0.041668456f, 0.166665152f, 0.49999994f);
  return fma(p, r * r, r);
}

/// x = n ln 2 + r, with `scale` = 2^n.
struct Reduced {
  Float r;
  Float scale;
};

GIBBSITE_INLINE Reduced reduce(Float x) {
  Float shifted = fma(x, all(LOG2_E), all(ROUND));
  Float n = shifted - all(ROUND);
  Float r = fma(n, all(-LN2_LOW), fma(n, all(-LN2_HIGH), x));
  Float scale = (Float)(((Word)shifted << 23) + all(0x3f800000u));
  return {r, scale};
}

/// exp(x), x held to [-87, 88].
GIBBSITE_INLINE Float exp(Float x) {
  x = at_most(at_least(x, all(EXP_LOW)), all(EXP_HIGH));
  Reduced reduced = reduce(x);
  return fma(reduced.scale, expm1_reduced(reduced.r), reduced.scale);
}

/// log(x) of a positive normal number.
GIBBSITE_INLINE Float log(Float x) {
  constexpr int32_t SQRT_HALF_BITS = 0x3f3504f3;
  Int bits = (Int)((Word)x - all((uint32_t)SQRT_HALF_BITS));
  Float exponent = to_float(bits >> 23);
  Float f = (Float)((bits & all(0x7fffff)) + all(SQRT_HALF_BITS)) - all(1.0f);
  Float p = polynomial(f, 0.0674663857f, -0.116756514f, 0.118881628f, -0.124055892f, 0.142195523f,
                       -0.166679963f, 0.200021192f, -0.250000089f, 0.333333135f);
  Float square = f * f;
  Float tail = fma(p * f, square, exponent * all(LN2_LOW));
  return fma(exponent, all(LN2_HIGH), fma(all(-0.5f), square, tail) + f);
}

/// log(1 + y) for y in [0, 1].
GIBBSITE_INLINE Float log1p_unit(Float y) {
  Float p = polynomial(y, -0.00324400887f, 0.0198513865f, -0.0569593832f, 0.106036387f,
                       -0.153055817f, 0.196759358f, -0.249541327f, 0.333299637f, -0.499999017f);
  return fma(p * y, y, y);
}

/// The logistic function 1 / (1 + exp(-x)), x held to at least -88.
GIBBSITE_INLINE Float sigmoid(Float x) { return all(1.0f) / (all(1.0f) + exp(-x)); }

/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)), x held to at least -87.
GIBBSITE_INLINE Float softplus(Float x) {
  Float tail = log1p_unit(exp(-abs(x)));
  return x > all(0.0f) ? x + tail : tail;
}

/// The hyperbolic tangent: -m / (m + 2) with m = exp(-2|x|) - 1.
GIBBSITE_INLINE Float tanh(Float x) {
  Reduced reduced = reduce(at_least(all(-2.0f) * abs(x), all(-40.0f)));
  Float m = fma(reduced.scale, expm1_reduced(reduced.r), reduced.scale - all(1.0f));
  Float magnitude = abs(-m / (m + all(2.0f)));
  return (Float)((Word)magnitude | ((Word)x & all(0x80000000u)));
}

/// cos(2 pi u) and sin(2 pi u).
struct Turn {
  Float cos;
  Float sin;
};

GIBBSITE_INLINE Float flip(Float x, Word quarters) {
  return (Float)((Word)x ^ ((quarters << 30) & all(0x80000000u)));
}

/// For u in [0, 1].
GIBBSITE_INLINE Turn turn(Float u) {
  constexpr float TWO_PI = 6.28318531f;
  Float shifted = fma(u, all(4.0f), all(ROUND));
  Float r = fma(shifted - all(ROUND), all(-0.25f), u);
  Word quarter = (Word)shifted;
  Float s = r * r;
  Float p = polynomial(s, 41.4875755f, -76.6983795f, 81.6052094f, -41.3417015f);
  Float sin_eighth = fma(p * s, r, all(TWO_PI) * r);
  Float cos_eighth = polynomial(s, 59.2459641f, -85.4437408f, 64.9393234f, -19.7392082f, 1.0f);
  Int odd = (Int)((quarter & all(1u)) != all(0u));
  Float cos = odd ? sin_eighth : cos_eighth;
  Float sin = odd ? cos_eighth : sin_eighth;
  return {flip(cos, quarter + all(1u)), flip(sin, quarter)};
}

/// The standard normal density, |x| held to 13.2.
GIBBSITE_INLINE Float normal_density(Float x) {
  x = at_most(abs(x), all(13.2f));
  Float square = x * x;
  Float rest = fma(x, x, -square);
  Float e = exp(all(-0.5f) * square);
  return all(0.398942280f) * fma(e, all(-0.5f) * rest, e);
}

/// The standard normal distribution function, from the density and Mills' ratio.
GIBBSITE_INLINE Float normal_cdf(Float x, Float density) {
  Float t = all(1.0f) / fma(all(0.3f), abs(x), all(1.0f));
  Float p = polynomial(t, -0.0516687185f, 0.281684399f, -0.571680665f, 0.480224341f, -0.198643833f,
                       0.240781382f, 0.196583733f, 0.27629894f, 0.299724668f, 0.300009906f);
  Float tail = density * (p * t);
  return x > all(0.0f) ? all(1.0f) - tail : tail;
}

}  // namespace gibbsite::GIBBSITE_ISA
