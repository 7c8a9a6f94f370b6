// G1 on AMX: q as three int8 limbs, q = l0 + 2^8 l1 + 2^16 l2 with l0 and l1 unsigned, times states as
// bytes. The sums of each limb are exact integers: at most 2^8 for each of 2^18 inputs.
//
// A tile of weights is 16 outputs x 64 inputs, a tile of states 64 inputs x 16 rows, so that sums
// come out with rows as lanes, as everywhere. Registers: three limbs x two tiles of rows of sums, one
// tile of weights, one of states; 7 loads of 8 cycles for 6 products of 16 cycles.
//
// Tests run it on emulated instructions and on the plain twin (amx_tiles.h); it has never run on the
// hardware.
#pragma once

#include "amx_tiles.h"
#include "rbm_weights.h"

namespace gibbsite::GIBBSITE_ISA::rbm {

/// Outputs and rows of a tile of sums, inputs of a product, limbs of q.
constexpr int PANEL = 16;
constexpr int TILE_ROWS = 16;
constexpr int BLOCK_INPUTS = 64;
constexpr int LIMBS = 3;
constexpr int TILE_BYTES = 1024;

static_assert(ROWS == 4 * TILE_ROWS && BLOCK_INPUTS == 2 * WORD_UNITS);

/// Splits the weights of a panel: [block of inputs][limb][output][64 bytes].
inline void split(const int32_t* q, int stride, Limb limb, int8_t* to) {
  for (int o = 0; o < PANEL; o++) {
    for (int input = 0; input < stride; input += LANES) {
      Int value = load(q + (size_t)o * stride + input) >> limb.shift & all(limb.mask);
      int8_t* block = to + (size_t)(input / BLOCK_INPUTS) * LIMBS * TILE_BYTES + o * BLOCK_INPUTS +
                      input % BLOCK_INPUTS;
      for (int l = 0; l < LIMBS; l++) {
        __m128i bytes = _mm512_cvtepi32_epi8((__m512i)(value >> 8 * l));
        _mm_storeu_si128((__m128i*)(block + l * TILE_BYTES), bytes);
      }
    }
  }
}

/// A worker's memory for multiplication.
struct Multiplier {
  /// The block's states as bytes: [tile][block of inputs][tile of rows][input / 4][row][input % 4].
  uint8_t* states;
  /// Weights in two limbs, split when they are needed; and the sums of the three limbs.
  int8_t* split_weights;
  int32_t* sums;

  Multiplier(Memory& memory, int widest, int tiles)
      : states(memory.take<uint8_t>((size_t)tiles * ROWS * padded(widest))),
        split_weights(memory.take<int8_t>((size_t)PANEL * LIMBS * padded(widest))),
        sums(memory.take<int32_t>(LIMBS * PANEL * TILE_ROWS)) {}

  static int padded(int inputs) { return ceil_divide(inputs, BLOCK_INPUTS) * BLOCK_INPUTS; }

  /// Called once before the panels of a pass over these tiles: spreads the bits of the states.
  void begin(const uint32_t* from, int inputs, int tiles) {
    begin_tiles();
    int words = words_of(inputs);
    uint8_t* to = states;
    for (int tile = 0; tile < tiles; tile++) {
      for (int word = 0; word < words; word += 2) {
        for (int row = 0; row < ROWS; row += TILE_ROWS) {
          spread(from + (size_t)word * ROWS + row, to);
          if (word + 1 < words) {
            spread(from + (size_t)(word + 1) * ROWS + row, to + TILE_BYTES / 2);
          } else {
            memset(to + TILE_BYTES / 2, 0, TILE_BYTES / 2);
          }
          to += TILE_BYTES;
        }
      }
      from += (size_t)words * ROWS;
    }
  }

  /// Called once after them.
  void end() { end_tiles(); }

 private:
  /// 32 bits of 16 rows to [bit / 4][row][bit % 4].
  static void spread(const uint32_t* words, uint8_t* to) {
    __m512i bits = _mm512_loadu_si512(words);
    __m512i low_byte = _mm512_set4_epi32(0x0c0c0c0c, 0x08080808, 0x04040404, 0);
    __m512i select = _mm512_set1_epi32(0x08040201);
    for (int k = 0; k < WORD_UNITS; k += 4) {
      __m512i fours = _mm512_shuffle_epi8(_mm512_srl_epi32(bits, _mm_cvtsi32_si128(k)), low_byte);
      __mmask64 set = _mm512_test_epi8_mask(fours, select);
      _mm512_storeu_si512(to + k * TILE_ROWS, _mm512_maskz_set1_epi8(set, 1));
    }
  }
};

class Weights : public FixedPoint {
 public:
  Weights(Memory& memory, int inputs, int outputs)
      : FixedPoint(memory, inputs, outputs, PANEL, BLOCK_INPUTS),
        split_(memory.take<int8_t>((size_t)rows * stride * LIMBS)) {
    if (memory.real()) {
      memset(split_, 0, (size_t)rows * stride * LIMBS);
    }
  }

