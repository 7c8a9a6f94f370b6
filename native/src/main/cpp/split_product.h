// Matrix products of the MLP on AMX with float32 operands as sums of bf16 terms.
//
// x = x0 + x1 (+ x2), each the rest of those before rounded to bf16. Of the products of terms,
// bf16x3 (two terms) takes x0 y0 + x0 y1 + x1 y0, about 16 bits; bf16x6 (three) also x1 y1 + x0 y2 +
// x2 y0, about float32. The tiles add them up in float32. An infinite operand gives NaN, terms below
// 2^-126 count as 0.
//
// A block is 32 x 32 sums over 32 of what is summed over. Of its left operand each term is two tiles,
// 16 rows of 32 bf16; of its right one two tiles of 16 columns, pairs of neighbours in what is summed
// over lying together. Four tiles of sums, two of the left, two of the right: 14 loads of 8 cycles
// for 24 products of 16 cycles with three terms, 8 for 12 with two.
//
// Tests run it on emulated instructions and on the plain twin (amx_tiles.h); it has never run on the
// hardware.
#pragma once

#include <string.h>

#include "amx_tiles.h"
#include "tile.h"

namespace gibbsite::GIBBSITE_ISA {

/// Rows and columns of a block of sums, and terms of each sum in it.
constexpr int SPLIT_BLOCK = 32;

/// Layers with fewer inputs or outputs are multiplied in float32: splitting the states of 32 rows
/// takes 24 cycles an input with three terms, as much as the tiles need for 64 outputs.
constexpr int LEAST_SPLIT = 64;

/// bf16 in a tile, and in one term of a block's operand.
constexpr int SPLIT_TILE = 16 * 32;
constexpr int SPLIT_TERM = 2 * SPLIT_TILE;

/// Blocks of inputs whose states are split at a time: 48 KiB with three terms.
constexpr int SPLIT_DEPTH = 8;

/// Batch tiles that are summed over at a time.
constexpr int SPLIT_TILES = 4;

GIBBSITE_INLINE int split_blocks(int count) { return ceil_divide(count, SPLIT_BLOCK); }

/// Whether a product of these sizes is split, where products are.
GIBBSITE_INLINE bool worth_splitting(int outputs, int inputs) {
  return outputs >= LEAST_SPLIT && inputs >= LEAST_SPLIT;
}

/// The next term of each lane, in its upper 16 bits; x becomes what is left.
GIBBSITE_INLINE Word take_term(Float& x) {
  Word bits = (Word)x;
  Word term = (bits + all(0x7fffu) + (bits >> 16 & all(1u))) & all(0xffff0000u);
  x -= (Float)term;
  return term;
}

/// Splits 32 floats that lie together.
///
/// @param to where the first term's 32 bf16 come; the others SPLIT_TERM further each
template <int TERMS>
GIBBSITE_INLINE void split_row(const float* from, uint16_t* to) {
  Float x[2] = {load(from), load(from + LANES)};
  for (int term = 0; term < TERMS; term++) {
    for (int half = 0; half < 2; half++) {
      __m512i bits = (__m512i)(take_term(x[half]) >> 16);
      _mm256_storeu_si256((__m256i*)(to + term * SPLIT_TERM + half * LANES),
                          _mm512_cvtepi32_epi16(bits));
    }
  }
}

/// A left operand of columns of a batch tile: what is summed over are the tile's rows.
///
/// @param count of columns, at most SPLIT_BLOCK; the missing ones are 0
/// @param to uint16_t[TERMS][SPLIT_TERM]
template <int TERMS>
inline void split_left(const float* columns, int count, uint16_t* to) {
  static_assert(ROWS == SPLIT_BLOCK && LANES == 16);
  for (int c = 0; c < count; c++) {
    split_row<TERMS>(columns + tile_size(c), to + c * SPLIT_BLOCK);
  }
  for (int term = 0; term < TERMS; term++) {
    memset(to + term * SPLIT_TERM + count * SPLIT_BLOCK, 0,
           sizeof(uint16_t) * (SPLIT_BLOCK - count) * SPLIT_BLOCK);
  }
}

/// The same columns as a right operand.
template <int TERMS>
inline void split_right(const float* columns, int count, uint16_t* to) {
  alignas(64) uint16_t left[TERMS * SPLIT_TERM];
  split_left<TERMS>(columns, count, left);
  for (int tile = 0; tile < TERMS * 2; tile++) {
    transpose((const float*)(left + tile * SPLIT_TILE), 16, (float*)(to + tile * SPLIT_TILE), 16);
  }
}

/// A right operand of columns of a batch tile that are summed over: pairs of columns, row by row.
template <int TERMS>
inline void split_summed(const float* columns, int count, uint16_t* to) {
  for (int c = 0; c < SPLIT_BLOCK; c += 2) {
    for (int half = 0; half < 2; half++) {
      const float* from = columns + tile_size(c) + half * LANES;
      Float even = c < count ? load(from) : all(0.0f);
      Float odd = c + 1 < count ? load(from + ROWS) : all(0.0f);
      for (int term = 0; term < TERMS; term++) {
        Word pair = take_term(even) >> 16;
        pair |= take_term(odd);
        store((int32_t*)(to + term * SPLIT_TERM + half * SPLIT_TILE + c * LANES), (Int)pair);
      }
    }
  }
}

#define GIBBSITE_LOAD_LEFT(term)                                 \
  GIBBSITE_TILE_LOAD(4, left + (term) * SPLIT_TERM, 64);         \
  GIBBSITE_TILE_LOAD(5, left + (term) * SPLIT_TERM + SPLIT_TILE, 64)
#define GIBBSITE_LOAD_RIGHT(term)                                \
  GIBBSITE_TILE_LOAD(6, right + (term) * SPLIT_TERM, 64);        \
  GIBBSITE_TILE_LOAD(7, right + (term) * SPLIT_TERM + SPLIT_TILE, 64)
#define GIBBSITE_ADD_PRODUCTS()  \
  GIBBSITE_TILE_BF16(0, 4, 6);   \
  GIBBSITE_TILE_BF16(1, 4, 7);   \
  GIBBSITE_TILE_BF16(2, 5, 6);   \
  GIBBSITE_TILE_BF16(3, 5, 7)

/// sums[32][32] = the sum of some blocks' products.
///
/// @param left uint16_t[blocks][TERMS][SPLIT_TERM]; and `right`
/// @param backwards whether to take the last block first: who calls this with the same `right` again
///     turns every time, to begin with what the first-level cache still holds of it
template <int TERMS>
__attribute__((noinline)) void split_products(const uint16_t* left, const uint16_t* right,
                                              int blocks, float* sums, bool backwards) {
  constexpr ptrdiff_t OPERAND = TERMS * SPLIT_TERM;
  ptrdiff_t step = backwards ? -OPERAND : OPERAND;
  if (backwards) {
    left += (blocks - 1) * OPERAND;
    right += (blocks - 1) * OPERAND;
  }
  finish_stores();
  GIBBSITE_TILE_ZERO(0);
  GIBBSITE_TILE_ZERO(1);
  GIBBSITE_TILE_ZERO(2);
  GIBBSITE_TILE_ZERO(3);
  for (int block = 0; block < blocks; block++) {
    if constexpr (TERMS == 2) {
      GIBBSITE_LOAD_LEFT(1);
      GIBBSITE_LOAD_RIGHT(0);
      GIBBSITE_ADD_PRODUCTS();
    } else {
      GIBBSITE_LOAD_LEFT(0);
      GIBBSITE_LOAD_RIGHT(2);
      GIBBSITE_ADD_PRODUCTS();
      GIBBSITE_LOAD_LEFT(1);
      GIBBSITE_LOAD_RIGHT(1);
      GIBBSITE_ADD_PRODUCTS();
      GIBBSITE_LOAD_RIGHT(0);
      GIBBSITE_ADD_PRODUCTS();
      GIBBSITE_LOAD_LEFT(2);
      GIBBSITE_ADD_PRODUCTS();
    }
    GIBBSITE_LOAD_LEFT(0);
    GIBBSITE_ADD_PRODUCTS();
    GIBBSITE_LOAD_RIGHT(1);
    GIBBSITE_ADD_PRODUCTS();
    left += step;
    right += step;
  }
  constexpr int ROW_BYTES = SPLIT_BLOCK * sizeof(float);
  GIBBSITE_TILE_STORE(0, sums, ROW_BYTES);
  GIBBSITE_TILE_STORE(1, sums + 16, ROW_BYTES);
  GIBBSITE_TILE_STORE(2, sums + 16 * SPLIT_BLOCK, ROW_BYTES);
  GIBBSITE_TILE_STORE(3, sums + 16 * SPLIT_BLOCK + 16, ROW_BYTES);
  finish_stores();
}

#undef GIBBSITE_LOAD_LEFT
#undef GIBBSITE_LOAD_RIGHT
#undef GIBBSITE_ADD_PRODUCTS

/// A matrix [outputs, inputs] as left operands: [32 outputs][block of inputs][term], zeros beyond.
struct SplitMatrix {
  int outputs = 0;
  int inputs = 0;
  int terms = 0;
  uint16_t* values = nullptr;

