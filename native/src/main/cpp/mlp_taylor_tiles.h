// The steps T and D of io.gibbsite.mlp.MlpEnergy on a few tiles, with one worker's scratch memory.
//
// Layouts: every array of layer l holds tiles of its width; index 0 of a triple is the value, 1 the
// first and 2 the second derivative along v. FLOPs of a row: 6 P forward, 18 P with the gradient; 4 P
// and 12 P with two orders, which will do where nothing weighs the second derivative.
#pragma once

#include "mlp_gradient_sums.h"

namespace gibbsite::GIBBSITE_ISA {

class MlpTaylorTiles {
 public:
  MlpTaylorTiles(Memory& memory, const MlpPacked& packed, const MlpGradientSums& sums, int tiles)
      : packed_(packed),
        sums_(sums),
        loops_(ActivationLoops::of(packed.shape.activation)),
        y_(memory.take<float>(tile_size(packed.shape.inputs()))),
        yt_(memory.take<float>(tile_size(packed.shape.inputs()))),
        centred_(memory.take<float>(tile_size(packed.shape.inputs()))),
        scratch_(memory.take<float>(sums.scratch())) {
    for (int order = 0; order < 3; order++) {
      z_[order] = memory.take<float*>(packed.shape.layers);
      a_[order] = memory.take<float*>(packed.shape.layers);
      d_[order] = memory.take<float*>(packed.shape.layers);
      results_[order] = memory.take<float>((size_t)tiles * ROWS);
      for (int l = 1; l < packed.shape.layers; l++) {
        size_t size = tiles * tile_size(packed.shape.width(l));
        float* z = memory.take<float>(size);
        float* a = memory.take<float>(size);
        float* d = memory.take<float>(size);
        if (memory.real()) {
          z_[order][l] = z;
          a_[order][l] = a;
          d_[order][l] = d;
        }
      }
    }
  }

  /// T4: E, v.dE and v^T H v, float[tiles * ROWS] each.
  float* result(int order) { return results_[order]; }

  /// T3's a_l, at_l, as_l, l = 1 .. L-1.
  const float* activations(int order, int l) const { return a_[order][l]; }

  /// D4's d_{l-1}, dt_{l-1}, ds_{l-1}, l = 1 .. L-1.
  const float* deltas(int order, int l) const { return d_[order][l]; }

  /// T1 to T5, for tiles x and v.
  ///
  /// @param orders 3, or 2 for the value and the first derivative alone
  void forward(const float* x, const float* v, int tiles, int orders) {
    const MlpShape& shape = packed_.shape;
    const float* in[3] = {x, v, nullptr};
    for (int l = 0; l < shape.layers; l++) {
      bool last = l == shape.hidden();
      for (int order = 0; order < orders; order++) {  // T2, T4
        float* out = last ? results_[order] : z_[order][l + 1];
        if (in[order]) {
          multiply(packed_.weights[l], in[order], out, tiles,
                   order == 0 ? packed_.biases[l] : packed_.zeros);
        } else {
          fill(out, tiles * tile_size(shape.width(l + 1)), 0.0f);
        }
      }
      if (!last) {
        loops_.taylor_forward[orders - 2](stretch(l + 1, a_, tiles));  // T3
        for (int order = 0; order < orders; order++) {
          in[order] = a_[order][l + 1];
        }
      }
    }
    if (packed_.base) {
      base(x, v, tiles);
    }
  }

  /// D1 to D4 after forward(): adds sum_i [ w_i dE + a_i d(v_i.dE) + b_i d(v_i^T H_i v_i) ].
  ///
  /// @param seeds w, a and b, float[tiles * ROWS]; 0 for rows that do not count
  /// @param orders as of forward(); 2 only where all of b is 0
  /// @param sums null to leave D2 to add_part()
  void parameter_gradient(const float* x, const float* v, const float* const (&seeds)[3],
                          int tiles, int orders, float* sums, bool fresh) {
    const MlpShape& shape = packed_.shape;
    int hidden = shape.hidden();
    if (sums) {
      add_sums(hidden, seeds, x, v, tiles, orders, sums, fresh);
    }
    for (int l = hidden; l > 0; l--) {
      for (int order = 0; order < orders; order++) {  // D3
        if (l == hidden) {
          times_last_weight(seeds[order], d_[order][l], tiles);
        } else {
          multiply(packed_.transposed[l], d_[order][l + 1], d_[order][l], tiles, packed_.zeros);
        }
      }
      loops_.taylor_backward[orders - 2](stretch(l, d_, tiles));  // D4
      if (sums) {
        const float* d[3] = {d_[0][l], d_[1][l], d_[2][l]};
        add_sums(l - 1, d, x, v, tiles, orders, sums, fresh);
      }
    }
  }

