// Random numbers at addresses: a draw is a function of (seed, stream, step, row, component) and of
// nothing else. The same bits as io.gibbsite.random.Draws.
//
//   key     = (seed low 32, seed high 32)
//   counter = (component / 4, row, step low 32, stream << 24 | step high 24)
//
// A component's word is component % 4 of its counter; normals come from the word pairs (0, 1) and
// (2, 3).
#pragma once

#include "float_math.h"
#include "philox.h"

namespace gibbsite::GIBBSITE_ISA {

/// All addresses of one seed, stream and step.
class Draws {
 public:
  /// @param stream the identifier of io.gibbsite.random.DrawStream
  Draws(uint64_t seed, int stream, uint64_t step)
      : key_(seed),
        step_low_((uint32_t)step),
        stream_word_((uint32_t)stream << 24 | ((uint32_t)(step >> 32) & 0xFFFFFFu)) {}

  /// Components 4 block .. 4 block + 3 of the given rows, lane by lane.
  GIBBSITE_INLINE_MEMBER PhiloxWords words(Word block, Word row) const {
    PhiloxWords out[1];
    words(block, {row}, out);
    return out[0];
  }

  /// The same for N vectors of rows.
  template <int N>
  GIBBSITE_INLINE_MEMBER void words(Word block, const Word (&rows)[N],
                                    PhiloxWords (&out)[N]) const {
    philox(block, rows, all(step_low_), all(stream_word_), key_, out);
  }

 private:
  PhiloxKey key_;
  uint32_t step_low_;
  uint32_t stream_word_;
};

/// A uniform number in [0, 1) from a word: its upper 24 bits.
GIBBSITE_INLINE Float uniform(Word word) {
  return to_float((Int)(word >> 8)) * all(0x1p-24f);
}

/// Two standard normal numbers from two words, by Box and Muller (1958).
GIBBSITE_INLINE Turn normals(Word first, Word second) {
  // 1 - u is exact and at least 2^-24, so the logarithm never sees 0.
  Float radius = sqrt(all(-2.0f) * log(all(1.0f) - uniform(first)));
  Turn normals = turn(uniform(second));
  return {radius * normals.cos, radius * normals.sin};
}

}  // namespace gibbsite::GIBBSITE_ISA
