// A tile of a matrix product on tensor cores: float32 operands as sums of bf16 terms
// (bf16_terms.cuh).
//
// 128 x 128 entries a block, 64 x 32 a warp (2 x 4 of them), k by 32 in two halves of shared memory,
// where a row has 32 bf16 of a term. For 64 x 32 x 16 a warp reads 2 + 1 KiB a term and does 16
// products of 16 x 8 x 16 for each pair of terms. Operands are split on their way in, so global
// memory holds float32 only. Columns are taken in an order such that a thread has four consecutive
// ones, as the epilogues want it.
#pragma once

#include "bf16_terms.cuh"
#include "product.cuh"

template <int TERMS>
struct SplitTile {
  static constexpr int TM = 8;
  static constexpr int TN = 8;
  static constexpr int ROWS = 128;
  static constexpr int COLUMNS = 128;
  static constexpr int DEPTH = 32;
  static constexpr int TERM_BYTES = 128 * DEPTH * 2;
  static constexpr int STAGE_BYTES = 2 * TERMS * TERM_BYTES;
  static constexpr int PIECES = 4;  // float4 of a thread, a side

  __device__ static __forceinline__ int row(int m) {
    int warp = (int)threadIdx.x / 32;
    return warp / 4 * 64 + m / 2 * 16 + m % 2 * 8 + (int)threadIdx.x % 32 / 4;
  }

  __device__ static __forceinline__ int column(int n) {
    int warp = (int)threadIdx.x / 32;
    return warp % 4 * 32 + n / 4 * 16 + (int)threadIdx.x % 4 * 4 + n % 4;
  }

  // Where 16 bytes of a row lie: eight rows in turn, or every other pair of sixteen, use all banks.
  __device__ static __forceinline__ int at(int row, int piece) {
    return row * 64 + ((piece ^ ((row >> 1 ^ row >> 3) & 3)) << 4);
  }

  __device__ static __forceinline__ void load(const AlongRows& from, int first, int k,
                                              float4 (&to)[PIECES]) {
#pragma unroll
    for (int p = 0; p < PIECES; p++) {
      int index = (int)threadIdx.x + p * PRODUCT_THREADS;
      int i = first + index / 8;
      int depth = k + index % 8 * 4;
      to[p] = float4{0.f, 0.f, 0.f, 0.f};
      if (i < from.count && depth < from.depthEnd) {
        to[p] = *(const float4*)(from.array + i * from.stride + depth);
      }
    }
  }

  __device__ static __forceinline__ void store(const AlongRows&, const float4 (&from)[PIECES],
                                               unsigned char* to) {
#pragma unroll
    for (int p = 0; p < PIECES; p++) {
      int index = (int)threadIdx.x + p * PRODUCT_THREADS;
      int piece = index % 8;
      float4 rest = from[p];
#pragma unroll
      for (int term = 0; term < TERMS; term++) {
        uint2 words = {take_bf16(rest.x, rest.y), take_bf16(rest.z, rest.w)};
        *(uint2*)(to + term * TERM_BYTES + at(index / 8, piece / 2) + piece % 2 * 8) = words;
      }
    }
  }

  // A thread takes two rows of the array, neighbours in k, and four columns, twice.
  __device__ static __forceinline__ int pair(int half) {
    return ((int)threadIdx.x / 8 % 4) + ((int)threadIdx.x / 128 + 2 * half) * 4;
  }

  __device__ static __forceinline__ int quad() {
    return (int)threadIdx.x % 8 + (int)threadIdx.x / 32 % 4 * 8;
  }

  __device__ static __forceinline__ void load(const AcrossRows& from, int first, int k,
                                              float4 (&to)[PIECES]) {
    int i = first + 4 * quad();
#pragma unroll
    for (int p = 0; p < PIECES; p++) {
      int depth = k + 2 * pair(p / 2) + p % 2;
      to[p] = float4{0.f, 0.f, 0.f, 0.f};
      if (i < from.count && depth < from.depthEnd) {
        to[p] = *(const float4*)(from.array + depth * from.stride + i);
      }
    }
  }

