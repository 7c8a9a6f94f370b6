// The forward and backward steps F and B of io.gibbsite.mlp.MlpEnergy on a few tiles, with one
// worker's scratch memory: the activations of these rows stay in cache from the first layer to the
// gradient.
//
// Layouts: a_l, f'(z_{l-1}), f''(z_{l-1}) and d_{l-1} are tiles of width(l) columns. FLOPs of a row: 2 P forward,
// 2 P more for dE/dx, 4 P more for dE/dtheta, with P weights.
#pragma once

#include "mlp_gradient_sums.h"

namespace gibbsite::GIBBSITE_ISA {

class MlpTiles {
 public:
  MlpTiles(Memory& memory, const MlpPacked& packed, const MlpGradientSums& sums, int tiles)
      : packed_(packed),
        sums_(sums),
        loops_(ActivationLoops::of(packed.shape.activation)),
        a_(memory.take<float*>(packed.shape.layers)),
        slope_(memory.take<float*>(packed.shape.layers)),
        bend_(memory.take<float*>(packed.shape.layers)),
        d_(memory.take<float*>(packed.shape.layers)),
        energy_(memory.take<float>((size_t)tiles * ROWS)),
        y_(memory.take<float>(tiles * tile_size(packed.shape.inputs()))),
        centred_(memory.take<float>(tile_size(packed.shape.inputs()))),
        scratch_(memory.take<float>(sums.scratch())) {
    for (int l = 1; l < packed.shape.layers; l++) {
      size_t size = tiles * tile_size(packed.shape.width(l));
      float* a = memory.take<float>(size);
      float* slope = memory.take<float>(size);
      float* bend = memory.take<float>(size);
      float* d = memory.take<float>(size);
      if (memory.real()) {
        a_[l] = a;
        slope_[l] = slope;
        bend_[l] = bend;
        d_[l] = d;
      }
    }
  }

  /// F4's energies, float[tiles * ROWS].
  float* energy() { return energy_; }

  /// F3's a_l, l = 1 .. L-1.
  const float* activations(int l) const { return a_[l]; }

  /// B4's d_{l-1}, l = 1 .. L-1.
  const float* deltas(int l) const { return d_[l]; }

  /// f'(z_{l-1}), l = 1 .. L-1.
  const float* slopes(int l) const { return slope_[l]; }

  /// f''(z_{l-1}), l = 1 .. L-1, if there are two derivatives; after the backward steps p_l
  /// f''(z_{l-1}), in which mlp_score_tiles.h goes on.
  float* bends(int l) const { return bend_[l]; }

  /// F1 to F5.
  ///
  /// @param x tiles of the inputs
  /// @param derivatives of the activation that following steps need: 1 for backward steps, 2 for those
  ///     of mlp_score_tiles.h too, else 0
  void forward(const float* x, int tiles, int derivatives) {
    derivatives_ = derivatives;
    const MlpShape& shape = packed_.shape;
    const float* a = x;
    for (int l = 0; l < shape.hidden(); l++) {  // F2 and F3
      loops_.product(packed_.weights[l], a, a_[l + 1], derivatives > 0 ? slope_[l + 1] : nullptr,
                     derivatives > 1 ? bend_[l + 1] : nullptr, tiles, packed_.biases[l]);
      a = a_[l + 1];
    }
    int hidden = shape.hidden();
    multiply(packed_.weights[hidden], a, energy_, tiles, packed_.biases[hidden]);  // F4
    if (packed_.base) {
      base(x, tiles);
    }
  }

  /// B1 to B5 after forward() with slopes: dE/dx as tiles.
  void input_gradient(float* p0, int tiles) {
    const MlpShape& shape = packed_.shape;
    size_t size = tile_size(shape.inputs());
    if (shape.hidden() == 0) {
      for (int t = 0; t < tiles; t++) {
        for (int i = 0; i < shape.inputs(); i++) {
          fill(p0 + t * size + tile_size(i), ROWS, packed_.last_weight[i]);
        }
      }
    } else {
      last_delta(nullptr, tiles);
      for (int l = shape.hidden() - 1; l > 0; l--) {
        delta(l, tiles);
      }
      multiply(packed_.transposed[0], d_[1], p0, tiles, packed_.zeros);  // B3 at layer 0
    }
    if (packed_.base) {  // B5
      for (int t = 0; t < tiles; t++) {
        packed_.base->add_gradient(y_ + t * size, p0 + t * size);
      }
    }
  }

