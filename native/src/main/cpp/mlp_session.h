// An MLP energy and the passes over blocks of a batch, each by one worker with memory of its own.
//
// A block's rows come and go through the worker's buffers, row-major. Sums over rows have the same
// bits for any number of threads, and are made in one of two ways. Those of a small network are made
// chunk by chunk while the block's activations are in cache, where the caller lets the chunks depend
// on the shape and the batch alone, and then added up in a fixed tree. Those of a large one, which
// themselves fill the caches, are made part by part of the parameters, over the rows of several
// blocks, in order; each of these blocks is then a worker's, whichever thread computes it.
#pragma once

#include <new>

#include "mlp_score_tiles.h"
#include "mlp_taylor_tiles.h"

namespace gibbsite::GIBBSITE_ISA {

/// Tiles in a block: as many as leave their activations, slopes and deltas in the second-level cache
/// (1 MiB), but at least 4, which pay for reading and writing the sums of dW, and at most 8.
inline int block_tiles(const MlpShape& shape) {
  size_t columns = 0;
  for (int l = 0; l < shape.layers; l++) {
    columns += shape.width(l);
  }
  size_t tiles = ((size_t)1 << 20) / (3 * sizeof(float) * tile_size(1) * columns);
  return tiles < 4 ? 4 : tiles > 8 ? 8 : (int)tiles;
}

/// Langevin dynamics as io.gibbsite.sampler.Langevin has them.
struct Langevin {
  float step_size;
  float noise;
  float clip;
  float low;
  float high;
};

/// Moves one tile's states by one step; `length` is columns times rows. Normals are not read where
/// the noise is zero.
inline void langevin_move(const Langevin& langevin, float* states, const float* gradient,
                          const float* normals, size_t length) {
  bool noisy = langevin.noise > 0;
  for (size_t i = 0; i < length; i += LANES) {
    Float g = at_most(at_least(load(gradient + i), all(-langevin.clip)), all(langevin.clip));
    Float next = fma(g, all(-langevin.step_size), load(states + i));
    if (noisy) {
      next = fma(load(normals + i), all(langevin.noise), next);
    }
    store(states + i, at_most(at_least(next, all(langevin.low)), all(langevin.high)));
  }
}

/// The row terms of sigmoid NCE: loss = softplus(-s) and, in place of s, weight = scale
/// sigmoid(-s), where s is u on data and -u on noise.
inline void nce_rows(float* s, int length, float scale, float* loss) {
  for (int i = 0; i < length; i += LANES) {
    Float turned = -load(s + i);
    store(loss + i, softplus(turned));
    store(s + i, sigmoid(turned) * all(scale));
  }
}

/// The terms that a block can leave to a sum by parts: those of B2, D2 or S4.
enum class Summand { PARAMETER, DIRECTIONAL, SCORE };

/// What one worker computes with.
struct MlpWorker {
  /// Rows in: x and v, or targets, float[block rows * inputs]; the input gradient comes out where v
  /// was.
  float* x_rows;
  float* v_rows;
  /// Row weights w, a and b in, float[block rows] each; E, v.dE and v^T H v come out there.
  float* column[3];
  float* x;
  float* second;
  float* scratch;
  MlpTiles tiles;
  MlpTaylorTiles taylor;
  MlpScoreTiles score;
  /// What is left to sum: terms, tiles, and of a directional gradient the Taylor orders.
  Summand summand;
  int summands;
  int orders;