  /// D2 for one part, after parameter_gradient() with the same x, v and seeds.
  ///
  /// @param scratch of the thread that calls
  void add_part(const MlpGradientSums::Part& part, const float* x, const float* v,
                const float* const (&seeds)[3], int tiles, int orders, float* sums, bool fresh,
                float* scratch) const {
    int l = part.layer;
    bool last = l == packed_.shape.hidden();
    const float* in[3] = {l == 0 ? x : a_[0][l], l == 0 ? v : a_[1][l], a_[2][l]};
    for (int order = 0; order < (l == 0 ? 2 : orders); order++) {
      sums_.add_part(part, last ? seeds[order] : d_[order][l + 1], in[order], tiles, sums,
                     fresh && order == 0, scratch);
    }
    if (part.to == 0) {
      sums_.add_bias(l, last ? seeds[0] : d_[0][l + 1], tiles, sums);
    }
  }

 private:
  TaylorStretch stretch(int l, float** const (&to)[3], int tiles) const {
    return {z_[0][l], z_[1][l], z_[2][l], to[0][l], to[1][l], to[2][l],
            (int)(tiles * tile_size(packed_.shape.width(l)))};
  }

  /// T5.
  void base(const float* x, const float* v, int tiles) {
    int columns = packed_.shape.inputs();
    size_t size = tile_size(columns);
    alignas(64) float products[3][ROWS];
    for (int t = 0; t < tiles; t++) {
      packed_.base->whiten(x + t * size, true, y_, centred_);
      packed_.base->whiten(v + t * size, false, yt_, centred_);
      row_products(y_, y_, columns, products[0]);
      row_products(y_, yt_, columns, products[1]);
      row_products(yt_, yt_, columns, products[2]);
      for (int r = 0; r < ROWS; r++) {
        results_[0][t * ROWS + r] += 0.5f * products[0][r] - packed_.base->constant();
        results_[1][t * ROWS + r] += products[1][r];
        results_[2][t * ROWS + r] += products[2][r];
      }
    }
  }

  /// D3 at layer L-1.
  void times_last_weight(const float* seed, float* d, int tiles) {
    int width = packed_.shape.width(packed_.shape.hidden());
    for (int t = 0; t < tiles; t++) {
      for (int lane = 0; lane < ROWS; lane += LANES) {
        Float row = load(seed + t * ROWS + lane);
        for (int i = 0; i < width; i++) {
          store(d + t * tile_size(width) + tile_size(i) + lane, row * all(packed_.last_weight[i]));
        }
      }
    }
  }

  /// D2.
  void add_sums(int l, const float* const (&d)[3], const float* x, const float* v, int tiles,
                int orders, float* sums, bool fresh) {
    sums_.add_weight(l, d[0], l == 0 ? x : a_[0][l], tiles, sums, fresh, scratch_);
    sums_.add_weight(l, d[1], l == 0 ? v : a_[1][l], tiles, sums, false, scratch_);
    if (l > 0 && orders == 3) {
      sums_.add_weight(l, d[2], a_[2][l], tiles, sums, false, scratch_);
    }
    sums_.add_bias(l, d[0], tiles, sums);
  }

  const MlpPacked& packed_;
  const MlpGradientSums& sums_;
  ActivationLoops loops_;
  float** z_[3];
  float** a_[3];
  float** d_[3];
  float* results_[3];
  float* y_;
  float* yt_;
  float* centred_;
  float* scratch_;
};

}  // namespace gibbsite::GIBBSITE_ISA
