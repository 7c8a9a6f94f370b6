// What surrounds the half-steps of io.gibbsite.rbm.Rbm: packing of weights, free energies (F2),
// annealing weights (A1) and statistics (S2).
#include "random.cuh"

// q [inputs, outputs], with any strides, as rbm_half_step.cuh wants it.
struct RbmPack {
  const int* q;
  unsigned* packed;  // [groups, steps, 3, 32, 4]
  int inputs, outputs;
  int inputStride, outputStride;  // of q
  int steps, groups;
};

KERNEL(rbm_pack, RbmPack, 128, 1) {
  int64_t words = (int64_t)args.groups * args.steps * 384;
  int64_t at = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (at >= words) {
    return;
  }
  int part = (int)(at & 3);
  int lane = (int)(at >> 2 & 31);
  int limb = (int)(at / 128 % 3);
  int step = (int)(at / 384 % args.steps);
  int group = (int)(at / 384 / args.steps);
  int n = lane >> 2;
  int output = group * 16 + 4 * (n >> 1) + (n & 1) + 2 * (part >> 1);
  int input = step * 32 + 16 * (part & 1) + 4 * (lane & 3);
  unsigned word = 0;
  for (int byte = 0; byte < 4; byte++) {
    if (input + byte < args.inputs && output < args.outputs) {
      int q = args.q[(int64_t)(input + byte) * args.inputStride +
                     (int64_t)output * args.outputStride];
      word |= ((unsigned)q >> (8 * limb) & 255u) << (8 * byte);
    }
  }
  args.packed[at] = word;
}

// F2 and A1: sums over units in double in the order of the units, 32 rows a block. Terms are
// computed by all threads, 32 units at a time; a sum belongs to one thread.
struct RbmRowSums {
  const uint8_t* v;         // [rows, visibleStride]
  const float* activation;  // [rows, hiddenStride]
  const float* bias;        // b
  const float* base;        // r, or null: then F2, else A1
  double* out;              // [rows]: F2 overwritten, A1 accumulated
  int visible, hidden, visibleStride, hiddenStride, rows;
  float beta, next;  // of A1
  int unused;
};

KERNEL(rbm_row_sums, RbmRowSums, 256, 1) {
  DYNAMIC_SHARED(memory);
  float(*terms)[33] = (float(*)[33])memory;  // [32 rows][32 units]
  int row0 = (int)blockIdx.x * 32;
  int row = row0 + (int)threadIdx.x;
  bool sums = threadIdx.x < 32 && row < args.rows;
  double biases = 0;
  for (int first = 0; first < args.visible; first += 32) {
    for (int i = (int)threadIdx.x; i < 1024; i += 256) {
      int r = i >> 5;
      int unit = first + (i & 31);
      float term = 0.f;
      if (row0 + r < args.rows && unit < args.visible &&
          args.v[(size_t)(row0 + r) * args.visibleStride + unit] == 1) {
        term = args.base ? args.bias[unit] - args.base[unit] : args.bias[unit];
      }
      terms[r][i & 31] = term;
    }
    __syncthreads();
    if (sums) {
      for (int i = 0; i < 32; i++) {
        biases += terms[threadIdx.x][i];
      }
    }
    __syncthreads();
  }
  double softplusses = 0;
  for (int first = 0; first < args.hidden; first += 32) {
    for (int i = (int)threadIdx.x; i < 1024; i += 256) {
      int r = i >> 5;
      int unit = first + (i & 31);
      float term = 0.f;
      if (row0 + r < args.rows && unit < args.hidden) {
        float a = args.activation[(size_t)(row0 + r) * args.hiddenStride + unit];
        term = args.base ? softplus(a * args.next) - softplus(a * args.beta) : softplus(a);
      }
      terms[r][i & 31] = term;
    }
    __syncthreads();
    if (sums) {
      for (int i = 0; i < 32; i++) {
        softplusses += terms[threadIdx.x][i];
      }
    }
    __syncthreads();
  }
  if (sums) {
    if (args.base) {
      args.out[row] += ((double)args.next - args.beta) * biases + softplusses;
    } else {
      args.out[row] = -biases - softplusses;
    }
  }
}