  SplitMatrix() = default;

  SplitMatrix(Memory& memory, int outputs, int inputs, int terms)
      : outputs(outputs),
        inputs(inputs),
        terms(terms),
        values(memory.take<uint16_t>((size_t)split_blocks(outputs) * split_blocks(inputs) * terms *
                                     SPLIT_TERM)) {}

  const uint16_t* block(int panel, int block) const {
    return values + ((size_t)panel * split_blocks(inputs) + block) * terms * SPLIT_TERM;
  }

  /// As PackedMatrix::pack.
  void pack(const float* matrix, size_t output_stride, size_t input_stride) {
    alignas(64) float block[SPLIT_BLOCK * SPLIT_BLOCK];
    uint16_t* to = values;
    for (int o = 0; o < outputs; o += SPLIT_BLOCK) {
      for (int i = 0; i < inputs; i += SPLIT_BLOCK) {
        copy_block(matrix + o * output_stride + i * input_stride, output_stride, input_stride,
                   smaller(SPLIT_BLOCK, outputs - o), smaller(SPLIT_BLOCK, inputs - i), block);
        for (int row = 0; row < SPLIT_BLOCK; row++) {
          if (terms == 2) {
            split_row<2>(block + row * SPLIT_BLOCK, to + row * SPLIT_BLOCK);
          } else {
            split_row<3>(block + row * SPLIT_BLOCK, to + row * SPLIT_BLOCK);
          }
        }
        to += (size_t)terms * SPLIT_TERM;
      }
    }
  }

