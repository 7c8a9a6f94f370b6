// The matrix products of the MLP on tiles: z = start + W a with W packed in panels.
//
// The micro-kernel keeps PANEL outputs by two vectors of rows in registers over all inputs: for
// every input two loads of rows and PANEL broadcasts of weights feed 2 PANEL fused multiply-adds.
// With AVX-512 that is 16 accumulators of 32 registers (two units of 4 cycles need 8), with AVX2 12
// of 16. Sums run over inputs in order.
//
// Wide matrices are multiplied DEPTH inputs and GROUP panels at a time: that part of a tile (36 KiB)
// stays in the first-level cache while the panels stream past, and that part of the matrix (288 KiB)
// stays in the second level from tile to tile.
#pragma once

#if defined(__AMX_BF16__)
#include "split_product.h"
#else
#include "tile.h"
#endif

namespace gibbsite::GIBBSITE_ISA {

/// Outputs that the micro-kernel computes at a time.
constexpr int PANEL = LANES == 16 ? 8 : 6;

/// The most inputs of a panel in one go.
constexpr int DEPTH = 288;

/// The most panels that a tile meets in one go.
constexpr int GROUP = 32;

/// A matrix [outputs, inputs] in the order in which the micro-kernel reads it: panels of PANEL
/// outputs, within a panel input by input. Of a triangular matrix each panel knows the range of
/// inputs that are not all zero.
struct PackedMatrix {
  enum Form { FULL, LOWER, UPPER };

  int outputs = 0;
  int inputs = 0;
  Form form = FULL;
  float* values = nullptr;
#if defined(__AMX_BF16__)
  /// In place of the panels, if it has terms.
  SplitMatrix split;
#endif

  PackedMatrix(Memory& memory, int outputs, int inputs, Form form = FULL)
      : outputs(outputs),
        inputs(inputs),
        form(form),
        values(memory.take<float>((size_t)ceil_divide(outputs, PANEL) * PANEL * inputs)) {}

#if defined(__AMX_BF16__)
  /// A matrix that is multiplied in that many bf16 terms, if it is wide enough and they are not 0.
  PackedMatrix(Memory& memory, int outputs, int inputs, int terms)
      : outputs(outputs), inputs(inputs) {
    if (terms != 0 && worth_splitting(outputs, inputs)) {
      split = SplitMatrix(memory, outputs, inputs, terms);
    } else {
      *this = PackedMatrix(memory, outputs, inputs);
    }
  }
#else
  PackedMatrix(Memory& memory, int outputs, int inputs, int /*terms*/)
      : PackedMatrix(memory, outputs, inputs) {}
#endif

  int panels() const { return ceil_divide(outputs, PANEL); }

  const float* panel(int number) const { return values + (size_t)number * PANEL * inputs; }

  int first_input(int panel) const { return form == UPPER ? panel * PANEL : 0; }

  int end_input(int panel) const {
    return form == LOWER ? smaller(inputs, (panel + 1) * PANEL) : inputs;
  }

