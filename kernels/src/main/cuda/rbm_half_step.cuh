// Half a Gibbs sweep on tensor cores: steps G1 to G5 of io.gibbsite.rbm.Rbm.
//
// G1 as three products of bytes: q = q0 + 2^8 q1 + 2^16 q2 with q0, q1 in 0 .. 255 and q2 in
// -128 .. 127, so T = S0 + 2^8 S1 + 2^16 S2, every S an exact 32-bit sum of at most 2^18 terms.
//
// Layouts. States are bytes 0 or 1, [rows, stride], the stride a multiple of 128.
// Weights are packed for one direction as the fragments that mma takes:
//   [group of 16 output units][step of 32 input units][limb][lane][16 bytes]
// where lane 4 n + t holds, for the outputs 4 (n / 2) + n % 2 and + 2 further, the inputs
// 4 t .. 4 t + 3 and those 16 further. In this order of outputs a lane ends with four consecutive
// units of a row, which share one Philox block, and stores their states as one word.
//
// A tile has 16 WM MT rows and 16 WN NT units. MT x 2 NT x 3 products of 16 x 8 x 32 for MT + 1.5 NT
// KiB read from shared memory: with MT = 4, NT = 2 a multiprocessor reads 64 bytes a cycle or so at
// the full rate of mma, half of what it can; 192 accumulators are the most that fit. Four stages of
// 64 inputs hide the way to the second-level cache. Bytes from there for one tile: K (rows + 3
// units), so for K = 4096 and 512 chains 268 MB a half-step with tiles of 128 x 128. T goes through
// shared memory to a loop over whole rows, whose stores are of neighbouring bytes.
#pragma once

#include "random.cuh"

struct HalfStep {
  const uint8_t* in;       // [rows, inStride]
  const uint8_t* weights;  // packed
  const float* bias;       // [outStride]
  const float* base;       // [outStride]: shift = baseScale base, or null for 0
  const uint8_t* held;     // [outStride], 1 for a unit that keeps its state, or null for none
  uint8_t* out;            // [rows, outStride] states, or null
  float* activation;       // [rows, outStride] a of G2, or null
  float* probability;      // [rows, outStride] p of G4, or null
  int inStride, outStride;
  int units;    // outputs
  int steps;    // of 32 inputs
  float scale;  // s
  int wide;     // T may leave 32 bits
  float baseScale;
  unsigned stream;
};

template <int WM, int MT, int WN, int NT>
struct GibbsTile {
  static constexpr int ROWS = 16 * WM * MT;
  static constexpr int UNITS = 16 * WN * NT;
  static constexpr int THREADS = 32 * WM * WN;
  static constexpr int STAGES = 4;
  static constexpr int IN_BYTES = ROWS * 64;
  static constexpr int GROUP_BYTES = 2 * 1536;
  static constexpr int STAGE_BYTES = IN_BYTES + WN * NT * GROUP_BYTES;
  // Rows of T, 16 floats apart so that eight lanes which store 16 bytes of two rows use all banks.
  static constexpr int SUM_PITCH = UNITS + 16;
  static_assert(ROWS * SUM_PITCH * 4 <= STAGES * STAGE_BYTES, "T lies where the stages were");
};

// Which 16 bytes of a row of 64 lie where: rows in turn use other banks.
__device__ __forceinline__ int swizzle(int row, int piece) {
  return row * 64 + ((piece ^ (row >> 1 & 3)) << 4);
}

// A thread's part of the copies to a stage. What does not change from stage to stage is worked out
// once: with a warp a scheduler, addresses would take as long as the products.
template <class Tile>
struct StageCopies {
  static constexpr int ROWS_AT_ONCE = Tile::THREADS / 4;
  static constexpr int SHARE = Tile::THREADS / (Tile::UNITS / 16);  // threads for a group of units
  static_assert(192 % SHARE == 0 && SHARE * (Tile::UNITS / 16) == Tile::THREADS, "equal parts");

  const uint8_t* in;
  const uint8_t* weights;
  int64_t inStride;
  int to, weightsTo;  // in a stage
  int firstRow, rowsLeft;
  int steps;
  int place;  // of the thread in its group's 192 pieces

