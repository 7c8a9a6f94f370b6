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

/// Philox of the counters (c0, c1, c2, c3), lane by lane.
///
/// It runs in 64-bit lanes, where one multiplication gives both halves of its product: the even
/// counters in one vector, the odd ones in another. Upper halves hold rubbish between rounds, since
/// the multiplication does not look at them.
GIBBSITE_INLINE PhiloxWords philox(Word c0, Word c1, Word c2, Word c3, const PhiloxKey& key) {
  Long multiplier0 = all((uint64_t)0xD2511F53u);
  Long multiplier1 = all((uint64_t)0xCD9E8D57u);
  Long even0 = (Long)c0, even1 = (Long)c1, even2 = (Long)c2, even3 = (Long)c3;
  Long odd0 = even0 >> 32, odd1 = even1 >> 32, odd2 = even2 >> 32, odd3 = even3 >> 32;
#pragma GCC unroll 10
  for (int round = 0; round < PhiloxKey::ROUNDS; round++) {
    Long key0 = key.first(round);
    Long key1 = key.second(round);
    Long even_product0 = multiply_low(even0, multiplier0);
    Long even_product1 = multiply_low(even2, multiplier1);
    Long odd_product0 = multiply_low(odd0, multiplier0);
    Long odd_product1 = multiply_low(odd2, multiplier1);
    even0 = exclusive_or(even_product1 >> 32, even1, key0);
    even2 = exclusive_or(even_product0 >> 32, even3, key1);
    odd0 = exclusive_or(odd_product1 >> 32, odd1, key0);
    odd2 = exclusive_or(odd_product0 >> 32, odd3, key1);
    even1 = even_product1;
    even3 = even_product0;
    odd1 = odd_product1;
    odd3 = odd_product0;
  }
  return {{interleave_low(even0, odd0), interleave_low(even1, odd1), interleave_low(even2, odd2),
           interleave_low(even3, odd3)}};
}

}  // namespace gibbsite::GIBBSITE_ISA
