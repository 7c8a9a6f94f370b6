// The steps S of io.gibbsite.mlp.MlpEnergy on a few tiles, with one worker's scratch memory: they go
// on from what the steps F and B of mlp_tiles.h left there.
//
// FLOPs of a row: 8 P after F and B, with P weights: 2 P each forward and backward along v, 4 P for the
// sums; 12 P in all.
#pragma once

#include "mlp_tiles.h"

namespace gibbsite::GIBBSITE_ISA {

/// S1 for one tile: r = t - s g, and v = -s r / B in place of g = dE/dx; v is 0 in the columns without
/// a target. Returns the sum of |r|^2 over the rows that count, the first ones.
///
/// @param targets columns of t
/// @param s float[ROWS], 0 for rows that do not count
inline double score_residual(float* g, int inputs, const float* t, int targets, const float* s,
                             int rows, int batch) {
  constexpr int COLUMNS = 16;  // of squares summed in float32 before they go on in double
  double sum = 0;
  alignas(64) float squares[ROWS];
  for (int first = 0; first < targets; first += COLUMNS) {
    int end = smaller(targets, first + COLUMNS);
    for (int lane = 0; lane < ROWS; lane += LANES) {
      Float scale = load(s + lane);
      Float weight = scale * all(-1.0f / (float)batch);
      Float square = all(0.0f);
      for (size_t at = tile_size(first) + lane; at < tile_size(end); at += ROWS) {
        Float r = fma(-load(g + at), scale, load(t + at));
        square = fma(r, r, square);
        store(g + at, r * weight);
      }
      store(squares + lane, square);
    }
    for (int r = 0; r < rows; r++) {
      sum += squares[r];
    }
  }
  fill(g + tile_size(targets), tile_size(inputs - targets), 0.0f);
  return sum;
}

class MlpScoreTiles {
 public:
  /// @param tiles that take the steps F and B
  /// @param count how many tiles they are
  MlpScoreTiles(Memory& memory, const MlpPacked& packed, const MlpGradientSums& sums,
                MlpTiles& tiles, int count)
      : packed_(packed),
        sums_(sums),
        tiles_(tiles),
        at_(memory.take<float*>(packed.shape.layers)),
        product_(memory.take<float>(count * tile_size(widest_product(packed.shape)))),
        ones_(memory.take<float>((size_t)count * ROWS)) {
    for (int l = 1; l < packed.shape.layers; l++) {
      float* at = memory.take<float>(count * tile_size(packed.shape.width(l)));
      if (memory.real()) {
        at_[l] = at;
      }
    }
    if (memory.real()) {
      fill(ones_, (size_t)count * ROWS, 1.0f);
    }
  }

  /// S2's at_l, l = 1 .. L-1.
  const float* tangents(int l) const { return at_[l]; }

  /// S2 to S4, after F and B with two derivatives: adds sum_i d(v_i.dE)/dtheta to the sums.
  ///
  /// @param v tiles, 0 for rows that do not count
  /// @param sums null to leave S4 to add_part()
  /// @param fresh whether these are the first terms
  void parameter_gradient(const float* x, const float* v, int tiles, float* sums, bool fresh) {
    int hidden = packed_.shape.hidden();
    for (int l = 0; l < hidden; l++) {
      tangent(l, l == 0 ? v : at_[l], tiles);
    }
    for (int l = hidden; l >= 0; l--) {
      if (l < hidden - 1) {
        delta(l + 1, tiles);
      }
      if (sums) {
        if (l < hidden) {
          sums_.add_weight(l, tiles_.bends(l + 1), inputs(l, x), tiles, sums, fresh,
                           tiles_.scratch());
          sums_.add_bias(l, tiles_.bends(l + 1), tiles, sums);
        }
        sums_.add_weight(l, outputs(l), l == 0 ? v : at_[l], tiles, sums, false, tiles_.scratch());
      }
    }
  }

  /// S4 for one part, after parameter_gradient() with the same x and v.
  ///
  /// @param scratch of the thread that calls
  void add_part(const MlpGradientSums::Part& part, const float* x, const float* v, int tiles,
                float* sums, bool fresh, float* scratch) const {
    int l = part.layer;
    if (l < packed_.shape.hidden()) {
      sums_.add_part(part, tiles_.bends(l + 1), inputs(l, x), tiles, sums, fresh, scratch);
      if (part.to == 0) {
        sums_.add_bias(l, tiles_.bends(l + 1), tiles, sums);
      }
    }
    sums_.add_part(part, outputs(l), l == 0 ? v : at_[l], tiles, sums, false, scratch);
  }

 private:
  /// Columns of the widest product of S3.
  static int widest_product(const MlpShape& shape) {
    int widest = 0;
    for (int l = 1; l < shape.hidden(); l++) {
      widest = shape.width(l) > widest ? shape.width(l) : widest;
    }
    return widest;
  }

  const float* inputs(int l, const float* x) const { return l == 0 ? x : tiles_.activations(l); }

  /// B's d_l; at layer L-1 it is 1.
  const float* outputs(int l) const {
    return l == packed_.shape.hidden() ? ones_ : tiles_.deltas(l + 1);
  }

  /// S2: at_{l+1} = f' zt_l, and p_{l+1} f'' zt_l in place of its factor.
  void tangent(int l, const float* in, int tiles) {
    float* out = at_[l + 1];
    float* bend = tiles_.bends(l + 1);
    const float* slope = tiles_.slopes(l + 1);
    multiply(packed_.weights[l], in, out, tiles, packed_.zeros, [=](size_t at, Float zt) {
      store(bend + at, load(bend + at) * zt);
      store(out + at, load(slope + at) * zt);
    });
  }

  /// S3: e_{l-1} = (e_l W_l) f' + p_l f'' zt_{l-1}, in place of the last term.
  void delta(int l, int tiles) {
    float* bend = tiles_.bends(l);
    const float* slope = tiles_.slopes(l);
    multiply(packed_.transposed[l], tiles_.bends(l + 1), product_, tiles, packed_.zeros,
             [=](size_t at, Float p) {
               store(bend + at, fma(p, load(slope + at), load(bend + at)));
             });
  }

  const MlpPacked& packed_;
  const MlpGradientSums& sums_;
  MlpTiles& tiles_;
  float** at_;
  float* product_;
  float* ones_;
};

}  // namespace gibbsite::GIBBSITE_ISA
