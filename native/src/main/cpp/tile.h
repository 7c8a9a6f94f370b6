// A tile is 32 rows of a batch, stored column by column, so that the lanes of a vector are rows:
// tile[column * ROWS + row].
//
// Any layer width then costs what it needs (no padding to a vector), and whatever belongs to a row
// (its energy, its weight, its random numbers) is a vector too. Only the parameter gradient, which
// sums over rows, needs the other order.
#pragma once

#include <utility>

#include "memory.h"

namespace gibbsite::GIBBSITE_ISA {

/// Rows in a tile: the width of the micro-kernel with AVX-512.
constexpr int ROWS = 32;

GIBBSITE_INLINE size_t tile_size(int columns) { return (size_t)columns * ROWS; }

GIBBSITE_INLINE int tile_count(int rows) { return ceil_divide(rows, ROWS); }

/// The lanes of a and b, those whose number has bit S from b, moved down or up by S.
template <int S, int... LANE>
GIBBSITE_INLINE Float exchange_low(Float a, Float b, std::integer_sequence<int, LANE...>) {
  return __builtin_shufflevector(a, b, ((LANE & S) == 0 ? LANE : LANES + LANE - S)...);
}

template <int S, int... LANE>
GIBBSITE_INLINE Float exchange_high(Float a, Float b, std::integer_sequence<int, LANE...>) {
  return __builtin_shufflevector(a, b, ((LANE & S) == 0 ? LANE + S : LANES + LANE)...);
}

/// Takes rows i and i + S and exchanges the lanes whose number has bit S for those that have not.
template <int S>
GIBBSITE_INLINE void exchange(Float (&rows)[LANES]) {
  using Sequence = std::make_integer_sequence<int, LANES>;
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++) {
    if ((i & S) == 0) {
      Float a = rows[i];
      Float b = rows[i + S];
      rows[i] = exchange_low<S>(a, b, Sequence());
      rows[i + S] = exchange_high<S>(a, b, Sequence());
    }
  }
}

/// Transposes a square of LANES x LANES.
GIBBSITE_INLINE void transpose(const float* from, size_t from_stride, float* to, size_t to_stride) {
  Float rows[LANES];
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++) {
    rows[i] = load(from + i * from_stride);
  }
  if constexpr (LANES == 16) {
    exchange<LANES / 2>(rows);
  }
  exchange<4>(rows);
  exchange<2>(rows);
  exchange<1>(rows);
#pragma GCC unroll 16
  for (int i = 0; i < LANES; i++) {
    store(to + i * to_stride, rows[i]);
  }
}

/// Row-major rows into a tile; rows of the tile beyond `rows` become zero.
inline void to_tile(const float* x, int rows, int columns, float* tile) {
  int done = 0;
  if (rows == ROWS) {
    for (; done + LANES <= columns; done += LANES) {
      for (int r = 0; r < ROWS; r += LANES) {
        transpose(x + (size_t)r * columns + done, columns, tile + tile_size(done) + r, ROWS);
      }
    }
  }
  for (int c = done; c < columns; c++) {
    float* to = tile + tile_size(c);
    for (int r = 0; r < rows; r++) {
      to[r] = x[(size_t)r * columns + c];
    }
    for (int r = rows; r < ROWS; r++) {
      to[r] = 0.0f;
    }
  }
}

/// A tile's first `rows` rows into a row-major array of the given stride.
inline void to_rows(const float* tile, int rows, int columns, float* x, size_t stride) {
  int done = 0;
  if (rows == ROWS) {
    for (; done + LANES <= columns; done += LANES) {
      for (int r = 0; r < ROWS; r += LANES) {
        transpose(tile + tile_size(done) + r, ROWS, x + r * stride + done, stride);
      }
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int c = done; c < columns; c++) {
      x[r * stride + c] = tile[tile_size(c) + r];
    }
  }
}

/// F1: rows of a batch as tiles, the missing rows of the last one zero; returns the tiles.
inline int rows_to_tiles(const float* x, int rows, int columns, float* tiles) {
  int count = tile_count(rows);
  for (int t = 0; t < count; t++) {
    to_tile(x + (size_t)t * ROWS * columns, smaller(ROWS, rows - t * ROWS), columns,
            tiles + t * tile_size(columns));
  }
  return count;
}

/// The first `rows` rows of tiles as a row-major batch.
inline void tiles_to_rows(const float* tiles, int rows, int columns, float* x) {
  for (int t = 0; t < tile_count(rows); t++) {
    to_rows(tiles + t * tile_size(columns), smaller(ROWS, rows - t * ROWS), columns,
            x + (size_t)t * ROWS * columns, columns);
  }
}

}  // namespace gibbsite::GIBBSITE_ISA