  /// B1 to B4 after forward() with slopes: adds sum_i w_i dE(x_i)/dtheta to the sums.
  ///
  /// @param w float[tiles * ROWS], 0 for rows that do not count
  /// @param sums null to leave B2 to add_part()
  /// @param fresh whether these are the first terms
  void parameter_gradient(const float* x, const float* w, int tiles, float* sums, bool fresh) {
    int hidden = packed_.shape.hidden();
    for (int l = hidden; l >= 0; l--) {
      if (l == hidden - 1) {
        last_delta(w, tiles);
      } else if (l < hidden) {
        delta(l + 1, tiles);
      }
      if (sums) {
        const float* d = l == hidden ? w : d_[l + 1];  // row weights are tiles of one column
        sums_.add_weight(l, d, l == 0 ? x : a_[l], tiles, sums, fresh, scratch_);
        sums_.add_bias(l, d, tiles, sums);
      }
    }
  }

  /// B2 for one part, after parameter_gradient() with the same x and w.
  ///
  /// @param scratch of the thread that calls
  void add_part(const MlpGradientSums::Part& part, const float* x, const float* w, int tiles,
                float* sums, bool fresh, float* scratch) const {
    int l = part.layer;
    const float* d = l == packed_.shape.hidden() ? w : d_[l + 1];
    sums_.add_part(part, d, l == 0 ? x : a_[l], tiles, sums, fresh, scratch);
    if (part.to == 0) {
      sums_.add_bias(l, d, tiles, sums);
    }
  }

  /// What add_part() needs.
  float* scratch() { return scratch_; }

 private:
  /// F5.
  void base(const float* x, int tiles) {
    size_t size = tile_size(packed_.shape.inputs());
    alignas(64) float squares[ROWS];
    for (int t = 0; t < tiles; t++) {
      packed_.base->whiten(x + t * size, true, y_ + t * size, centred_);
      row_products(y_ + t * size, y_ + t * size, packed_.shape.inputs(), squares);
      for (int r = 0; r < ROWS; r++) {
        energy_[t * ROWS + r] += 0.5f * squares[r] - packed_.base->constant();
      }
    }
  }

  /// B1, B3 and B4 of the last layer: d_{L-2} = w W_{L-1} f'; w is 1 where null.
  void last_delta(const float* w, int tiles) {
    int hidden = packed_.shape.hidden();
    int width = packed_.shape.width(hidden);
    for (int t = 0; t < tiles; t++) {
      for (int lane = 0; lane < ROWS; lane += LANES) {
        Float row = w ? load(w + t * ROWS + lane) : all(1.0f);
        size_t at = t * tile_size(width) + lane;
        for (int i = 0; i < width; i++) {
          Float p = row * all(packed_.last_weight[i]);
          store(d_[hidden] + at + tile_size(i), p * load(slope_[hidden] + at + tile_size(i)));
          if (derivatives_ > 1) {
            float* bend = bend_[hidden] + at + tile_size(i);
            store(bend, p * load(bend));
          }
        }
      }
    }
  }

  /// B3 and B4: d_{l-1} = (d_l W_l) f'(z_{l-1}); and p_l f'' where there is f''.
  void delta(int l, int tiles) {
    float* d = d_[l];
    const float* slope = slope_[l];
    if (derivatives_ > 1) {
      float* bend = bend_[l];
      return multiply(packed_.transposed[l], d_[l + 1], d, tiles, packed_.zeros,
                      [=](size_t at, Float p) {
                        store(bend + at, p * load(bend + at));
                        store(d + at, p * load(slope + at));
                      });
    }
    multiply(packed_.transposed[l], d_[l + 1], d, tiles, packed_.zeros,
             [=](size_t at, Float p) { store(d + at, p * load(slope + at)); });
  }

  const MlpPacked& packed_;
  const MlpGradientSums& sums_;
  ActivationLoops loops_;
  float** a_;
  float** slope_;
  float** bend_;
  float** d_;
  float* energy_;
  float* y_;
  float* centred_;
  float* scratch_;
  /// What the last forward() left.
  int derivatives_ = 0;
};

}  // namespace gibbsite::GIBBSITE_ISA