  /// Copies entry (output, input) from matrix[output * output_stride + input * input_stride].
  void pack(const float* matrix, size_t output_stride, size_t input_stride) {
#if defined(__AMX_BF16__)
    if (split.terms != 0) {
      return split.pack(matrix, output_stride, input_stride);
    }
#endif
    for (int p = 0; p < panels(); p++) {
      float* to = values + (size_t)p * PANEL * inputs;
      const float* from = matrix + (size_t)p * PANEL * output_stride;
      int present = smaller(PANEL, outputs - p * PANEL);
      for (int i = 0; i < inputs; i++) {
        for (int o = 0; o < PANEL; o++) {
          to[(size_t)i * PANEL + o] = o < present ? from[o * output_stride + i * input_stride] : 0;
        }
      }
    }
  }
};

/// OUT outputs of a panel for one tile.
///
/// @param w the panel from its first input on
/// @param a the tile from its first input on
/// @param z the outputs' columns, ROWS floats each
/// @param start what each output starts from, or null to add to z
template <int OUT>
void panel_kernel(const float* __restrict w, const float* __restrict a, int inputs,
                  float* __restrict z, const float* start) {
  // Few outputs are split over the inputs, to have enough sums in flight.
  constexpr int SPLIT = OUT >= 4 ? 1 : OUT == 1 ? 4 : 2;
  for (int lane = 0; lane < ROWS; lane += 2 * LANES) {
    Float c[SPLIT][OUT][2];
#pragma GCC unroll 16
    for (int o = 0; o < OUT; o++) {
      c[0][o][0] = start ? all(start[o]) : load(z + o * ROWS + lane);
      c[0][o][1] = start ? all(start[o]) : load(z + o * ROWS + lane + LANES);
#pragma GCC unroll 4
      for (int s = 1; s < SPLIT; s++) {
        c[s][o][0] = c[s][o][1] = all(0.0f);
      }
    }
    int i = 0;
    for (; i + SPLIT <= inputs; i += SPLIT) {
#pragma GCC unroll 4
      for (int s = 0; s < SPLIT; s++) {
        Float x0 = load(a + (size_t)(i + s) * ROWS + lane);
        Float x1 = load(a + (size_t)(i + s) * ROWS + lane + LANES);
#pragma GCC unroll 16
        for (int o = 0; o < OUT; o++) {
          Float weight = all(w[(size_t)(i + s) * PANEL + o]);
          c[s][o][0] = fma(x0, weight, c[s][o][0]);
          c[s][o][1] = fma(x1, weight, c[s][o][1]);
        }
      }
    }
    if constexpr (SPLIT > 1) {
      for (; i < inputs; i++) {
#pragma GCC unroll 16
        for (int o = 0; o < OUT; o++) {
          Float weight = all(w[(size_t)i * PANEL + o]);
          c[0][o][0] = fma(load(a + (size_t)i * ROWS + lane), weight, c[0][o][0]);
          c[0][o][1] = fma(load(a + (size_t)i * ROWS + lane + LANES), weight, c[0][o][1]);
        }
      }
    }
#pragma GCC unroll 16
    for (int o = 0; o < OUT; o++) {
#pragma GCC unroll 4
      for (int s = 1; s < SPLIT; s++) {
        c[0][o][0] += c[s][o][0];
        c[0][o][1] += c[s][o][1];
      }
      store(z + o * ROWS + lane, c[0][o][0]);
      store(z + o * ROWS + lane + LANES, c[0][o][1]);
    }
  }
}

/// panel_kernel<PANEL>, and on the way `after` for the vectors of the panel before, one every few
/// inputs: while the multiply-adds of this panel wait for one another there is room for its other
/// instructions.
///
/// @param z not restricted: `after` may store where it was loaded from, and its vector must not be
///     loaded again
/// @param before where the panel before begins, in floats from where `after` counts; in memory it
///     ends where this one begins
template <typename After>
void panel_kernel_after(const float* __restrict w, const float* __restrict a, int inputs, float* z,
                        const float* start, const After& after, size_t before) {
  constexpr int VECTORS = 2 * PANEL;
  for (int lane = 0; lane < ROWS; lane += 2 * LANES) {
    Float c[PANEL][2];
#pragma GCC unroll 16
    for (int o = 0; o < PANEL; o++) {
      c[o][0] = start ? all(start[o]) : load(z + o * ROWS + lane);
      c[o][1] = start ? all(start[o]) : load(z + o * ROWS + lane + LANES);
    }
    int i = 0;
    for (int v = 0; v < VECTORS; v++) {
      for (int end = inputs * (v + 1) / VECTORS; i < end; i++) {
        Float x0 = load(a + (size_t)i * ROWS + lane);
        Float x1 = load(a + (size_t)i * ROWS + lane + LANES);
#pragma GCC unroll 16
        for (int o = 0; o < PANEL; o++) {
          Float weight = all(w[(size_t)i * PANEL + o]);
          c[o][0] = fma(x0, weight, c[o][0]);
          c[o][1] = fma(x1, weight, c[o][1]);
        }
      }
      const size_t ready = (size_t)(lane / (2 * LANES) * VECTORS + v) * LANES;
      after(before + ready, load(z - PANEL * ROWS + ready));
    }
#pragma GCC unroll 16
    for (int o = 0; o < PANEL; o++) {
      store(z + o * ROWS + lane, c[o][0]);
      store(z + o * ROWS + lane + LANES, c[o][1]);
    }
  }
}

using PanelKernel = void (*)(const float*, const float*, int, float*, const float*);

template <int... OUT>
struct PanelKernels {
  static constexpr PanelKernel BY_OUTPUTS[] = {nullptr, panel_kernel<OUT + 1>...};
};

template <int... OUT>
constexpr PanelKernels<OUT...> panel_kernels(std::integer_sequence<int, OUT...>) {
  return {};
}

/// The kernel for 1 .. PANEL outputs.
GIBBSITE_INLINE PanelKernel panel_kernel_of(int outputs) {
  return decltype(panel_kernels(std::make_integer_sequence<int, PANEL>()))::BY_OUTPUTS[outputs];
}

/// What follows a product that is only stored.
struct Nothing {
  void operator()(size_t, Float) const {}
};

/// multiply() for few inputs: every output goes to `after` from the register it was made in.
template <int INPUTS, typename After>
void multiply_narrow(const PackedMatrix& w, const float* a, int tiles, const float* start,
                     const After& after) {
  for (int t = 0; t < tiles; t++) {
    const float* rows = a + t * tile_size(INPUTS);
    for (int o = 0; o < w.outputs; o++) {
      const float* weights = w.panel(o / PANEL) + o % PANEL;
      for (int lane = 0; lane < ROWS; lane += LANES) {
        Float z = all(start[o]);
#pragma GCC unroll 4
        for (int i = 0; i < INPUTS; i++) {
          z = fma(load(rows + i * ROWS + lane), all(weights[i * PANEL]), z);
        }
        after(t * tile_size(w.outputs) + tile_size(o) + lane, z);
      }
    }
  }
}

/// Inputs from .. to - 1 of some panels of multiply(), for the tile at z + tile.
template <typename After>
void multiply_group(const PackedMatrix& w, int panel, int end, const float* a, int from, int to,
                    float* z, size_t tile, const float* start, const After& after) {
  constexpr int LEAST_INPUTS = 64;  // of a panel that has room for what follows the one before
  bool followed = !__is_same(After, Nothing) && to == w.inputs;
  size_t done = tile + tile_size(panel * PANEL);  // up to where `after` has been called
  for (int p = panel; p < end; p++) {
    int first = w.first_input(p) > from ? w.first_input(p) : from;
    int inputs = smaller(w.end_input(p), to) - first;
    if (inputs < 0) {
      inputs = 0;
      first = from;
    }
    int outputs = smaller(PANEL, w.outputs - p * PANEL);
    size_t at = tile + tile_size(p * PANEL);
    const float* values = w.panel(p) + (size_t)first * PANEL;
    const float* begin = from == 0 && start ? start + p * PANEL : nullptr;
    if (followed && p > panel && outputs == PANEL && inputs >= LEAST_INPUTS) {
      panel_kernel_after(values, a + tile_size(first), inputs, z + at, begin, after, done);
      done = at;
    } else {
      panel_kernel_of(outputs)(values, a + tile_size(first), inputs, z + at, begin);
    }
  }
  size_t finish = tile + tile_size(smaller(end * PANEL, w.outputs));
  for (; followed && done < finish; done += LANES) {
    after(done, load(z + done));
  }
}

/// z = start + W a for several tiles; `start` is one value for each output, or null to add to z.
///
/// @param after called as after(at, x) for every vector x that belongs to z[at .. at + LANES),
///     while it is in the first-level cache: what is to be there in the end is for it to store
template <typename After = Nothing>
void multiply(const PackedMatrix& w, const float* a, float* z, int tiles, const float* start,
              const After& after = After()) {
  constexpr bool FOLLOWED = !__is_same(After, Nothing);
#if defined(__AMX_BF16__)
  if (w.split.terms != 0) {
    auto finish = [&](size_t at, Float x) {
      if constexpr (FOLLOWED) {
        after(at, x);
      } else {
        store(z + at, x);
      }
    };
    return w.split.terms == 2 ? multiply_split<2>(w.split, a, z, tiles, start, finish)
                              : multiply_split<3>(w.split, a, z, tiles, start, finish);
  }
#endif
  if constexpr (FOLLOWED) {
    switch (start && w.form == PackedMatrix::FULL ? w.inputs : 0) {
      case 1:
        return multiply_narrow<1>(w, a, tiles, start, after);
      case 2:
        return multiply_narrow<2>(w, a, tiles, start, after);
      case 3:
        return multiply_narrow<3>(w, a, tiles, start, after);
      case 4:
        return multiply_narrow<4>(w, a, tiles, start, after);
    }
  }
  int parts = ceil_divide(w.inputs, DEPTH);
  int depth = ceil_divide(w.inputs, parts);
  for (int from = 0; from < w.inputs; from += depth) {
    for (int p = 0; p < w.panels(); p += GROUP) {
      for (int t = 0; t < tiles; t++) {
        multiply_group(w, p, smaller(w.panels(), p + GROUP), a + t * tile_size(w.inputs), from,
                       smaller(w.inputs, from + depth), z, t * tile_size(w.outputs), start, after);
      }
    }
  }
}

/// sum[row] = sum over columns of y z, for one tile.
GIBBSITE_INLINE void row_products(const float* y, const float* z, int columns, float* sum) {
  for (int lane = 0; lane < ROWS; lane += LANES) {
    Float s = all(0.0f);
    for (int i = 0; i < columns; i++) {
      s = fma(load(y + tile_size(i) + lane), load(z + tile_size(i) + lane), s);
    }
    store(sum + lane, s);
  }
}

}  // namespace gibbsite::GIBBSITE_ISA
