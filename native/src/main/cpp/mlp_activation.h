// A hidden layer's activation f and its first three derivatives: the formulas of
// io.gibbsite.mlp.Activation.
#pragma once

#include "float_math.h"
#include "tile_product.h"

namespace gibbsite::GIBBSITE_ISA {

/// In the order of io.gibbsite.mlp.Activation.
enum class Activation { SILU, SOFTPLUS, TANH, GELU };

/// f and f'.
struct ValueAndSlope {
  Float value;
  Float slope;
};

/// f, f', f'', f'''.
struct Jet {
  Float f, f1, f2, f3;
};

/// The bits of 2^(j / LANES), less j times the step by which adding `rounded << SHIFT` moves them.
alignas(64) constexpr uint32_t FRACTIONS[LANES] = {
#if defined(__AVX512F__)
    0x3f800000, 0x3f7daac3, 0x3f7b95c2, 0x3f79c3d3, 0x3f7837f0, 0x3f76f532, 0x3f75fed7, 0x3f75583f,
    0x3f7504f3, 0x3f7508a4, 0x3f75672a, 0x3f76248c, 0x3f7744fd, 0x3f78ccdf, 0x3f7ac0c7, 0x3f7d257d,
#else
    0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7, 0x3f7504f3, 0x3f75672a, 0x3f7744fd, 0x3f7ac0c7,
#endif
};

/// 1 + exp(-x), x held to -86 .. 86, in fewer operations than exp, and few on the units that
/// multiply: -x = (n + f) ln 2 / LANES with n an integer, 2^(n / LANES) from a table in a register,
/// and exp(f ln 2 / LANES) = 1 + f q(f). The exponential's relative error is |x| 2^-23.7 and 2^-21.2
/// from q (2^-24 with AVX2); not the bits of FloatMath.
GIBBSITE_INLINE Float one_plus_exp_minus(Float x) {
  constexpr int SHIFT = LANES == 16 ? 19 : 20;
  Float scaled = held(x, 86.0f) * all(-LANES * LOG2_E);
  Float rounded = scaled + all(ROUND);
  Float f = scaled - (rounded - all(ROUND));
  Float power = (Float)((Word)look_up(load((const float*)FRACTIONS), (Word)rounded) +
                        ((Word)rounded << SHIFT));
  Float q = LANES == 16 ? polynomial(f, 0.000938418671f, 0.0433242396f)
                        : polynomial(f, 0.000108420849f, 0.00375402556f, 0.0866433978f);
  return fma(power, fma(f, q, all(1.0f)), all(1.0f));
}

template <Activation>
struct ActivationFunction;

template <>
struct ActivationFunction<Activation::SILU> {
  static GIBBSITE_INLINE_MEMBER Float value(Float z) { return quotient(z, one_plus_exp_minus(z)); }

  static GIBBSITE_INLINE_MEMBER ValueAndSlope value_and_slope(Float z) {
    Float s = quotient(all(1.0f), one_plus_exp_minus(z));
    Float f = z * s;
    return {f, fma(f, all(1.0f) - s, s)};  // s + z s (1 - s)
  }

  static GIBBSITE_INLINE_MEMBER Jet jet(Float z) {
    Float s = quotient(all(1.0f), one_plus_exp_minus(z));
    Float s1 = s * (all(1.0f) - s);
    Float s2 = s1 * fma(s, all(-2.0f), all(1.0f));
    Float s3 = s1 * fma(s1, all(-6.0f), all(1.0f));
    Float f = z * s;
    return {f, fma(f, all(1.0f) - s, s), fma(z, s2, s1 + s1), fma(z, s3, all(3.0f) * s2)};
  }
};

template <>
struct ActivationFunction<Activation::SOFTPLUS> {
  static GIBBSITE_INLINE_MEMBER Float value(Float z) { return softplus(z); }

  /// Both from one exponential: e = exp(-|z|), f' = 1 / (1 + e) or e / (1 + e).
  static GIBBSITE_INLINE_MEMBER ValueAndSlope value_and_slope(Float z) {
    Float e = exp(-abs(z));
    Float tail = log1p_unit(e);
    Int positive = (Int)(z > all(0.0f));
    return {positive ? z + tail : tail, (positive ? all(1.0f) : e) / (all(1.0f) + e)};
  }

  static GIBBSITE_INLINE_MEMBER Jet jet(Float z) {
    auto [f, s] = value_and_slope(z);
    Float s1 = s * (all(1.0f) - s);
    return {f, s, s1, s1 * fma(s, all(-2.0f), all(1.0f))};
  }
};

template <>
struct ActivationFunction<Activation::TANH> {
  static GIBBSITE_INLINE_MEMBER Float value(Float z) { return tanh(z); }

  static GIBBSITE_INLINE_MEMBER ValueAndSlope value_and_slope(Float z) {
    Float t = tanh(z);
    return {t, all(1.0f) - t * t};
  }

  static GIBBSITE_INLINE_MEMBER Jet jet(Float z) {
    Float t = tanh(z);
    Float square = t * t;
    Float q = all(1.0f) - square;
    return {t, q, all(-2.0f) * t * q, q * fma(square, all(6.0f), all(-2.0f))};
  }
};

template <>
struct ActivationFunction<Activation::GELU> {
  static GIBBSITE_INLINE_MEMBER Float value(Float z) {
    return z * normal_cdf(z, normal_density(z));
  }

