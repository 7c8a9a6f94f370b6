// The entry points of the restricted Boltzmann machine, one set for each ISA: gibbsite_<isa>_rbm_*.
//
// Sweeps and probabilities run on a session's own memory, so that no call holds off the garbage
// collector however long it takes. Calls that are given arrays (states, weights, sums) may be given
// those of the Java heap: they pack, unpack or sum a block in a millisecond or less.
#pragma once

#include "api.h"
#include "open.h"
#include "rbm_session.h"

#define GIBBSITE_RBM gibbsite::GIBBSITE_ISA::rbm::RbmSession
#define GIBBSITE_STATES(number) ((gibbsite::GIBBSITE_ISA::rbm::States)(number))

/// Rows in a tile.
GIBBSITE_EXPORT(int32_t, rbm_tile_rows)() { return gibbsite::GIBBSITE_ISA::rbm::ROWS; }

/// The most tiles of a block.
GIBBSITE_EXPORT(int32_t, rbm_block_tiles)() { return gibbsite::GIBBSITE_ISA::rbm::BLOCK_TILES; }

/// Units of rbm_pack for that many outputs.
GIBBSITE_EXPORT(int32_t, rbm_strip)() { return gibbsite::GIBBSITE_ISA::rbm::STRIP; }

/// Units of rbm_visible_sums for that many visible units.
GIBBSITE_EXPORT(int32_t, rbm_visible_strip)() { return gibbsite::GIBBSITE_ISA::rbm::VISIBLE_STRIP; }

/// Bytes that a session takes.
GIBBSITE_EXPORT(int64_t, rbm_bytes)
(int32_t visible, int32_t hidden, int32_t rows, int32_t workers) {
  using namespace gibbsite::GIBBSITE_ISA;
  return bytes_in_memory<rbm::RbmSession>(visible, hidden, 0, 0, rows, workers);
}

/// A session, or null where there is not enough memory.
GIBBSITE_EXPORT(GIBBSITE_RBM*, rbm_open)
(int32_t visible, int32_t hidden, int32_t visible_stream, int32_t hidden_stream, int32_t rows,
 int32_t workers) {
  using namespace gibbsite::GIBBSITE_ISA;
  return open_in_memory<rbm::RbmSession>(visible, hidden, visible_stream, hidden_stream, rows,
                                         workers);
}

GIBBSITE_EXPORT(double*, rbm_row_values)(GIBBSITE_RBM* session) { return session->row_values(); }

GIBBSITE_EXPORT(float*, rbm_row_betas)(GIBBSITE_RBM* session) { return session->row_betas(); }

GIBBSITE_EXPORT(float*, rbm_row_next)(GIBBSITE_RBM* session) { return session->row_next(); }

GIBBSITE_EXPORT(void, rbm_pack)
(GIBBSITE_RBM* session, int32_t to_hidden, int32_t strip, const int32_t* q) {
  session->pack(to_hidden != 0, strip, q);
}

/// @param values the parameters; the biases begin at `biases`
GIBBSITE_EXPORT(void, rbm_set_biases)
(GIBBSITE_RBM* session, const float* values, int32_t visible_at, int32_t hidden_at, float scale,
 int32_t in_limbs) {
  session->set_biases(values + visible_at, values + hidden_at, scale, in_limbs != 0);
}

GIBBSITE_EXPORT(void, rbm_clamp)(GIBBSITE_RBM* session, const uint8_t* held) {
  session->clamp(held);
}

GIBBSITE_EXPORT(void, rbm_set_base)(GIBBSITE_RBM* session, const float* base) {
  session->set_base(base);
}

GIBBSITE_EXPORT(void, rbm_load_states)
(GIBBSITE_RBM* session, int32_t states, int32_t first_tile, int32_t tiles, const uint8_t* rows,
 int32_t n) {
  session->load_states(GIBBSITE_STATES(states), first_tile, tiles, rows, n);
}

GIBBSITE_EXPORT(void, rbm_store_states)
(GIBBSITE_RBM* session, int32_t states, int32_t first_tile, int32_t tiles, uint8_t* rows,
 int32_t n) {
  session->store_states(GIBBSITE_STATES(states), first_tile, tiles, rows, n);
}

GIBBSITE_EXPORT(void, rbm_clear_hidden)
(GIBBSITE_RBM* session, int32_t first_tile, int32_t tiles) {
  session->clear_hidden(first_tile, tiles);
}

GIBBSITE_EXPORT(void, rbm_free_energy)
(GIBBSITE_RBM* session, int32_t worker, int32_t first_tile, int32_t tiles) {
  session->free_energy(session->worker(worker), first_tile, tiles);
}

GIBBSITE_EXPORT(void, rbm_columns)
(GIBBSITE_RBM* session, int32_t worker, int32_t states, int32_t first_tile, int32_t tiles) {
  session->columns(session->worker(worker), GIBBSITE_STATES(states), first_tile, tiles);
}

GIBBSITE_EXPORT(void, rbm_store_columns)
(GIBBSITE_RBM* session, int32_t of_hidden, int32_t first_tile, int32_t tiles, int32_t n,
 float* out) {
  session->store_columns(of_hidden != 0, first_tile, tiles, n, out);
}

GIBBSITE_EXPORT(void, rbm_hidden_sums)
(GIBBSITE_RBM* session, int32_t worker, int32_t n, float* sums, int32_t hidden_at) {
  session->hidden_sums(session->worker(worker), n, sums + hidden_at);
}

GIBBSITE_EXPORT(void, rbm_visible_sums)
(GIBBSITE_RBM* session, int32_t worker, int32_t states, int32_t strip, int32_t n, float* sums,
 int32_t visible_at) {
  session->visible_sums(session->worker(worker), GIBBSITE_STATES(states), strip, n, sums,
                        sums + visible_at);
}

GIBBSITE_EXPORT(void, rbm_gibbs)
(GIBBSITE_RBM* session, int32_t worker, int32_t first_tile, int32_t tiles, int32_t sweeps,
 int64_t first_sweep, float beta, int64_t seed) {
  session->gibbs(session->worker(worker), first_tile, tiles, sweeps, (uint64_t)first_sweep, beta,
                 (uint64_t)seed);
}

GIBBSITE_EXPORT(void, rbm_anneal)
(GIBBSITE_RBM* session, int32_t worker, int32_t first_tile, int32_t tiles, float beta, float next,
 int64_t sweep, int64_t seed) {
  session->anneal(session->worker(worker), first_tile, tiles, beta, next, (uint64_t)sweep,
                  (uint64_t)seed);
}

GIBBSITE_EXPORT(void, rbm_temper)
(GIBBSITE_RBM* session, int32_t worker, int32_t first_tile, int32_t tiles, int32_t sweeps,
 int64_t first_sweep, int64_t seed) {
  session->temper(session->worker(worker), first_tile, tiles, sweeps, (uint64_t)first_sweep,
                  (uint64_t)seed);
}

#undef GIBBSITE_STATES
#undef GIBBSITE_RBM
