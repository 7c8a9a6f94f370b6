// The resident regime of io.gibbsite.mlp.MlpEnergy: energies, input gradients and Langevin steps of
// networks whose weights fit in shared memory, all layers and any number of steps in one launch.
//
// A block keeps ROWS rows for all steps, and every hidden layer is padded with zeros to WIDTH units.
// A layer is a product of activations [WIDTH, ROWS] in shared memory with weights, kept in both
// orders, [in, out] for F2 and [out, in] for B3. A thread owns TM x TN entries of every layer; since
// z_l and p_{l+1} have the same shape, f'(z_l) stays in its registers until the way back, and one
// array of activations is enough: d overwrites a.
//
//   shared memory   WIDTH (ROWS + 4) + 2 (HIDDEN - 1) WIDTH^2 + (columns + HIDDEN + 1) WIDTH
//                   + 2 columns (ROWS + 4) floats; 2-128-128-1 with 128 rows: 206 KB
//   a step a row    2 (HIDDEN - 1) WIDTH^2 + 2 columns WIDTH multiply-adds, and no global memory but
//                   the energies
//
// Tiles: 128 rows with 8 x 8 entries a thread read 16 floats for 64 multiply-adds, for many chains;
// 8 rows, a row a warp, spread few chains over the multiprocessors. Sums run in the same order in
// all, so the bits do not depend on the tile: over inputs of a layer one by one, over the units of
// the last layer and of the input gradient in 8 parts, unit o in part o % 8.
#include "mlp_resident.cuh"

template <int WIDTH_, int HIDDEN_, int TM_, int TN_>
struct ResidentTile {
  static constexpr int WIDTH = WIDTH_;
  static constexpr int HIDDEN = HIDDEN_;
  static constexpr int TM = TM_;
  static constexpr int TN = TN_;
  static constexpr int THREADS = 256;
  static constexpr int TX = WIDTH / TN;
  static constexpr int TY = THREADS / TX;
  static constexpr int ROWS = TY * TM;
  static constexpr int PITCH = ROWS + 4;

  __device__ static __forceinline__ int row(int m) {
    int ty = (int)threadIdx.x / TX;
    return TM == 1 ? ty : m / 4 * (TY * 4) + ty * 4 + m % 4;
  }

  __device__ static __forceinline__ int unit(int n) {
    constexpr int PIECE = TN < 4 ? TN : 4;
    return n / PIECE * (TX * PIECE) + (int)threadIdx.x % TX * PIECE + n % PIECE;
  }

  // A unit's row lies at row ^ turn(unit) in an array of activations. Threads write four rows of
  // neighbouring fours of units at a time, and would meet in a quarter of the banks; with fours of
  // rows in another order for each four units they use all.
  __device__ static __forceinline__ int turn(int unit) {
    return TM == 1 ? 0 : (unit >> 2 & 7) << 2;
  }
};

// COUNT consecutive floats, as wide as they come.
template <int COUNT>
__device__ __forceinline__ void read(const float* from, float* to) {
  if constexpr (COUNT % 4 == 0) {
    float4 v = *(const float4*)from;
    to[0] = v.x;
    to[1] = v.y;
    to[2] = v.z;
    to[3] = v.w;
  } else {
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
      to[i] = from[i];
    }
  }
}

// sum[m][n] += left at the thread's rows times right at its units.
template <class Tile>
__device__ __forceinline__ void add_unit(const float* left, int turn, const float* right,
                                         float (&sum)[Tile::TM][Tile::TN]) {
  constexpr int TM = Tile::TM;
  constexpr int TN = Tile::TN;
  float a[TM], b[TN];
#pragma unroll
  for (int m = 0; m < TM; m += 4) {
    read<TM<4 ? TM : 4>(left + (Tile::row(m) ^ turn), a + m);
  }
#pragma unroll
  for (int n = 0; n < TN; n += 4) {
    read<TN<4 ? TN : 4>(right + Tile::unit(n), b + n);
  }
#pragma unroll
  for (int m = 0; m < TM; m++) {
#pragma unroll
    for (int n = 0; n < TN; n++) {
      sum[m][n] = fmaf(a[m], b[n], sum[m][n]);
    }
  }
}

