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
// units), so for K = 4096 and 512 chains 268 MB a half-step with tiles of 128 x 128.
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
};

// Which 16 bytes of a row of 64 lie where: rows in turn use other banks.
__device__ __forceinline__ int swizzle(int row, int piece) {
  return row * 64 + ((piece ^ (row >> 1 & 3)) << 4);
}

// Begins to copy 64 inputs of the tile's rows, and the weights of its units for them.
template <class Tile>
__device__ __forceinline__ void load_stage(const HalfStep& half, int rows, int row0, int group0,
                                           int chunk, unsigned char* stage) {
  const uint8_t* in = half.in + (size_t)row0 * half.inStride + chunk * 64;
  for (int i = (int)threadIdx.x; i < Tile::ROWS * 4; i += Tile::THREADS) {
    int row = i >> 2;
    int piece = i & 3;
    copy_async(stage + swizzle(row, piece), in + (size_t)row * half.inStride + piece * 16,
               row0 + row < rows);
  }
  int pieces = half.steps - 2 * chunk >= 2 ? 192 : 96;
  unsigned char* to = stage + Tile::IN_BYTES;
  for (int i = (int)threadIdx.x; i < Tile::UNITS / 16 * 192; i += Tile::THREADS) {
    int group = i / 192;
    int piece = i % 192;
    if (piece < pieces) {
      const uint8_t* from =
          half.weights + ((size_t)(group0 + group) * half.steps + 2 * chunk) * 1536;
      copy_async(to + group * Tile::GROUP_BYTES + piece * 16, from + piece * 16, true);
    }
  }
}

// One tile. The chain of row r has the address firstRow + r. All threads of the block, whose shared memory has STAGES stages.
template <int WM, int MT, int WN, int NT>
__device__ __forceinline__ void half_step(const HalfStep& half, int rows, int firstRow,
                                          int rowTile, int unitTile, float beta, uint64_t seed,
                                          uint64_t sweep, unsigned char* memory) {
  using Tile = GibbsTile<WM, MT, WN, NT>;
  int lane = (int)threadIdx.x & 31;
  int warp = (int)threadIdx.x >> 5;
  int wm = warp / WN;
  int wn = warp % WN;
  int row0 = rowTile * Tile::ROWS;
  int group0 = unitTile * (Tile::UNITS / 16);
  int chunks = (half.steps + 1) >> 1;

  int sums[MT][NT][2][3][4];
#pragma unroll
  for (int i = 0; i < MT * NT * 24; i++) {
    (&sums[0][0][0][0][0])[i] = 0;
  }

  // G1
  for (int chunk = 0; chunk < Tile::STAGES - 1; chunk++) {
    if (chunk < chunks) {
      load_stage<Tile>(half, rows, row0, group0, chunk, memory + chunk * Tile::STAGE_BYTES);
    }
    copy_commit();
  }
  for (int chunk = 0; chunk < chunks; chunk++) {
    copy_wait<Tile::STAGES - 2>();
    // All have their copies, and have left the stage that is filled next.
    __syncthreads();
    int next = chunk + Tile::STAGES - 1;
    if (next < chunks) {
      load_stage<Tile>(half, rows, row0, group0, next,
                       memory + next % Tile::STAGES * Tile::STAGE_BYTES);
    }
    copy_commit();
    const unsigned char* stage = memory + chunk % Tile::STAGES * Tile::STAGE_BYTES;
#pragma unroll
    for (int step = 0; step < 2; step++) {
      if (2 * chunk + step < half.steps) {
        unsigned v[MT][4];
#pragma unroll
        for (int m = 0; m < MT; m++) {
          int row = (wm * MT + m) * 16 + (lane & 15);
          load_matrices(v[m], stage + swizzle(row, 2 * step + (lane >> 4)));
        }
#pragma unroll
        for (int n = 0; n < NT; n++) {
          const unsigned char* group = stage + Tile::IN_BYTES +
                                       (wn * NT + n) * Tile::GROUP_BYTES + step * 1536 + lane * 16;
#pragma unroll
          for (int limb = 0; limb < 3; limb++) {
            uint4 q = *(const uint4*)(group + limb * 512);
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

#pragma unroll
  for (int n = 0; n < NT; n++) {
    int unit = (group0 + wn * NT + n) * 16 + 4 * (lane & 3);
    if (unit < half.units) {
#pragma unroll
      for (int m = 0; m < MT; m++) {
#pragma unroll
        for (int side = 0; side < 2; side++) {
          int row = row0 + (wm * MT + m) * 16 + side * 8 + (lane >> 2);
          if (row < rows) {
            size_t at = (size_t)row * half.outStride + unit;
            float a[4], p[4];
#pragma unroll
            for (int e = 0; e < 4; e++) {
              int s0 = sums[m][n][e >> 1][0][2 * side + (e & 1)];
              int s1 = sums[m][n][e >> 1][1][2 * side + (e & 1)];
              int s2 = sums[m][n][e >> 1][2][2 * side + (e & 1)];
              float t = half.wide
                            ? (float)((int64_t)s0 + ((int64_t)s1 << 8) + (int64_t)s2 * 65536)
                            : (float)(int)((unsigned)s0 + ((unsigned)s1 << 8) +
                                           ((unsigned)s2 << 16));
              a[e] = fmaf(t, half.scale, half.bias[unit + e]);  // G2
              float shift = half.base ? half.baseScale * half.base[unit + e] : 0.f;
              p[e] = sigmoid(fmaf(a[e], beta, shift));  // G3, G4
            }
            if (half.activation) {
              *(float4*)(half.activation + at) = float4{a[0], a[1], a[2], a[3]};
            }
            if (half.probability) {
              *(float4*)(half.probability + at) = float4{p[0], p[1], p[2], p[3]};
            }
            if (half.out) {
              Words words = draw_words(seed, half.stream, sweep, (unsigned)(firstRow + row),
                                       (unsigned)unit >> 2);
              unsigned states = 0;
#pragma unroll
              for (int e = 0; e < 4; e++) {
                bool one = uniform(words.w[e]) < p[e] && unit + e < half.units;  // G5
                states |= one ? 1u << (8 * e) : 0u;
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
        }
      }
    }
  }
  // The next tile fills the stages anew.
  __syncthreads();
}
