// A Gaussian or a uniform box on tiles: the base of an energy, and the noise of NCE.
#pragma once

#include "draws.h"
#include "tile_product.h"

namespace gibbsite::GIBBSITE_ISA {

/// Components 0 .. columns - 1 of the uniform or normal draws of a tile's rows, column by column.
template <bool NORMAL>
void draw_tile(const Draws& draws, uint32_t row, int columns, float* tile) {
  for (int lane = 0; lane < ROWS; lane += LANES) {
    Word rows = all(row + (uint32_t)lane) + lanes();
    for (int j = 0; j < columns; j += 4) {
      PhiloxWords words = draws.words(all((uint32_t)j / 4), rows);
      Float draw[4];
      if constexpr (NORMAL) {
        Turn first = normals(words.word[0], words.word[1]);
        Turn second = normals(words.word[2], words.word[3]);
        draw[0] = first.cos;
        draw[1] = first.sin;
        draw[2] = second.cos;
        draw[3] = second.sin;
      } else {
        for (int i = 0; i < 4; i++) {
          draw[i] = uniform(words.word[i]);
        }
      }
      for (int i = 0; i < smaller(4, columns - j); i++) {
        store(tile + tile_size(j + i) + lane, draw[i]);
      }
    }
  }
}

/// N(m, C C^T), R = C^-1: y = (x - m) R^T, g += y R, x = m + n C^T. Or the uniform density on a box:
/// x = low + extent u.
class Density {
 public:
  enum Kind { GAUSSIAN, DIAGONAL_GAUSSIAN, BOX };

  /// Of a Gaussian `location` is m and `constant` its log-density at the mean; `whitening` is R and
  /// `factor` C, row-major, of a diagonal one their diagonals only. Of a box `location` is its lower
  /// side, `whitening` its upper side, `factor` its extent and `constant` its log-density.
  Density(Memory& memory, Kind kind, int columns, double constant, const float* location,
          const float* whitening, const float* factor)
      : kind_(kind),
        columns_(columns),
        constant_((float)constant),
        location_(memory.take<float>(columns)),
        none_(memory.take<float>(columns)),
        whitening_(memory, full() ? columns : 0, columns, PackedMatrix::LOWER),
        transposed_(memory, full() ? columns : 0, columns, PackedMatrix::UPPER),
        factor_(memory, full() ? columns : 0, columns, PackedMatrix::LOWER),
        diagonal_whitening_(memory.take<float>(columns)),
        diagonal_factor_(memory.take<float>(columns)) {
    if (!memory.real()) {
      return;
    }
    copy(location_, location, columns);
    fill(none_, columns, 0.0f);
    if (full()) {
      whitening_.pack(whitening, columns, 1);
      transposed_.pack(whitening, 1, columns);
      factor_.pack(factor, columns, 1);
    } else {
      copy(diagonal_whitening_, whitening, columns);
      copy(diagonal_factor_, factor, columns);
    }
  }

  int columns() const { return columns_; }

  /// The log-density of a Gaussian at its mean.
  float constant() const { return constant_; }

  /// y = (x - m) R^T, or v R^T if not centred; y and scratch are tiles.
  void whiten(const float* x, bool centred, float* y, float* scratch) const {
    float* to = full() ? scratch : y;
    for (int i = 0; i < columns_; i++) {
      Float m = all(centred ? location_[i] : 0.0f);
      Float scale = all(full() ? 1.0f : diagonal_whitening_[i]);
      for (size_t at = tile_size(i); at < tile_size(i + 1); at += LANES) {
        store(to + at, (load(x + at) - m) * scale);
      }
    }
    if (full()) {
      multiply(whitening_, scratch, y, 1, none_);
    }
  }

  /// g += y R, for one tile.
  void add_gradient(const float* y, float* g) const {
    if (full()) {
      multiply(transposed_, y, g, 1, nullptr);
      return;
    }
    for (int i = 0; i < columns_; i++) {
      Float scale = all(diagonal_whitening_[i]);
      for (size_t at = tile_size(i); at < tile_size(i + 1); at += LANES) {
        store(g + at, fma(load(y + at), scale, load(g + at)));
      }
    }
  }

  /// Draws the rows of one tile from `row` on, with their log-densities; scratch is a tile.
  void sample(const Draws& draws, uint32_t row, float* x, float* log_density,
              float* scratch) const {
    if (kind_ == BOX) {
      draw_tile<false>(draws, row, columns_, scratch);
    } else {
      draw_tile<true>(draws, row, columns_, scratch);
      normal_log_density(scratch, log_density);
    }
    if (full()) {
      multiply(factor_, scratch, x, 1, location_);
    } else {
      for (int i = 0; i < columns_; i++) {
        Float scale = all(diagonal_factor_[i]);
        Float shift = all(location_[i]);
        for (size_t at = tile_size(i); at < tile_size(i + 1); at += LANES) {
          store(x + at, fma(load(scratch + at), scale, shift));
        }
      }
    }
    if (kind_ == BOX) {
      fill(log_density, ROWS, constant_);
    }
  }

  /// The log-densities of one tile's rows; y and scratch are tiles.
  void log_density(const float* x, float* log_density, float* y, float* scratch) const {
    if (kind_ != BOX) {
      whiten(x, true, y, scratch);
      normal_log_density(y, log_density);
      return;
    }
    for (int lane = 0; lane < ROWS; lane += LANES) {
      Int inside = all(-1);
      for (int i = 0; i < columns_; i++) {
        Float value = load(x + tile_size(i) + lane);
        inside &= (Int)(value >= all(location_[i])) & (Int)(value <= all(diagonal_whitening_[i]));
      }
      store(log_density + lane, inside ? all(constant_) : all(-__builtin_inff()));
    }
  }

 private:
  bool full() const { return kind_ == GAUSSIAN; }

  void normal_log_density(const float* y, float* log_density) const {
    row_products(y, y, columns_, log_density);
    for (int lane = 0; lane < ROWS; lane += LANES) {
      store(log_density + lane, all(constant_) - all(0.5f) * load(log_density + lane));
    }
  }

  Kind kind_;
  int columns_;
  float constant_;
  float* location_;
  float* none_;
  PackedMatrix whitening_;
  PackedMatrix transposed_;
  PackedMatrix factor_;
  float* diagonal_whitening_;
  float* diagonal_factor_;
};

}  // namespace gibbsite::GIBBSITE_ISA
