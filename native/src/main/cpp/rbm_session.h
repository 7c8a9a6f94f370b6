// The restricted Boltzmann machine (io.gibbsite.rbm.Rbm, whose step labels this carries): parameters,
// chains and the passes over blocks of tiles, each by one worker with memory of its own.
//
// A half-step takes the units of one side panel by panel: T of the panel for all tiles of the block,
// then activation, draws and new states while T is in the first-level cache. A block goes through
// all sweeps on its own, so workers never wait for each other in between.
#pragma once

#if defined(__AMX_INT8__)
#include "rbm_amx.h"
#else
#include "rbm_lookup.h"
#endif
#include "rbm_statistics.h"
#include "rbm_units.h"

namespace gibbsite::GIBBSITE_ISA::rbm {

/// The most tiles of one call: enough rows to pay for making tables.
constexpr int BLOCK_TILES = 8;

/// Sets of states, as the caller numbers them.
enum States { VISIBLE_CHAINS, HIDDEN_CHAINS, VISIBLE_BATCH, HIDDEN_BATCH };

/// One side of the model: units that are drawn given those of the other side.
struct Side {
  int units;
  int stream;
  Weights weights;
  float* bias;
  /// r of G3's shift (1 - beta) r; zeros but on the path of annealing and tempering.
  float* base;
  /// The units that may change, as the bits of each word.
  uint32_t* free;
  uint32_t* chains;

  Side(Memory& memory, int units, int inputs, int stream, int tiles)
      : units(units),
        stream(stream),
        weights(memory, inputs, units),
        bias(memory.take<float>(padded())),
        base(memory.take<float>(padded())),
        free(memory.take<uint32_t>(words_of(units))),
        chains(memory.take<uint32_t>(tiles * tile_size(units))) {
    if (memory.real()) {
      fill(bias, padded(), 0);
      fill(base, padded(), 0);
      memset(chains, 0, sizeof(uint32_t) * tiles * tile_size(units));
    }
  }

  size_t padded() const { return (size_t)ceil_divide(units, PANEL) * PANEL; }
};

/// What one worker computes with.
struct RbmWorker {
  Multiplier multiplier;
  /// T of a panel, [tile][PANEL][ROWS], whole or its upper limb; and its lower limb.
  int32_t* sums;
  int32_t* low_sums;
  /// By row of the block.
  double* biases;
  double* softplus;
  float* betas;
  float* next;
  /// S2 of a strip, [unit][stride].
  float* products;

  RbmWorker(Memory& memory, int widest, int stride)
      : multiplier(memory, widest, BLOCK_TILES),
        sums(memory.take<int32_t>(BLOCK_TILES * PANEL * ROWS)),
        low_sums(memory.take<int32_t>(BLOCK_TILES * PANEL * ROWS)),
        biases(memory.take<double>(BLOCK_TILES * ROWS)),
        softplus(memory.take<double>(BLOCK_TILES * ROWS)),
        betas(memory.take<float>(BLOCK_TILES * ROWS)),
        next(memory.take<float>(BLOCK_TILES * ROWS)),
        products(memory.take<float>((size_t)VISIBLE_STRIP * stride)) {}
};

class RbmSession {
 public:
  RbmSession(Memory& memory, int visible_units, int hidden_units, int visible_stream,
             int hidden_stream, int rows, int workers)
      : stride_(column_stride(hidden_units)),
        visible_(memory, visible_units, hidden_units, visible_stream, tile_count(rows)),
        hidden_(memory, hidden_units, visible_units, hidden_stream, tile_count(rows)),
        bias_gain_(memory.take<float>(visible_units)),
        p_(memory.take<float>(columns_size(visible_units, hidden_units, rows))),
        batch_(memory.take<uint32_t>(tile_count(rows) *
                                     tile_size(larger(visible_units, hidden_units)))),
        row_values_(memory.take<double>((size_t)tile_count(rows) * ROWS)),
        row_betas_(memory.take<float>((size_t)tile_count(rows) * ROWS)),
        row_next_(memory.take<float>((size_t)tile_count(rows) * ROWS)),
        workers_(memory.take<RbmWorker>(workers)) {
    for (int i = 0; i < workers; i++) {
      RbmWorker worker(memory, larger(visible_units, hidden_units), stride_);
      if (memory.real()) {
        workers_[i] = worker;
      }
    }
    if (memory.real()) {
      fill(p_, columns_size(visible_units, hidden_units, rows), 0);
      fill(row_betas_, (size_t)tile_count(rows) * ROWS, 0);
      fill(row_next_, (size_t)tile_count(rows) * ROWS, 0);
      for (int i = 0; i < words_of(hidden_units); i++) {
        hidden_.free[i] = ~0u;
      }
      clamp(nullptr);
    }
  }