  static GIBBSITE_INLINE_MEMBER ValueAndSlope value_and_slope(Float z) {
    Float density = normal_density(z);
    Float cdf = normal_cdf(z, density);
    return {z * cdf, fma(z, density, cdf)};
  }

  static GIBBSITE_INLINE_MEMBER Jet jet(Float z) {
    Float density = normal_density(z);
    Float cdf = normal_cdf(z, density);
    Float square = z * z;
    return {z * cdf, fma(z, density, cdf), density * (all(2.0f) - square),
            density * z * (square - all(4.0f))};
  }
};

/// F3 in place: z = f(z), vector by vector.
template <Activation A>
struct Value {
  float* z;

  GIBBSITE_INLINE_MEMBER void operator()(size_t at, Float x) const {
    store(z + at, ActivationFunction<A>::value(x));
  }
};

/// F3 in place, and what B4 will need: z = f(z), slope = f'(z), vector by vector.
template <Activation A>
struct ValueAndSlopeOf {
  float* z;
  float* slope;

  GIBBSITE_INLINE_MEMBER void operator()(size_t at, Float x) const {
    ValueAndSlope both = ActivationFunction<A>::value_and_slope(x);
    store(z + at, both.value);
    store(slope + at, both.slope);
  }
};

/// The same, and what S2 will need too: curvature = f''(z). Value and slope have the same bits.
template <Activation A>
struct ValueSlopeAndCurvatureOf {
  float* z;
  float* slope;
  float* curvature;

  GIBBSITE_INLINE_MEMBER void operator()(size_t at, Float x) const {
    Jet jet = ActivationFunction<A>::jet(x);
    store(z + at, jet.f);
    store(slope + at, jet.f1);
    store(curvature + at, jet.f2);
  }
};

/// F2 and F3 for several tiles: z = f(bias + W a) and, where they are not null, slope = f' and
/// curvature = f''.
template <Activation A>
void activated_product(const PackedMatrix& w, const float* a, float* z, float* slope,
                       float* curvature, int tiles, const float* bias) {
  if (curvature) {
    multiply(w, a, z, tiles, bias, ValueSlopeAndCurvatureOf<A>{z, slope, curvature});
  } else if (slope) {
    multiply(w, a, z, tiles, bias, ValueAndSlopeOf<A>{z, slope});
  } else {
    multiply(w, a, z, tiles, bias, Value<A>{z});
  }
}

/// A stretch of a tile for T3 and D4.
struct TaylorStretch {
  const float* z;
  const float* zt;
  const float* zs;
  /// T3: a, at, as, out. D4: p, pt, ps in, d, dt, ds out.
  float* value;
  float* first;
  float* second;
  int length;
};

/// T3: a = f(z), at = f' zt, as = f'' zt^2 + f' zs; the last one where ORDERS is 3.
template <Activation A, int ORDERS>
void taylor_forward(const TaylorStretch& s) {
  for (int i = 0; i < s.length; i += LANES) {
    Jet jet = ActivationFunction<A>::jet(load(s.z + i));
    Float zt = load(s.zt + i);
    store(s.value + i, jet.f);
    store(s.first + i, jet.f1 * zt);
    if constexpr (ORDERS == 3) {
      store(s.second + i, fma(jet.f1, load(s.zs + i), jet.f2 * zt * zt));
    }
  }
}

/// D4: d = p f' + pt f'' zt + ps (f''' zt^2 + f'' zs), dt = pt f' + 2 ps f'' zt, ds = ps f'; where
/// ORDERS is 2, ps is 0.
template <Activation A, int ORDERS>
void taylor_backward(const TaylorStretch& s) {
  for (int i = 0; i < s.length; i += LANES) {
    Jet jet = ActivationFunction<A>::jet(load(s.z + i));
    Float zt = load(s.zt + i);
    Float pt = load(s.first + i);
    Float f2t = jet.f2 * zt;
    Float d = fma(pt, f2t, load(s.value + i) * jet.f1);
    Float dt = pt * jet.f1;
    if constexpr (ORDERS == 3) {
      Float ps = load(s.second + i);
      Float bend = fma(jet.f2, load(s.zs + i), jet.f3 * zt * zt);
      d = fma(ps, bend, d);
      dt = fma(ps + ps, f2t, dt);
      store(s.second + i, ps * jet.f1);
    }
    store(s.value + i, d);
    store(s.first + i, dt);
  }
}

/// The loops of one activation.
struct ActivationLoops {
  void (*product)(const PackedMatrix& w, const float* a, float* z, float* slope, float* curvature,
                  int tiles, const float* bias);
  /// With 2 and 3 orders.
  void (*taylor_forward[2])(const TaylorStretch&);
  void (*taylor_backward[2])(const TaylorStretch&);

  template <Activation A>
  static constexpr ActivationLoops of() {
    return {activated_product<A>,
            {GIBBSITE_ISA::taylor_forward<A, 2>, GIBBSITE_ISA::taylor_forward<A, 3>},
            {GIBBSITE_ISA::taylor_backward<A, 2>, GIBBSITE_ISA::taylor_backward<A, 3>}};
  }

  static ActivationLoops of(Activation activation) {
    constexpr ActivationLoops ALL[] = {of<Activation::SILU>(), of<Activation::SOFTPLUS>(),
                                       of<Activation::TANH>(), of<Activation::GELU>()};
    return ALL[(int)activation];
  }
};

}  // namespace gibbsite::GIBBSITE_ISA
