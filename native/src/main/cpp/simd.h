// One vector register of the ISA that this file is compiled for: LANES floats, signed or unsigned
// 32-bit integers. Kernels are written once against these few operations and compiled once per ISA.
//
// Everything lies in gibbsite::GIBBSITE_ISA, a namespace that the including file names before (for
// example avx512), so that no inline function of one ISA can stand in for another's.
//
// The vectors are those of the compiler: + - * / & | ^ ~ << >> work lane by lane, comparisons give a
// mask of all ones or zeros, and mask ? a : b selects. Nothing is contracted: a fused multiply-add
// is written fma.
#pragma once

#ifndef GIBBSITE_ISA
#error "define GIBBSITE_ISA as the namespace of this instruction set"
#endif

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#define GIBBSITE_INLINE static inline __attribute__((always_inline))
#define GIBBSITE_INLINE_MEMBER __attribute__((always_inline)) inline

namespace gibbsite::GIBBSITE_ISA {

#if defined(__AVX512F__)
constexpr int LANES = 16;
#elif defined(__AVX2__) && defined(__FMA__)
constexpr int LANES = 8;
#else
#error "needs AVX-512F, or AVX2 with FMA"
#endif

/// Whether dividing costs more than refining an estimate of the reciprocal. Of the processors with
/// AMX a 512-bit division takes 16 cycles, of Zen 5 two and a half.
#if defined(__AMX_TILE__)
constexpr bool SLOW_DIVISION = true;
#else
constexpr bool SLOW_DIVISION = false;
#endif

using Float = float __attribute__((vector_size(4 * LANES)));
using Int = int32_t __attribute__((vector_size(4 * LANES)));
using Word = uint32_t __attribute__((vector_size(4 * LANES)));
/// LANES / 2 unsigned 64-bit integers.
using Long = uint64_t __attribute__((vector_size(4 * LANES)));

GIBBSITE_INLINE Float all(float x) {
#if defined(__AVX512F__)
  return (Float)_mm512_set1_ps(x);
#else
  return (Float)_mm256_set1_ps(x);
#endif
}

GIBBSITE_INLINE Int all(int32_t x) {
#if defined(__AVX512F__)
  return (Int)_mm512_set1_epi32(x);
#else
  return (Int)_mm256_set1_epi32(x);
#endif
}

GIBBSITE_INLINE Word all(uint32_t x) { return (Word)all((int32_t)x); }

GIBBSITE_INLINE Long all(uint64_t x) {
#if defined(__AVX512F__)
  return (Long)_mm512_set1_epi64((long long)x);
#else
  return (Long)_mm256_set1_epi64x((long long)x);
#endif
}

/// 0, 1, 2, ...
GIBBSITE_INLINE Word lanes() {
#if defined(__AVX512F__)
  return (Word)_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#else
  return (Word)_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
#endif
}

GIBBSITE_INLINE Float load(const float* from) {
#if defined(__AVX512F__)
  return (Float)_mm512_loadu_ps(from);
#else
  return (Float)_mm256_loadu_ps(from);
#endif
}

GIBBSITE_INLINE Int load(const int32_t* from) {
#if defined(__AVX512F__)
  return (Int)_mm512_loadu_si512(from);
#else
  return (Int)_mm256_loadu_si256((const __m256i*)from);
#endif
}

GIBBSITE_INLINE void store(float* to, Float x) {
#if defined(__AVX512F__)
  _mm512_storeu_ps(to, (__m512)x);
#else
  _mm256_storeu_ps(to, (__m256)x);
#endif
}

GIBBSITE_INLINE void store(int32_t* to, Int x) {
#if defined(__AVX512F__)
  _mm512_storeu_si512(to, (__m512i)x);
#else
  _mm256_storeu_si256((__m256i*)to, (__m256i)x);
#endif
}

/// a b + c, rounded once.
GIBBSITE_INLINE Float fma(Float a, Float b, Float c) {
#if defined(__AVX512F__)
  return (Float)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#else
  return (Float)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#endif
}

/// c - a b, rounded once.
GIBBSITE_INLINE Float fnma(Float a, Float b, Float c) {
#if defined(__AVX512F__)
  return (Float)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)c);
