// The layered regime of io.gibbsite.mlp.MlpEnergy: one launch a layer, a product with the step that
// follows in its epilogue. For networks that do not fit on a multiprocessor. Products are of float32
// (product.cuh) or of float32 split into terms (split_product.cuh).
//
// Rows are stacked: a pass with tangents has [a; at; as] below one another, so one product does F2
// and T2, B3 and D3, B2 and D2. Only the first `values` rows have a bias and an activation here.
// Strides are multiples of 4, and arrays are zero between a row's end and the stride, where float4
// loads reach.
#include "mlp_activation.cuh"
#include "product.cuh"
#include "split_product.cuh"


struct MlpForward {
  const float* in;      // [rows, inStride]: a_l
  const float* weight;  // [outputs, inStride]; null where products are split
  const uint16_t* terms;  // [terms, outputs, split_pitch(inputs)]: then the weights; or null
  const float* termsDown;  // [outputs, rounded up to 128], of fp16
  const float* bias;    // [outputs], or null
  float* z;             // [rows, outStride], or null
  float* a;             // [values, outStride], or null
  int rows, values, inputs, outputs, inStride, outStride;
  int activation;
  int unused;
};

template <class Tile>
__device__ __forceinline__ auto forward_weights(const MlpForward& args) {
  if constexpr (Tile::SPLITS) {
    return SplitRows{args.terms, args.termsDown, args.outputs, split_pitch(args.inputs)};
  } else {
    return AlongRows{args.weight, args.inStride, args.outputs, args.inputs};
  }
}

// F2, F3; T2.
template <class Tile>
__device__ __forceinline__ void forward(const MlpForward& args, unsigned char* memory) {
  constexpr int TM = Tile::TM;
  constexpr int TN = Tile::TN;
  AlongRows in{args.in, args.inStride, args.rows, args.inputs};
  auto weight = forward_weights<Tile>(args);
  int row0 = (int)blockIdx.x * Tile::ROWS;
  int column0 = (int)blockIdx.y * Tile::COLUMNS;
  float sum[TM][TN] = {};
  Tile::multiply(in, weight, row0, column0, 0, args.inputs, memory, sum);
#pragma unroll
  for (int n = 0; n < TN; n += 4) {
    int column = column0 + Tile::column(n);
    if (column < args.outStride) {
      float bias[4];
#pragma unroll
      for (int e = 0; e < 4; e++) {
        bias[e] = args.bias && column + e < args.outputs ? args.bias[column + e] : 0.f;
      }
#pragma unroll
      for (int m = 0; m < TM; m++) {
        int row = row0 + Tile::row(m);
        if (row < args.rows) {
          size_t at = (size_t)row * args.outStride + column;
          bool value = row < args.values;
          float z[4], a[4];
#pragma unroll
          for (int e = 0; e < 4; e++) {
            z[e] = value ? sum[m][n + e] + bias[e] : sum[m][n + e];
          }
          if (args.z) {
            *(float4*)(args.z + at) = float4{z[0], z[1], z[2], z[3]};
          }
          if (args.a && value) {
#pragma unroll
            for (int e = 0; e < 4; e++) {
              a[e] = column + e < args.outputs ? activate(args.activation, z[e]) : 0.f;
            }
            *(float4*)(args.a + at) = float4{a[0], a[1], a[2], a[3]};
          }
        }
      }
    }
  }
}

KERNEL(mlp_forward_64, MlpForward, 256, 2) {
  DYNAMIC_SHARED(memory);
  forward<ProductTile<4, 4>>(args, memory);
}

KERNEL(mlp_forward_128, MlpForward, 256, 1) {
  DYNAMIC_SHARED(memory);
  forward<ProductTile<8, 8>>(args, memory);
}

