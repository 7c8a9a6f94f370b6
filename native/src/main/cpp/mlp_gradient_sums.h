// How sums over rows for B2 and D2 lie in one array, in the order in which the kernels make them,
// and how they are made there.
//
// A layer with more than 4 inputs sums dW in columns of two vectors of inputs: [column][outputs]
// [2 LANES]. A narrower one, the last one (one output), and all biases are summed lane by lane,
// [entry][LANES], and folded at the end.
#pragma once

#include "mlp_shape.h"

namespace gibbsite::GIBBSITE_ISA {

/// Inputs in a column.
constexpr int COLUMN = 2 * LANES;

/// OUT outputs by one or two vectors of inputs, kept in registers over the rows of all tiles.
///
/// @param d tiles from the first output on, `d_tile` floats each
/// @param a the tiles' rows one after another, COLUMN inputs each
/// @param g float[OUT][COLUMN]; overwritten where `fresh`
template <int OUT, int VECTORS>
void outer_kernel(const float* __restrict d, size_t d_tile, const float* __restrict a, int tiles,
                  float* __restrict g, bool fresh) {
  Float c[OUT][VECTORS];
#pragma GCC unroll 16
  for (int o = 0; o < OUT; o++) {
#pragma GCC unroll 2
    for (int v = 0; v < VECTORS; v++) {
      c[o][v] = fresh ? all(0.0f) : load(g + o * COLUMN + v * LANES);
      __builtin_prefetch(g + (OUT + o) * COLUMN + v * LANES, 1);  // for the next panel
    }
  }
  for (int t = 0; t < tiles; t++) {
    const float* row = a + (size_t)t * ROWS * COLUMN;
    const float* weight = d + t * d_tile;
    for (int r = 0; r < ROWS; r++) {
      Float x[VECTORS];
#pragma GCC unroll 2
      for (int v = 0; v < VECTORS; v++) {
        x[v] = load(row + r * COLUMN + v * LANES);
      }
#pragma GCC unroll 16
      for (int o = 0; o < OUT; o++) {
        Float w = all(weight[o * ROWS + r]);
#pragma GCC unroll 2
        for (int v = 0; v < VECTORS; v++) {
          c[o][v] = fma(x[v], w, c[o][v]);
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int o = 0; o < OUT; o++) {
#pragma GCC unroll 2
    for (int v = 0; v < VECTORS; v++) {
      store(g + o * COLUMN + v * LANES, c[o][v]);
    }
  }
}

using OuterKernel = void (*)(const float*, size_t, const float*, int, float*, bool);

template <int VECTORS, int... OUT>
constexpr OuterKernel outer_kernel_of(int outputs, std::integer_sequence<int, OUT...>) {
  constexpr OuterKernel BY_OUTPUTS[] = {nullptr, outer_kernel<OUT + 1, VECTORS>...};
  return BY_OUTPUTS[outputs];
}

/// g[o][i] += sum over the tile's rows of d[o] x[i], for few inputs, lane by lane; g is
/// float[outputs * inputs][LANES].
inline void add_lanewise(const float* d, int outputs, const float* x, int inputs, float* g) {
  for (int i = 0; i < inputs; i++) {
    for (int o = 0; o < outputs; o++) {
      Float sum = load(g + (size_t)(o * inputs + i) * LANES);
      for (int lane = 0; lane < ROWS; lane += LANES) {
        sum = fma(load(d + tile_size(o) + lane), load(x + tile_size(i) + lane), sum);
      }
      store(g + (size_t)(o * inputs + i) * LANES, sum);
    }
  }
}

class MlpGradientSums {
 public:
  /// Tiles that outer_kernel sums over at a time: their part of d, whose columns lie far apart,
  /// shares the first-level cache with the column of a.
  static constexpr int TILES = 4;

  /// @param terms in which wide layers are multiplied, 2 or 3 bf16; 0 for float32
  MlpGradientSums(const MlpShape& shape, int terms) : shape_(shape), terms_(terms) {}

  /// Floats in an array of sums.
  size_t size() const { return weight_at(shape_.layers); }

  /// Floats in the scratch of add_weight.
  size_t scratch() const {
    size_t floats = TILES * ROWS * COLUMN;
#if defined(__AMX_BF16__)
    size_t split = split_scratch(shape_.widest(), terms_) * sizeof(uint16_t) / sizeof(float);
    floats = split > floats ? split : floats;
#endif
    return floats;
  }

  /// Makes the parts zero that are summed lane by lane; the others start with `fresh`.
  void clear(float* sums) const {
    for (int l = 0; l < shape_.layers; l++) {
      size_t from = lanewise(l) ? weight_at(l) : bias_at(l);
      fill(sums + from, weight_at(l + 1) - from, 0.0f);
    }
  }

  /// B2 for the weight of layer l: dW_l += d_l^T a_l over the tiles.
  ///
  /// @param fresh whether this is the first term since clear()
  void add_weight(int l, const float* d, const float* a, int tiles, float* sums, bool fresh,
                  float* scratch) const {
    int in = shape_.width(l);
    int out = shape_.width(l + 1);
    float* g = sums + weight_at(l);
    if (lanewise(l)) {
      for (int t = 0; t < tiles; t++) {
        add_lanewise(d + t * tile_size(out), out, a + t * tile_size(in), in, g);
      }
      return;
    }
    for (int t = 0; t < tiles; t += TILES) {
      add_outer(d + t * tile_size(out), out, a + t * tile_size(in), in, smaller(TILES, tiles - t), g,
                fresh && t == 0, scratch);
    }
  }

  /// B2 for the bias of layer l: db_l += sum over rows of d_l.
  void add_bias(int l, const float* d, int tiles, float* sums) const {
    int out = shape_.width(l + 1);
    float* g = sums + bias_at(l);
    for (int o = 0; o < out; o++) {
      Float sum = load(g + (size_t)o * LANES);
      for (int t = 0; t < tiles; t++) {
        for (int lane = 0; lane < ROWS; lane += LANES) {
          sum += load(d + t * tile_size(out) + tile_size(o) + lane);
        }
      }
      store(g + (size_t)o * LANES, sum);
    }
  }

  /// Copies the sums into the layout of the parameters.
  void unpack(const float* sums, float* gradient) const {
    for (int l = 0; l < shape_.layers; l++) {
      int in = shape_.width(l);
      int out = shape_.width(l + 1);
      const float* g = sums + weight_at(l);
      float* weight = gradient + shape_.weight_offset(l);
      float* bias = gradient + shape_.bias_offset(l);
      for (int o = 0; o < out; o++) {
        for (int i = 0; i < in && lanewise(l); i++) {
          weight[(size_t)o * in + i] = sum_in_order(load(g + ((size_t)o * in + i) * LANES));
        }
        for (int c = 0; c < in && !lanewise(l); c += COLUMN) {
          copy(weight + (size_t)o * in + c, g + (size_t)c * out + o * COLUMN,
               smaller(COLUMN, in - c));
        }
        bias[o] = sum_in_order(load(sums + bias_at(l) + (size_t)o * LANES));
      }
    }
  }

 private:
  void add_outer(const float* d, int out, const float* a, int in, int tiles, float* g, bool fresh,
                 float* scratch) const {
#if defined(__AMX_BF16__)
    static_assert(TILES == SPLIT_TILES && COLUMN == SPLIT_BLOCK);
    if (terms_ != 0 && worth_splitting(out, in)) {
      auto add = terms_ == 2 ? add_outer_split<2> : add_outer_split<3>;
      return add(d, out, a, in, tiles, g, fresh, (uint16_t*)scratch);
    }
#endif
    constexpr auto OUTPUTS = std::make_integer_sequence<int, PANEL>();
    for (int c = 0; c < in; c += COLUMN) {
      int width = smaller(COLUMN, in - c);
      for (int t = 0; t < tiles; t++) {
        to_rows(a + t * tile_size(in) + tile_size(c), ROWS, width,
                scratch + (size_t)t * ROWS * COLUMN, COLUMN);
      }
      for (int o = 0; o < out; o += PANEL) {
        int outputs = smaller(PANEL, out - o);
        OuterKernel kernel = width <= LANES ? outer_kernel_of<1>(outputs, OUTPUTS)
                                            : outer_kernel_of<2>(outputs, OUTPUTS);
        kernel(d + tile_size(o), tile_size(out), scratch, tiles,
               g + (size_t)c * out + (size_t)o * COLUMN, fresh);
      }
    }
  }

  /// Layers with at most this many inputs are summed lane by lane.
  static constexpr int NARROW = 4;

  bool lanewise(int l) const { return shape_.width(l) <= NARROW || l == shape_.hidden(); }

  size_t weight_at(int l) const {
    return l == 0 ? 0 : bias_at(l - 1) + (size_t)shape_.width(l) * LANES;
  }

  size_t bias_at(int l) const {
    size_t in = shape_.width(l);
    size_t out = shape_.width(l + 1);
    return weight_at(l) + (lanewise(l) ? in * out * LANES : (in + COLUMN - 1) / COLUMN * COLUMN * out);
  }

  MlpShape shape_;
  [[maybe_unused]] int terms_;
};

}  // namespace gibbsite::GIBBSITE_ISA
