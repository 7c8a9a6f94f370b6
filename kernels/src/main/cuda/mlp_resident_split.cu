// The resident regime with products on tensor cores: bf16x3, bf16x6 and fp16x3 (split_terms.cuh).
//
// A warp keeps 16 rows for all steps. A lane's entries of a product are those it needs as the left
// side of the next one (mma_bf16, mma_fp16): they wait in a place of its own in shared memory, so that the
// product can be a loop that instruction caches hold, and nobody waits for another. f'(z_l) stays in
// registers until the way back. Weights are split once, W [out, in] as TERMS arrays, whose rows F2
// takes and whose columns B3. With fp16, each W has a power of two and each row of values. Hidden
// layers are padded with zeros to WIDTH units.
//
//   shared memory   2 (HIDDEN - 1) TERMS WIDTH^2 bytes, (columns + HIDDEN + 1) WIDTH floats, and
//                   16 WIDTH + 32 columns floats a warp; 2-128-128-1 in bf16x6: 165 KB
//   a step a row    2 (HIDDEN - 1) TERMS (TERMS + 1) / 2 WIDTH^2 multiply-adds of terms and
//                   2 columns WIDTH of float32, and no global memory but the energies
//
// Entry 4 j + e of a lane, with g = lane / 4 and t = lane % 4, is of unit 8 j + 2 t + e % 2 and of row
// g + 8 (e / 2).
#include "mlp_resident.cuh"
#include "split_terms.cuh"

template <int WIDTH_, int HIDDEN_, class Terms>
struct SplitResident {
  static constexpr int WIDTH = WIDTH_;
  static constexpr int HIDDEN = HIDDEN_;
  static constexpr int TERMS = Terms::TERMS;
  static constexpr int THREADS = 256;
  static constexpr int WARPS = THREADS / 32;
  static constexpr int ROWS = 16;  // of a warp
  static constexpr int TILES = WIDTH / 8;
  static constexpr int ENTRIES = 4 * TILES;
  static constexpr int PITCH = 2 * WIDTH;  // bytes
  static constexpr int TERM_BYTES = WIDTH * PITCH;
  // Tiles of 8 units whose sums are made side by side: each product waits for the one before it in
  // its own sum, and with 64 units there are other warps.
  static constexpr int GROUP = WIDTH == 64 ? 2 : 4;
  // Steps of 16 inputs of a sum on tensor cores: two blocks of 64 units have no registers for more.
  static constexpr int STEPS = WIDTH == 64 ? 1 : Terms::SUM_INPUTS / 16;

  unsigned char* weights[HIDDEN];  // [TERMS][WIDTH][PITCH]: W_l, from 1
  float* input;                    // [columns][WIDTH]: W_0^T
  float* bias;                     // [HIDDEN][WIDTH]
  float* last;                     // [WIDTH]: W of the output layer
  float4* values;                  // [TILES][32], the warp's: a, then d, scaled
  float* x;                        // [columns][ROWS], the warp's
  float* g;                        // [columns][ROWS], the warp's
  float weightDown[HIDDEN];        // takes the scale of W_l out of sums

  __device__ __forceinline__ SplitResident(unsigned char* at, int columns) {
    for (int l = 1; l < HIDDEN; l++) {
      weights[l] = at;
      at += TERMS * TERM_BYTES;
    }
    input = (float*)at;
    bias = input + columns * WIDTH;
    last = bias + HIDDEN * WIDTH;
    float* own = last + WIDTH + (int)threadIdx.x / 32 * (ROWS * WIDTH + 2 * columns * ROWS);
    values = (float4*)own;
    x = own + ROWS * WIDTH;
    g = x + columns * ROWS;
  }

  // Where 16 bytes of a unit's row lie: those of eight neighbours use all banks.
  __device__ static __forceinline__ int at(int unit, int piece) {
    return unit * PITCH + ((piece ^ (unit & 7)) << 4);
  }

