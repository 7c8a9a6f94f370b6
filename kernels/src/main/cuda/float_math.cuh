// io.gibbsite.math.FloatMath, operation for operation: the same bits. Coefficients, forms and error
// bounds are documented there.
#pragma once

#include "device.cuh"

constexpr float LOG2_E = 1.44269504f;
constexpr float LN2_HIGH = 0x1.62e4p-1f;
constexpr float LN2_LOW = 0x1.7f7d1cp-20f;
constexpr float ROUND = 0x1.8p23f;
constexpr float TWO_PI = 6.28318531f;

// 2^n for shifted = n + ROUND.
__device__ __forceinline__ float power_of_two(float shifted) {
  return __int_as_float((int)((unsigned)__float_as_int(shifted) << 23) + 0x3f800000);
}

// x - n ln 2.
__device__ __forceinline__ float reduce_exponent(float x, float n) {
  return fmaf(n, -LN2_LOW, fmaf(n, -LN2_HIGH, x));
}

// exp(r) - 1 for |r| at most ln(2) / 2.
__device__ __forceinline__ float expm1_reduced(float r) {
  float p = 0.00138131448f;
  p = fmaf(p, r, 0.00836941879f);
  p = fmaf(p, r, 0.041668456f);
  p = fmaf(p, r, 0.166665152f);
  p = fmaf(p, r, 0.49999994f);
  return fmaf(p, r * r, r);
}

__device__ __forceinline__ float exp_float(float x) {
  if (x < -87.f) {
    x = -87.f;
  }
  if (x > 88.f) {
    x = 88.f;
  }
  float shifted = fmaf(x, LOG2_E, ROUND);
  float r = reduce_exponent(x, shifted - ROUND);
  float scale = power_of_two(shifted);
  return fmaf(scale, expm1_reduced(r), scale);
}

__device__ __forceinline__ float log_float(float x) {
  int bits = __float_as_int(x) - 0x3f3504f3;
  float exponent = (float)(bits >> 23);
  float f = __int_as_float((bits & 0x7FFFFF) + 0x3f3504f3) - 1.f;
  float p = 0.0674663857f;
  p = fmaf(p, f, -0.116756514f);
  p = fmaf(p, f, 0.118881628f);
  p = fmaf(p, f, -0.124055892f);
  p = fmaf(p, f, 0.142195523f);
  p = fmaf(p, f, -0.166679963f);
  p = fmaf(p, f, 0.200021192f);
  p = fmaf(p, f, -0.250000089f);
  p = fmaf(p, f, 0.333333135f);
  float square = f * f;
  float tail = fmaf(p * f, square, exponent * LN2_LOW);
  return fmaf(exponent, LN2_HIGH, fmaf(-0.5f, square, tail) + f);
}

__device__ __forceinline__ float log1p_unit(float y) {
  float p = -0.00324400887f;
  p = fmaf(p, y, 0.0198513865f);
  p = fmaf(p, y, -0.0569593832f);
  p = fmaf(p, y, 0.106036387f);
  p = fmaf(p, y, -0.153055817f);
  p = fmaf(p, y, 0.196759358f);
  p = fmaf(p, y, -0.249541327f);
  p = fmaf(p, y, 0.333299637f);
  p = fmaf(p, y, -0.499999017f);
  return fmaf(p * y, y, y);
}

__device__ __forceinline__ float sigmoid(float x) { return 1.f / (1.f + exp_float(-x)); }

// Bytes 1 where u < sigmoid(x), the same as ours everywhere. A sigmoid from the units for special
// functions is within 6e-7 of ours: rounding x log2(e) moves it by 2e-8 at most, exp2 by 6e-8, the
// sum, the reciprocal and our own polynomial by a few units in the last place. So one word in 60,000
// needs ours; one with a NaN too.
__device__ __forceinline__ unsigned below_sigmoids(const float (&u)[4], const float (&x)[4]) {
  unsigned below = 0;
  bool sure = true;
#pragma unroll
  for (int e = 0; e < 4; e++) {
    float gap = rough_reciprocal(1.f + rough_exp2(-LOG2_E * x[e])) - u[e];
    below |= gap > 0.f ? 1u << 8 * e : 0u;
    sure &= fabsf(gap) > 2e-6f;
  }
  if (!sure) {
    below = 0;
#pragma unroll
    for (int e = 0; e < 4; e++) {
      below |= u[e] < sigmoid(x[e]) ? 1u << 8 * e : 0u;
    }
  }
  return below;
}