  __device__ static __forceinline__ void store(const AcrossRows&, const float4 (&from)[PIECES],
                                               unsigned char* to) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      float4 even = from[2 * half];
      float4 odd = from[2 * half + 1];
      int k = pair(half);
#pragma unroll
      for (int term = 0; term < TERMS; term++) {
        unsigned words[4] = {take_bf16(even.x, odd.x), take_bf16(even.y, odd.y),
                             take_bf16(even.z, odd.z), take_bf16(even.w, odd.w)};
#pragma unroll
        for (int e = 0; e < 4; e++) {
          *(unsigned*)(to + term * TERM_BYTES + at(4 * quad() + e, k / 4) + k % 4 * 4) = words[e];
        }
      }
    }
  }

  // sum[m][n] += over k in [begin, end).
  template <class A, class B>
  __device__ static __forceinline__ void multiply(const A& a, const B& b, int row0, int column0,
                                                  int begin, int end, unsigned char* memory,
                                                  float (&sum)[TM][TN]) {
    int lane = (int)threadIdx.x % 32;
    int warp = (int)threadIdx.x / 32;
    float4 nextA[PIECES];
    float4 nextB[PIECES];
    load(a, row0, begin, nextA);
    load(b, column0, begin, nextB);
    float d[4][4][4] = {};  // 16 rows, 8 columns each
    int half = 0;
    for (int k0 = begin; k0 < end; k0 += DEPTH) {
      unsigned char* stageA = memory + half * STAGE_BYTES;
      unsigned char* stageB = stageA + TERMS * TERM_BYTES;
      half ^= 1;
      store(a, nextA, stageA);
      store(b, nextB, stageB);
      // One barrier a stage: nobody fills a half before all have left the stage in between.
      __syncthreads();
      if (k0 + DEPTH < end) {
        load(a, row0, k0 + DEPTH, nextA);
        load(b, column0, k0 + DEPTH, nextB);
      }
      // One after the other, so that the loads of one leave registers for the products of the other.
#pragma unroll 1
      for (int step = 0; step < 2; step++) {
        unsigned left[TERMS][4][4];
#pragma unroll
        for (int term = 0; term < TERMS; term++) {
#pragma unroll
          for (int m = 0; m < 4; m++) {
            int r = warp / 4 * 64 + m * 16 + (lane & 15);
            load_matrices(left[term][m], stageA + term * TERM_BYTES + at(r, 2 * step + lane / 16));
          }
        }
#pragma unroll
        for (int g = 0; g < 2; g++) {
          // Matrices 0, 1 are the depths of columns 4 i, 4 i + 1; matrices 2, 3 of the next two.
          unsigned right[TERMS][4];
          int c = warp % 4 * 32 + g * 16 + (lane & 7) / 2 * 4 + lane / 16 * 2 + (lane & 1);
#pragma unroll
          for (int term = 0; term < TERMS; term++) {
            load_matrices(right[term],
                          stageB + term * TERM_BYTES + at(c, 2 * step + (lane >> 3 & 1)));
          }
#pragma unroll
          for (int n = 0; n < 2; n++) {
            float part[4][4] = {};
#pragma unroll
            for (int order = TERMS - 1; order >= 0; order--) {
#pragma unroll
              for (int i = order; i >= 0; i--) {
                unsigned columns[2] = {right[order - i][2 * n], right[order - i][2 * n + 1]};
#pragma unroll
                for (int m = 0; m < 4; m++) {
                  mma_bf16(part[m], left[i][m], columns);
                }
              }
            }
#pragma unroll
            for (int m = 0; m < 4; m++) {
#pragma unroll
              for (int e = 0; e < 4; e++) {
                d[m][2 * g + n][e] += part[m][e];
              }
            }
          }
        }
      }
    }
#pragma unroll
    for (int m = 0; m < TM; m++) {
#pragma unroll
      for (int n = 0; n < TN; n++) {
        sum[m][n] += d[m / 2][n / 4 * 2 + n % 4 / 2][m % 2 * 2 + n % 2];
      }
    }
  }
};