  MlpWorker(Memory& memory, const MlpPacked& packed, const MlpGradientSums& sums, int block)
      : x_rows(memory.take<float>(block * tile_size(packed.shape.inputs()))),
        v_rows(memory.take<float>(block * tile_size(packed.shape.inputs()))),
        column{memory.take<float>(block * ROWS), memory.take<float>(block * ROWS),
               memory.take<float>(block * ROWS)},
        x(memory.take<float>(block * tile_size(packed.shape.inputs()))),
        second(memory.take<float>(block * tile_size(packed.shape.inputs()))),
        scratch(memory.take<float>(tile_size(packed.shape.inputs()))),
        tiles(memory, packed, sums, block),
        taylor(memory, packed, sums, block),
        score(memory, packed, sums, tiles, block) {}
};

/// A block of NCE rows, of data or of noise.
struct NceBlock {
  const Density* noise;
  bool is_noise;
  /// -c - log k.
  double offset;
  /// The number of data rows of the batch.
  int data_rows;
};

class MlpSession {
 public:
  /// Lays a session out. Without a block of memory it only counts.
  ///
  /// @param terms in which wide layers are multiplied, 2 or 3 bf16; 0 for float32
  /// @param threads how many compute
  /// @param blocks how many are summed at once where sums are made by parts
  MlpSession(Memory& memory, const MlpShape& given, int terms, int rows, int threads, int blocks)
      : shape_{given.layers, copy_of(memory, given), given.activation},
        parameters_(memory.take<float>(given.parameter_count())),
        block_tiles_(block_tiles(given)),
        packed_(memory, memory.real() ? shape_ : given, terms),
        sums_(memory.real() ? shape_ : given, terms),
        chains_(memory.take<float>(tile_count(rows) * tile_size(given.inputs()))),
        by_parts_(by_parts(sums_.size(), terms)),
        chunk_limit_(by_parts_ ? MOST_CHUNKS : chunk_limit(sums_.size())),
        chunk_sums_(memory.take<float>((by_parts_ ? 1 : chunk_limit_) * line(sums_.size()))),
        losses_(memory.take<double>(chunk_limit_)),
        weights_(memory.take<double>(chunk_limit_)),
        workers_(memory.take<MlpWorker>(team(threads, blocks))) {
    for (int i = 0; i < team(threads, blocks); i++) {
      if (memory.real()) {
        new (&workers_[i]) MlpWorker(memory, packed_, sums_, block_tiles_);
      } else {
        MlpWorker counted(memory, packed_, sums_, block_tiles_);
      }
    }
  }

  MlpSession(const MlpSession&) = delete;

  /// Where the caller puts parameters, and finds gradients: float[P].
  float* parameters() { return parameters_; }

  MlpWorker& worker(int number) { return workers_[number]; }

  const MlpShape& shape() const { return shape_; }

  /// Rows in a block: the most of one call.
  int block_rows() const { return block_tiles_ * ROWS; }

  int chunk_limit() const { return chunk_limit_; }

  /// Parts of the sums, or 0 where they are made chunk by chunk.
  int parts() const { return by_parts_ ? sums_.parts() : 0; }

  /// Takes the parameters from parameters().
  void set_parameters(const Density* base) {
    packed_.pack(parameters_);
    packed_.base = base;
  }

  void energy(MlpWorker& me, int rows) {
    int tiles = rows_to_tiles(me.x_rows, rows, shape_.inputs(), me.x);
    me.tiles.forward(me.x, tiles, 0);
    copy(me.column[0], me.tiles.energy(), rows);
  }

  void input_gradient(MlpWorker& me, int rows) {
    int tiles = rows_to_tiles(me.x_rows, rows, shape_.inputs(), me.x);
    me.tiles.forward(me.x, tiles, 1);
    me.tiles.input_gradient(me.second, tiles);
    copy(me.column[0], me.tiles.energy(), rows);
    tiles_to_rows(me.second, rows, shape_.inputs(), me.v_rows);
  }

  void parameter_gradient(MlpWorker& me, int rows, int chunk, bool fresh) {
    int tiles = rows_to_tiles(me.x_rows, rows, shape_.inputs(), me.x);
    pad(me.column[0], rows, tiles);
    me.tiles.forward(me.x, tiles, 1);
    me.tiles.parameter_gradient(me.x, me.column[0], tiles,
                                sums_of(me, Summand::PARAMETER, tiles, chunk, fresh), fresh);
  }

  void directional(MlpWorker& me, int rows) {
    taylor_forward(me, rows, 3);
    for (int order = 0; order < 3; order++) {
      copy(me.column[order], me.taylor.result(order), rows);
    }
  }

