// What lies between the products of io.gibbsite.mlp.MlpEnergy: the output layer and the base
// density, the tangents' activations, NCE, and the Langevin step.
#include "mlp_activation.cuh"
#include "random.cuh"

// F4, F5; T4, T5: a warp a row. Rows are stacked in `stacks` of `values`: E, v.dE, v^T H v.
struct MlpOutput {
  const float* a;       // [stacks values, aStride]: a_{L-1}
  const float* weight;  // [inputs]
  const float* bias;    // [1]
  const float* y;       // [2 values, yStride]: y, yt; or null for no base
  float* out;           // [stacks values]
  int values, stacks, inputs, aStride, columns, yStride;
  float constant;  // log det C + d log(2 pi) / 2
  int unused;
};

__device__ __forceinline__ float sum_of_warp(float x) {
  for (int mask = 16; mask > 0; mask >>= 1) {
    x += shuffle_xor(x, mask);
  }
  return x;
}

KERNEL(mlp_output, MlpOutput, 128, 1) {
  int lane = (int)threadIdx.x & 31;
  int row = (int)blockIdx.x * 4 + ((int)threadIdx.x >> 5);
  bool there = row < args.values * args.stacks;
  float sum = 0.f;
  float square = 0.f;
  int stack = there ? row / args.values : 0;
  if (there) {
    for (int i = lane; i < args.inputs; i += 32) {
      sum = fmaf(args.a[(size_t)row * args.aStride + i], args.weight[i], sum);
    }
    if (args.y) {
      int i0 = row % args.values;
      const float* left = args.y + (size_t)(stack == 2 ? i0 + args.values : i0) * args.yStride;
      const float* right = args.y + (size_t)(stack == 0 ? i0 : i0 + args.values) * args.yStride;
      for (int i = lane; i < args.columns; i += 32) {
        square = fmaf(left[i], right[i], square);
      }
    }
  }
  sum = sum_of_warp(sum);
  square = sum_of_warp(square);
  if (there && lane == 0) {
    if (stack == 0) {
      sum += args.bias[0];
      if (args.y) {
        sum += square / 2.f + args.constant;
      }
    } else if (args.y) {
      sum += square;
    }
    args.out[row] = sum;
  }
}

// T3, from z [stacks values, stride] to the tangents in a [stacks values, stride]; two stacks have no
// second derivative.
struct MlpTangents {
  const float* z;
  float* a;
  int values, stacks, width, stride;
  int activation;
  int unused;
};

KERNEL(mlp_tangents, MlpTangents, 256, 1) {
  int64_t i = (int64_t)blockIdx.x * 256 + threadIdx.x;
  int64_t count = (int64_t)args.values * args.stride;
  if (i < count) {
    float at = 0.f;
    float as = 0.f;
    if (i % args.stride < args.width) {
      Jet f = jet(args.activation, args.z[i]);
      float zt = args.z[count + i];
      at = f.first * zt;
      if (args.stacks == 3) {
        as = f.second * zt * zt + f.first * args.z[2 * count + i];
      }
    }
    args.a[count + i] = at;
    if (args.stacks == 3) {
      args.a[2 * count + i] = as;
    }
  }
}

// D4, in place: p [stacks values, stride] becomes d; with two stacks ps is 0.
struct MlpTangentsBackward {
  const float* z;  // [stacks values, stride]
  float* p;        // [stacks values, stride]
  int values, stacks, stride;
  int activation;
};

KERNEL(mlp_tangents_backward, MlpTangentsBackward, 256, 1) {
  int64_t i = (int64_t)blockIdx.x * 256 + threadIdx.x;
  int64_t count = (int64_t)args.values * args.stride;
  if (i < count) {
    Jet f = jet(args.activation, args.z[i]);
    float zt = args.z[count + i];
    float p = args.p[i];
    float pt = args.p[count + i];
    float d = p * f.first + pt * f.second * zt;
    float dt = pt * f.first;
    if (args.stacks == 3) {
      float zs = args.z[2 * count + i];
      float ps = args.p[2 * count + i];
      d += ps * (f.third * zt * zt + f.second * zs);
      dt += 2.f * ps * f.second * zt;
      args.p[2 * count + i] = ps * f.first;
    }
    args.p[i] = d;
    args.p[count + i] = dt;
  }
}

// x - m in the first `values` rows, the others as they are; times the diagonal of R where that is
// all of it.
struct MlpCentre {
  const float* x;         // [rows, stride]
  const float* mean;      // [columns]
  const float* diagonal;  // [columns], or null
  float* out;             // [rows, stride]
  int rows, values, columns, stride;
};