  /// Called for each strip after it was packed.
  void prepare(int strip) {
    for (int panel = strip * STRIP / PANEL; panel < smaller((strip + 1) * STRIP, rows) / PANEL;
         panel++) {
      split(row(panel * PANEL), stride, WHOLE, split_at(panel));
    }
  }

  /// G1: sums[tile][PANEL][ROWS].
  void multiply(int panel, const uint32_t* /*states*/, int tiles, Limb limb, Multiplier& with,
                int32_t* sums) const {
    const int8_t* weights = split_at(panel);
    if (!limb.whole()) {
      split(row(panel * PANEL), stride, limb, with.split_weights);
      weights = with.split_weights;
    }
    int blocks = stride / BLOCK_INPUTS;
    for (int tile = 0; tile < tiles; tile++) {
      const uint8_t* states = with.states + (size_t)tile * ROWS * stride;
      for (int row = 0; row < ROWS; row += 2 * TILE_ROWS) {
        two_tiles_of_rows(weights, states + row / TILE_ROWS * TILE_BYTES, blocks, with.sums,
                          sums + tile * PANEL * ROWS + row, row != 0);
      }
    }
  }

 private:
  int8_t* split_at(int panel) const { return split_ + (size_t)panel * PANEL * stride * LIMBS; }

  /// Every other time backwards, to begin with the weights that the first-level cache still holds:
  /// all of a panel's do not fit beside the states.
  static void two_tiles_of_rows(const int8_t* weights, const uint8_t* states, int blocks,
                                int32_t* limbs, int32_t* sums, bool backwards) {
    int step = backwards ? -1 : 1;
    if (backwards) {
      weights += (blocks - 1) * LIMBS * TILE_BYTES;
      states += (blocks - 1) * (ROWS / TILE_ROWS) * TILE_BYTES;
    }
    finish_stores();
    GIBBSITE_TILE_ZERO(0);
    GIBBSITE_TILE_ZERO(1);
    GIBBSITE_TILE_ZERO(2);
    GIBBSITE_TILE_ZERO(3);
    GIBBSITE_TILE_ZERO(4);
    GIBBSITE_TILE_ZERO(5);
    for (int block = 0; block < blocks; block++) {
      GIBBSITE_TILE_LOAD(6, states, 64);
      GIBBSITE_TILE_LOAD(7, weights, 64);
      GIBBSITE_TILE_UNSIGNED_BYTES(0, 7, 6);
      GIBBSITE_TILE_LOAD(7, weights + TILE_BYTES, 64);
      GIBBSITE_TILE_UNSIGNED_BYTES(1, 7, 6);
      GIBBSITE_TILE_LOAD(7, weights + 2 * TILE_BYTES, 64);
      GIBBSITE_TILE_SIGNED_BYTES(2, 7, 6);
      GIBBSITE_TILE_LOAD(6, states + TILE_BYTES, 64);
      GIBBSITE_TILE_SIGNED_BYTES(5, 7, 6);
      GIBBSITE_TILE_LOAD(7, weights + TILE_BYTES, 64);
      GIBBSITE_TILE_UNSIGNED_BYTES(4, 7, 6);
      GIBBSITE_TILE_LOAD(7, weights, 64);
      GIBBSITE_TILE_UNSIGNED_BYTES(3, 7, 6);
      weights += step * LIMBS * TILE_BYTES;
      states += step * ROWS / TILE_ROWS * TILE_BYTES;
    }
    constexpr int SUMS = PANEL * TILE_ROWS;
    GIBBSITE_TILE_STORE(0, limbs, 64);
    GIBBSITE_TILE_STORE(1, limbs + SUMS, 64);
    GIBBSITE_TILE_STORE(2, limbs + 2 * SUMS, 64);
    join_limbs(limbs, sums);
    GIBBSITE_TILE_STORE(3, limbs, 64);
    GIBBSITE_TILE_STORE(4, limbs + SUMS, 64);
    GIBBSITE_TILE_STORE(5, limbs + 2 * SUMS, 64);
    join_limbs(limbs, sums + TILE_ROWS);
  }

  /// T = c0 + 2^8 c1 + 2^16 c2, modulo 2^32.
  static void join_limbs(const int32_t* limbs, int32_t* sums) {
    for (int o = 0; o < PANEL; o++) {
      const int32_t* from = limbs + o * TILE_ROWS;
      Word c0 = (Word)load(from);
      Word c1 = (Word)load(from + PANEL * TILE_ROWS);
      Word c2 = (Word)load(from + 2 * PANEL * TILE_ROWS);
      store(sums + o * ROWS, (Int)(c0 + (c1 << 8) + (c2 << 16)));
    }
  }

  int8_t* split_;
};

}  // namespace gibbsite::GIBBSITE_ISA::rbm