  void directional_parameter_gradient(MlpWorker& me, int rows, int chunk, bool fresh) {
    // Second derivatives that nothing weighs are not made.
    int orders = all_zero(me.column[2], rows) ? 2 : 3;
    int tiles = taylor_forward(me, rows, orders);
    me.orders = orders;
    for (float* seeds : me.column) {
      pad(seeds, rows, tiles);
    }
    me.taylor.parameter_gradient(me.x, me.second, {me.column[0], me.column[1], me.column[2]},
                                 tiles, orders,
                                 sums_of(me, Summand::DIRECTIONAL, tiles, chunk, fresh), fresh);
  }

  /// One block of score matching: adds the sum of |r|^2 to the chunk's loss, and unless that is wanted
  /// alone takes the block's gradient.
  ///
  /// @param columns of a target, of which x_rows has as many or more
  /// @param batch rows of the batch
  void score_matching(MlpWorker& me, int rows, int columns, int batch, int chunk,
                      bool with_gradient, bool fresh) {
    int inputs = shape_.inputs();
    int tiles = rows_to_tiles(me.x_rows, rows, inputs, me.x);
    float* scale = me.column[0];
    pad(scale, rows, tiles);
    me.tiles.forward(me.x, tiles, with_gradient ? 2 : 1);
    me.tiles.input_gradient(me.second, tiles);
    double squares = 0;
    for (int t = 0; t < tiles; t++) {
      int present = smaller(ROWS, rows - t * ROWS);
      to_tile(me.v_rows + (size_t)t * ROWS * columns, present, columns, me.scratch);
      squares += score_residual(me.second + t * tile_size(inputs), inputs, me.scratch, columns,
                                scale + t * ROWS, present, batch);
    }
    losses_[chunk] += squares;
    if (with_gradient) {
      me.score.parameter_gradient(me.x, me.second, tiles,
                                  sums_of(me, Summand::SCORE, tiles, chunk, fresh), fresh);
    }
  }

  /// Makes the losses and weights of all chunks zero.
  void start_losses() {
    for (int chunk = 0; chunk < chunk_limit_; chunk++) {
      losses_[chunk] = weights_[chunk] = 0;
    }
  }

  /// One block of the NCE loss and, unless it is wanted alone, its gradient.
  ///
  /// @param draws where noise is drawn, with its rows from `first` on; null where rows are given
  void nce(MlpWorker& me, const NceBlock& block, const Draws* draws, uint32_t first, int rows,
           int chunk, bool with_gradient, bool fresh) {
    int columns = shape_.inputs();
    int tiles = tile_count(rows);
    float* s = me.column[0];
    float* loss = me.column[1];
    if (!draws) {
      rows_to_tiles(me.x_rows, rows, columns, me.x);
    }
    for (int t = 0; t < tiles; t++) {
      float* x = me.x + t * tile_size(columns);
      if (draws) {
        block.noise->sample(*draws, first + t * ROWS, x, s + t * ROWS, me.scratch);
      } else {
        block.noise->log_density(x, s + t * ROWS, me.second, me.scratch);
      }
    }
    me.tiles.forward(me.x, tiles, with_gradient ? 1 : 0);
    const float* energy = me.tiles.energy();
    // Signs: softplus(-u), +sigmoid(-u) / N on data; softplus(u), -sigmoid(u) / N on noise.
    double sign = block.is_noise ? -1 : 1;
    for (int r = 0; r < tiles * ROWS; r++) {
      s[r] = (float)(sign * (block.offset - energy[r] - s[r]));
    }
    nce_rows(s, tiles * ROWS, (float)sign / (float)block.data_rows, loss);
    double loss_sum = 0;
    double weight_sum = 0;
    for (int r = 0; r < rows; r++) {
      loss_sum += loss[r];
      weight_sum += s[r];
    }
    losses_[chunk] += loss_sum / block.data_rows;
    weights_[chunk] += weight_sum;
    if (with_gradient) {
      pad(s, rows, tiles);
      me.tiles.parameter_gradient(me.x, s, tiles,
                                  sums_of(me, Summand::PARAMETER, tiles, chunk, fresh), fresh);
    }
  }