KERNEL(mlp_centre, MlpCentre, 256, 1) {
  int64_t i = (int64_t)blockIdx.x * 256 + threadIdx.x;
  if (i < (int64_t)args.rows * args.stride) {
    int column = (int)(i % args.stride);
    float out = 0.f;
    if (column < args.columns) {
      out = i / args.stride < args.values ? args.x[i] - args.mean[column] : args.x[i];
      out = args.diagonal ? out * args.diagonal[column] : out;
    }
    args.out[i] = out;
  }
}

// One number for the first column of rows with a stride of 4: B1 and D1.
struct MlpSeeds {
  const float* from;  // [rows], or null for 1
  float* seeds;       // [rows, 4]
  int rows;
  int unused;
};

KERNEL(mlp_seeds, MlpSeeds, 256, 1) {
  int row = (int)(blockIdx.x * 256 + threadIdx.x);
  if (row < args.rows) {
    *(float4*)(args.seeds + 4 * (size_t)row) =
        float4{args.from ? args.from[row] : 1.f, 0.f, 0.f, 0.f};
  }
}

// S1: the residuals' squares and, with a direction, v = -s r / B, which is 0 in columns without a
// target, and D1 for rows and their tangents. A warp a row.
struct ScoreResidual {
  const float* target;    // [rows, columns]: t
  const float* scale;     // [rows]: s
  const float* gradient;  // [rows, stride]: dE/dx
  float* direction;       // [rows, stride], or null
  float* seeds;           // [2 rows, 4]
  float* square;          // [rows]: |t - s dE/dx|^2
  int rows, columns, stride;
  float weight;  // -1 / B
};

KERNEL(score_residual, ScoreResidual, 128, 1) {
  int lane = (int)threadIdx.x & 31;
  int row = (int)blockIdx.x * 4 + ((int)threadIdx.x >> 5);
  if (row >= args.rows) {
    return;
  }
  size_t at = (size_t)row * args.stride;
  float scale = args.scale[row];
  float sum = 0.f;
  for (int i = lane; i < args.stride; i += 32) {
    float v = 0.f;
    if (i < args.columns) {
      float r = fmaf(-scale, args.gradient[at + i], args.target[(size_t)row * args.columns + i]);
      sum = fmaf(r, r, sum);
      v = args.weight * scale * r;
    }
    if (args.direction) {
      args.direction[at + i] = v;
    }
  }
  sum = sum_of_warp(sum);
  if (lane == 0) {
    args.square[row] = sum;
    if (args.direction) {
      *(float4*)(args.seeds + 4 * (size_t)row) = float4{0.f, 0.f, 0.f, 0.f};
      *(float4*)(args.seeds + 4 * (size_t)(args.rows + row)) = float4{1.f, 0.f, 0.f, 0.f};
    }
  }
}

// The Langevin step: x <- x - eta g + noise n, with g and x held; see io.gibbsite.sampler.Langevin.
struct LangevinStep {
  float* x;        // [rows, stride]
  const float* g;  // [rows, stride]
  uint64_t seed, step;
  int rows, columns, stride, firstRow;
  float stepSize, noise, clip, low, high;
  int unused;
};

KERNEL(langevin_step, LangevinStep, 128, 1) {
  int blocks = args.stride / 4;
  int64_t i = (int64_t)blockIdx.x * 128 + threadIdx.x;
  if (i >= (int64_t)args.rows * blocks) {
    return;
  }
  int row = (int)(i / blocks);
  int block = (int)(i % blocks);
  float n[4] = {};
  if (args.noise > 0.f) {
    normals(draw_words(args.seed, LANGEVIN_STREAM, args.step, (unsigned)(args.firstRow + row),
                       (unsigned)block),
            n);
  }
  for (int e = 0; e < 4 && 4 * block + e < args.columns; e++) {
    size_t at = (size_t)row * args.stride + 4 * block + e;
    float drift = fmaf(-args.stepSize, hold(args.g[at], -args.clip, args.clip), args.x[at]);
    args.x[at] = hold(fmaf(args.noise, n[e], drift), args.low, args.high);
  }
}

// Draws of NCE noise at (stream, step, row): standard normals, or uniforms in a box.
struct NoiseDraws {
  float* out;           // [rows, stride]
  const float* low;     // [columns] of a box, or null for normals
  const float* extent;  // [columns]
  uint64_t seed, step;
  int rows, columns, stride, firstRow;
};

KERNEL(noise_draws, NoiseDraws, 128, 1) {
  int blocks = args.stride / 4;
  int64_t i = (int64_t)blockIdx.x * 128 + threadIdx.x;
  if (i >= (int64_t)args.rows * blocks) {
    return;
  }
  int row = (int)(i / blocks);
  int block = (int)(i % blocks);
  Words words = draw_words(args.seed, NCE_NOISE_STREAM, args.step, (unsigned)(args.firstRow + row),
                           (unsigned)block);
  float n[4];
  if (!args.low) {
    normals(words, n);
  }
  for (int e = 0; e < 4; e++) {
    int column = 4 * block + e;
    float value = 0.f;
    if (column < args.columns) {
      value = args.low ? fmaf(args.extent[column], uniform(words.w[e]), args.low[column]) : n[e];
    }
    args.out[(size_t)row * args.stride + column] = value;
  }
}

