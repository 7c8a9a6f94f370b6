// The layout of binary states: a tile is ROWS rows, whose units are packed in words, so that the
// lanes of a vector are rows: tile[word * ROWS + row], unit word * WORD_UNITS + k in bit k. GROUP
// units next to each other select one of the sums of their weights (rbm_lookup.h).
//
// Bits of units beyond the last are arbitrary; their weights are 0.
#pragma once

#include <string.h>

#include "memory.h"

namespace gibbsite::GIBBSITE_ISA::rbm {

/// Vectors of rows in a tile: a table that is loaded serves them all.
constexpr int ROW_VECTORS = 4;
constexpr int ROWS = ROW_VECTORS * LANES;

/// Units of a group, and of a word: whole groups, and whole fours of draws.
#if defined(__AMX_INT8__)
constexpr int GROUP = 4;
constexpr int WORD_UNITS = 32;
#elif defined(__AVX512F__)
constexpr int GROUP = 5;
constexpr int WORD_UNITS = 20;
#else
constexpr int GROUP = 3;
constexpr int WORD_UNITS = 24;
#endif

/// Units that share a counter of the random numbers.
constexpr int QUAD = 4;
static_assert(WORD_UNITS % GROUP == 0 && WORD_UNITS % QUAD == 0 && WORD_UNITS <= 32);

GIBBSITE_INLINE int words_of(int units) { return ceil_divide(units, WORD_UNITS); }

GIBBSITE_INLINE size_t tile_size(int units) { return (size_t)words_of(units) * ROWS; }

GIBBSITE_INLINE int tile_count(int rows) { return ceil_divide(rows, ROWS); }

/// Packs one tile; missing rows are 0.
///
/// @param rows byte[present * units], 0 or 1
inline void load_tile(const uint8_t* rows, int present, int units, uint32_t* tile) {
  for (int r = 0; r < ROWS; r++) {
    const uint8_t* row = rows + (size_t)r * units;
    for (int word = 0; word < words_of(units); word++) {
      uint32_t bits = 0;
      int first = word * WORD_UNITS;
      int end = r < present ? smaller(WORD_UNITS, units - first) : 0;
      int k = 0;
      for (; k + QUAD <= end; k += QUAD) {
        uint32_t four;
        memcpy(&four, row + first + k, QUAD);
        bits |= _pext_u32(four, 0x01010101u) << k;
      }
      for (; k < end; k++) {
        bits |= (uint32_t)row[first + k] << k;
      }
      tile[(size_t)word * ROWS + r] = bits;
    }
  }
}

/// Unpacks the first rows of a tile.
inline void store_tile(const uint32_t* tile, int present, int units, uint8_t* rows) {
  for (int r = 0; r < present; r++) {
    uint8_t* row = rows + (size_t)r * units;
    for (int word = 0; word < words_of(units); word++) {
      uint32_t bits = tile[(size_t)word * ROWS + r];
      int first = word * WORD_UNITS;
      int end = smaller(WORD_UNITS, units - first);
      int k = 0;
      for (; k + QUAD <= end; k += QUAD) {
        uint32_t four = _pdep_u32(bits >> k, 0x01010101u);
        memcpy(row + first + k, &four, QUAD);
      }
      for (; k < end; k++) {
        row[first + k] = bits >> k & 1;
      }
    }
  }
}

/// The lanes whose bit k is set, as the low LANES bits of a number.
GIBBSITE_INLINE uint32_t lanes_with(const uint32_t* words, int k) {
#if defined(__AVX512F__)
  return _mm512_test_epi32_mask(_mm512_loadu_si512(words), _mm512_set1_epi32(1 << k));
#else
  __m256i sign = _mm256_sll_epi32(_mm256_loadu_si256((const __m256i*)words), _mm_cvtsi32_si128(31 - k));
  return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(sign));
#endif
}

/// Which of `count` rows of a tile, at most 32, from the first given on, have the unit at 1.
GIBBSITE_INLINE uint32_t rows_with(const uint32_t* tile, int unit, int first, int count) {
  const uint32_t* words = tile + (size_t)(unit / WORD_UNITS) * ROWS + first;
  uint32_t rows = 0;
#pragma GCC unroll 4
  for (int lane = 0; lane < 32; lane += LANES) {
    rows |= lanes_with(words + lane, unit % WORD_UNITS) << lane;
  }
  return count >= 32 ? rows : rows & ((1u << count) - 1);
}

/// bits with bit k set in the lanes where a < b.
GIBBSITE_INLINE Word set_where_less(Word bits, Float a, Float b, int k) {
#if defined(__AVX512F__)
  __mmask16 less = _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ);
  return (Word)_mm512_mask_or_epi32((__m512i)bits, less, (__m512i)bits, _mm512_set1_epi32(1 << k));
#else
  return bits | ((Word)(a < b) & all(1u << k));
#endif
}

/// Adds to sum[lane], for the lanes of a vector, in double.
GIBBSITE_INLINE void add_in_double(double* sum, Float x) {
#if defined(__AVX512F__)
  __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256((__m512)x));
  __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)x, 1));
  _mm512_storeu_pd(sum, _mm512_loadu_pd(sum) + low);
  _mm512_storeu_pd(sum + 8, _mm512_loadu_pd(sum + 8) + high);
#else
  __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128((__m256)x));
  __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps((__m256)x, 1));
  _mm256_storeu_pd(sum, _mm256_loadu_pd(sum) + low);
  _mm256_storeu_pd(sum + 4, _mm256_loadu_pd(sum + 4) + high);
#endif
}

}  // namespace gibbsite::GIBBSITE_ISA::rbm
