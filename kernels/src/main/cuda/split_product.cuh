// A tile of a matrix product on tensor cores: float32 operands as sums of terms (split_terms.cuh).
//
// 256 threads, 2 x 4 warps, SIDE x SIDE entries, k by 32 in two halves of shared memory, where a row
// has 32 terms of a kind. With SIDE 128 a warp has 64 x 32 entries; for each 16 inputs it reads
// 2 + 1 KiB a term and does 16 products of 16 x 8 x 16 for each pair of terms. SIDE 64 is for few
// rows. Rows are split on their way in, so global memory holds them as float32; weights are split
// once (mlp_split_weights). Terms of fp16 are scaled: weights by output units of the product, all
// else by rows of A and columns of B, a stage at a time. Columns are taken in an order such that a
// thread has four consecutive ones, as the epilogues want it.
#pragma once

#include <type_traits>

#include "product.cuh"
#include "split_terms.cuh"

// Weights in terms: k runs along the rows of [TERMS][count][pitch], which are 0 from its end on.
struct SplitRows {
  const uint16_t* terms;
  const float* down;  // [count], 0 up to a multiple of 128: takes the scales of rows out of sums
  int count, pitch;
};

// Terms of a row are copied 16 bytes at a time.
__device__ __forceinline__ int split_pitch(int depth) { return (depth + 7) / 8 * 8; }

template <class Terms, int SIDE>
struct SplitTile {
  static constexpr bool SPLITS = true;
  static constexpr int TERMS = Terms::TERMS;
  static constexpr int TM = SIDE / 16;
  static constexpr int TN = SIDE / 16;
  static constexpr int ROWS = SIDE;
  static constexpr int COLUMNS = SIDE;
  static constexpr int DEPTH = 32;
  static constexpr int TERM_BYTES = SIDE * DEPTH * 2;
  static constexpr int OPERAND_BYTES =
      TERMS * TERM_BYTES + (Terms::SCALED ? SIDE * (int)sizeof(float) : 0);
  static constexpr int STAGE_BYTES = 2 * OPERAND_BYTES;
  static constexpr int PIECES = SIDE / 32;    // float4 of a thread, a side
  static constexpr int TILES_M = SIDE / 32;   // 16 rows each, of a warp
  static constexpr int GROUPS_N = SIDE / 64;  // 16 columns each, of a warp
  static constexpr bool SUM_IS_STAGE = Terms::SUM_INPUTS == DEPTH;
  static_assert(SUM_IS_STAGE || !Terms::SCALED, "scales are those of a stage");

  __device__ static __forceinline__ int row(int m) {
    int warp = (int)threadIdx.x / 32;
    return warp / 4 * (SIDE / 2) + m / 2 * 16 + m % 2 * 8 + (int)threadIdx.x % 32 / 4;
  }

  __device__ static __forceinline__ int column(int n) {
    int warp = (int)threadIdx.x / 32;
    return warp % 4 * (SIDE / 4) + n / 4 * 16 + (int)threadIdx.x % 4 * 4 + n % 4;
  }

  // Where 16 bytes of a row lie: eight rows in turn, or every other pair of sixteen, use all banks.
  __device__ static __forceinline__ int at(int row, int piece) {
    return row * 64 + ((piece ^ ((row >> 1 ^ row >> 3) & 3)) << 4);
  }

  // What takes the scales of an operand out of sums, [SIDE].
  __device__ static __forceinline__ float* downs(unsigned char* operand) {
    return (float*)(operand + TERMS * TERM_BYTES);
  }

  // The largest of the lanes whose numbers differ in the bits from FIRST to before END.
  template <int FIRST, int END>
  __device__ static __forceinline__ float largest_of_lanes(float largest) {
#pragma unroll
    for (int mask = FIRST; mask < END; mask *= 2) {
      largest = fmaxf(largest, shuffle_xor(largest, mask));
    }
    return largest;
  }

  __device__ static __forceinline__ void load(const AlongRows& from, int first, int k,
                                              float4 (&to)[PIECES]) {
    int i = first + (int)threadIdx.x / 8;
    int depth = k + (int)threadIdx.x % 8 * 4;
    const float* source = from.array + i * from.stride + depth;
#pragma unroll
    for (int p = 0; p < PIECES; p++) {
      to[p] = float4{0.f, 0.f, 0.f, 0.f};
      if (i + 32 * p < from.count && depth < from.depthEnd) {
        to[p] = *(const float4*)(source + 32 * p * from.stride);
      }
    }
  }

