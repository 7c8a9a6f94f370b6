// The few instructions of AMX that the kernels use, and for machines without them a twin in plain
// loops, which GIBBSITE_AMX_TWIN picks: tests run the kernels' logic on it anywhere.
//
// There are eight tiles, here always of 16 rows of 64 bytes. Tile numbers are part of the
// instructions, hence the macros.
#pragma once

#include "simd.h"

#if defined(GIBBSITE_AMX_TWIN)

namespace gibbsite::GIBBSITE_ISA {

/// What the processor keeps in tile registers.
struct TileTwin {
  uint8_t bytes[8][16][64];

  void load(int tile, const void* from, size_t stride) {
    for (int row = 0; row < 16; row++) {
      __builtin_memcpy(bytes[tile][row], (const char*)from + row * stride, 64);
    }
  }

  void store(int tile, void* to, size_t stride) const {
    for (int row = 0; row < 16; row++) {
      __builtin_memcpy((char*)to + row * stride, bytes[tile][row], 64);
    }
  }

  void zero(int tile) { __builtin_memset(bytes[tile], 0, sizeof(bytes[tile])); }

  /// sum[m][n] += a[m][2 k] b[k][2 n] + a[m][2 k + 1] b[k][2 n + 1] over k, of bf16: the even and
  /// the odd products summed apart in float32, then added. Numbers below 2^-126 count as 0.
  void multiply_bf16(int sum, int a, int b) {
    uint32_t left[16][16], right[16][16];
    __builtin_memcpy(left, bytes[a], sizeof(left));
    __builtin_memcpy(right, bytes[b], sizeof(right));
    for (int m = 0; m < 16; m++) {
      float even[16] = {}, odd[16] = {}, total[16];
      for (int k = 0; k < 16; k++) {
        float first = as_float(left[m][k] << 16);
        float second = as_float(left[m][k] & 0xffff0000u);
        for (int n = 0; n < 16; n++) {
          even[n] = flushed(__builtin_fmaf(first, as_float(right[k][n] << 16), even[n]));
          odd[n] = flushed(__builtin_fmaf(second, as_float(right[k][n] & 0xffff0000u), odd[n]));
        }
      }
      __builtin_memcpy(total, bytes[sum][m], 64);
      for (int n = 0; n < 16; n++) {
        total[n] = flushed(flushed(total[n]) + flushed(even[n] + odd[n]));
      }
      __builtin_memcpy(bytes[sum][m], total, 64);
    }
  }

  static float flushed(float x) {
    return __builtin_fabsf(x) < 0x1p-126f ? __builtin_copysignf(0.0f, x) : x;
  }

  static float as_float(uint32_t bits) {
    float x;
    __builtin_memcpy(&x, &bits, sizeof(x));
    return flushed(x);
  }

  /// sum[m][n] += a[m][4 k + i] b[k][4 n + i] over k and i, b unsigned, a as said.
  void multiply_bytes(int sum, int a, int b, bool a_is_signed) {
    for (int m = 0; m < 16; m++) {
      int32_t total[16];
      __builtin_memcpy(total, bytes[sum][m], 64);
      for (int k = 0; k < 16; k++) {
        int32_t left[4];
        for (int i = 0; i < 4; i++) {
          uint8_t byte = bytes[a][m][4 * k + i];
          left[i] = a_is_signed ? (int8_t)byte : byte;
        }
        const uint8_t* right = bytes[b][k];
        for (int n = 0; n < 16; n++) {
          total[n] += left[0] * right[4 * n] + left[1] * right[4 * n + 1] +
                      left[2] * right[4 * n + 2] + left[3] * right[4 * n + 3];
        }
      }
      __builtin_memcpy(bytes[sum][m], total, 64);
    }
  }
};

inline TileTwin& tile_twin() {
  static thread_local TileTwin tiles;
  return tiles;
}

GIBBSITE_INLINE void begin_tiles() {}
GIBBSITE_INLINE void end_tiles() {}
GIBBSITE_INLINE void finish_stores() {}

}  // namespace gibbsite::GIBBSITE_ISA

#define GIBBSITE_TILE_ZERO(tile) tile_twin().zero(tile)
#define GIBBSITE_TILE_LOAD(tile, from, stride) tile_twin().load(tile, from, stride)
#define GIBBSITE_TILE_STORE(tile, to, stride) tile_twin().store(tile, to, stride)
#define GIBBSITE_TILE_SIGNED_BYTES(sum, a, b) tile_twin().multiply_bytes(sum, a, b, true)
#define GIBBSITE_TILE_UNSIGNED_BYTES(sum, a, b) tile_twin().multiply_bytes(sum, a, b, false)
#define GIBBSITE_TILE_BF16(sum, a, b) tile_twin().multiply_bf16(sum, a, b)

#else

namespace gibbsite::GIBBSITE_ISA {

/// Gives this thread eight tiles of 16 rows of 64 bytes.
GIBBSITE_INLINE void begin_tiles() {
  struct alignas(64) {
    uint8_t palette = 1;
    uint8_t start_row = 0;
    uint8_t reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } config;
  static_assert(sizeof(config) == 64);
  // The compiler takes the instruction to read 8 bytes, and would leave out what follows them.
  __asm__ volatile("" : : "r"(&config) : "memory");
  _tile_loadconfig(&config);
}

/// Gives them back, so that the system need not save them.
GIBBSITE_INLINE void end_tiles() { _tile_release(); }

/// To be called before tiles are loaded from memory that was just written: the compiler does not know
/// that the instruction reads it.
GIBBSITE_INLINE void finish_stores() { __asm__ volatile("" : : : "memory"); }

}  // namespace gibbsite::GIBBSITE_ISA

#define GIBBSITE_TILE_ZERO(tile) _tile_zero(tile)
#define GIBBSITE_TILE_LOAD(tile, from, stride) _tile_loadd(tile, from, stride)
#define GIBBSITE_TILE_STORE(tile, to, stride) _tile_stored(tile, to, stride)
#define GIBBSITE_TILE_SIGNED_BYTES(sum, a, b) _tile_dpbsud(sum, a, b)
#define GIBBSITE_TILE_UNSIGNED_BYTES(sum, a, b) _tile_dpbuud(sum, a, b)
#define GIBBSITE_TILE_BF16(sum, a, b) _tile_dpbf16ps(sum, a, b)

#endif