// sum[m][n] = sum over k of left [depth, PITCH], turned or not, and right [depth, WIDTH].
template <class Tile, bool TURNED>
__device__ __forceinline__ void resident_product(const float* left, const float* right, int depth,
                                                 float (&sum)[Tile::TM][Tile::TN]) {
  constexpr int TM = Tile::TM;
  constexpr int TN = Tile::TN;
#pragma unroll
  for (int m = 0; m < TM; m++) {
#pragma unroll
    for (int n = 0; n < TN; n++) {
      sum[m][n] = 0.f;
    }
  }
  // Fours of units are turned alike.
  int k = 0;
  for (; k + 4 <= depth; k += 4) {
    int turn = TURNED ? Tile::turn(k) : 0;
#pragma unroll
    for (int of = 0; of < 4; of++) {
      add_unit<Tile>(left + (k + of) * Tile::PITCH, turn, right + (k + of) * Tile::WIDTH, sum);
    }
  }
  for (; k < depth; k++) {
    add_unit<Tile>(left + k * Tile::PITCH, TURNED ? Tile::turn(k) : 0, right + k * Tile::WIDTH,
                   sum);
  }
}

// A thread's entries to [WIDTH, PITCH], turned.
template <class Tile>
__device__ __forceinline__ void keep(const float (&values)[Tile::TM][Tile::TN], float* to) {
#pragma unroll
  for (int n = 0; n < Tile::TN; n++) {
    int unit = Tile::unit(n);
    if constexpr (Tile::TM == 1) {
      to[unit * Tile::PITCH + Tile::row(0)] = values[0][n];
    } else {
#pragma unroll
      for (int m = 0; m < Tile::TM; m += 4) {
        *(float4*)(to + unit * Tile::PITCH + (Tile::row(m) ^ Tile::turn(unit))) =
            float4{values[m][n], values[m + 1][n], values[m + 2][n], values[m + 3][n]};
      }
    }
  }
}

// The sum over units of turned values [WIDTH, PITCH] at a row with weights [WIDTH], by 8 neighbouring
// lanes, each of which gets it.
template <class Tile>
__device__ __forceinline__ float unit_sum(const float* values, int row, const float* weights) {
  int part = (int)threadIdx.x & 7;
  float sum = 0.f;
#pragma unroll 4
  for (int o = part; o < Tile::WIDTH; o += 8) {
    sum = fmaf(values[o * Tile::PITCH + (row ^ Tile::turn(o))], weights[o], sum);
  }
  sum += shuffle_xor(sum, 4);
  sum += shuffle_xor(sum, 2);
  sum += shuffle_xor(sum, 1);
  return sum;
}

// One array after the other in the block's memory.
template <class Tile>
struct ResidentMemory {
  float* values;  // [WIDTH, PITCH], turned: a, then d
  float* input;   // [columns, WIDTH]: W_0^T
  float* forward[Tile::HIDDEN];   // [WIDTH, WIDTH]: W_l^T, from 1
  float* backward[Tile::HIDDEN];  // [WIDTH, WIDTH]: W_l, from 1
  float* bias;                    // [HIDDEN, WIDTH]
  float* last;                    // [WIDTH]: W of the output layer
  float* x;                       // [columns, PITCH]
  float* g;                       // [columns, PITCH]

  __device__ __forceinline__ ResidentMemory(float* at, int columns) {
    constexpr int SQUARE = Tile::WIDTH * Tile::WIDTH;
    values = at;
    at += Tile::WIDTH * Tile::PITCH;
    for (int l = 1; l < Tile::HIDDEN; l++) {
      forward[l] = at;
      backward[l] = at + SQUARE;
      at += 2 * SQUARE;
    }
    input = at;
    bias = input + columns * Tile::WIDTH;
    last = bias + Tile::HIDDEN * Tile::WIDTH;
    x = last + Tile::WIDTH;
    g = x + columns * Tile::PITCH;
  }
};