  // Eight lanes have a row; 32 rows further lie 32 rows further in shared memory.
  __device__ static __forceinline__ void store(const AlongRows&, const float4 (&from)[PIECES],
                                               unsigned char* to) {
    int row = (int)threadIdx.x / 8;
    int piece = (int)threadIdx.x % 8;
    unsigned char* to0 = to + at(row, piece / 2) + piece % 2 * 8;
#pragma unroll
    for (int p = 0; p < PIECES; p++) {
      float4 rest = from[p];
      if constexpr (Terms::SCALED) {
        TermScale scale = term_scale(largest_of_lanes<1, 8>(largest_of(0.f, rest)));
        rest = float4{scale.up * rest.x, scale.up * rest.y, scale.up * rest.z, scale.up * rest.w};
        if (piece == 0) {
          downs(to)[row + 32 * p] = scale.down;
        }
      }
#pragma unroll
      for (int term = 0; term < TERMS; term++) {
        uint2 words = {Terms::take(rest.x, rest.y), Terms::take(rest.z, rest.w)};
        *(uint2*)(to0 + term * TERM_BYTES + 32 * p * 64) = words;
      }
    }
  }

  // A thread takes PIECES rows of the array, neighbours in k, and four columns; a warp all rows of
  // QUADS fours of columns.
  static constexpr int QUADS = SIDE / 32;

  __device__ static __forceinline__ int depth0() {
    return (int)threadIdx.x % 32 / QUADS * PIECES;
  }

  __device__ static __forceinline__ int quad() {
    return (int)threadIdx.x / 32 * QUADS + (int)threadIdx.x % QUADS;
  }

  __device__ static __forceinline__ void load(const AcrossRows& from, int first, int k,
                                              float4 (&to)[PIECES]) {
    int i = first + 4 * quad();
#pragma unroll
    for (int p = 0; p < PIECES; p++) {
      int depth = k + depth0() + p;
      to[p] = float4{0.f, 0.f, 0.f, 0.f};
      if (i < from.count && depth < from.depthEnd) {
        to[p] = *(const float4*)(from.array + depth * from.stride + i);
      }
    }
  }