struct MlpBackward {
  const float* d;       // [rows, dStride]: d_l
  const float* weight;  // [outputs of the layer, stride]; null where products are split
  const uint16_t* terms;  // [terms, inputs, split_pitch(outputs)]: then W^T; or null
  const float* termsDown;  // [inputs, rounded up to 128], of fp16
  const float* z;       // [rows, stride]: z_{l-1}; or null, then p_l is left as it is
  float* out;           // [rows, stride]: d_{l-1} or p_l
  int rows, outputs, inputs, dStride, stride;
  int activation;
  int accumulate;  // out is added to
  int unused;
};

template <class Tile>
__device__ __forceinline__ auto backward_weights(const MlpBackward& args) {
  if constexpr (Tile::SPLITS) {
    return SplitRows{args.terms, args.termsDown, args.inputs, split_pitch(args.outputs)};
  } else {
    return AcrossRows{args.weight, args.stride, args.stride, args.outputs};
  }
}

// B3, B4; D3.
template <class Tile>
__device__ __forceinline__ void backward(const MlpBackward& args, unsigned char* memory) {
  constexpr int TM = Tile::TM;
  constexpr int TN = Tile::TN;
  AlongRows d{args.d, args.dStride, args.rows, args.outputs};
  auto weight = backward_weights<Tile>(args);
  int row0 = (int)blockIdx.x * Tile::ROWS;
  int column0 = (int)blockIdx.y * Tile::COLUMNS;
  float sum[TM][TN] = {};
  Tile::multiply(d, weight, row0, column0, 0, args.outputs, memory, sum);
#pragma unroll
  for (int n = 0; n < TN; n += 4) {
    int column = column0 + Tile::column(n);
    if (column < args.stride) {
#pragma unroll
      for (int m = 0; m < TM; m++) {
        int row = row0 + Tile::row(m);
        if (row < args.rows) {
          size_t at = (size_t)row * args.stride + column;
          float4 out = float4{sum[m][n], sum[m][n + 1], sum[m][n + 2], sum[m][n + 3]};
          if (args.z) {
            float4 z = *(const float4*)(args.z + at);
            out.x *= slope(args.activation, z.x);
            out.y *= slope(args.activation, z.y);
            out.z *= slope(args.activation, z.z);
            out.w *= slope(args.activation, z.w);
          }
          if (args.accumulate) {
            float4 before = *(const float4*)(args.out + at);
            out = float4{before.x + out.x, before.y + out.y, before.z + out.z, before.w + out.w};
          }
          *(float4*)(args.out + at) = out;
        }
      }
    }
  }
}

KERNEL(mlp_backward_64, MlpBackward, 256, 2) {
  DYNAMIC_SHARED(memory);
  backward<ProductTile<4, 4>>(args, memory);
}

KERNEL(mlp_backward_128, MlpBackward, 256, 1) {
  DYNAMIC_SHARED(memory);
  backward<ProductTile<8, 8>>(args, memory);
}

struct MlpGradient {
  const float* d;  // [rows, dStride]
  const float* a;  // [rows, aStride]
  float* partial;  // [chunks, parameters]
  int64_t parameters, weightOffset;
  int rows, outputs, inputs, dStride, aStride;
  int chunkRows;  // of each block's sum
};

// B2; D2. Blocks (outputs, inputs, chunk of rows).
template <class Tile>
__device__ __forceinline__ void gradient(const MlpGradient& args, unsigned char* memory) {
  constexpr int TM = Tile::TM;
  constexpr int TN = Tile::TN;
  int first = (int)blockIdx.z * args.chunkRows;
  int end = first + args.chunkRows < args.rows ? first + args.chunkRows : args.rows;
  AcrossRows d{args.d, args.dStride, args.dStride, end};
  AcrossRows a{args.a, args.aStride, args.aStride, end};
  int row0 = (int)blockIdx.x * Tile::ROWS;
  int column0 = (int)blockIdx.y * Tile::COLUMNS;
  float sum[TM][TN] = {};
  Tile::multiply(d, a, row0, column0, first, end, memory, sum);
  float* partial = args.partial + blockIdx.z * args.parameters;
#pragma unroll
  for (int m = 0; m < TM; m++) {
    int row = row0 + Tile::row(m);
#pragma unroll
    for (int n = 0; n < TN; n++) {
      int column = column0 + Tile::column(n);
      if (row < args.outputs && column < args.inputs) {
        partial[args.weightOffset + (int64_t)row * args.inputs + column] = sum[m][n];
      }
    }
  }
}