#else
  return (Float)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)c);
#endif
}

GIBBSITE_INLINE Float sqrt(Float x) {
#if defined(__AVX512F__)
  return (Float)_mm512_sqrt_ps((__m512)x);
#else
  return (Float)_mm256_sqrt_ps((__m256)x);
#endif
}

/// x held to at least `limit`; NaN stays NaN.
GIBBSITE_INLINE Float at_least(Float x, Float limit) {
#if defined(__AVX512F__)
  return (Float)_mm512_max_ps((__m512)limit, (__m512)x);  // of a NaN, maxps gives its second operand
#else
  return (Float)_mm256_max_ps((__m256)limit, (__m256)x);
#endif
}

/// x held to at most `limit`; NaN stays NaN.
GIBBSITE_INLINE Float at_most(Float x, Float limit) {
#if defined(__AVX512F__)
  return (Float)_mm512_min_ps((__m512)limit, (__m512)x);
#else
  return (Float)_mm256_min_ps((__m256)limit, (__m256)x);
#endif
}

GIBBSITE_INLINE Float abs(Float x) { return (Float)((Word)x & all(0x7fffffffu)); }

/// a / b to within a few units in the last place, for b of magnitude 2^-125 to 2^125.
GIBBSITE_INLINE Float quotient(Float a, Float b) {
#if defined(__AVX512F__)
  if constexpr (SLOW_DIVISION) {
    Float r = (Float)_mm512_rcp14_ps((__m512)b);
    Float q = a * r;
    return fma(fnma(q, b, a), r, q);
  }
#endif
  return a / b;
}

/// x held to -limit .. limit; of NaN it is NaN or the limit.
GIBBSITE_INLINE Float held(Float x, float limit) {
#if defined(__AVX512F__)
  constexpr int SMALLER_MAGNITUDE_WITH_SIGN_OF_FIRST = 2;
  return (Float)_mm512_range_ps((__m512)x, (__m512)all(limit),
                                SMALLER_MAGNITUDE_WITH_SIGN_OF_FIRST);
#else
  return at_most(at_least(x, all(-limit)), all(limit));
#endif
}

/// Entry index % LANES of a table that stays in a register.
GIBBSITE_INLINE Float look_up(Float table, Word index) {
#if defined(__AVX512F__)
  return (Float)_mm512_permutexvar_ps((__m512i)index, (__m512)table);
#else
  return (Float)_mm256_permutevar8x32_ps((__m256)table, (__m256i)index);
#endif
}

/// Signed integers as floats, rounded to nearest.
GIBBSITE_INLINE Float to_float(Int x) {
#if defined(__AVX512F__)
  return (Float)_mm512_cvtepi32_ps((__m512i)x);
#else
  return (Float)_mm256_cvtepi32_ps((__m256i)x);
#endif
}

/// The products of the lower halves of 64-bit lanes; upper halves are not looked at.
GIBBSITE_INLINE Long multiply_low(Long a, Long b) {
#if defined(__AVX512F__)
  return (Long)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#else
  return (Long)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#endif
}

GIBBSITE_INLINE Long exclusive_or(Long a, Long b, Long c) {
#if defined(__AVX512F__)
  return (Long)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0x96);
#else
  return a ^ b ^ c;
#endif
}

/// The lower halves of `even` in the even 32-bit lanes, those of `odd` in the odd ones.
GIBBSITE_INLINE Word interleave_low(Long even, Long odd) {
#if defined(__AVX512F__)
  return (Word)_mm512_mask_blend_epi32(0xaaaa, (__m512i)even, _mm512_slli_epi64((__m512i)odd, 32));
#else
  return (Word)_mm256_blend_epi32((__m256i)even, _mm256_slli_epi64((__m256i)odd, 32), 0xaa);
#endif
}

/// The sum of the lanes, in order from the first.
GIBBSITE_INLINE float sum_in_order(Float x) {
  float sum = 0;
  for (int lane = 0; lane < LANES; lane++) {
    sum += x[lane];
  }
  return sum;
}

}  // namespace gibbsite::GIBBSITE_ISA
