// G2 to G5, and the softplus of F2 and A1, for four units of a tile: those that share a counter of
// the random numbers.
#pragma once

#include "draws.h"
#include "rbm_weights.h"

namespace gibbsite::GIBBSITE_ISA::rbm {

/// a or p of four units: [QUAD][ROWS].
using Quad = float[QUAD][ROWS];

/// G2, from T in one int.
inline void activate(const int32_t* sums, float scale, const float* bias, Quad& a) {
#pragma GCC unroll 4
  for (int k = 0; k < QUAD; k++) {
    for (int r = 0; r < ROWS; r += LANES) {
      store(a[k] + r, fma(to_float(load(sums + k * ROWS + r)), all(scale), all(bias[k])));
    }
  }
}

/// G2, from T in two limbs.
inline void activate(const int32_t* high, const int32_t* low, float scale, const float* bias,
                     Quad& a) {
  for (int k = 0; k < QUAD; k++) {
    for (int r = 0; r < ROWS; r++) {
      int64_t sum = ((int64_t)high[k * ROWS + r] * (1 << LOW_BITS)) + low[k * ROWS + r];
      a[k][r] = __builtin_fmaf((float)sum, scale, bias[k]);
    }
  }
}

/// G3, G4 for one vector of rows: shift = (1 - beta) base.
GIBBSITE_INLINE Float probability(Float a, Float beta, float base) {
  return sigmoid(fma(a, beta, (all(1.0f) - beta) * all(base)));
}

/// Vectors of rows that are drawn in step: as many as there are registers for.
constexpr int IN_STEP = LANES == 16 ? 2 : 1;

/// G3 to G5: four bits of a word in a tile; held units keep theirs.
///
/// @param unit the first of the four
/// @param row the address of the tile's first row
/// @param betas float[ROWS]
/// @param base r of the four units
/// @param free the bits of the word that may change
inline void draw(const Quad& a, const Draws& draws, int unit, int row, const float* betas,
                 const float* base, uint32_t free, uint32_t* tile) {
  uint32_t* words = tile + (size_t)(unit / WORD_UNITS) * ROWS;
  int first = unit % WORD_UNITS;
  Word changing = all(0xfu << first & free);
  for (int first_row = 0; first_row < ROWS; first_row += IN_STEP * LANES) {
    Word rows[IN_STEP];
    PhiloxWords random[IN_STEP];
#pragma GCC unroll 4
    for (int v = 0; v < IN_STEP; v++) {
      rows[v] = all((uint32_t)(row + first_row + v * LANES)) + lanes();
    }
    draws.words(all((uint32_t)(unit / QUAD)), rows, random);
    Word bits[IN_STEP] = {};
#pragma GCC unroll 4
    for (int k = 0; k < QUAD; k++) {
#pragma GCC unroll 4
      for (int v = 0; v < IN_STEP; v++) {
        int r = first_row + v * LANES;
        Float p = probability(load(a[k] + r), load(betas + r), base[k]);
        bits[v] = set_where_less(bits[v], uniform(random[v].word[k]), p, k);
      }
    }
#pragma GCC unroll 4
    for (int v = 0; v < IN_STEP; v++) {
      int32_t* at = (int32_t*)words + first_row + v * LANES;
      Word old = (Word)load(at);
      store(at, (Int)((old & ~changing) | (bits[v] << first & changing)));
    }
  }
}

/// Adds softplus(a) of the present units to each row's sum, in their order.
inline void add_softplus(const Quad& a, int present, double* sums) {
  for (int k = 0; k < present; k++) {
    for (int r = 0; r < ROWS; r += LANES) {
      add_in_double(sums + r, softplus(load(a[k] + r)));
    }
  }
}

/// Adds softplus(next a) - softplus(beta a) of the present units to each row's sum.
inline void add_gain(const Quad& a, int present, const float* betas, const float* next,
                     double* sums) {
  for (int k = 0; k < present; k++) {
    for (int r = 0; r < ROWS; r += LANES) {
      Float x = load(a[k] + r);
      Float gain = softplus(x * load(next + r)) - softplus(x * load(betas + r));
      add_in_double(sums + r, gain);
    }
  }
}

/// sums[row] = sum_i v_i bias_i over a tile's rows, in double and in the units' order.
inline void sum_biases(const uint32_t* tile, int units, const float* bias, double* sums) {
  for (int r = 0; r < ROWS; r++) {
    sums[r] = 0;
  }
  for (int i = 0; i < units; i++) {
    const uint32_t* words = tile + (size_t)(i / WORD_UNITS) * ROWS;
    for (int r = 0; r < ROWS; r += LANES) {
      Word bits = (Word)load((const int32_t*)words + r) >> (i % WORD_UNITS) & all(1u);
      add_in_double(sums + r, to_float((Int)bits) * all(bias[i]));
    }
  }
}

}  // namespace gibbsite::GIBBSITE_ISA::rbm