// x = m + C n, each sum in the order of n.
struct NoiseColour {
  const float* n;         // [rows, stride]
  const float* mean;      // [columns]
  const float* cholesky;  // [columns, columns]: C^T
  float* x;               // [rows, stride]
  int rows, columns, stride;
  int diagonal;
};

KERNEL(noise_colour, NoiseColour, 256, 1) {
  int64_t at = (int64_t)blockIdx.x * 256 + threadIdx.x;
  if (at < (int64_t)args.rows * args.stride) {
    int column = (int)(at % args.stride);
    const float* n = args.n + (at - column);
    float x = 0.f;
    if (column < args.columns) {
      x = args.mean[column];
      for (int j = args.diagonal ? column : 0; j <= column; j++) {
        x = fmaf(args.cholesky[(size_t)j * args.columns + column], n[j], x);
      }
    }
    args.x[at] = x;
  }
}

// log p_n: a warp a row. Of a Gaussian from y = R (x - m), of a box from x.
struct NoiseLogDensity {
  const float* y;     // [rows, stride]
  const float* low;   // [columns] of a box, or null
  const float* high;  // [columns]
  float* out;         // [rows]
  int rows, columns, stride;
  float constant;
};

KERNEL(noise_log_density, NoiseLogDensity, 128, 1) {
  int lane = (int)threadIdx.x & 31;
  int row = (int)blockIdx.x * 4 + ((int)threadIdx.x >> 5);
  bool there = row < args.rows;
  float sum = 0.f;
  if (there) {
    const float* y = args.y + (size_t)row * args.stride;
    for (int i = lane; i < args.columns; i += 32) {
      if (args.low) {
        sum += y[i] >= args.low[i] && y[i] <= args.high[i] ? 0.f : 1.f;
      } else {
        sum = fmaf(y[i], y[i], sum);
      }
    }
  }
  sum = sum_of_warp(sum);
  if (there && lane == 0) {
    args.out[row] = !args.low    ? args.constant - 0.5f * sum
                    : sum == 0.f ? args.constant
                                 : -__int_as_float(0x7f800000);
  }
}

// io.gibbsite.objective.SigmoidNce: the weights of dE, and each block's sums of loss and weights.
struct NceRows {
  const float* energy;      // [rows]
  const float* logDensity;  // [rows]
  float* seeds;             // [rows, 4]
  double* partial;          // [blocks, 2]
  double shift;             // c + log k
  int rows;
  int noise;     // noise rows, else data
  float weight;  // 1 / N
  int unused;
};

KERNEL(nce_rows, NceRows, 256, 1) {
  DYNAMIC_SHARED(memory);
  double(*sums)[2] = (double(*)[2])memory;  // [256][2]
  int row = (int)(blockIdx.x * 256 + threadIdx.x);
  double loss = 0;
  double weight = 0;
  if (row < args.rows) {
    double u = -(double)args.energy[row] - args.logDensity[row] - args.shift;
    float s = (float)(args.noise ? -u : u);
    loss = softplus(-s);
    float w = args.weight * sigmoid(-s);
    w = args.noise ? -w : w;
    weight = w;
    *(float4*)(args.seeds + 4 * (size_t)row) = float4{w, 0.f, 0.f, 0.f};
  }
  sums[threadIdx.x][0] = loss;
  sums[threadIdx.x][1] = weight;
  for (int width = 128; width > 0; width >>= 1) {
    __syncthreads();
    if ((int)threadIdx.x < width) {
      sums[threadIdx.x][0] += sums[threadIdx.x + width][0];
      sums[threadIdx.x][1] += sums[threadIdx.x + width][1];
    }
  }
  if (threadIdx.x == 0) {
    args.partial[2 * blockIdx.x] = sums[0][0];
    args.partial[2 * blockIdx.x + 1] = sums[0][1];
  }
}

// Adds the blocks' sums to the totals, in their order.
struct NceTotals {
  const double* partial;  // [blocks, 2]
  double* totals;         // [2]: loss, weights
  int blocks;
  int unused;
};

KERNEL(nce_totals, NceTotals, 32, 1) {
  if (threadIdx.x < 2) {
    double sum = args.totals[threadIdx.x];
    for (int b = 0; b < args.blocks; b++) {
      sum += args.partial[2 * b + threadIdx.x];
    }
    args.totals[threadIdx.x] = sum;
  }
}
