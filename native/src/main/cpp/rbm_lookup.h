// G1 by tables in registers: the states of GROUP units select one of the 2^GROUP sums of their
// weights. One permutation and one addition do what LANES rows times GROUP multiply-adds would: 80
// with AVX-512, where a table is two vectors, and 24 with AVX2.
//
// Tables are made of q in the first-level cache, a block of inputs and a panel of outputs at a time,
// and serve all tiles of a call: 6 operations a table with AVX-512, in which a block of 8 tiles looks
// up 32 times.
#pragma once

#include "rbm_weights.h"

namespace gibbsite::GIBBSITE_ISA::rbm {

/// Outputs that are multiplied at a time, and those of them that the micro-kernel holds in
/// registers: 16 accumulators of 32 registers, 8 of 16.
constexpr int PANEL = 4;
constexpr int KERNEL_OUTPUTS = LANES == 16 ? 4 : 2;

constexpr int TABLE = 1 << GROUP;
constexpr int WORD_GROUPS = WORD_UNITS / GROUP;

/// Words whose tables are made at a time: 20 KiB of tables.
constexpr int BLOCK_WORDS = 10;

#if defined(__AVX512F__)
struct Table {
  Int low;
  Int high;
};

GIBBSITE_INLINE Table load_table(const int32_t* from) {
  return {load(from), load(from + LANES)};
}

/// The entries that the low GROUP bits of each lane select.
GIBBSITE_INLINE Int pick(const Table& table, Word bits) {
  return (Int)_mm512_permutex2var_epi32((__m512i)table.low, (__m512i)bits, (__m512i)table.high);
}

/// All sums of 5 weights.
GIBBSITE_INLINE void make_table(const int32_t* q, int32_t* to) {
  __m512i low = _mm512_maskz_set1_epi32(0xaaaa, q[0]);
  low = _mm512_mask_add_epi32(low, 0xcccc, low, _mm512_set1_epi32(q[1]));
  low = _mm512_mask_add_epi32(low, 0xf0f0, low, _mm512_set1_epi32(q[2]));
  low = _mm512_mask_add_epi32(low, 0xff00, low, _mm512_set1_epi32(q[3]));
  store(to, (Int)low);
  store(to + LANES, (Int)_mm512_add_epi32(low, _mm512_set1_epi32(q[4])));
}
#else
using Table = Int;

GIBBSITE_INLINE Table load_table(const int32_t* from) { return load(from); }

GIBBSITE_INLINE Int pick(Table table, Word bits) {
  return (Int)_mm256_permutevar8x32_epi32((__m256i)table, (__m256i)bits);
}

/// All sums of 3 weights.
GIBBSITE_INLINE void make_table(const int32_t* q, int32_t* to) {
  Int first = {0, -1, 0, -1, 0, -1, 0, -1};
  Int second = {0, 0, -1, -1, 0, 0, -1, -1};
  Int third = {0, 0, 0, 0, -1, -1, -1, -1};
  store(to, (first & all(q[0])) + (second & all(q[1])) + (third & all(q[2])));
}
#endif

/// Ends an addition: the compiler would otherwise put many off, and run out of registers for what is
/// yet to be added.
GIBBSITE_INLINE void settle(Int& sum) { __asm__("" : "+v"(sum)); }

/// A panel's sums over `words` words of states of one tile, added to what is there or overwriting
/// it.
///
/// @param tables [word][group][PANEL][TABLE], from the kernel's first output
/// @param sums int32_t[KERNEL_OUTPUTS][ROWS]
template <bool FRESH>
inline void look_up_sums(const int32_t* tables, const uint32_t* states, int words, int32_t* sums) {
  Int sum[KERNEL_OUTPUTS][ROW_VECTORS];
#pragma GCC unroll 4
  for (int o = 0; o < KERNEL_OUTPUTS; o++) {
#pragma GCC unroll 4
    for (int r = 0; r < ROW_VECTORS; r++) {
      sum[o][r] = FRESH ? all(0) : load(sums + o * ROWS + r * LANES);
    }
  }
  for (int word = 0; word < words; word++) {
    Word bits[ROW_VECTORS];
#pragma GCC unroll 4
    for (int r = 0; r < ROW_VECTORS; r++) {
      bits[r] = (Word)load((const int32_t*)states + word * ROWS + r * LANES);
    }
#pragma GCC unroll 8
    for (int group = 0; group < WORD_GROUPS; group++) {
#pragma GCC unroll 4
      for (int o = 0; o < KERNEL_OUTPUTS; o++) {
        Table table = load_table(tables + o * TABLE);
#pragma GCC unroll 4
        for (int r = 0; r < ROW_VECTORS; r++) {
          sum[o][r] += pick(table, bits[r]);
          settle(sum[o][r]);
        }
      }
      tables += PANEL * TABLE;
#pragma GCC unroll 4
      for (int r = 0; r < ROW_VECTORS; r++) {
        bits[r] >>= GROUP;
      }
    }
  }
#pragma GCC unroll 4
  for (int o = 0; o < KERNEL_OUTPUTS; o++) {
#pragma GCC unroll 4
    for (int r = 0; r < ROW_VECTORS; r++) {
      store(sums + o * ROWS + r * LANES, sum[o][r]);
    }
  }
}

/// A worker's memory for multiplication.
struct Multiplier {
  int32_t* tables;

