// Loops of independent operations in registers: the most that one core does of each in a second. They
// compute nothing that is used, and wait for no memory.
#pragma once

#include "amx_tiles.h"
#include "api.h"

namespace gibbsite::GIBBSITE_ISA {

/// Chains of independent operations: two units of latency 4 or 5 need at least 10.
constexpr int CHAINS = 16;

/// Keeps a value alive, and its chain one instruction long.
template <typename T>
GIBBSITE_INLINE void keep(T& value) {
  __asm__ volatile("" : "+v"(value));
}

/// One permutation of a table of LANES sums and one addition add a sum of log2(LANES) weights to each
/// of LANES outputs; the permutation's indices change, so that none can be left out.
GIBBSITE_INLINE int64_t limit_lookup(int64_t loops) {
  Int table = (Int)lanes(), sums[CHAINS] = {};
  for (int64_t loop = 0; loop < loops; loop++) {
#pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++) {
      keep(table);
#if defined(__AVX512F__)
      sums[i] += (Int)_mm512_permutexvar_epi32((__m512i)table, (__m512i)table);
#else
      sums[i] += (Int)_mm256_permutevar8x32_epi32((__m256i)table, (__m256i)table);
#endif
      keep(sums[i]);
    }
  }
  return loops * CHAINS * LANES * (LANES == 16 ? 4 : 3) * 2;
}

#if defined(__AMX_TILE__) && !defined(GIBBSITE_AMX_TWIN)

/// A product of tiles: 16 x 64 bytes by 64 bytes x 16.
#define GIBBSITE_TILE_LOOP(instruction)          \
  begin_tiles();                                 \
  for (int64_t loop = 0; loop < loops; loop++) { \
    instruction(0, 6, 7);                        \
    instruction(1, 6, 7);                        \
    instruction(2, 6, 7);                        \
    instruction(3, 6, 7);                        \
    instruction(4, 6, 7);                        \
    instruction(5, 6, 7);                        \
  }                                              \
  end_tiles();

static int64_t limit_int8(int64_t loops) {
  loops /= CHAINS;
  GIBBSITE_TILE_LOOP(_tile_dpbusd)
  return loops * 6 * 16 * 16 * 64 * 2;
}

static int64_t limit_bf16(int64_t loops) {
  loops /= CHAINS;
  GIBBSITE_TILE_LOOP(_tile_dpbf16ps)
  return loops * 6 * 16 * 16 * 32 * 2;
}

#elif defined(__AVX512F__)

/// Bytes, four products to each of 16 sums.
__attribute__((target("avx512vnni"))) static int64_t limit_int8(int64_t loops) {
  if (!__builtin_cpu_supports("avx512vnni")) {
    return 0;
  }
  __m512i a = _mm512_set1_epi8(1), sums[CHAINS] = {};
  for (int64_t loop = 0; loop < loops; loop++) {
#pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++) {
      sums[i] = _mm512_dpbusd_epi32(sums[i], a, a);
      __asm__ volatile("" : "+v"(sums[i]));
    }
  }
  return loops * CHAINS * LANES * 4 * 2;
}

/// Pairs of bf16, two products to each of 16 sums.
__attribute__((target("avx512bf16"))) static int64_t limit_bf16(int64_t loops) {
  if (!__builtin_cpu_supports("avx512bf16")) {
    return 0;
  }
  __m512bh a = {};
  __m512 sums[CHAINS] = {};
  for (int64_t loop = 0; loop < loops; loop++) {
#pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++) {
      sums[i] = _mm512_dpbf16_ps(sums[i], a, a);
      __asm__ volatile("" : "+v"(sums[i]));
    }
  }
  return loops * CHAINS * LANES * 2 * 2;
}

#else

/// AVX-VNNI is newer than the compilers that this is built with, and no kernel uses it.
static int64_t limit_int8(int64_t) { return 0; }
static int64_t limit_bf16(int64_t) { return 0; }

#endif

}  // namespace gibbsite::GIBBSITE_ISA

/// Runs a loop: 0 lookups, 1 products of bytes, 2 products of bf16. Returns the operations that it
/// made, two for a product and its addition; 0 where this processor has no such instruction.
GIBBSITE_EXPORT(int64_t, limit)(int32_t what, int64_t loops) {
  using namespace gibbsite::GIBBSITE_ISA;
  return what == 0 ? limit_lookup(loops) : what == 1 ? limit_int8(loops) : limit_bf16(loops);
}