  __device__ __forceinline__ StageCopies(const HalfStep& half, int rows, int row0, int group0) {
    int i = (int)threadIdx.x;
    firstRow = i >> 2;
    rowsLeft = rows - row0;
    inStride = half.inStride;
    in = half.in + (int64_t)(row0 + firstRow) * inStride + (i & 3) * 16;
    to = swizzle(firstRow, i & 3);
    place = i % SHARE;
    steps = half.steps;
    weights = half.weights + (int64_t)(group0 + i / SHARE) * steps * 1536 + place * 16;
    weightsTo = Tile::IN_BYTES + i / SHARE * Tile::GROUP_BYTES + place * 16;
  }

  // Begins to copy 64 inputs of the tile's rows.
  __device__ __forceinline__ void load_states(int chunk, unsigned char* stage) const {
    const uint8_t* from = in + chunk * 64;
#pragma unroll
    for (int first = 0; first < Tile::ROWS; first += ROWS_AT_ONCE) {
      if (Tile::ROWS >= ROWS_AT_ONCE || firstRow < Tile::ROWS) {
        copy_async(stage + to + first * 64, from + first * inStride,
                   first + firstRow < rowsLeft);
      }
    }
  }

  // Begins to copy the weights of the tile's units for them.
  __device__ __forceinline__ void load_weights(int chunk, unsigned char* stage) const {
    const uint8_t* from = weights + (int64_t)chunk * Tile::GROUP_BYTES;
    int pieces = steps - 2 * chunk >= 2 ? 192 : 96;
#pragma unroll
    for (int first = 0; first < 192; first += SHARE) {
      if (first + place < pieces) {
        copy_async(stage + weightsTo + first * 16, from + first * 16, true);
      }
    }
  }
};

// T from the sums of its limbs, in 64 bits where it may leave 32.
__device__ __forceinline__ float total(const HalfStep& half, int s0, int s1, int s2) {
  return half.wide ? (float)((int64_t)s0 + ((int64_t)s1 << 8) + (int64_t)s2 * 65536)
                   : (float)(int)((unsigned)s0 + ((unsigned)s1 << 8) + ((unsigned)s2 << 16));
}

// Steps G2 to G5 of a row's four units from `unit` on.
__device__ __forceinline__ void finish(const HalfStep& half, const float4& t, int row, int unit,
                                       float beta, uint64_t seed, uint64_t sweep, int address) {
  float4 bias = *(const float4*)(half.bias + unit);
  float a[4] = {fmaf(t.x, half.scale, bias.x), fmaf(t.y, half.scale, bias.y),
                fmaf(t.z, half.scale, bias.z), fmaf(t.w, half.scale, bias.w)};  // G2
  float x[4];
#pragma unroll
  for (int e = 0; e < 4; e++) {
    x[e] = fmaf(a[e], beta, half.base ? half.baseScale * half.base[unit + e] : 0.f);  // G3
  }
  size_t at = (size_t)row * half.outStride + unit;
  if (half.activation) {
    *(float4*)(half.activation + at) = float4{a[0], a[1], a[2], a[3]};
  }
  if (half.probability) {
    *(float4*)(half.probability + at) =
        float4{sigmoid(x[0]), sigmoid(x[1]), sigmoid(x[2]), sigmoid(x[3])};  // G4
  }
  if (half.out) {
    Words words = draw_words(seed, half.stream, sweep, (unsigned)address, (unsigned)unit >> 2);
    float u[4] = {uniform(words.w[0]), uniform(words.w[1]), uniform(words.w[2]),
                  uniform(words.w[3])};
    unsigned states = below_sigmoids(u, x);  // G4, G5
    if (unit + 4 > half.units) {
      states &= (1u << 8 * (half.units - unit)) - 1;
    }
    unsigned* to = (unsigned*)(half.out + at);
    if (half.held) {
      // A byte 1 becomes a byte 255.
      unsigned keep = *(const unsigned*)(half.held + unit) * 255u;
      states = (states & ~keep) | (*to & keep);
    }
    *to = states;
  }
}