  __device__ __forceinline__ void load(const MlpResident& args) {
    for (int i = (int)threadIdx.x; i < args.width[0] * WIDTH; i += THREADS) {
      int column = i / WIDTH;
      int o = i % WIDTH;
      input[i] = o < args.width[1] ? args.weight[0][(size_t)o * args.stride + column] : 0.f;
    }
#pragma unroll
    for (int l = 1; l < HIDDEN; l++) {
      int inputs = args.width[l];
      float up = 1.f;
      if constexpr (Terms::SCALED) {
        TermScale scale = term_scale(largest_weight(args, l));
        up = scale.up;
        weightDown[l] = scale.down;
      }
      for (int k = (int)threadIdx.x; k < WIDTH * WIDTH / 2; k += THREADS) {
        int o = k / (WIDTH / 2);
        int i = k % (WIDTH / 2) * 2;
        const float* row = args.weight[l] + (size_t)o * ((inputs + 3) / 4 * 4);
        bool there = o < args.width[l + 1];
        float even = there && i < inputs ? row[i] : 0.f;
        float odd = there && i + 1 < inputs ? row[i + 1] : 0.f;
        if constexpr (Terms::SCALED) {
          even *= up;
          odd *= up;
        }
#pragma unroll
        for (int term = 0; term < TERMS; term++) {
          *(unsigned*)(weights[l] + term * TERM_BYTES + at(o, i / 8) + i % 8 * 2) =
              Terms::take(even, odd);
        }
      }
    }
    for (int i = (int)threadIdx.x; i < WIDTH; i += THREADS) {
#pragma unroll
      for (int l = 0; l < HIDDEN; l++) {
        bias[l * WIDTH + i] = i < args.width[l + 1] ? args.bias[l][i] : 0.f;
      }
      last[i] = i < args.width[HIDDEN] ? args.weight[HIDDEN][i] : 0.f;
    }
  }

  // The size of the largest entry of W_l; the block's, with the place of its terms to meet in.
  __device__ __forceinline__ float largest_weight(const MlpResident& args, int l) const {
    int stride = (args.width[l] + 3) / 4 * 4;  // zero from the last input on
    const float4* w = (const float4*)args.weight[l];
    float largest = 0.f;
    for (int i = (int)threadIdx.x; i < args.width[l + 1] * stride / 4; i += THREADS) {
      largest = largest_of(largest, w[i]);
    }
#pragma unroll
    for (int mask = 16; mask > 0; mask /= 2) {
      largest = fmaxf(largest, shuffle_xor(largest, mask));
    }
    float* of = (float*)weights[l];
    if ((int)threadIdx.x % 32 == 0) {
      of[threadIdx.x / 32] = largest;
    }
    __syncthreads();
    largest = of[0];
#pragma unroll
    for (int warp = 1; warp < WARPS; warp++) {
      largest = fmaxf(largest, of[warp]);
    }
    __syncthreads();
    return largest;
  }

  // Two tiles of the right side, 16 inputs of 16 outputs: F2 takes rows of W, B3 columns.
  template <bool TRANSPOSED>
  __device__ static __forceinline__ void right(unsigned (&to)[4], const unsigned char* from,
                                               int depth, int tile) {
    int lane = (int)threadIdx.x & 31;
    int near = lane & 8;            // of the first 8 inputs, or the next
    int beside = (lane & 16) >> 1;  // of the first tile, or the next
    if constexpr (TRANSPOSED) {
      load_matrices_transposed(to, from + at(16 * depth + near + (lane & 7), tile + beside / 8));
    } else {
      load_matrices(to, from + at(8 * tile + beside + (lane & 7), 2 * depth + near / 8));
    }
  }

