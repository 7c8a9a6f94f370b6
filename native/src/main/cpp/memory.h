// Arrays laid out one after another in one block of memory, each at the start of a cache line.
#pragma once

#include "simd.h"

namespace gibbsite::GIBBSITE_ISA {

/// Hands out the parts of a block; without a block it only counts, so that the same code that lays
/// a session out says how much memory it takes.
class Memory {
 public:
  static constexpr size_t LINE = 64;

  explicit Memory(void* block) : block_((char*)block) {}

  /// `count` entries, not initialised; null where there is no block.
  template <typename T>
  T* take(size_t count) {
    size_t at = size_;
    size_ += (count * sizeof(T) + LINE - 1) / LINE * LINE;
    return block_ ? (T*)(block_ + at) : nullptr;
  }

  /// Whether there is a block to write to.
  bool real() const { return block_ != nullptr; }

  /// Bytes handed out so far.
  size_t size() const { return size_; }

 private:
  char* block_;
  size_t size_ = 0;
};

GIBBSITE_INLINE void fill(float* to, size_t count, float value) {
  for (size_t i = 0; i < count; i++) {
    to[i] = value;
  }
}

GIBBSITE_INLINE void copy(float* to, const float* from, size_t count) {
  for (size_t i = 0; i < count; i++) {
    to[i] = from[i];
  }
}

GIBBSITE_INLINE int ceil_divide(int a, int b) { return (a + b - 1) / b; }

GIBBSITE_INLINE int smaller(int a, int b) { return a < b ? a : b; }

}  // namespace gibbsite::GIBBSITE_ISA