__device__ __forceinline__ float softplus(float x) {
  float tail = log1p_unit(exp_float(-fabsf(x)));
  return x > 0.f ? x + tail : tail;
}

__device__ __forceinline__ float tanh_float(float x) {
  float y = -2.f * fabsf(x);
  if (y < -40.f) {
    y = -40.f;
  }
  float shifted = fmaf(y, LOG2_E, ROUND);
  float r = reduce_exponent(y, shifted - ROUND);
  float scale = power_of_two(shifted);
  float m = fmaf(scale, expm1_reduced(r), scale - 1.f);
  return copysignf(-m / (m + 2.f), x);
}

// sin(2 pi r) for |r| at most 1/8.
__device__ __forceinline__ float sin_eighth(float r) {
  float s = r * r;
  float p = 41.4875755f;
  p = fmaf(p, s, -76.6983795f);
  p = fmaf(p, s, 81.6052094f);
  p = fmaf(p, s, -41.3417015f);
  return fmaf(p * s, r, TWO_PI * r);
}

// cos(2 pi r) for |r| at most 1/8.
__device__ __forceinline__ float cos_eighth(float r) {
  float s = r * r;
  float p = 59.2459641f;
  p = fmaf(p, s, -85.4437408f);
  p = fmaf(p, s, 64.9393234f);
  p = fmaf(p, s, -19.7392082f);
  return fmaf(p, s, 1.f);
}

// cos and sin of 2 pi u for u in [0, 1].
__device__ __forceinline__ void cos_sin_turn(float u, float& cosine, float& sine) {
  float shifted = fmaf(u, 4.f, ROUND);
  float r = fmaf(shifted - ROUND, -0.25f, u);
  unsigned quarter = (unsigned)__float_as_int(shifted);
  float c = cos_eighth(r);
  float s = sin_eighth(r);
  bool even = (quarter & 1) == 0;
  unsigned cosineSign = (quarter + 1) << 30 & 0x80000000u;
  unsigned sineSign = quarter << 30 & 0x80000000u;
  cosine = __int_as_float((int)((unsigned)__float_as_int(even ? c : s) ^ cosineSign));
  sine = __int_as_float((int)((unsigned)__float_as_int(even ? s : c) ^ sineSign));
}

__device__ __forceinline__ float normal_density(float x) {
  x = fabsf(x);
  if (x > 13.2f) {
    x = 13.2f;
  }
  float square = x * x;
  float rest = fmaf(x, x, -square);
  float e = exp_float(-0.5f * square);
  return 0.398942280f * fmaf(e, -0.5f * rest, e);
}

__device__ __forceinline__ float normal_cdf(float x, float density) {
  float t = 1.f / fmaf(0.3f, fabsf(x), 1.f);
  float p = -0.0516687185f;
  p = fmaf(p, t, 0.281684399f);
  p = fmaf(p, t, -0.571680665f);
  p = fmaf(p, t, 0.480224341f);
  p = fmaf(p, t, -0.198643833f);
  p = fmaf(p, t, 0.240781382f);
  p = fmaf(p, t, 0.196583733f);
  p = fmaf(p, t, 0.27629894f);
  p = fmaf(p, t, 0.299724668f);
  p = fmaf(p, t, 0.300009906f);
  float tail = density * (p * t);
  return x > 0.f ? 1.f - tail : tail;
}

// x held to [low, high], by comparing and selecting, so that NaN stays NaN.
__device__ __forceinline__ float hold(float x, float low, float high) {
  return x < low ? low : x > high ? high : x;
}
