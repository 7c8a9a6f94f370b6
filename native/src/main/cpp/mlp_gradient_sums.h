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
/// @param g float[OUT][COLUMN], to which the sums are added when they are done, which rounds less
///     than going on from g; overwritten where `fresh`
template <int OUT, int VECTORS>
void outer_kernel(const float* __restrict d, size_t d_tile, const float* __restrict a, int tiles,
                  float* __restrict g, bool fresh) {
  Float c[OUT][VECTORS];
#pragma GCC unroll 16
  for (int o = 0; o < OUT; o++) {
#pragma GCC unroll 2
    for (int v = 0; v < VECTORS; v++) {
      c[o][v] = all(0.0f);
      __builtin_prefetch(g + o * COLUMN + v * LANES, 1);
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
      float* sum = g + o * COLUMN + v * LANES;
      store(sum, fresh ? c[o][v] : load(sum) + c[o][v]);
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
  /// A part of the sums, of one layer: the weights of some columns, `to` excluded; or, where that is
  /// 0, the bias and the weights that are summed lane by lane.
  struct Part {
    int layer;
    int from;
    int to;
  };

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

  /// Parts that threads can sum beside each other.
  int parts() const {
    int parts = 0;
    for (int l = 0; l < shape_.layers; l++) {
      parts += 1 + column_parts(l);
    }
    return parts;
  }

  Part part(int number) const {
    int l = 0;
    for (; number > column_parts(l); l++) {
      number -= 1 + column_parts(l);
    }
    int from = (number - 1) * PART;
    return number == 0 ? Part{l, 0, 0} : Part{l, from, smaller(from + PART, shape_.width(l))};
  }

  /// Makes the parts zero that are summed lane by lane; the others start with `fresh`.
  void clear(float* sums) const {
    for (int l = 0; l < shape_.layers; l++) {
      clear(l, sums);
    }
  }

  /// As clear(), for one layer.
  void clear(int l, float* sums) const {
    size_t from = lanewise(l) ? weight_at(l) : bias_at(l);
    fill(sums + from, weight_at(l + 1) - from, 0.0f);
  }

  /// B2 for the weight of layer l: dW_l += d_l^T a_l over the tiles.
  ///
  /// @param fresh whether this is the first term since clear()
  void add_weight(int l, const float* d, const float* a, int tiles, float* sums, bool fresh,
                  float* scratch) const {
    if (lanewise(l)) {
      add_narrow_weight(l, d, a, tiles, sums);
    } else {
      add_columns({l, 0, shape_.width(l)}, d, a, tiles, sums, fresh, scratch);
    }
  }

  /// B2 for one part.
  void add_part(const Part& part, const float* d, const float* a, int tiles, float* sums, bool fresh,
                float* scratch) const {
    if (part.to > 0) {
      add_columns(part, d, a, tiles, sums, fresh, scratch);
    } else if (lanewise(part.layer)) {
      add_narrow_weight(part.layer, d, a, tiles, sums);
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
  void add_narrow_weight(int l, const float* d, const float* a, int tiles, float* sums) const {
    int in = shape_.width(l);
    int out = shape_.width(l + 1);
    for (int t = 0; t < tiles; t++) {
      add_lanewise(d + t * tile_size(out), out, a + t * tile_size(in), in, sums + weight_at(l));
    }
  }

  void add_columns(const Part& part, const float* d, const float* a, int tiles, float* sums,
                   bool fresh, float* scratch) const {
    int in = shape_.width(part.layer);
    int out = shape_.width(part.layer + 1);
    for (int t = 0; t < tiles; t += TILES) {
      add_outer(part, d + t * tile_size(out), out, a + t * tile_size(in), in,
                smaller(TILES, tiles - t), sums + weight_at(part.layer), fresh && t == 0, scratch);
    }
  }

  void add_outer(const Part& part, const float* d, int out, const float* a, int in, int tiles,
                 float* g, bool fresh, float* scratch) const {
#if defined(__AMX_BF16__)
    static_assert(TILES == SPLIT_TILES && COLUMN == SPLIT_BLOCK);
    if (terms_ != 0 && worth_splitting(out, in)) {  // of which a part is always all columns
      auto add = terms_ == 2 ? add_outer_split<2> : add_outer_split<3>;
      return add(d, out, a, in, tiles, g, fresh, (uint16_t*)scratch);
    }
#endif
    constexpr auto OUTPUTS = std::make_integer_sequence<int, PANEL>();
    for (int c = part.from; c < part.to; c += COLUMN) {
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

  /// Inputs of a part: their sums and those tiles' d share the second-level cache.
  static constexpr int PART = 2 * COLUMN;

  int column_parts(int l) const { return lanewise(l) ? 0 : ceil_divide(shape_.width(l), PART); }

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
