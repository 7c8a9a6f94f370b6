// Float32 numbers as sums of terms of 16 bits, x = x0 + x1 (+ x2), each the rest of those before,
// rounded: their products are exact on tensor cores. Of the products of terms are taken
//
//   bf16x3   x0 y0 + x0 y1 + x1 y0, terms of 8 bits: about 16 bits
//   bf16x6   also x1 y1 + x0 y2 + x2 y0: about float32
//   fp16x3   the three of bf16x3 with terms of 11 bits: about float32, in half of bf16x6's products
//
// Terms of fp16 have few exponents. So numbers that are added up together, such as 16 inputs of a
// row, are multiplied by a power of two that brings the largest to [2^14, 2^15), and their sum by
// its inverse; those up to 2^16 times smaller keep all 22 bits, and no error is above 2^-39 of the
// largest. On its way a sum is larger than at its end: numbers above 1e33 may come out infinite, and
// sums below 1e-35 as 0. Source: Ootomo and Yokota, "Recovering single precision accuracy from Tensor Cores while
// surpassing the FP32 theoretical peak performance", IJHPCA 36, 2022, who scale the second term.
//
// Tensor cores multiply terms exactly but round sums towards zero, each time they add. So the small
// products come first, a sum over 16 inputs begins at 0, and such sums are added by ordinary
// additions: only the last product of each rounds at its full size. An infinite operand gives NaN.
#pragma once

#include "device.cuh"

template <int TERMS_>
struct Bf16 {
  static constexpr int TERMS = TERMS_;
  static constexpr bool SCALED = false;
  static constexpr int SUM_INPUTS = 16;  // of a sum on tensor cores

  // Two numbers rounded to a term, in one word; they become what is left.
  __device__ static __forceinline__ unsigned take(float& low, float& high) {
    unsigned both = pack_bf16(low, high);
    low -= __int_as_float((int)(both << 16));
    high -= __int_as_float((int)(both & 0xFFFF0000u));
    return both;
  }

  __device__ static __forceinline__ void multiply(float (&d)[4], const unsigned (&a)[4],
                                                  const unsigned (&b)[2]) {
    mma_bf16(d, a, b);
  }
};

struct Fp16 {
  static constexpr int TERMS = 2;
  static constexpr bool SCALED = true;
  static constexpr int SUM_INPUTS = 32;

  __device__ static __forceinline__ unsigned take(float& low, float& high) {
    unsigned both = pack_fp16(low, high);
    low -= low_fp16(both);
    high -= high_fp16(both);
    return both;
  }

  __device__ static __forceinline__ void multiply(float (&d)[4], const unsigned (&a)[4],
                                                  const unsigned (&b)[2]) {
    mma_fp16(d, a, b);
  }
};

// A power of two that numbers are multiplied by, and its inverse.
struct TermScale {
  float up, down;
};

// Of numbers of which none is larger in size; NaN and infinities stay what they are. Both powers
// are normal numbers, so the smallest numbers are brought up less far.
__device__ __forceinline__ TermScale term_scale(float largest) {
  int up = 268 - (__float_as_int(largest) >> 23);
  up = up < 253 ? up : 253;
  return {__int_as_float(up << 23), __int_as_float((254 - up) << 23)};
}

__device__ __forceinline__ float largest_of(float largest, const float4& x) {
  largest = fmaxf(largest, fmaxf(fabsf(x.x), fabsf(x.y)));
  return fmaxf(largest, fmaxf(fabsf(x.z), fabsf(x.w)));
}