  Multiplier(Memory& memory, int /*widest*/, int /*tiles*/)
      : tables(memory.take<int32_t>((size_t)BLOCK_WORDS * WORD_GROUPS * PANEL * TABLE)) {}

  /// Called once before the panels of a pass over these tiles.
  void begin(const uint32_t* /*states*/, int /*units*/, int /*tiles*/) {}

  /// Called once after them.
  void end() {}
};

class Weights : public FixedPoint {
 public:
  Weights(Memory& memory, int inputs, int outputs)
      : FixedPoint(memory, inputs, outputs, PANEL, WORD_UNITS) {}

  /// Called for each strip after it was packed.
  void prepare(int /*strip*/) {}

  /// G1: sums[tile][PANEL][ROWS].
  ///
  /// @param states tiles of the inputs
  void multiply(int panel, const uint32_t* states, int tiles, Limb limb, Multiplier& with,
                int32_t* sums) const {
    int words = words_of(inputs);
    int blocks = ceil_divide(words, BLOCK_WORDS);
    int block = ceil_divide(words, blocks);
    for (int first = 0; first < words; first += block) {
      int count = smaller(block, words - first);
      make_tables(panel, first, count, limb, with.tables);
      for (int tile = 0; tile < tiles; tile++) {
        const uint32_t* from = states + ((size_t)tile * words + first) * ROWS;
        for (int o = 0; o < PANEL; o += KERNEL_OUTPUTS) {
          int32_t* to = sums + (tile * PANEL + o) * ROWS;
          if (first == 0) {
            look_up_sums<true>(with.tables + o * TABLE, from, count, to);
          } else {
            look_up_sums<false>(with.tables + o * TABLE, from, count, to);
          }
        }
      }
    }
  }

 private:
  void make_tables(int panel, int first, int words, Limb limb, int32_t* tables) const {
    for (int o = 0; o < PANEL; o++) {
      const int32_t* from = row(panel * PANEL + o) + first * WORD_UNITS;
      int32_t* to = tables + o * TABLE;
      for (int group = 0; group < words * WORD_GROUPS; group++) {
        if (limb.whole()) {
          make_table(from, to);
        } else {
          int32_t part[GROUP];
          for (int k = 0; k < GROUP; k++) {
            part[k] = from[k] >> limb.shift & limb.mask;
          }
          make_table(part, to);
        }
        from += GROUP;
        to += PANEL * TABLE;
      }
    }
  }
};

}  // namespace gibbsite::GIBBSITE_ISA::rbm
