// The counter-based generator Philox4x32-10, LANES counters at a time: the words of
// io.gibbsite.random.Philox4x32. Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3", SC 2011.
#pragma once

#include "simd.h"

namespace gibbsite::GIBBSITE_ISA {

/// The keys of all rounds under one seed.
class PhiloxKey {
 public:
  static constexpr int ROUNDS = 10;

  explicit PhiloxKey(uint64_t seed) {
    uint32_t k0 = (uint32_t)seed;
    uint32_t k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < ROUNDS; round++) {
      keys_[round][0] = k0;
      keys_[round][1] = k1;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
  }

  GIBBSITE_INLINE_MEMBER Long first(int round) const { return all(keys_[round][0]); }
  GIBBSITE_INLINE_MEMBER Long second(int round) const { return all(keys_[round][1]); }

 private:
  uint64_t keys_[ROUNDS][2];
};

/// The four words of LANES counters.
struct PhiloxWords {
  Word word[4];
};

/// Philox of the counters (c0, c1[v], c2, c3), lane by lane, for N vectors v in step: one alone waits
/// for its own multiplications half of the time.
///
/// It runs in 64-bit lanes, where one multiplication gives both halves of its product: the even
/// counters in one vector, the odd ones in another. Upper halves hold rubbish between rounds, since
/// the multiplication does not look at them.
template <int N>
GIBBSITE_INLINE void philox(Word c0, const Word (&c1)[N], Word c2, Word c3, const PhiloxKey& key,
                            PhiloxWords (&out)[N]) {
  Long multiplier0 = all((uint64_t)0xD2511F53u);
  Long multiplier1 = all((uint64_t)0xCD9E8D57u);
  // By vector: the even and the odd counters.
  Long x0[2 * N], x1[2 * N], x2[2 * N], x3[2 * N];
#pragma GCC unroll 4
  for (int v = 0; v < N; v++) {
    x0[2 * v] = (Long)c0, x1[2 * v] = (Long)c1[v], x2[2 * v] = (Long)c2, x3[2 * v] = (Long)c3;
    x0[2 * v + 1] = x0[2 * v] >> 32, x1[2 * v + 1] = x1[2 * v] >> 32;
    x2[2 * v + 1] = x2[2 * v] >> 32, x3[2 * v + 1] = x3[2 * v] >> 32;
  }
#pragma GCC unroll 10
  for (int round = 0; round < PhiloxKey::ROUNDS; round++) {
    Long key0 = key.first(round);
    Long key1 = key.second(round);
#pragma GCC unroll 8
    for (int v = 0; v < 2 * N; v++) {
      Long product0 = multiply_low(x0[v], multiplier0);
      Long product1 = multiply_low(x2[v], multiplier1);
      x0[v] = exclusive_or(product1 >> 32, x1[v], key0);
      x2[v] = exclusive_or(product0 >> 32, x3[v], key1);
      x1[v] = product1;
      x3[v] = product0;
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < N; v++) {
    out[v].word[0] = interleave_low(x0[2 * v], x0[2 * v + 1]);
    out[v].word[1] = interleave_low(x1[2 * v], x1[2 * v + 1]);
    out[v].word[2] = interleave_low(x2[2 * v], x2[2 * v + 1]);
    out[v].word[3] = interleave_low(x3[2 * v], x3[2 * v + 1]);
  }
}

}  // namespace gibbsite::GIBBSITE_ISA