KERNEL(mlp_gradient_64, MlpGradient, 256, 2) {
  DYNAMIC_SHARED(memory);
  gradient<ProductTile<4, 4>>(args, memory);
}

KERNEL(mlp_gradient_128, MlpGradient, 256, 1) {
  DYNAMIC_SHARED(memory);
  gradient<ProductTile<8, 8>>(args, memory);
}

// The three products of terms, in two sizes each.
#define SPLIT_KERNEL(pass, Arguments, precision, side, blocks, ...)          \
  KERNEL(mlp_##pass##_##precision##_##side, Arguments, 256, blocks) {        \
    DYNAMIC_SHARED(memory);                                                  \
    pass<SplitTile<__VA_ARGS__, side>>(args, memory);                        \
  }
#define SPLIT_KERNELS(precision, side, blocks, ...)                          \
  SPLIT_KERNEL(forward, MlpForward, precision, side, blocks, __VA_ARGS__)    \
  SPLIT_KERNEL(backward, MlpBackward, precision, side, blocks, __VA_ARGS__)  \
  SPLIT_KERNEL(gradient, MlpGradient, precision, side, blocks, __VA_ARGS__)

SPLIT_KERNELS(bf16x3, 64, 2, Bf16<2>)
SPLIT_KERNELS(bf16x3, 128, 1, Bf16<2>)
SPLIT_KERNELS(bf16x6, 64, 2, Bf16<3>)
SPLIT_KERNELS(bf16x6, 128, 1, Bf16<3>)
SPLIT_KERNELS(fp16x3, 64, 2, Fp16)
SPLIT_KERNELS(fp16x3, 128, 1, Fp16)

// Weights, or their transpose, in terms: a warp a row.
struct MlpSplitWeights {
  const float* weight;  // entry (row, column) at row rowStep + column columnStep
  uint16_t* terms;      // [terms, rows, split_pitch(columns)]
  float* down;          // [rows], of fp16
  int rows, columns, rowStep, columnStep;
};

template <class Terms>
__device__ __forceinline__ void split_weights(const MlpSplitWeights& args) {
  int row = (int)blockIdx.x * 8 + (int)threadIdx.x / 32;
  int lane = (int)threadIdx.x % 32;
  int pitch = split_pitch(args.columns);
  if (row >= args.rows) {
    return;
  }
  const float* from = args.weight + (size_t)row * args.rowStep;
  float up = 1.f;
  if constexpr (Terms::SCALED) {
    float largest = 0.f;
    for (int c = lane; c < args.columns; c += 32) {
      largest = fmaxf(largest, fabsf(from[(size_t)c * args.columnStep]));
    }
#pragma unroll
    for (int mask = 16; mask > 0; mask /= 2) {
      largest = fmaxf(largest, shuffle_xor(largest, mask));
    }
    TermScale scale = term_scale(largest);
    up = scale.up;
    if (lane == 0) {
      args.down[row] = scale.down;
    }
  }
  for (int c = 2 * lane; c < pitch; c += 64) {
    float even = c < args.columns ? up * from[(size_t)c * args.columnStep] : 0.f;
    float odd = c + 1 < args.columns ? up * from[(size_t)(c + 1) * args.columnStep] : 0.f;
#pragma unroll
    for (int term = 0; term < Terms::TERMS; term++) {
      *(unsigned*)(args.terms + ((size_t)term * args.rows + row) * pitch + c) =
          Terms::take(even, odd);
    }
  }
}

#define SPLIT_WEIGHTS(precision, ...)                                \
  KERNEL(mlp_split_weights_##precision, MlpSplitWeights, 256, 1) {   \
    split_weights<__VA_ARGS__>(args);                                \
  }