template <class Tile>
__device__ __forceinline__ void load_weights(const MlpResident& args,
                                             const ResidentMemory<Tile>& memory) {
  constexpr int WIDTH = Tile::WIDTH;
  int columns = args.width[0];
  int stride = args.stride;
  for (int i = (int)threadIdx.x; i < columns * WIDTH; i += Tile::THREADS) {
    int column = i / WIDTH;
    int o = i % WIDTH;
    memory.input[i] = o < args.width[1] ? args.weight[0][(size_t)o * stride + column] : 0.f;
  }
#pragma unroll
  for (int l = 1; l < Tile::HIDDEN; l++) {
    int in = args.width[l];
    int out = args.width[l + 1];
    for (int k = (int)threadIdx.x; k < WIDTH * WIDTH; k += Tile::THREADS) {
      int o = k / WIDTH;
      int i = k % WIDTH;
      float w = o < out && i < in ? args.weight[l][(size_t)o * ((in + 3) / 4 * 4) + i] : 0.f;
      memory.backward[l][k] = w;
      memory.forward[l][i * WIDTH + o] = w;
    }
  }
  for (int i = (int)threadIdx.x; i < WIDTH; i += Tile::THREADS) {
#pragma unroll
    for (int l = 0; l < Tile::HIDDEN; l++) {
      memory.bias[l * WIDTH + i] = i < args.width[l + 1] ? args.bias[l][i] : 0.f;
    }
    memory.last[i] = i < args.width[Tile::HIDDEN] ? args.weight[Tile::HIDDEN][i] : 0.f;
  }
}

// F4, F5 of the tile's rows, from a of the last hidden layer.
template <class Tile>
__device__ __forceinline__ void write_energies(const MlpResident& args,
                                               const ResidentMemory<Tile>& memory, int row0,
                                               float* energy) {
  for (int i = (int)threadIdx.x; i < Tile::ROWS * 8; i += Tile::THREADS) {
    int row = i >> 3;
    float e = unit_sum<Tile>(memory.values, row, memory.last) + args.bias[Tile::HIDDEN][0];
    if (args.mean) {
      e += base_energy(args, memory.x, Tile::PITCH, row);
    }
    if ((i & 7) == 0 && row0 + row < args.rows) {
      energy[row0 + row] = e;
    }
  }
}

// F1 to F5 and B1 to B5 of the tile's rows: leaves dE/dx in memory.g, where it is wanted.
template <class Tile>
__device__ __forceinline__ void evaluate(const MlpResident& args,
                                         const ResidentMemory<Tile>& memory, int row0,
                                         float* energy, bool backward) {
  constexpr int TM = Tile::TM;
  constexpr int TN = Tile::TN;
  constexpr int HIDDEN = Tile::HIDDEN;
  float first[HIDDEN][TM][TN];  // f'(z_l)
  float sum[TM][TN];
#pragma unroll
  for (int l = 0; l < HIDDEN; l++) {
    if (l == 0) {
      resident_product<Tile, false>(memory.x, memory.input, args.width[0], sum);  // F2
    } else {
      resident_product<Tile, true>(memory.values, memory.forward[l], Tile::WIDTH, sum);
    }
    // All have read a_l.
    __syncthreads();
    float bias[TN];
#pragma unroll
    for (int n = 0; n < TN; n++) {
      bias[n] = memory.bias[l * Tile::WIDTH + Tile::unit(n)];
    }
#pragma unroll
    for (int m = 0; m < TM; m++) {
#pragma unroll
      for (int n = 0; n < TN; n++) {
        sum[m][n] += bias[n];
      }
      tangents<TN>(args.activation, sum[m], first[l][m]);  // F3
    }
    if (l < HIDDEN - 1 || energy) {
      keep<Tile>(sum, memory.values);
      __syncthreads();
    }
  }
  if (energy) {
    write_energies<Tile>(args, memory, row0, energy);
    __syncthreads();
  }
  if (!backward) {
    return;
  }
#pragma unroll
  for (int n = 0; n < TN; n++) {
    float w = memory.last[Tile::unit(n)];
#pragma unroll
    for (int m = 0; m < TM; m++) {
      sum[m][n] = w * first[HIDDEN - 1][m][n];  // B1, B3, B4
    }
  }
  keep<Tile>(sum, memory.values);
  __syncthreads();
#pragma unroll
  for (int l = HIDDEN - 1; l > 0; l--) {
    resident_product<Tile, true>(memory.values, memory.backward[l], Tile::WIDTH, sum);  // B3
    __syncthreads();
#pragma unroll
    for (int n = 0; n < TN; n++) {
#pragma unroll
      for (int m = 0; m < TM; m++) {
        sum[m][n] *= first[l - 1][m][n];  // B4
      }
    }
    keep<Tile>(sum, memory.values);
    __syncthreads();
  }
  int outputs = Tile::ROWS * args.width[0];
  for (int i = (int)threadIdx.x; i < outputs * 8; i += Tile::THREADS) {  // B5
    int row = i / 8 % Tile::ROWS;
    int column = i / 8 / Tile::ROWS;
    float g = unit_sum<Tile>(memory.values, row, memory.input + column * Tile::WIDTH);
    if (args.mean) {
      g += base_gradient(args, memory.x, Tile::PITCH, row, column);
    }
    if ((i & 7) == 0) {
      memory.g[column * Tile::PITCH + row] = g;
    }
  }
  __syncthreads();
}

