// What the two kinds of resident kernels share: their arguments, activations, the base density and
// the Langevin step of rows in shared memory, [columns, pitch].
#pragma once

#include "mlp_activation.cuh"
#include "random.cuh"

struct MlpResident {
  const float* weight[4];  // [outputs, inputs rounded up to 4]
  const float* bias[4];    // [outputs]
  const float* mean;       // [columns] of the base, or null
  const float* whitening;  // [columns, stride]: R
  float* x;                // [rows, stride], moved by steps
  float* energy;           // [max(steps, 1), rows], or null
  float* gradient;         // [rows, stride] where there are no steps, or null
  uint64_t seed, step;
  int width[4];  // of layers 0 .. 3: columns, then hidden units
  int rows, stride, firstRow, steps;
  int activation;
  float constant;  // log det C + d log(2 pi) / 2
  float stepSize, noise, clip, low, high;
  int unused;
};

struct TangentPair {
  Tangent left, right;
};

// A call of its own: inlined at each of a thread's entries, the activations would be most of a
// kernel, more than the instruction caches hold. Two at a time hide some of each other's latency.
__device__ __noinline__ TangentPair tangent_pair(int activation, float left, float right) {
  return {tangent(activation, left), tangent(activation, right)};
}

// f of numbers in their place, and f'.
template <int COUNT>
__device__ __forceinline__ void tangents(int activation, float* z, float* first) {
  if (activation == SILU) {
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
      Tangent f = rough_silu(z[i]);
      z[i] = f.value;
      first[i] = f.first;
    }
  } else {
#pragma unroll
    for (int i = 0; i < COUNT; i += 2) {
      TangentPair f = tangent_pair(activation, z[i], z[i + 1]);
      z[i] = f.left.value;
      z[i + 1] = f.right.value;
      first[i] = f.left.first;
      first[i + 1] = f.right.first;
    }
  }
}

// y_i = sum over j <= i of R_ij (x_j - m_j).
__device__ __forceinline__ float whitened(const MlpResident& args, const float* x, int pitch,
                                          int row, int i) {
  float y = 0.f;
  for (int j = 0; j <= i; j++) {
    y = fmaf(args.whitening[i * args.stride + j], x[j * pitch + row] - args.mean[j], y);
  }
  return y;
}

// F5 of a row.
__device__ __forceinline__ float base_energy(const MlpResident& args, const float* x, int pitch,
                                             int row) {
  float square = 0.f;
  for (int k = 0; k < args.width[0]; k++) {
    float y = whitened(args, x, pitch, row, k);
    square = fmaf(y, y, square);
  }
  return square / 2.f + args.constant;
}

// B5 of a row's column: the base's part.
__device__ __forceinline__ float base_gradient(const MlpResident& args, const float* x, int pitch,
                                               int row, int column) {
  float rest = 0.f;
  for (int k = column; k < args.width[0]; k++) {
    rest = fmaf(whitened(args, x, pitch, row, k), args.whitening[k * args.stride + column], rest);
  }
  return rest;
}

// x <- x - eta g + noise n of one row's components 4 block .. 4 block + 3, in step t of the launch:
// io.gibbsite.sampler.Langevin. The row's address is `chain`.
__device__ __forceinline__ void move(const MlpResident& args, float* x, const float* g, int pitch,
                                     int row, int chain, int block, int t) {
  float n[4] = {};
  if (args.noise > 0.f) {
    normals(draw_words(args.seed, LANGEVIN_STREAM, args.step + (uint64_t)t,
                       (unsigned)(args.firstRow + chain), (unsigned)block),
            n);
  }
#pragma unroll
  for (int e = 0; e < 4; e++) {
    if (4 * block + e < args.width[0]) {
      int at = (4 * block + e) * pitch + row;
      float drift = fmaf(-args.stepSize, hold(g[at], -args.clip, args.clip), x[at]);
      x[at] = hold(fmaf(args.noise, n[e], drift), args.low, args.high);
    }
  }
}
