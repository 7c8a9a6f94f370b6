// S2: sum_n v_n p_n^T and sum_n p_n, 32 rows at a time, in float and in the order of the rows. Lanes
// are hidden units.
//
// Probabilities lie column by column, a column being COLUMN hidden units of 32 rows, 16 KiB with
// AVX-512: p[chunk][column][row][COLUMN]. It stays in the first-level cache for a strip of visible
// units. A row is added where v is 1 and passed over elsewhere, which leaves the same sums as adding
// 0 would: the time is in proportion to the ones.
#pragma once

#include "rbm_states.h"

namespace gibbsite::GIBBSITE_ISA::rbm {

/// Rows that are summed before they are added to the total: those of RbmScalar.
constexpr int CHUNK = 32;
constexpr int COLUMN_VECTORS = 8;
constexpr int COLUMN = COLUMN_VECTORS * LANES;
/// Visible units that share a reading of a column.
constexpr int VISIBLE_STRIP = 32;

GIBBSITE_INLINE int column_stride(int hidden) { return ceil_divide(hidden, COLUMN) * COLUMN; }

/// Where a unit's probability in a row is.
GIBBSITE_INLINE size_t column_index(int stride, int row, int unit) {
  return ((size_t)(row / CHUNK) * stride + unit / COLUMN * COLUMN) * CHUNK +
         (size_t)(row % CHUNK) * COLUMN + unit % COLUMN;
}

/// sums[COLUMN] += the rows of p whose bit is set, in their order.
__attribute__((noinline)) inline void add_rows(const float* p, uint32_t rows, float* sums) {
  Float sum[COLUMN_VECTORS];
#pragma GCC unroll 8
  for (int k = 0; k < COLUMN_VECTORS; k++) {
    sum[k] = all(0.0f);
  }
  for (; rows != 0; rows &= rows - 1) {
    const float* row = p + __builtin_ctz(rows) * COLUMN;
#pragma GCC unroll 8
    for (int k = 0; k < COLUMN_VECTORS; k++) {
      sum[k] += load(row + k * LANES);
    }
  }
#pragma GCC unroll 8
  for (int k = 0; k < COLUMN_VECTORS; k++) {
    store(sums + k * LANES, load(sums + k * LANES) + sum[k]);
  }
}

}  // namespace gibbsite::GIBBSITE_ISA::rbm