  /// Adds one part of what the first workers' blocks have left to sum.
  ///
  /// @param me who computes
  /// @param fresh whether these are the first terms
  void add_part(MlpWorker& me, int number, int blocks, bool fresh) {
    MlpGradientSums::Part part = sums_.part(number);
    if (fresh && part.to == 0) {
      sums_.clear(part.layer, chunk_sums_);
    }
    for (int i = 0; i < blocks; i++) {
      MlpWorker& block = workers_[i];
      bool first = fresh && i == 0;
      float* scratch = me.tiles.scratch();
      switch (block.summand) {
        case Summand::PARAMETER:
          block.tiles.add_part(part, block.x, block.column[0], block.summands, chunk_sums_, first,
                               scratch);
          break;
        case Summand::DIRECTIONAL:
          block.taylor.add_part(part, block.x, block.second,
                                {block.column[0], block.column[1], block.column[2]}, block.summands,
                                block.orders, chunk_sums_, first, scratch);
          break;
        case Summand::SCORE:
          block.score.add_part(part, block.x, block.second, block.summands, chunk_sums_, first,
                               scratch);
          break;
      }
    }
  }

  double loss(int chunks) { return tree(losses_, chunks); }

  /// The sum of all row weights.
  double weight(int chunks) { return tree(weights_, chunks); }

  /// Floats that one unit of reduce() adds up.
  static constexpr int STRETCH = 4096;

  int stretches() const { return (int)((sums_.size() + STRETCH - 1) / STRETCH); }

  /// Adds one stretch of the chunks' sums up into chunk 0's, neighbours first.
  void reduce(int chunks, int stretch) {
    size_t from = (size_t)stretch * STRETCH;
    size_t to = from + STRETCH < sums_.size() ? from + STRETCH : sums_.size();  // whole vectors
    for (size_t at = from; at < to; at += LANES) {
      Float terms[MOST_CHUNKS];
      for (int i = 0; i < chunks; i++) {
        terms[i] = load(sums_at(i) + at);
      }
      store(sums_at(0) + at, tree(terms, chunks));
    }
  }

  /// Writes chunk 0's sums as a gradient to parameters().
  void unpack() { sums_.unpack(sums_at(0), parameters_); }

  /// Normals of so many rows from `first_row` on, to x_rows.
  void normals(MlpWorker& me, const Draws& draws, uint32_t first_row, int rows, int columns) {
    size_t size = tile_size(columns);
    for (int t = 0; t < tile_count(rows); t++) {
      draw_tile<true>(draws, first_row + (uint32_t)t * ROWS, columns, me.x + t * size);
    }
    tiles_to_rows(me.x, rows, columns, me.x_rows);
  }

  /// The chains of tiles from `first_tile` on, taken from x_rows or written there.
  void set_chains(MlpWorker& me, int first_tile, int rows) {
    rows_to_tiles(me.x_rows, rows, shape_.inputs(), chain_tile(first_tile));
  }

  void read_chains(MlpWorker& me, int first_tile, int rows) {
    tiles_to_rows(chain_tile(first_tile), rows, shape_.inputs(), me.x_rows);
  }

  /// Tiles of chains that move together: one, whose activations stay in the nearest cache, or as
  /// many as share the reading of weights that fit in no cache.
  int langevin_tiles() const {
    constexpr size_t CACHED = 4 << 20;
    return shape_.parameter_count() > CACHED ? block_tiles_ : 1;
  }