// One tile. The chain of row r has the address firstRow + r. All threads of the block, whose shared
// memory has STAGES stages. `ready` waits for the states, while weights are on their way already.
template <int WM, int MT, int WN, int NT, class Ready>
__device__ __forceinline__ void half_step(const HalfStep& half, int rows, int firstRow,
                                          int rowTile, int unitTile, float beta, uint64_t seed,
                                          uint64_t sweep, unsigned char* memory, Ready ready) {
  using Tile = GibbsTile<WM, MT, WN, NT>;
  int lane = (int)threadIdx.x & 31;
  int warp = (int)threadIdx.x >> 5;
  int wm = warp / WN;
  int wn = warp % WN;
  int row0 = rowTile * Tile::ROWS;
  int group0 = unitTile * (Tile::UNITS / 16);
  int chunks = (half.steps + 1) >> 1;
  StageCopies<Tile> copies(half, rows, row0, group0);
  int left = swizzle(wm * MT * 16 + (lane & 15), lane >> 4);
  int right = Tile::IN_BYTES + wn * NT * Tile::GROUP_BYTES + lane * 16;

  int sums[MT][NT][2][3][4];
#pragma unroll
  for (int i = 0; i < MT * NT * 24; i++) {
    (&sums[0][0][0][0][0])[i] = 0;
  }

  // G1
  for (int chunk = 0; chunk < Tile::STAGES - 1 && chunk < chunks; chunk++) {
    copies.load_weights(chunk, memory + chunk * Tile::STAGE_BYTES);
  }
  ready();
  for (int chunk = 0; chunk < Tile::STAGES - 1; chunk++) {
    if (chunk < chunks) {
      copies.load_states(chunk, memory + chunk * Tile::STAGE_BYTES);
    }
    copy_commit();
  }
  for (int chunk = 0; chunk < chunks; chunk++) {
    copy_wait<Tile::STAGES - 2>();
    // All have their copies, and have left the stage that is filled next.
    __syncthreads();
    int next = chunk + Tile::STAGES - 1;
    if (next < chunks) {
      unsigned char* stage = memory + next % Tile::STAGES * Tile::STAGE_BYTES;
      copies.load_weights(next, stage);
      copies.load_states(next, stage);
    }
    copy_commit();
    const unsigned char* stage = memory + chunk % Tile::STAGES * Tile::STAGE_BYTES;
#pragma unroll
    for (int step = 0; step < 2; step++) {
      if (2 * chunk + step < half.steps) {
        unsigned v[MT][4];
#pragma unroll
        for (int m = 0; m < MT; m++) {
          // Two pieces further along the row, whatever the order of its pieces.
          load_matrices(v[m], stage + (left ^ step << 5) + m * 1024);
        }
#pragma unroll
        for (int n = 0; n < NT; n++) {
#pragma unroll
          for (int limb = 0; limb < 3; limb++) {
            uint4 q = *(const uint4*)(stage + right + n * Tile::GROUP_BYTES + step * 1536 +
                                      limb * 512);
            unsigned q0[2] = {q.x, q.y};
            unsigned q1[2] = {q.z, q.w};
#pragma unroll
            for (int m = 0; m < MT; m++) {
              if (limb < 2) {
                mma_u8u8(sums[m][n][0][limb], v[m], q0);
                mma_u8u8(sums[m][n][1][limb], v[m], q1);
              } else {
                mma_u8s8(sums[m][n][0][limb], v[m], q0);
                mma_u8s8(sums[m][n][1][limb], v[m], q1);
              }
            }
          }
        }
      }
    }
  }
  copy_wait<0>();

  // T takes the place of the stages, so that what follows is a loop: with all of a thread's entries
  // in registers it would be more code than instruction caches hold.
  __syncthreads();
  float* totals = (float*)memory;
#pragma unroll
  for (int n = 0; n < NT; n++) {
#pragma unroll
    for (int m = 0; m < MT; m++) {
#pragma unroll
      for (int side = 0; side < 2; side++) {
        int row = (wm * MT + m) * 16 + side * 8 + (lane >> 2);
        float t[4];
#pragma unroll
        for (int e = 0; e < 4; e++) {
          const auto& s = sums[m][n][e >> 1];
          int at = 2 * side + (e & 1);
          t[e] = total(half, s[0][at], s[1][at], s[2][at]);
        }
        *(float4*)(totals + row * Tile::SUM_PITCH + (wn * NT + n) * 16 + 4 * (lane & 3)) =
            float4{t[0], t[1], t[2], t[3]};
      }
    }
  }
  __syncthreads();
#pragma unroll 2
  for (int i = (int)threadIdx.x; i < Tile::ROWS * Tile::UNITS / 4; i += Tile::THREADS) {
    int row = i / (Tile::UNITS / 4);
    int unit = i % (Tile::UNITS / 4) * 4;
    if (row0 + row < rows && group0 * 16 + unit < half.units) {
      finish(half, *(const float4*)(totals + row * Tile::SUM_PITCH + unit), row0 + row,
             group0 * 16 + unit, beta, seed, sweep, firstRow + row0 + row);
    }
  }
  // The next tile fills the stages anew.
  __syncthreads();
}