  // Leaves a_{l+1} or d_l for the next product: of each row what takes its scale out of sums.
  __device__ __forceinline__ void keep(const float (&entries)[ENTRIES], float (&down)[2]) const {
    float up[2] = {1.f, 1.f};
    if constexpr (Terms::SCALED) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        float largest = 0.f;
#pragma unroll
        for (int j = 0; j < TILES; j++) {
          int e = 4 * j + 2 * half;
          largest = fmaxf(largest, fmaxf(fabsf(entries[e]), fabsf(entries[e + 1])));
        }
        largest = fmaxf(largest, shuffle_xor(largest, 2));
        largest = fmaxf(largest, shuffle_xor(largest, 1));
        TermScale scale = term_scale(largest);
        up[half] = scale.up;
        down[half] = scale.down;
      }
    }
#pragma unroll
    for (int j = 0; j < TILES; j++) {
      const float* e = entries + 4 * j;
      float4 four = float4{e[0], e[1], e[2], e[3]};
      if constexpr (Terms::SCALED) {
        four = float4{up[0] * four.x, up[0] * four.y, up[1] * four.z, up[1] * four.w};
      }
      values[32 * j + (int)threadIdx.x % 32] = four;
    }
  }

  // sum = values W_l^T, or values W_l. What is known to be 0 is left out, a group of tiles at a time;
  // since the question keeps loads for a group within it, they leave registers for the rest.
  template <bool TRANSPOSED>
  __device__ __forceinline__ void multiply(int l, int inputs, int outputs,
                                           const float (&valuesDown)[2],
                                           float (&sum)[ENTRIES]) const {
    const unsigned char* weight = weights[l];
    float down[2] = {};
    if constexpr (Terms::SCALED) {
      down[0] = valuesDown[0] * weightDown[l];
      down[1] = valuesDown[1] * weightDown[l];
    }
#pragma unroll
    for (int e = 0; e < ENTRIES; e++) {
      sum[e] = 0.f;
    }
#pragma unroll 1
    for (int depth = 0; 16 * depth < inputs; depth += STEPS) {
      unsigned left[STEPS][TERMS][4];
#pragma unroll
      for (int half = 0; half < 2 * STEPS; half++) {
        float4 rest = values[32 * (2 * depth + half) + (int)threadIdx.x % 32];
#pragma unroll
        for (int term = 0; term < TERMS; term++) {
          left[half / 2][term][half % 2 * 2] = Terms::take(rest.x, rest.y);
          left[half / 2][term][half % 2 * 2 + 1] = Terms::take(rest.z, rest.w);
        }
      }
#pragma unroll
      for (int first = 0; first < TILES; first += GROUP) {
        if (8 * first >= outputs) {
          break;
        }
        float part[GROUP][4] = {};
#pragma unroll
        for (int term = TERMS - 1; term >= 0; term--) {
          unsigned pairs[STEPS][GROUP / 2][4];
#pragma unroll
          for (int p = 0; p < STEPS * GROUP / 2; p++) {
            int step = p / (GROUP / 2);
            int pair = p % (GROUP / 2);
            right<TRANSPOSED>(pairs[step][pair], weight + term * TERM_BYTES, depth + step,
                              first + 2 * pair);
          }
#pragma unroll
          for (int i = TERMS - 1 - term; i >= 0; i--) {
#pragma unroll
            for (int n = 0; n < STEPS * GROUP; n++) {
              int step = n / GROUP;
              const unsigned(&two)[4] = pairs[step][n % GROUP / 2];
              unsigned columns[2] = {two[n % 2 * 2], two[n % 2 * 2 + 1]};
              Terms::multiply(part[n % GROUP], left[step][i], columns);
            }
          }
        }
#pragma unroll
        for (int e = 0; e < 4 * GROUP; e++) {
          float& to = sum[4 * first + e];
          if constexpr (Terms::SCALED) {
            to = fmaf(part[e / 4][e % 4], down[e % 4 / 2], to);
          } else {
            to += part[e / 4][e % 4];
          }
        }
      }
    }
  }

  // The lane's two units of a tile, from an array of units.
  __device__ static __forceinline__ void units(const float* from, int tile, float (&to)[2]) {
    const float* at = from + 8 * tile + (int)threadIdx.x % 4 * 2;
    to[0] = at[0];
    to[1] = at[1];
  }

  __device__ static __forceinline__ int row() { return (int)threadIdx.x % 32 / 4; }

  // Sums over units, of the lane's two rows, from those of the four lanes that share them.
  __device__ static __forceinline__ void add_lanes(float (&sums)[2]) {
#pragma unroll
    for (int half = 0; half < 2; half++) {
      sums[half] += shuffle_xor(sums[half], 2);
      sums[half] += shuffle_xor(sums[half], 1);
    }
  }

  // F1 to F5 and B1 to B5 of the warp's rows: leaves dE/dx in g, where it is wanted.
  __device__ __forceinline__ void evaluate(const MlpResident& args, int row0, float* energy,
                                           bool backward) const {
    float first[HIDDEN - 1][ENTRIES];  // f'(z_l)
    float energies[2] = {};
    float sum[ENTRIES] = {};
    float down[2] = {};
    int columns = args.width[0];
    for (int c = 0; c < columns; c++) {  // F2
      float both[2] = {x[c * ROWS + row()], x[c * ROWS + row() + 8]};
#pragma unroll
      for (int j = 0; j < TILES; j++) {
        float w[2];
        units(input + c * WIDTH, j, w);
#pragma unroll
        for (int e = 0; e < 4; e++) {
          sum[4 * j + e] = fmaf(both[e / 2], w[e % 2], sum[4 * j + e]);
        }
      }
    }
#pragma unroll
    for (int l = 0; l < HIDDEN; l++) {
      if (l > 0) {
        multiply<false>(l, args.width[l], args.width[l + 1], down, sum);  // F2
      }
#pragma unroll
      for (int j = 0; j < TILES; j++) {
        float b[2];
        units(bias + l * WIDTH, j, b);
#pragma unroll
        for (int e = 0; e < 4; e++) {
          sum[4 * j + e] += b[e % 2];
        }
        float slopes[4];
        tangents<4>(args.activation, sum + 4 * j, slopes);  // F3
        if (l == HIDDEN - 1) {
          float w[2];
          units(last, j, w);
#pragma unroll
          for (int e = 0; e < 4; e++) {
            energies[e / 2] = fmaf(sum[4 * j + e], w[e % 2], energies[e / 2]);  // F4
            sum[4 * j + e] = w[e % 2] * slopes[e];                              // B1, B3, B4
          }
        } else {
#pragma unroll
          for (int e = 0; e < 4; e++) {
            first[l][4 * j + e] = slopes[e];
          }
        }
      }
      keep(sum, down);
    }
    if (energy) {
      write_energies(args, energies, row0, energy);
    }
    if (!backward) {
      return;
    }
#pragma unroll
    for (int l = HIDDEN - 1; l > 0; l--) {
      multiply<true>(l, args.width[l + 1], args.width[l], down, sum);  // B3
#pragma unroll
      for (int e = 0; e < ENTRIES; e++) {
        sum[e] *= first[l - 1][e];  // B4
      }
      if (l > 1) {
        keep(sum, down);
      }
    }
    for (int c = 0; c < columns; c++) {  // B5
      float sums[2] = {};
#pragma unroll
      for (int j = 0; j < TILES; j++) {
        float w[2];
        units(input + c * WIDTH, j, w);
#pragma unroll
        for (int e = 0; e < 4; e++) {
          sums[e / 2] = fmaf(sum[4 * j + e], w[e % 2], sums[e / 2]);
        }
      }
      add_lanes(sums);
      int part = (int)threadIdx.x % 4;
      if (part < 2) {
        int at = row() + 8 * part;
        float rest = args.mean ? base_gradient(args, x, ROWS, at, c) : 0.f;
        g[c * ROWS + at] = (part == 0 ? sums[0] : sums[1]) + rest;
      }
    }
    __syncwarp();
  }

  // The rest of F4, and F5.
  __device__ __forceinline__ void write_energies(const MlpResident& args, float (&sums)[2],
                                                 int row0, float* energy) const {
    add_lanes(sums);
    int part = (int)threadIdx.x % 4;
    int at = row() + 8 * part;
    if (part < 2 && row0 + at < args.rows) {
      float e = (part == 0 ? sums[0] : sums[1]) + args.bias[HIDDEN][0];
      energy[row0 + at] = args.mean ? e + base_energy(args, x, ROWS, at) : e;
    }
  }
};

