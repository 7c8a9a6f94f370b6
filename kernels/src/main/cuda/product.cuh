// A tile of a float32 matrix product C [M, N] = sum over k, each entry summed in the order of k by
// fused multiply-adds: the same bits for any tile.
//
// 256 threads as 16 x 16, each with TM x TN entries: rows 4 ty + 0 .. 3, and where TM is 8 those 64
// further; columns the same. k goes by 16; while one stage is multiplied, the next is on its way
// through registers into the other half of shared memory. For TM = TN = 8 a thread reads 16 floats
// for 64 multiply-adds, which is what keeps shared memory ahead of the multipliers.
//
// Operands are row-major with strides that are multiples of 4, zero up to the stride.
#pragma once

#include "device.cuh"

constexpr int PRODUCT_THREADS = 256;
constexpr int PRODUCT_DEPTH = 16;

// k runs along the rows of the array: entry (i, k) at [i * stride + k].
struct AlongRows {
  const float* array;
  int64_t stride;
  int count;     // of i
  int depthEnd;  // of k, rounded up to 4 by zeros

  template <int SIDE>
  __device__ __forceinline__ void load(int first, int k, int piece, float4& to) const {
    int index = (int)threadIdx.x + piece * PRODUCT_THREADS;
    int i = first + index / (PRODUCT_DEPTH / 4);
    int at = k + index % (PRODUCT_DEPTH / 4) * 4;
    to = float4{0.f, 0.f, 0.f, 0.f};
    if (i < count && at < depthEnd) {
      to = *(const float4*)(array + i * stride + at);
    }
  }

  template <int SIDE>
  __device__ __forceinline__ void store(const float4& from, int piece, float* shared) const {
    int index = (int)threadIdx.x + piece * PRODUCT_THREADS;
    int i = index / (PRODUCT_DEPTH / 4);
    float* to = shared + index % (PRODUCT_DEPTH / 4) * 4 * (SIDE + 4) + i;
    to[0] = from.x;
    to[SIDE + 4] = from.y;
    to[2 * (SIDE + 4)] = from.z;
    to[3 * (SIDE + 4)] = from.w;
  }
};

// k runs across the rows of the array: entry (i, k) at [k * stride + i].
struct AcrossRows {
  const float* array;
  int64_t stride;
  int count;     // of i, rounded up to 4 by zeros
  int depthEnd;  // of k

  template <int SIDE>
  __device__ __forceinline__ void load(int first, int k, int piece, float4& to) const {
    int index = (int)threadIdx.x + piece * PRODUCT_THREADS;
    int at = k + index / (SIDE / 4);
    int i = first + index % (SIDE / 4) * 4;
    to = float4{0.f, 0.f, 0.f, 0.f};
    if (i < count && at < depthEnd) {
      to = *(const float4*)(array + at * stride + i);
    }
  }

  template <int SIDE>
  __device__ __forceinline__ void store(const float4& from, int piece, float* shared) const {
    int index = (int)threadIdx.x + piece * PRODUCT_THREADS;
    *(float4*)(shared + index / (SIDE / 4) * (SIDE + 4) + index % (SIDE / 4) * 4) = from;
  }
};

template <int TM_, int TN_>
struct ProductTile {
  static constexpr bool SPLITS = false;
  static constexpr int TM = TM_;
  static constexpr int TN = TN_;
  static constexpr int ROWS = 16 * TM;
  static constexpr int COLUMNS = 16 * TN;
  static constexpr int A_PITCH = ROWS + 4;
  static constexpr int B_PITCH = COLUMNS + 4;
  static constexpr int B_AT = PRODUCT_DEPTH * A_PITCH;
  static constexpr int STAGE = PRODUCT_DEPTH * (A_PITCH + B_PITCH);  // floats
  static constexpr int A_PIECES = ROWS * PRODUCT_DEPTH / 4 / PRODUCT_THREADS;
  static constexpr int B_PIECES = COLUMNS * PRODUCT_DEPTH / 4 / PRODUCT_THREADS;

  // Row m of a thread's entries in the tile; columns likewise.
  __device__ static __forceinline__ int row(int m) {
    return m / 4 * 64 + (int)threadIdx.x / 16 * 4 + m % 4;
  }

  __device__ static __forceinline__ int column(int n) {
    return n / 4 * 64 + (int)threadIdx.x % 16 * 4 + n % 4;
  }

  // sum[m][n] += over k in [begin, end).
  template <class A, class B>
  __device__ static __forceinline__ void multiply(const A& a, const B& b, int row0, int column0,
                                                  int begin, int end, unsigned char* memory,
                                                  float (&sum)[TM][TN]) {
    float4 nextA[A_PIECES];
    float4 nextB[B_PIECES];
    load(a, b, row0, column0, begin, nextA, nextB);
    // A thread all of whose entries lie outside only helps with the loads.
    bool inside = row0 + row(0) < a.count && column0 + column(0) < b.count;
    int half = 0;
    for (int k0 = begin; k0 < end; k0 += PRODUCT_DEPTH) {
      float* stage = (float*)memory + half * STAGE;
      half ^= 1;
#pragma unroll
      for (int p = 0; p < A_PIECES; p++) {
        a.template store<ROWS>(nextA[p], p, stage);
      }
#pragma unroll
      for (int p = 0; p < B_PIECES; p++) {
        b.template store<COLUMNS>(nextB[p], p, stage + B_AT);
      }
      // One barrier a stage: nobody fills a half before all have left the stage in between.
      __syncthreads();
      if (k0 + PRODUCT_DEPTH < end) {
        load(a, b, row0, column0, k0 + PRODUCT_DEPTH, nextA, nextB);
      }
      if (inside) {
#pragma unroll
        for (int k = 0; k < PRODUCT_DEPTH; k++) {
          float left[TM], right[TN];
#pragma unroll
          for (int m = 0; m < TM; m += 4) {
            *(float4*)&left[m] = *(const float4*)(stage + k * A_PITCH + row(m));
          }
#pragma unroll
          for (int n = 0; n < TN; n += 4) {
            *(float4*)&right[n] = *(const float4*)(stage + B_AT + k * B_PITCH + column(n));
          }
#pragma unroll
          for (int m = 0; m < TM; m++) {
#pragma unroll
            for (int n = 0; n < TN; n++) {
              sum[m][n] = fmaf(left[m], right[n], sum[m][n]);
            }
          }
        }
      }
    }
  }

  template <class A, class B>
  __device__ static __forceinline__ void load(const A& a, const B& b, int row0, int column0, int k,
                                              float4 (&nextA)[A_PIECES],
                                              float4 (&nextB)[B_PIECES]) {
#pragma unroll
    for (int p = 0; p < A_PIECES; p++) {
      a.template load<ROWS>(row0, k, p, nextA[p]);
    }
#pragma unroll
    for (int p = 0; p < B_PIECES; p++) {
      b.template load<COLUMNS>(column0, k, p, nextB[p]);
    }
  }
};
