// A hidden layer's activation f and its first three derivatives: the formulas of
// io.gibbsite.mlp.Activation.
#pragma once

#include "float_math.h"
#include "tile.h"

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

/// The bits of 2^(j / TABLE), less j times the step by which adding `rounded << shift` moves them.
alignas(64) constexpr uint32_t FRACTIONS[] = {
#if defined(__AVX512F__)
    0x3f800000, 0x3f7ecd87, 0x3f7daac3, 0x3f7c980f, 0x3f7b95c2, 0x3f7aa43a, 0x3f79c3d3, 0x3f78f4f0,
    0x3f7837f0, 0x3f778d3a, 0x3f76f532, 0x3f767043, 0x3f75fed7, 0x3f75a15b, 0x3f75583f, 0x3f7523f6,
    0x3f7504f3, 0x3f74fbaf, 0x3f7508a4, 0x3f752c4d, 0x3f75672a, 0x3f75b9be, 0x3f76248c, 0x3f76a81e,
    0x3f7744fd, 0x3f77fbb8, 0x3f78ccdf, 0x3f79b907, 0x3f7ac0c7, 0x3f7be4ba, 0x3f7d257d, 0x3f7e83b3,
#else
    0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7, 0x3f7504f3, 0x3f75672a, 0x3f7744fd, 0x3f7ac0c7,
#endif
};

/// 1 + exp(-x), x held to -86 .. 86, in fewer operations than exp: -x = (n + f) ln 2 / TABLE with n
/// an integer, 2^(n / TABLE) from a table in registers, and exp(f ln 2 / TABLE) = 1 + f q(f) within
/// 2^-24. Relative error (2 + |x| / 4) 2^-24; not the bits of FloatMath.
GIBBSITE_INLINE Float one_plus_exp_minus(Float x) {
  constexpr bool FINE = TABLE == 32;
  x = held(x, 86.0f);
  Float rounded = fma(x, all(-TABLE * LOG2_E), all(ROUND));
  Float f = fma(x, all(-TABLE * LOG2_E), all(ROUND) - rounded);
  Word exponent = (Word)rounded << (FINE ? 18 : 20);
  Float power = (Float)((Word)look_up((const float*)FRACTIONS, (Word)rounded) + exponent);
  Float q = FINE ? polynomial(f, 0.000234598308f, 0.0216611661f)
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
    return {z * s, fma(z, s1, s), fma(z, s2, s1 + s1), fma(z, s3, all(3.0f) * s2)};
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

/// F3 in place: z = f(z).
template <Activation A>
void apply_value(float* z, float*, int length) {
#pragma GCC unroll 2
  for (int i = 0; i < length; i += LANES) {
    store(z + i, ActivationFunction<A>::value(load(z + i)));
  }
}

/// F3 in place, and what B4 will need: z = f(z), slope = f'(z).
template <Activation A>
void apply_value_and_slope(float* z, float* slope, int length) {
#pragma GCC unroll 2
  for (int i = 0; i < length; i += LANES) {
    ValueAndSlope both = ActivationFunction<A>::value_and_slope(load(z + i));
    store(z + i, both.value);
    store(slope + i, both.slope);
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

/// T3: a = f(z), at = f' zt, as = f'' zt^2 + f' zs.
template <Activation A>
void taylor_forward(const TaylorStretch& s) {
  for (int i = 0; i < s.length; i += LANES) {
    Jet jet = ActivationFunction<A>::jet(load(s.z + i));
    Float zt = load(s.zt + i);
    store(s.value + i, jet.f);
    store(s.first + i, jet.f1 * zt);
    store(s.second + i, fma(jet.f1, load(s.zs + i), jet.f2 * zt * zt));
  }
}

/// D4: d = p f' + pt f'' zt + ps (f''' zt^2 + f'' zs), dt = pt f' + 2 ps f'' zt, ds = ps f'.
template <Activation A>
void taylor_backward(const TaylorStretch& s) {
  for (int i = 0; i < s.length; i += LANES) {
    Jet jet = ActivationFunction<A>::jet(load(s.z + i));
    Float zt = load(s.zt + i);
    Float p = load(s.value + i);
    Float pt = load(s.first + i);
    Float ps = load(s.second + i);
    Float bend = fma(jet.f2, load(s.zs + i), jet.f3 * zt * zt);
    Float f2t = jet.f2 * zt;
    store(s.value + i, fma(ps, bend, fma(pt, f2t, p * jet.f1)));
    store(s.first + i, fma(ps + ps, f2t, pt * jet.f1));
    store(s.second + i, ps * jet.f1);
  }
}

/// The loops of one activation.
struct ActivationLoops {
  void (*value)(float* z, float* slope, int length);
  void (*value_and_slope)(float* z, float* slope, int length);
  void (*taylor_forward)(const TaylorStretch&);
  void (*taylor_backward)(const TaylorStretch&);

  template <Activation A>
  static constexpr ActivationLoops of() {
    return {apply_value<A>, apply_value_and_slope<A>, GIBBSITE_ISA::taylor_forward<A>,
            GIBBSITE_ISA::taylor_backward<A>};
  }

  static ActivationLoops of(Activation activation) {
    constexpr ActivationLoops ALL[] = {of<Activation::SILU>(), of<Activation::SOFTPLUS>(),
                                       of<Activation::TANH>(), of<Activation::GELU>()};
    return ALL[(int)activation];
  }
};

}  // namespace gibbsite::GIBBSITE_ISA