  /// Moves the chains of some tiles by so many steps.
  ///
  /// @param energies E of the state that each step starts from, float[steps][langevin_tiles() *
  ///     ROWS], or null
  void langevin(MlpWorker& me, const Langevin& dynamics, int first_tile, int tiles, uint64_t seed,
                int stream, uint64_t first_step, int steps, float* energies) {
    size_t size = tile_size(shape_.inputs());
    float* x = chain_tile(first_tile);
    for (int step = 0; step < steps; step++) {
      me.tiles.forward(x, tiles, 1);
      if (energies) {
        copy(energies + (size_t)step * langevin_tiles() * ROWS, me.tiles.energy(), tiles * ROWS);
      }
      me.tiles.input_gradient(me.second, tiles);
      Draws draws(seed, stream, first_step + step);
      for (int t = 0; t < tiles; t++) {
        if (dynamics.noise > 0) {
          draw_tile<true>(draws, (uint32_t)(first_tile + t) * ROWS, shape_.inputs(), me.scratch);
        }
        langevin_move(dynamics, x + t * size, me.second + t * size, me.scratch, size);
      }
    }
  }

 private:
  static const int32_t* copy_of(Memory& memory, const MlpShape& shape) {
    int32_t* widths = memory.take<int32_t>(shape.layers + 1);
    for (int l = 0; memory.real() && l <= shape.layers; l++) {
      widths[l] = shape.widths[l];
    }
    return widths;
  }

  static constexpr int MOST_CHUNKS = 64;

  /// Chunks are limited so that their sums stay below 2^22 floats, but never to fewer than 8.
  static int chunk_limit(size_t size) {
    size_t limit = ((size_t)1 << 22) / size;
    return limit < 8 ? 8 : limit > MOST_CHUNKS ? MOST_CHUNKS : (int)limit;
  }

  /// Whether one chunk's sums are too large to stay in cache beside a block's activations. On AMX
  /// a block's deltas are split once for all columns.
  static bool by_parts(size_t size, int terms) {
    return terms == 0 && size > (size_t)1 << 17;
  }

  /// Workers: one for each thread, and where sums are made by parts, for each block of one sum.
  int team(int threads, int blocks) const {
    return by_parts_ && blocks > threads ? blocks : threads;
  }

  static size_t line(size_t floats) { return (floats + 15) / 16 * 16; }

  float* sums_at(int chunk) { return chunk_sums_ + chunk * line(sums_.size()); }

  /// The sums to add a block to; null where they are made by parts, with a note of what is to sum.
  float* sums_of(MlpWorker& me, Summand summand, int tiles, int chunk, bool fresh) {
    if (by_parts_) {
      me.summand = summand;
      me.summands = tiles;
      return nullptr;
    }
    float* sums = sums_at(chunk);
    if (fresh) {
      sums_.clear(sums);
    }
    return sums;
  }

  static void pad(float* column, int rows, int tiles) {
    fill(column + rows, (size_t)(tiles * ROWS - rows), 0.0f);
  }

  static bool all_zero(const float* column, int rows) {
    for (int r = 0; r < rows; r++) {
      if (column[r] != 0) {
        return false;
      }
    }
    return true;
  }

  int taylor_forward(MlpWorker& me, int rows, int orders) {
    int tiles = rows_to_tiles(me.x_rows, rows, shape_.inputs(), me.x);
    rows_to_tiles(me.v_rows, rows, shape_.inputs(), me.second);
    me.taylor.forward(me.x, me.second, tiles, orders);
    return tiles;
  }

  /// The sum of terms, neighbours first.
  template <typename T>
  static T tree(T* terms, int chunks) {
    for (int stride = 1; stride < chunks; stride *= 2) {
      for (int i = 0; i + stride < chunks; i += 2 * stride) {
        terms[i] += terms[i + stride];
      }
    }
    return terms[0];
  }

  float* chain_tile(int tile) { return chains_ + tile * tile_size(shape_.inputs()); }

  MlpShape shape_;
  float* parameters_;
  int block_tiles_;
  MlpPacked packed_;
  MlpGradientSums sums_;
  float* chains_;
  bool by_parts_;
  int chunk_limit_;
  float* chunk_sums_;
  double* losses_;
  double* weights_;
  MlpWorker* workers_;
};

}  // namespace gibbsite::GIBBSITE_ISA
