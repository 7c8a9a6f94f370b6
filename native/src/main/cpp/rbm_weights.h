// Q: the rounded weights into the units of one side, and G1, their sums over the states of the other
// side, panel by panel.
//
// Memory holds q as it is, a row for each output; what the micro-kernels read is made of it
// (rbm_lookup.h, rbm_amx.h). Sums are modulo 2^32. Where that is not enough, q is taken in two
// limbs, q = high 2^LOW_BITS + low with low at least 0: a panel is then multiplied twice.
#pragma once

#include "rbm_states.h"
#include "tile.h"

namespace gibbsite::GIBBSITE_ISA::rbm {

constexpr int LOW_BITS = 12;

/// Outputs whose weights are packed in one call.
constexpr int STRIP = 32;

/// Which part of q is multiplied: (q >> shift) & mask.
struct Limb {
  int shift;
  int32_t mask;

  bool whole() const { return shift == 0 && mask == -1; }
};

constexpr Limb WHOLE = {0, -1};
constexpr Limb HIGH = {LOW_BITS, -1};
constexpr Limb LOW = {0, (1 << LOW_BITS) - 1};

/// q by rows: int32_t[outputs rounded up][stride], padded with zeros.
struct FixedPoint {
  int inputs;
  int outputs;
  int rows;
  int stride;
  int32_t* q;

  /// @param panel rows are rounded up to a multiple of it, inputs to one of `block`
  FixedPoint(Memory& memory, int inputs, int outputs, int panel, int block)
      : inputs(inputs),
        outputs(outputs),
        rows(ceil_divide(outputs, panel) * panel),
        stride(ceil_divide(inputs, block) * block),
        q(memory.take<int32_t>((size_t)rows * stride)) {
    if (memory.real()) {
      memset(q, 0, sizeof(int32_t) * (size_t)rows * stride);
    }
  }

  const int32_t* row(int output) const { return q + (size_t)output * stride; }

  /// Copies a strip of outputs, whose weights lie side by side: from[output * input_stride + input].
  void pack_rows(int strip, const int32_t* from, size_t input_stride) {
    for (int o = strip * STRIP; o < end_of(strip); o++) {
      memcpy(q + (size_t)o * stride, from + o * input_stride, sizeof(int32_t) * inputs);
    }
  }

  /// Copies a strip of outputs, whose weights lie below one another: from[input * output_stride +
  /// output].
  void pack_columns(int strip, const int32_t* from, size_t output_stride) {
    int o = strip * STRIP;
    for (; o + LANES <= end_of(strip); o += LANES) {
      int i = 0;
      for (; i + LANES <= inputs; i += LANES) {
        transpose((const float*)(from + i * output_stride + o), output_stride,
                  (float*)(q + (size_t)o * stride + i), stride);
      }
      copy_columns(from, output_stride, o, o + LANES, i);
    }
    copy_columns(from, output_stride, o, end_of(strip), 0);
  }

 private:
  int end_of(int strip) const { return smaller((strip + 1) * STRIP, outputs); }

  void copy_columns(const int32_t* from, size_t output_stride, int first, int end, int first_input) {
    for (int o = first; o < end; o++) {
      for (int i = first_input; i < inputs; i++) {
        q[(size_t)o * stride + i] = from[i * output_stride + o];
      }
    }
  }
};

}  // namespace gibbsite::GIBBSITE_ISA::rbm