template <int WIDTH, int HIDDEN, int TM, int TN>
__device__ __forceinline__ void resident(const MlpResident& args, float* shared) {
  using Tile = ResidentTile<WIDTH, HIDDEN, TM, TN>;
  int columns = args.width[0];
  ResidentMemory<Tile> memory(shared, columns);
  load_weights<Tile>(args, memory);
  for (int row0 = (int)blockIdx.x * Tile::ROWS; row0 < args.rows;
       row0 += (int)gridDim.x * Tile::ROWS) {
    for (int i = (int)threadIdx.x; i < Tile::ROWS * columns; i += Tile::THREADS) {
      int row = i / columns;
      int column = i % columns;
      memory.x[column * Tile::PITCH + row] =
          row0 + row < args.rows ? args.x[(size_t)(row0 + row) * args.stride + column] : 0.f;
    }
    __syncthreads();
    for (int t = 0; t < args.steps; t++) {
      float* energy = args.energy ? args.energy + (size_t)t * args.rows : nullptr;
      evaluate<Tile>(args, memory, row0, energy, true);
      for (int i = (int)threadIdx.x; i < Tile::ROWS * args.stride / 4; i += Tile::THREADS) {
        int row = i % Tile::ROWS;
        move(args, memory.x, memory.g, Tile::PITCH, row, row0 + row, i / Tile::ROWS, t);
      }
      __syncthreads();
    }
    if (args.steps == 0) {
      evaluate<Tile>(args, memory, row0, args.energy, args.gradient != nullptr);
    }
    float* out = args.steps > 0 ? args.x : args.gradient;
    const float* from = args.steps > 0 ? memory.x : memory.g;
    if (out) {
      for (int i = (int)threadIdx.x; i < Tile::ROWS * columns; i += Tile::THREADS) {
        int row = i / columns;
        int column = i % columns;
        if (row0 + row < args.rows) {
          out[(size_t)(row0 + row) * args.stride + column] = from[column * Tile::PITCH + row];
        }
      }
    }
    // Before the next rows take the place of these.
    __syncthreads();
  }
}

#define RESIDENT(width, hidden, rows, tm, tn, blocks)                          \
  KERNEL(mlp_resident_##width##_##hidden##_##rows, MlpResident, 256, blocks) { \
    DYNAMIC_SHARED(memory);                                                    \
    resident<width, hidden, tm, tn>(args, (float*)memory);                     \
  }

RESIDENT(64, 1, 128, 8, 4, 2)
RESIDENT(64, 2, 128, 8, 4, 2)
RESIDENT(64, 3, 128, 8, 4, 1)
RESIDENT(128, 1, 128, 8, 8, 1)
RESIDENT(128, 2, 128, 8, 8, 1)
RESIDENT(64, 1, 8, 1, 2, 1)
RESIDENT(64, 2, 8, 1, 2, 1)
RESIDENT(64, 3, 8, 1, 2, 1)
RESIDENT(128, 1, 8, 1, 4, 1)
RESIDENT(128, 2, 8, 1, 4, 1)