  RbmWorker& worker(int number) { return workers_[number]; }

  /// double[rows]: F, log w or gains come out there; log w is accumulated.
  double* row_values() { return row_values_; }

  /// float[rows] each: beta and beta' of tempering; those of missing rows do not matter.
  float* row_betas() { return row_betas_; }
  float* row_next() { return row_next_; }

  /// Packs a strip of one side's weights.
  ///
  /// @param q row-major [visible, hidden]
  void pack(bool to_hidden, int strip, const int32_t* q) {
    Weights& weights = (to_hidden ? hidden_ : visible_).weights;
    if (to_hidden) {
      weights.pack_columns(strip, q, hidden_.units);
    } else {
      weights.pack_rows(strip, q, hidden_.units);
    }
    weights.prepare(strip);
  }

  /// @param in_limbs whether some T leaves 32 bits
  void set_biases(const float* visible, const float* hidden, float scale, bool in_limbs) {
    copy(visible_.bias, visible, visible_.units);
    copy(hidden_.bias, hidden, hidden_.units);
    scale_ = scale;
    in_limbs_ = in_limbs;
  }

  /// @param held byte[visible], 1 for a unit that keeps its state; or null for none
  void clamp(const uint8_t* held) {
    for (int word = 0; word < words_of(visible_.units); word++) {
      uint32_t bits = 0;
      for (int k = 0; k < smaller(WORD_UNITS, visible_.units - word * WORD_UNITS); k++) {
        bits |= (uint32_t)(held == nullptr || held[word * WORD_UNITS + k] == 0) << k;
      }
      visible_.free[word] = bits;
    }
  }

  /// The visible biases of the model without weights; or null for sweeps off the path.
  void set_base(const float* base) {
    for (int i = 0; i < visible_.units; i++) {
      visible_.base[i] = base ? base[i] : 0;
      bias_gain_[i] = visible_.bias[i] - visible_.base[i];
    }
  }

  /// Packs the rows of some tiles.
  ///
  /// @param rows byte[n * units]
  void load_states(States states, int first_tile, int tiles, const uint8_t* rows, int n) {
    int units = side_of(states).units;
    for (int tile = first_tile; tile < first_tile + tiles; tile++) {
      int present = smaller(ROWS, n - tile * ROWS);
      load_tile(rows + (size_t)tile * ROWS * units, present, units, states_at(states, tile));
    }
  }

  void store_states(States states, int first_tile, int tiles, uint8_t* rows, int n) {
    int units = side_of(states).units;
    for (int tile = first_tile; tile < first_tile + tiles; tile++) {
      int present = smaller(ROWS, n - tile * ROWS);
      store_tile(states_at(states, tile), present, units, rows + (size_t)tile * ROWS * units);
    }
  }

  /// Makes some tiles' hidden states 0.
  void clear_hidden(int first_tile, int tiles) {
    memset(states_at(HIDDEN_CHAINS, first_tile), 0,
           sizeof(uint32_t) * tiles * tile_size(hidden_.units));
  }

