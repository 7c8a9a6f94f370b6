// Float32 numbers as sums of bf16 terms: x = x0 + x1 (+ x2), each the rest of those before rounded to
// bf16. Of the products of terms, bf16x3 takes x0 y0 + x0 y1 + x1 y0, about 16 bits; bf16x6 also
// x1 y1 + x0 y2 + x2 y0, about float32. An infinite operand gives NaN.
//
// Tensor cores multiply terms exactly but round sums towards zero, each time they add. So the small
// products come first, a sum over 16 inputs begins at 0, and such sums are added by ordinary
// additions: only the last product of each rounds at its full size.
#pragma once

#include "device.cuh"

// Two numbers rounded to bf16, in one word; they become what is left.
__device__ __forceinline__ unsigned take_bf16(float& low, float& high) {
  unsigned both = pack_bf16(low, high);
  low -= __int_as_float((int)(both << 16));
  high -= __int_as_float((int)(both & 0xFFFF0000u));
  return both;
}
