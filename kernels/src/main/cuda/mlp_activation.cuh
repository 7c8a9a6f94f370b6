// io.gibbsite.mlp.Activation: values and derivatives from shared sub-expressions, as documented
// there.
#pragma once

#include "float_math.cuh"

// The order of the Java enum.
constexpr int SILU = 0;
constexpr int SOFTPLUS = 1;
constexpr int TANH = 2;

// f and f'.
struct Tangent {
  float value, first;
};

// f, f', f'', f'''.
struct Jet {
  float value, first, second, third;
};

__device__ __forceinline__ float activate(int activation, float z) {
  if (activation == SILU) {
    return z * sigmoid(z);
  }
  if (activation == SOFTPLUS) {
    return softplus(z);
  }
  if (activation == TANH) {
    return tanh_float(z);
  }
  return z * normal_cdf(z, normal_density(z));
}

__device__ __forceinline__ float slope(int activation, float z) {
  if (activation == SILU) {
    float s = sigmoid(z);
    return s + z * (s * (1.f - s));
  }
  if (activation == SOFTPLUS) {
    return sigmoid(z);
  }
  if (activation == TANH) {
    float t = tanh_float(z);
    return 1.f - t * t;
  }
  float density = normal_density(z);
  return normal_cdf(z, density) + z * density;
}

__device__ __forceinline__ Tangent tangent(int activation, float z) {
  if (activation == SILU) {
    float s = sigmoid(z);
    return {z * s, s + z * (s * (1.f - s))};
  }
  if (activation == SOFTPLUS) {
    return {softplus(z), sigmoid(z)};
  }
  if (activation == TANH) {
    float t = tanh_float(z);
    return {t, 1.f - t * t};
  }
  float density = normal_density(z);
  float cdf = normal_cdf(z, density);
  return {z * cdf, cdf + z * density};
}

// SiLU by the units for special functions: 7 instructions instead of some 40, within 1e-6 |z|.
__device__ __forceinline__ Tangent rough_silu(float z) {
  float s = rough_reciprocal(1.f + rough_exp2(-LOG2_E * z));
  float value = z * s;
  return {value, fmaf(value, 1.f - s, s)};
}

__device__ __forceinline__ Jet jet(int activation, float z) {
  Tangent t = tangent(activation, z);
  if (activation == SILU || activation == SOFTPLUS) {
    float s = sigmoid(z);
    float s1 = s * (1.f - s);
    float s2 = s1 * (1.f - 2.f * s);
    float s3 = s1 * (1.f - 6.f * s1);
    if (activation == SILU) {
      return {t.value, t.first, 2.f * s1 + z * s2, 3.f * s2 + z * s3};
    }
    return {t.value, t.first, s1, s2};
  }
  if (activation == TANH) {
    return {t.value, t.first, -2.f * t.value * t.first,
            t.first * (6.f * t.value * t.value - 2.f)};
  }
  float density = normal_density(z);
  return {t.value, t.first, density * (2.f - z * z), density * z * (z * z - 4.f)};
}
