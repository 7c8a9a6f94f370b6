// Random numbers at addresses: io.gibbsite.random.Philox4x32, Draws and BoxMuller, the same bits.
#pragma once

#include "float_math.cuh"

// io.gibbsite.random.DrawStream.
constexpr unsigned LANGEVIN_STREAM = 3;
constexpr unsigned HIDDEN_GIBBS_STREAM = 4;
constexpr unsigned VISIBLE_GIBBS_STREAM = 5;
constexpr unsigned NCE_NOISE_STREAM = 6;

// Four words.
struct Words {
  unsigned w[4];
};

// Philox4x32-10 (Salmon et al. 2011).
__device__ __forceinline__ Words philox(unsigned c0, unsigned c1, unsigned c2, unsigned c3,
                                        unsigned k0, unsigned k1) {
#pragma unroll
  for (int round = 0; round < 10; round++) {
    uint64_t product0 = (uint64_t)0xD2511F53u * c0;
    uint64_t product1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (unsigned)(product1 >> 32) ^ c1 ^ k0;
    c1 = (unsigned)product1;
    c2 = (unsigned)(product0 >> 32) ^ c3 ^ k1;
    c3 = (unsigned)product0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// The words of components 4 block .. 4 block + 3.
__device__ __forceinline__ Words draw_words(uint64_t seed, unsigned stream, uint64_t step,
                                            unsigned row, unsigned block) {
  return philox(block, row, (unsigned)step, stream << 24 | ((unsigned)(step >> 32) & 0xFFFFFFu),
                (unsigned)seed, (unsigned)(seed >> 32));
}

// In [0, 1).
__device__ __forceinline__ float uniform(unsigned word) { return (float)(word >> 8) * 0x1p-24f; }

// Four standard normals from four words.
__device__ __forceinline__ void normals(const Words& words, float (&n)[4]) {
#pragma unroll
  for (int pair = 0; pair < 4; pair += 2) {
    float radius = sqrtf(-2.f * log_float(1.f - uniform(words.w[pair])));
    float cosine, sine;
    cos_sin_turn(uniform(words.w[pair + 1]), cosine, sine);
    n[pair] = radius * cosine;
    n[pair + 1] = radius * sine;
  }
}