 private:
  /// A block as float[output][input], zeros where there is no weight.
  static void copy_block(const float* from, size_t output_stride, size_t input_stride, int outputs,
                         int inputs, float* block) {
    if (output_stride == 1 && outputs == SPLIT_BLOCK && inputs == SPLIT_BLOCK) {
      for (int o = 0; o < SPLIT_BLOCK; o += LANES) {
        for (int i = 0; i < SPLIT_BLOCK; i += LANES) {
          transpose(from + i * input_stride + o, input_stride, block + o * SPLIT_BLOCK + i,
                    SPLIT_BLOCK);
        }
      }
      return;
    }
    fill(block, SPLIT_BLOCK * SPLIT_BLOCK, 0.0f);
    for (int o = 0; o < outputs; o++) {
      const float* row = from + o * output_stride;
      float* to = block + o * SPLIT_BLOCK;
      if (input_stride == 1) {
        copy(to, row, inputs);
        continue;
      }
      for (int i = 0; i < inputs; i++) {
        to[i] = row[i * input_stride];
      }
    }
  }
};

/// What becomes of the sums of 32 outputs of a tile: z = start + sums, or z + sums where `start` is
/// null, and `after` of it where that is the end.
template <typename After>
GIBBSITE_INLINE void finish_split(const float* sums, int outputs, const float* start, float* z,
                                  size_t at, bool last, const After& after) {
  for (int o = 0; o < outputs; o++) {
    for (int lane = 0; lane < ROWS; lane += LANES) {
      size_t to = at + tile_size(o) + lane;
      Float x = load(sums + o * SPLIT_BLOCK + lane) + (start ? all(start[o]) : load(z + to));
      if (last) {
        after(to, x);
      } else {
        store(z + to, x);
      }
    }
  }
}

/// multiply() of tile_product.h for a split matrix.
template <int TERMS, typename After>
void multiply_split(const SplitMatrix& w, const float* a, float* z, int tiles, const float* start,
                    const After& after) {
  alignas(64) uint16_t states[SPLIT_DEPTH * TERMS * SPLIT_TERM];
  alignas(64) float sums[SPLIT_BLOCK * SPLIT_BLOCK];
  begin_tiles();
  int end = split_blocks(w.inputs);
  for (int first = 0; first < end; first += SPLIT_DEPTH) {
    int blocks = smaller(SPLIT_DEPTH, end - first);
    bool last = first + blocks == end;
    for (int t = 0; t < tiles; t++) {
      for (int block = 0; block < blocks; block++) {
        int input = (first + block) * SPLIT_BLOCK;
        split_summed<TERMS>(a + t * tile_size(w.inputs) + tile_size(input),
                            smaller(SPLIT_BLOCK, w.inputs - input),
                            states + block * TERMS * SPLIT_TERM);
      }
      for (int o = 0; o < w.outputs; o += SPLIT_BLOCK) {
        split_products<TERMS>(w.block(o / SPLIT_BLOCK, first), states, blocks, sums,
                              o / SPLIT_BLOCK % 2 != 0);
        finish_split(sums, smaller(SPLIT_BLOCK, w.outputs - o),
                     first == 0 && start ? start + o : nullptr, z,
                     t * tile_size(w.outputs) + tile_size(o), last, after);
      }
    }
  }
  end_tiles();
}

/// bf16 that add_outer_split needs.
GIBBSITE_INLINE size_t split_scratch(int outputs, int terms) {
  return (size_t)split_blocks(outputs) * SPLIT_TILES * terms * SPLIT_TERM;
}

/// g += d^T a over at most SPLIT_TILES tiles, g in columns of 32 inputs: [column][outputs][32].
///
/// @param fresh whether g is overwritten
/// @param scratch split_scratch(out)
template <int TERMS>
void add_outer_split(const float* d, int out, const float* a, int in, int tiles, float* g,
                     bool fresh, uint16_t* scratch) {
  constexpr int OPERAND = TERMS * SPLIT_TERM;
  alignas(64) uint16_t column[SPLIT_TILES * OPERAND];
  alignas(64) float sums[SPLIT_BLOCK * SPLIT_BLOCK];
  for (int o = 0; o < out; o += SPLIT_BLOCK) {
    for (int t = 0; t < tiles; t++) {
      split_left<TERMS>(d + t * tile_size(out) + tile_size(o), smaller(SPLIT_BLOCK, out - o),
                        scratch + ((size_t)o / SPLIT_BLOCK * tiles + t) * OPERAND);
    }
  }
  begin_tiles();
  for (int c = 0; c < in; c += SPLIT_BLOCK) {
    for (int t = 0; t < tiles; t++) {
      split_right<TERMS>(a + t * tile_size(in) + tile_size(c), smaller(SPLIT_BLOCK, in - c),
                         column + t * OPERAND);
    }
    for (int o = 0; o < out; o += SPLIT_BLOCK) {
      split_products<TERMS>(scratch + (size_t)o / SPLIT_BLOCK * tiles * OPERAND, column, tiles,
                            sums, o / SPLIT_BLOCK % 2 != 0);
      float* to = g + (size_t)c * out + (size_t)o * SPLIT_BLOCK;
      for (int k = 0; k < smaller(SPLIT_BLOCK, out - o) * SPLIT_BLOCK; k += LANES) {
        store(to + k, fresh ? load(sums + k) : load(to + k) + load(sums + k));
      }
    }
  }
  end_tiles();
}

}  // namespace gibbsite::GIBBSITE_ISA