SPLIT_WEIGHTS(bf16x3, Bf16<2>)
SPLIT_WEIGHTS(bf16x6, Bf16<3>)
SPLIT_WEIGHTS(fp16x3, Fp16)

// Sums of columns over rows, each times a number of its row: dW of the last layer, whose d is a
// number a row, and db of every layer. 64 columns a block, 4 rows at a time.
struct MlpColumnSums {
  const float* seed;  // [rows, 4], the first of each; or null for 1
  const float* a;     // [rows, aStride]
  float* partial;     // [chunks, parameters]
  int64_t parameters, offset;
  int rows, columns, aStride;
  int chunkRows;
};

KERNEL(mlp_column_sums, MlpColumnSums, 256, 1) {
  DYNAMIC_SHARED(memory);
  float(*sums)[64] = (float(*)[64])memory;  // [4][64]
  int column = (int)blockIdx.x * 64 + (int)threadIdx.x % 64;
  int part = (int)threadIdx.x / 64;
  int first = (int)blockIdx.z * args.chunkRows;
  int end = first + args.chunkRows < args.rows ? first + args.chunkRows : args.rows;
  float sum = 0.f;
  if (column < args.columns) {
    for (int row = first + part; row < end; row += 4) {
      float seed = args.seed ? args.seed[4 * (size_t)row] : 1.f;
      sum = fmaf(seed, args.a[(size_t)row * args.aStride + column], sum);
    }
  }
  sums[part][threadIdx.x % 64] = sum;
  __syncthreads();
  if (part == 0 && column < args.columns) {
    int i = (int)threadIdx.x;
    args.partial[blockIdx.z * args.parameters + args.offset + column] =
        (sums[0][i] + sums[1][i]) + (sums[2][i] + sums[3][i]);
  }
}

// The sum of all chunks' gradients, in their order.
struct MlpSumPartials {
  const float* partial;  // [chunks, parameters]
  float* gradient;       // [parameters]
  int64_t parameters;
  int chunks;
  int accumulate;
};

KERNEL(mlp_sum_partials, MlpSumPartials, 256, 1) {
  int64_t p = (int64_t)blockIdx.x * 256 + threadIdx.x;
  if (p < args.parameters) {
    float sum = args.accumulate ? args.gradient[p] : 0.f;
    for (int c = 0; c < args.chunks; c++) {
      sum += args.partial[c * args.parameters + p];
    }
    args.gradient[p] = sum;
  }
}

// The epilogues on their own, for products that a library has made: F2's bias with F3, and B4. Both
// write zeros between the last column and the stride.
struct MlpForwardEpilogue {
  float* z;           // [rows, stride]: the products, then z
  const float* bias;  // [columns], or null
  float* a;           // [values, stride]; may be z itself; or null
  int rows, values, columns, stride;
  int activation;
  int unused;
};

KERNEL(mlp_forward_epilogue, MlpForwardEpilogue, 256, 1) {
  int64_t i = (int64_t)blockIdx.x * 256 + threadIdx.x;
  if (i < (int64_t)args.rows * args.stride) {
    int column = (int)(i % args.stride);
    bool value = i / args.stride < args.values;
    bool inside = column < args.columns;
    float z = inside ? args.z[i] : 0.f;
    if (value && inside && args.bias) {
      z += args.bias[column];
    }
    args.z[i] = z;
    if (args.a && value) {
      args.a[i] = inside ? activate(args.activation, z) : 0.f;
    }
  }
}

struct MlpBackwardEpilogue {
  const float* z;  // [rows, stride], or null for no slope
  float* out;      // [rows, stride]
  int rows, columns, stride;
  int activation;
};

KERNEL(mlp_backward_epilogue, MlpBackwardEpilogue, 256, 1) {
  int64_t i = (int64_t)blockIdx.x * 256 + threadIdx.x;
  if (i < (int64_t)args.rows * args.stride) {
    float out = (int)(i % args.stride) < args.columns ? args.out[i] : 0.f;
    args.out[i] = args.z ? out * slope(args.activation, args.z[i]) : out;
  }
}