  __device__ static __forceinline__ void store(const AcrossRows&, const float4 (&from)[PIECES],
                                               unsigned char* to) {
    float rest[4][PIECES];
#pragma unroll
    for (int p = 0; p < PIECES; p++) {
      rest[0][p] = from[p].x;
      rest[1][p] = from[p].y;
      rest[2][p] = from[p].z;
      rest[3][p] = from[p].w;
    }
    if constexpr (Terms::SCALED) {
      float down[4];
#pragma unroll
      for (int e = 0; e < 4; e++) {
        float largest = 0.f;
#pragma unroll
        for (int p = 0; p < PIECES; p++) {
          largest = fmaxf(largest, fabsf(rest[e][p]));
        }
        TermScale scale = term_scale(largest_of_lanes<QUADS, 32>(largest));
        down[e] = scale.down;
#pragma unroll
        for (int p = 0; p < PIECES; p++) {
          rest[e][p] *= scale.up;
        }
      }
      if ((int)threadIdx.x % 32 < QUADS) {
        *(float4*)(downs(to) + 4 * quad()) = float4{down[0], down[1], down[2], down[3]};
      }
    }
#pragma unroll
    for (int term = 0; term < TERMS; term++) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        unsigned char* at_e = to + term * TERM_BYTES + at(4 * quad() + e, depth0() / 8) +
                              depth0() % 8 * 2;
        unsigned word = Terms::take(rest[e][0], rest[e][1]);
        if constexpr (PIECES == 4) {
          *(uint2*)at_e = {word, Terms::take(rest[e][2], rest[e][3])};
        } else {
          *(unsigned*)at_e = word;
        }
      }
    }
  }

  // Rows of weights, on their way as soon as nobody reads the half they go to: 64 at a time, which
  // lie 64 rows further on either side.
  __device__ static __forceinline__ void load(const SplitRows& from, int first, int k,
                                              unsigned char* to) {
    int row = (int)threadIdx.x / 4;
    int piece = (int)threadIdx.x % 4;
    const uint16_t* source = from.terms + (int64_t)(first + row) * from.pitch + k + 8 * piece;
    bool inside = k + 8 * piece < from.pitch;
#pragma unroll
    for (int term = 0; term < TERMS; term++) {
#pragma unroll
      for (int r = 0; r < SIDE; r += 64) {
        bool there = inside && first + row + r < from.count;
        copy_async(to + at(row, piece) + term * TERM_BYTES + r * 64,
                   source + ((int64_t)term * from.count + r) * from.pitch, there);
      }
    }
    copy_commit();
  }

  // sum[m][n] += over k in [begin, end).
  template <class A, class B>
  __device__ static __forceinline__ void multiply(const A& a, const B& b, int row0, int column0,
                                                  int begin, int end, unsigned char* memory,
                                                  float (&sum)[TM][TN]) {
    int lane = (int)threadIdx.x % 32;
    int warp = (int)threadIdx.x / 32;
    constexpr bool COPIES_B = std::is_same<B, SplitRows>::value;
    float4 nextA[PIECES];
    float4 nextB[COPIES_B ? 1 : PIECES];
    load(a, row0, begin, nextA);
    if constexpr (COPIES_B) {
      load(b, column0, begin, memory + OPERAND_BYTES);
    } else {
      load(b, column0, begin, nextB);
    }
    float d[TILES_M][2 * GROUPS_N][4] = {};  // 16 rows, 8 columns each
    int half = 0;
    for (int k0 = begin; k0 < end; k0 += DEPTH) {
      unsigned char* stageA = memory + half * STAGE_BYTES;
      unsigned char* stageB = stageA + OPERAND_BYTES;
      half ^= 1;
      store(a, nextA, stageA);
      if constexpr (COPIES_B) {
        copy_wait<0>();
      } else {
        store(b, nextB, stageB);
      }
      // One barrier a stage: nobody fills a half before all have left the stage in between.
      __syncthreads();
      if (k0 + DEPTH < end) {
        load(a, row0, k0 + DEPTH, nextA);
        if constexpr (COPIES_B) {
          load(b, column0, k0 + DEPTH, memory + half * STAGE_BYTES + OPERAND_BYTES);
        } else {
          load(b, column0, k0 + DEPTH, nextB);
        }
      }
      float part[2 * GROUPS_N][TILES_M][4] = {};
      // One after the other, so that the loads of one leave registers for the products of the other.
#pragma unroll 1
      for (int step = 0; step < DEPTH / 16; step++) {
        unsigned left[TERMS][TILES_M][4];
#pragma unroll
        for (int term = 0; term < TERMS; term++) {
#pragma unroll
          for (int m = 0; m < TILES_M; m++) {
            int r = warp / 4 * (SIDE / 2) + m * 16 + (lane & 15);
            load_matrices(left[term][m], stageA + term * TERM_BYTES + at(r, 2 * step + lane / 16));
          }
        }
#pragma unroll
        for (int g = 0; g < GROUPS_N; g++) {
          // Matrices 0, 1 are the depths of columns 4 i, 4 i + 1; matrices 2, 3 of the next two.
          unsigned right[TERMS][4];
          int c = warp % 4 * (SIDE / 4) + g * 16 + (lane & 7) / 2 * 4 + lane / 16 * 2 + (lane & 1);
#pragma unroll
          for (int term = 0; term < TERMS; term++) {
            load_matrices(right[term],
                          stageB + term * TERM_BYTES + at(c, 2 * step + (lane >> 3 & 1)));
          }
#pragma unroll
          for (int n = 2 * g; n < 2 * g + 2; n++) {
            if constexpr (!SUM_IS_STAGE) {
#pragma unroll
              for (int m = 0; m < 4 * TILES_M; m++) {
                part[n][m / 4][m % 4] = 0.f;
              }
            }
#pragma unroll
            for (int order = TERMS - 1; order >= 0; order--) {
#pragma unroll
              for (int i = order; i >= 0; i--) {
                const unsigned(&four)[4] = right[order - i];
                unsigned columns[2] = {four[n % 2 * 2], four[n % 2 * 2 + 1]};
#pragma unroll
                for (int m = 0; m < TILES_M; m++) {
                  Terms::multiply(part[n][m], left[i][m], columns);
                }
              }
            }
            if constexpr (!SUM_IS_STAGE) {
#pragma unroll
              for (int m = 0; m < 4 * TILES_M; m++) {
                d[m / 4][n][m % 4] += part[n][m / 4][m % 4];
              }
            }
          }
        }
      }
      if constexpr (SUM_IS_STAGE) {
        add_scaled<COPIES_B>(part, downs(stageA), downs(stageB), d);
      }
    }
    float right[TN];
    if constexpr (Terms::SCALED && COPIES_B) {
      load_downs(b.down + column0, right);
    }
#pragma unroll
    for (int m = 0; m < TM; m++) {
#pragma unroll
      for (int n = 0; n < TN; n++) {
        float& from = d[m / 2][n / 2][m % 2 * 2 + n % 2];
        if constexpr (Terms::SCALED && COPIES_B) {
          from *= right[n];
        }
        sum[m][n] += from;
      }
    }
  }

  __device__ static __forceinline__ void load_downs(const float* from, float (&to)[TN]) {
#pragma unroll
    for (int n = 0; n < TN; n += 4) {
      *(float4*)&to[n] = *(const float4*)(from + column(n));
    }
  }

  // Scales of weights are the same at all stages, and wait for the end. One factor after the other,
  // since their product may be infinite where the sum is 0.
  template <bool LEFT_ONLY>
  __device__ static __forceinline__ void add_scaled(
      const float (&part)[2 * GROUPS_N][TILES_M][4], const float* downA, const float* downB,
      float (&d)[TILES_M][2 * GROUPS_N][4]) {
    float right[TN];
    if constexpr (!LEFT_ONLY) {
      load_downs(downB, right);
    }
#pragma unroll
    for (int m = 0; m < TM; m++) {
      float left = downA[row(m)];
#pragma unroll
      for (int n = 0; n < TN; n++) {
        float& to = d[m / 2][n / 2][m % 2 * 2 + n % 2];
        float from = part[n / 2][m / 2][m % 2 * 2 + n % 2];
        if constexpr (LEFT_ONLY) {
          to = fmaf(from, left, to);
        } else {
          to = fmaf(from * left, right[n], to);
        }
      }
    }
  }
};