// S2: the sums of v p^T, v and p as one product of [v, 1] and [p, 1]; 64 x 64 entries a block, 4 x 4
// a thread. Rows are added in groups of 32, as every backend does, so the bits are the same. The
// states are 0 or 1, so a fused multiply-add rounds as an addition.
struct RbmStatistics {
  const uint8_t* v;          // [rows, visibleStride]
  const float* probability;  // [rows, hiddenStride]
  float* sums;               // [visible hidden + visible + hidden]
  int visible, hidden, visibleStride, hiddenStride, rows;
  int accumulate;
};

// Where the entry (i, j) of the product lies, or -1.
__device__ __forceinline__ int64_t sum_index(const RbmStatistics& args, int i, int j) {
  if (i < args.visible && j < args.hidden) {
    return (int64_t)i * args.hidden + j;
  }
  int64_t weights = (int64_t)args.visible * args.hidden;
  if (i < args.visible && j == args.hidden) {
    return weights + i;
  }
  return i == args.visible && j < args.hidden ? weights + args.visible + j : -1;
}

KERNEL(rbm_statistics, RbmStatistics, 256, 2) {
  DYNAMIC_SHARED(memory);
  float(*v)[64] = (float(*)[64])memory;             // [32 rows][64]
  float(*p)[64] = (float(*)[64])(memory + 8192);    // [32 rows][64]
  int i0 = (int)blockIdx.x * 64;
  int j0 = (int)blockIdx.y * 64;
  int ti = (int)threadIdx.x / 16 * 4;
  int tj = (int)threadIdx.x % 16 * 4;
  float total[4][4];
#pragma unroll
  for (int a = 0; a < 4; a++) {
#pragma unroll
    for (int b = 0; b < 4; b++) {
      int64_t at = sum_index(args, i0 + ti + a, j0 + tj + b);
      total[a][b] = args.accumulate && at >= 0 ? args.sums[at] : 0.f;
    }
  }
  for (int first = 0; first < args.rows; first += 32) {
    for (int k = (int)threadIdx.x; k < 2048; k += 256) {
      int r = k >> 6;
      int i = i0 + (k & 63);
      int j = j0 + (k & 63);
      size_t row = (size_t)(first + r);
      bool there = first + r < args.rows;
      float state = there && i == args.visible ? 1.f : 0.f;
      if (there && i < args.visible) {
        state = (float)args.v[row * args.visibleStride + i];
      }
      float probability = there && j == args.hidden ? 1.f : 0.f;
      if (there && j < args.hidden) {
        probability = args.probability[row * args.hiddenStride + j];
      }
      v[r][k & 63] = state;
      p[r][k & 63] = probability;
    }
    __syncthreads();
    float sum[4][4] = {};
#pragma unroll 8
    for (int r = 0; r < 32; r++) {
#pragma unroll
      for (int a = 0; a < 4; a++) {
#pragma unroll
        for (int b = 0; b < 4; b++) {
          sum[a][b] = fmaf(v[r][ti + a], p[r][tj + b], sum[a][b]);
        }
      }
    }
    __syncthreads();
#pragma unroll
    for (int a = 0; a < 4; a++) {
#pragma unroll
      for (int b = 0; b < 4; b++) {
        total[a][b] += sum[a][b];
      }
    }
  }
#pragma unroll
  for (int a = 0; a < 4; a++) {
#pragma unroll
    for (int b = 0; b < 4; b++) {
      int64_t at = sum_index(args, i0 + ti + a, j0 + tj + b);
      if (at >= 0) {
        args.sums[at] = total[a][b];
      }
    }
  }
}