  /// F1, F2 of a block of the batch, to row_values.
  void free_energy(RbmWorker& me, int first_tile, int tiles) {
    start_softplus(me, tiles);
    pass(me, hidden_, states_at(VISIBLE_BATCH, first_tile), tiles,
         [&](const Quad& a, int unit, int tile) { // F1
           add_softplus(a, smaller(QUAD, hidden_.units - unit), me.softplus + tile * ROWS);
         });
    for (int tile = 0; tile < tiles; tile++) {
      sum_biases(states_at(VISIBLE_BATCH, first_tile + tile), visible_.units, visible_.bias,
                 me.biases + tile * ROWS);
    }
    double* energy = row_values_ + (size_t)first_tile * ROWS;
    for (int r = 0; r < tiles * ROWS; r++) {
      energy[r] = -me.biases[r] - me.softplus[r];  // F2
    }
  }

  /// S1 and its mirror: p of the units of the other side for a block of states, in columns.
  void columns(RbmWorker& me, States states, int first_tile, int tiles) {
    Side& side = &side_of(states) == &visible_ ? hidden_ : visible_;
    int stride = column_stride(side.units);
    pass(me, side, states_at(states, first_tile), tiles, [&](const Quad& a, int unit, int tile) {
      Quad p;
      sigmoids(a, p);
      float* to = p_ + column_index(stride, (first_tile + tile) * ROWS, unit);
      for (int r = 0; r < ROWS; r++) {
        float* row = to + (size_t)(r / CHUNK) * CHUNK * stride + r % CHUNK * COLUMN;
        for (int k = 0; k < QUAD; k++) {
          row[k] = p[k][r];
        }
      }
    });
  }

  /// Copies rows out of columns.
  ///
  /// @param out float[n * units]
  void store_columns(bool of_hidden, int first_tile, int tiles, int n, float* out) {
    int units = (of_hidden ? hidden_ : visible_).units;
    int stride = column_stride(units);
    for (int row = first_tile * ROWS; row < smaller((first_tile + tiles) * ROWS, n); row++) {
      for (int j = 0; j < units; j += COLUMN) {
        memcpy(out + (size_t)row * units + j, p_ + column_index(stride, row, j),
               sizeof(float) * smaller(COLUMN, units - j));
      }
    }
  }

  /// S2 of the hidden biases.
  ///
  /// @param sums float[hidden], out
  void hidden_sums(RbmWorker& me, int n, float* sums) {
    fill(me.products, stride_, 0);
    for (int row = 0; row < n; row += CHUNK) {
      uint32_t rows = all_rows(smaller(CHUNK, n - row));
      for (int j = 0; j < stride_; j += COLUMN) {
        add_rows(p_ + column_index(stride_, row, j), rows, me.products + j);
      }
    }
    copy(sums, me.products, hidden_.units);
  }

  /// S2 of a strip of visible units.
  ///
  /// @param sums float[visible][hidden], of which the strip's rows are written
  /// @param bias_sums float[visible], likewise
  void visible_sums(RbmWorker& me, States states, int strip, int n, float* sums,
                    float* bias_sums) {
    int first = strip * VISIBLE_STRIP;
    int count = smaller(VISIBLE_STRIP, visible_.units - first);
    fill(me.products, (size_t)VISIBLE_STRIP * stride_, 0);
    fill(bias_sums + first, count, 0);
    for (int row = 0; row < n; row += CHUNK) {
      const uint32_t* tile = states_at(states, row / ROWS);
      uint32_t rows[VISIBLE_STRIP];
      for (int i = 0; i < count; i++) {
        rows[i] = rows_with(tile, first + i, row % ROWS, smaller(CHUNK, n - row));
        bias_sums[first + i] += (float)__builtin_popcount(rows[i]);
      }
      for (int j = 0; j < stride_; j += COLUMN) {
        const float* p = p_ + column_index(stride_, row, j);
        for (int i = 0; i < count; i++) {
          add_rows(p, rows[i], me.products + (size_t)i * stride_ + j);
        }
      }
    }
    for (int i = 0; i < count; i++) {
      copy(sums + (size_t)(first + i) * hidden_.units, me.products + (size_t)i * stride_,
           hidden_.units);
    }
  }