template <int WIDTH, int HIDDEN, class Terms>
__device__ __forceinline__ void split_resident(const MlpResident& args, unsigned char* shared) {
  using Split = SplitResident<WIDTH, HIDDEN, Terms>;
  constexpr int ROWS = Split::ROWS;
  int columns = args.width[0];
  int lane = (int)threadIdx.x % 32;
  Split my(shared, columns);
  my.load(args);
  __syncthreads();
  // Few rows are for the first warps of many blocks.
  int slab = (int)threadIdx.x / 32 * (int)gridDim.x + (int)blockIdx.x;
  for (int row0 = slab * ROWS; row0 < args.rows; row0 += Split::WARPS * (int)gridDim.x * ROWS) {
    for (int i = lane; i < ROWS * columns; i += 32) {
      int row = i / columns;
      int column = i % columns;
      my.x[column * ROWS + row] =
          row0 + row < args.rows ? args.x[(size_t)(row0 + row) * args.stride + column] : 0.f;
    }
    __syncwarp();
    int t = 0;
    do {
      float* energy = args.energy ? args.energy + (size_t)t * args.rows : nullptr;
      my.evaluate(args, row0, energy, args.steps > 0 || args.gradient);
      if (args.steps == 0) {
        break;
      }
      for (int i = lane; i < ROWS * args.stride / 4; i += 32) {
        int row = i % ROWS;
        move(args, my.x, my.g, ROWS, row, row0 + row, i / ROWS, t);
      }
      __syncwarp();
    } while (++t < args.steps);
    float* out = args.steps > 0 ? args.x : args.gradient;
    const float* from = args.steps > 0 ? my.x : my.g;
    if (out) {
      for (int i = lane; i < ROWS * columns; i += 32) {
        int row = i / columns;
        int column = i % columns;
        if (row0 + row < args.rows) {
          out[(size_t)(row0 + row) * args.stride + column] = from[column * ROWS + row];
        }
      }
    }
    // Before the next rows take the place of these.
    __syncwarp();
  }
}

#define SPLIT_RESIDENT(width, hidden, precision, blocks, ...)                        \
  KERNEL(mlp_resident_##width##_##hidden##_##precision, MlpResident, 256, blocks) { \
    DYNAMIC_SHARED(memory);                                                          \
    split_resident<width, hidden, __VA_ARGS__>(args, memory);                        \
  }

SPLIT_RESIDENT(64, 2, bf16x3, 2, Bf16<2>)
SPLIT_RESIDENT(64, 3, bf16x3, 1, Bf16<2>)
SPLIT_RESIDENT(128, 2, bf16x3, 1, Bf16<2>)
SPLIT_RESIDENT(64, 2, bf16x6, 2, Bf16<3>)
SPLIT_RESIDENT(64, 3, bf16x6, 1, Bf16<3>)
SPLIT_RESIDENT(128, 2, bf16x6, 1, Bf16<3>)
SPLIT_RESIDENT(64, 2, fp16x3, 2, Fp16)
SPLIT_RESIDENT(64, 3, fp16x3, 1, Fp16)
SPLIT_RESIDENT(128, 2, fp16x3, 1, Fp16)