  /// G1 to G5: a block of chains, all at one beta.
  void gibbs(RbmWorker& me, int first_tile, int tiles, int sweeps, uint64_t first_sweep, float beta,
             uint64_t seed) {
    fill(me.betas, tiles * ROWS, beta);
    for (int t = 0; t < sweeps; t++) {
      Sweep sweep(*this, seed, first_sweep + t, first_tile);
      draw_hidden(me, sweep, tiles);
      draw_visible(me, sweep, tiles);
    }
  }

  /// A1, A2: one step of a block of chains; log w is accumulated in row_values.
  void anneal(RbmWorker& me, int first_tile, int tiles, float beta, float next, uint64_t sweep_number,
              uint64_t seed) {
    Sweep sweep(*this, seed, sweep_number, first_tile);
    fill(me.next, tiles * ROWS, beta);
    fill(me.betas, tiles * ROWS, next);
    start_gain(me, first_tile, tiles);
    pass(me, hidden_, states_at(VISIBLE_CHAINS, first_tile), tiles,
         [&](const Quad& a, int unit, int tile) {
           add_gain(a, smaller(QUAD, hidden_.units - unit), me.next + tile * ROWS,
                    me.betas + tile * ROWS, me.softplus + tile * ROWS); // A1
           draw_quad(me, sweep, hidden_, sweep.hidden, a, unit, tile);  // A2
         });
    draw_visible(me, sweep, tiles);
    double rise = (double)next - beta;
    double* log_weights = row_values_ + (size_t)first_tile * ROWS;
    for (int r = 0; r < tiles * ROWS; r++) {
      log_weights[r] += rise * me.biases[r] + me.softplus[r];
    }
  }

  /// P1, P2: a block of chains, each at its beta of row_betas; gains go to row_values.
  void temper(RbmWorker& me, int first_tile, int tiles, int sweeps, uint64_t first_sweep,
              uint64_t seed) {
    size_t first = (size_t)first_tile * ROWS;
    copy(me.betas, row_betas_ + first, tiles * ROWS);
    copy(me.next, row_next_ + first, tiles * ROWS);
    for (int t = 0; t < sweeps; t++) { // P1
      Sweep sweep(*this, seed, first_sweep + t, first_tile);
      draw_hidden(me, sweep, tiles);
      draw_visible(me, sweep, tiles);
    }
    start_gain(me, first_tile, tiles);
    pass(me, hidden_, states_at(VISIBLE_CHAINS, first_tile), tiles,
         [&](const Quad& a, int unit, int tile) {
           add_gain(a, smaller(QUAD, hidden_.units - unit), me.betas + tile * ROWS,
                    me.next + tile * ROWS, me.softplus + tile * ROWS);
         });
    for (int r = 0; r < tiles * ROWS; r++) { // P2
      double rise = (double)me.next[r] - me.betas[r];
      row_values_[first + r] = rise * me.biases[r] + me.softplus[r];
    }
  }

 private:
  /// The addresses of one sweep's draws.
  struct Sweep {
    Draws hidden;
    Draws visible;
    int first_tile;

    Sweep(const RbmSession& session, uint64_t seed, uint64_t number, int first_tile)
        : hidden(seed, session.hidden_.stream, number),
          visible(seed, session.visible_.stream, number),
          first_tile(first_tile) {}
  };

  static size_t columns_size(int visible_units, int hidden_units, int rows) {
    return (size_t)tile_count(rows) * ROWS * column_stride(larger(visible_units, hidden_units));
  }

  static constexpr int larger(int a, int b) { return a > b ? a : b; }

  static uint32_t all_rows(int count) { return count == 32 ? ~0u : (1u << count) - 1; }

  /// G3, G4 with beta = 1 and shift = 0.
  static void sigmoids(const Quad& a, Quad& p) {
    for (int k = 0; k < QUAD; k++) {
      for (int r = 0; r < ROWS; r += LANES) {
        store(p[k] + r, sigmoid(load(a[k] + r)));
      }
    }
  }

  Side& side_of(States states) {
    return states == VISIBLE_CHAINS || states == VISIBLE_BATCH ? visible_ : hidden_;
  }

  uint32_t* states_at(States states, int tile) {
    const Side& side = side_of(states);
    bool of_chains = states == VISIBLE_CHAINS || states == HIDDEN_CHAINS;
    return (of_chains ? side.chains : batch_) + tile * tile_size(side.units);
  }

  /// G1, G2 of a side's units for some tiles, four by four, with a step for each four.
  template <typename Step>
  void pass(RbmWorker& me, Side& side, const uint32_t* states, int tiles, Step step) {
    const Weights& weights = side.weights;
    me.multiplier.begin(states, weights.inputs, tiles);
    for (int panel = 0; panel < weights.rows / PANEL; panel++) {
      weights.multiply(panel, states, tiles, in_limbs_ ? HIGH : WHOLE, me.multiplier, me.sums);
      if (in_limbs_) {
        weights.multiply(panel, states, tiles, LOW, me.multiplier, me.low_sums);
      }
      int end = smaller((panel + 1) * PANEL, side.units);
      for (int tile = 0; tile < tiles; tile++) {
        for (int unit = panel * PANEL; unit < end; unit += QUAD) {
          int at = (tile * PANEL + unit % PANEL) * ROWS;
          alignas(64) Quad a;
          if (in_limbs_) {
            activate(me.sums + at, me.low_sums + at, scale_, side.bias + unit, a);
          } else {
            activate(me.sums + at, scale_, side.bias + unit, a);
          }
          step(a, unit, tile);
        }
      }
    }
    me.multiplier.end();
  }

  void draw_quad(RbmWorker& me, const Sweep& sweep, Side& side, const Draws& draws, const Quad& a,
                 int unit, int tile) {
    int number = sweep.first_tile + tile;
    draw(a, draws, unit, number * ROWS, me.betas + tile * ROWS, side.base + unit,
         side.free[unit / WORD_UNITS], side.chains + number * tile_size(side.units));
  }

  void draw_hidden(RbmWorker& me, const Sweep& sweep, int tiles) {
    pass(me, hidden_, states_at(VISIBLE_CHAINS, sweep.first_tile), tiles,
         [&](const Quad& a, int unit, int tile) {
           draw_quad(me, sweep, hidden_, sweep.hidden, a, unit, tile);
         });
  }

  void draw_visible(RbmWorker& me, const Sweep& sweep, int tiles) {
    pass(me, visible_, states_at(HIDDEN_CHAINS, sweep.first_tile), tiles,
         [&](const Quad& a, int unit, int tile) {
           draw_quad(me, sweep, visible_, sweep.visible, a, unit, tile);
         });
  }

  static void start_softplus(RbmWorker& me, int tiles) {
    for (int r = 0; r < tiles * ROWS; r++) {
      me.softplus[r] = 0;
    }
  }

  /// The sums over visible units of A1.
  void start_gain(RbmWorker& me, int first_tile, int tiles) {
    start_softplus(me, tiles);
    for (int tile = 0; tile < tiles; tile++) {
      sum_biases(states_at(VISIBLE_CHAINS, first_tile + tile), visible_.units, bias_gain_,
                 me.biases + tile * ROWS);
    }
  }

  int stride_;
  Side visible_;
  Side hidden_;
  float* bias_gain_;
  float* p_;
  uint32_t* batch_;
  double* row_values_;
  float* row_betas_;
  float* row_next_;
  RbmWorker* workers_;
  float scale_ = 1;
  bool in_limbs_ = false;
};

}  // namespace gibbsite::GIBBSITE_ISA::rbm
