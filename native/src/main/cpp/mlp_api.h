// The MLP's entry points, one set for each ISA: gibbsite_<isa>_mlp_* and density_*.
//
// Arguments are numbers and addresses. Rows, parameters and results go through the buffers of a
// session, outside the Java heap, so that no call holds off the garbage collector however long it
// takes.
#pragma once

#include "api.h"
#include "mlp_session.h"
#include "open.h"

namespace gibbsite::GIBBSITE_ISA {

/// The buffers of a worker, as the caller numbers them.
inline float* buffer_of(MlpWorker& worker, int buffer) {
  switch (buffer) {
    case 0:
      return worker.x_rows;
    case 1:
      return worker.v_rows;
    default:
      return worker.column[buffer - 2];
  }
}

/// The stage F3, F4, B4, B5, T3, D4, S1's v, S2's at or S3 as tiles from their beginning; T3 has the
/// parts at and as, D4 d, dt and ds.
inline const float* stage_of(MlpWorker& worker, char letter, int number, int layer, int part) {
  switch (letter) {
    case 'F':
      return number == 4 ? worker.tiles.energy() : worker.tiles.activations(layer + 1);
    case 'B':
      return number == 5 ? worker.second : worker.tiles.deltas(layer);
    case 'T':
      return worker.taylor.activations(part + 1, layer + 1);
    case 'S':
      return number == 1   ? worker.second
             : number == 2 ? worker.score.tangents(layer + 1)
                           : worker.tiles.bends(layer);
    default:
      return worker.taylor.deltas(part, layer);
  }
}

}  // namespace gibbsite::GIBBSITE_ISA

#define GIBBSITE_TYPE(name) gibbsite::GIBBSITE_ISA::name

/// Rows in a block: the most of one call.
GIBBSITE_EXPORT(int32_t, mlp_block_rows)(GIBBSITE_TYPE(MlpSession) * session) {
  return session->block_rows();
}

/// Bytes that a session takes.
GIBBSITE_EXPORT(int64_t, mlp_bytes)(const int32_t* widths, int32_t layers, int32_t activation,
                                    int32_t terms, int32_t rows, int32_t threads,
                                    int32_t blocks) {
  GIBBSITE_TYPE(Memory) counted(nullptr);
  counted.take<GIBBSITE_TYPE(MlpSession)>(1);
  GIBBSITE_TYPE(MlpSession)
  counting(counted, {layers, widths, (GIBBSITE_TYPE(Activation))activation}, terms, rows, threads,
           blocks);
  return (int64_t)counted.size();
}

/// A session, or null where there is not enough memory.
///
/// @param terms in which wide layers are multiplied, 2 or 3 bf16 on AMX; 0 for float32
/// @param blocks how many are summed at once where sums are made by parts: the first of as many workers
///     hold them
GIBBSITE_EXPORT(GIBBSITE_TYPE(MlpSession) *, mlp_open)
(const int32_t* widths, int32_t layers, int32_t activation, int32_t terms, int32_t rows,
 int32_t threads, int32_t blocks) {
  using namespace gibbsite::GIBBSITE_ISA;
  return open_in_memory<MlpSession>(MlpShape{layers, widths, (Activation)activation}, terms, rows,
                                    threads, blocks);
}

/// Frees what mlp_open or density_open returned.
GIBBSITE_EXPORT(void, close)(void* opened) { free(opened); }

/// @param kind the number of a Density::Kind
GIBBSITE_EXPORT(GIBBSITE_TYPE(Density) *, density_open)
(int32_t kind, int32_t columns, double constant, const float* location, const float* whitening,
 const float* factor) {
  using namespace gibbsite::GIBBSITE_ISA;
  return open_in_memory<Density>((Density::Kind)kind, columns, constant, location, whitening,
                                 factor);
}

GIBBSITE_EXPORT(float*, mlp_parameters)(GIBBSITE_TYPE(MlpSession) * session) {
  return session->parameters();
}

GIBBSITE_EXPORT(float*, mlp_buffer)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t buffer) {
  return buffer_of(session->worker(worker), buffer);
}

GIBBSITE_EXPORT(const float*, mlp_stage)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t letter, int32_t number, int32_t layer,
 int32_t part) {
  return stage_of(session->worker(worker), (char)letter, number, layer, part);
}

GIBBSITE_EXPORT(void, mlp_set_parameters)
(GIBBSITE_TYPE(MlpSession) * session, const GIBBSITE_TYPE(Density) * base) {
  session->set_parameters(base);
}

GIBBSITE_EXPORT(void, mlp_energy)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t rows) {
  session->energy(session->worker(worker), rows);
}

GIBBSITE_EXPORT(void, mlp_input_gradient)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t rows) {
  session->input_gradient(session->worker(worker), rows);
}

GIBBSITE_EXPORT(void, mlp_parameter_gradient)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t rows, int32_t chunk, int32_t fresh) {
  session->parameter_gradient(session->worker(worker), rows, chunk, fresh);
}

GIBBSITE_EXPORT(void, mlp_directional)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t rows) {
  session->directional(session->worker(worker), rows);
}

GIBBSITE_EXPORT(void, mlp_directional_parameter_gradient)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t rows, int32_t chunk, int32_t fresh) {
  session->directional_parameter_gradient(session->worker(worker), rows, chunk, fresh);
}

/// One block of score matching to targets of so many columns, of so many rows in all.
GIBBSITE_EXPORT(void, mlp_score_matching)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t rows, int32_t columns, int32_t batch,
 int32_t chunk, int32_t fresh, int32_t with_gradient) {
  session->score_matching(session->worker(worker), rows, columns, batch, chunk, with_gradient,
                          fresh);
}

/// The most chunks of a sum over a batch.
GIBBSITE_EXPORT(int32_t, mlp_chunk_limit)(GIBBSITE_TYPE(MlpSession) * session) {
  return session->chunk_limit();
}

/// Units of mlp_add_part, or 0 where sums are made chunk by chunk.
GIBBSITE_EXPORT(int32_t, mlp_parts)(GIBBSITE_TYPE(MlpSession) * session) { return session->parts(); }

/// Adds one part of the sums over the blocks that the first workers hold.
GIBBSITE_EXPORT(void, mlp_add_part)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t part, int32_t blocks, int32_t fresh) {
  session->add_part(session->worker(worker), part, blocks, fresh);
}

/// Units of mlp_reduce.
GIBBSITE_EXPORT(int32_t, mlp_stretches)(GIBBSITE_TYPE(MlpSession) * session) {
  return session->stretches();
}

GIBBSITE_EXPORT(void, mlp_reduce)
(GIBBSITE_TYPE(MlpSession) * session, int32_t chunks, int32_t stretch) {
  session->reduce(chunks, stretch);
}

GIBBSITE_EXPORT(void, mlp_unpack)(GIBBSITE_TYPE(MlpSession) * session) { session->unpack(); }

GIBBSITE_EXPORT(void, mlp_start_losses)(GIBBSITE_TYPE(MlpSession) * session) {
  session->start_losses();
}

GIBBSITE_EXPORT(double, mlp_loss)(GIBBSITE_TYPE(MlpSession) * session, int32_t chunks) {
  return session->loss(chunks);
}

GIBBSITE_EXPORT(double, mlp_weight)(GIBBSITE_TYPE(MlpSession) * session, int32_t chunks) {
  return session->weight(chunks);
}

/// One block of NCE with given rows, of data or of noise.
GIBBSITE_EXPORT(void, mlp_nce)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t rows, int32_t chunk, int32_t fresh,
 int32_t with_gradient, const GIBBSITE_TYPE(Density) * noise, int32_t is_noise, double offset,
 int32_t data_rows) {
  session->nce(session->worker(worker), {noise, is_noise != 0, offset, data_rows}, nullptr, 0, rows,
               chunk, with_gradient, fresh);
}

/// One block of NCE with noise drawn at (stream, step, first ..).
GIBBSITE_EXPORT(void, mlp_nce_drawn)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t rows, int32_t chunk, int32_t fresh,
 int32_t with_gradient, const GIBBSITE_TYPE(Density) * noise, double offset, int32_t data_rows,
 int64_t seed, int32_t stream, int64_t step, int32_t first) {
  GIBBSITE_TYPE(Draws) draws((uint64_t)seed, stream, (uint64_t)step);
  session->nce(session->worker(worker), {noise, true, offset, data_rows}, &draws, (uint32_t)first,
               rows, chunk, with_gradient, fresh);
}

/// Normals at (stream, step, first_row ..), of fewer columns than inputs or as many, to the first rows
/// buffer.
GIBBSITE_EXPORT(void, mlp_normals)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t first_row, int32_t rows,
 int32_t columns, int64_t seed, int32_t stream, int64_t step) {
  GIBBSITE_TYPE(Draws) draws((uint64_t)seed, stream, (uint64_t)step);
  session->normals(session->worker(worker), draws, (uint32_t)first_row, rows, columns);
}

GIBBSITE_EXPORT(void, mlp_set_chains)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t first_row, int32_t rows) {
  session->set_chains(session->worker(worker), first_row / GIBBSITE_TYPE(ROWS), rows);
}

GIBBSITE_EXPORT(void, mlp_read_chains)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t first_row, int32_t rows) {
  session->read_chains(session->worker(worker), first_row / GIBBSITE_TYPE(ROWS), rows);
}

/// Chains that move in one call: the units that threads share.
GIBBSITE_EXPORT(int32_t, mlp_langevin_rows)(GIBBSITE_TYPE(MlpSession) * session) {
  return session->langevin_tiles() * GIBBSITE_TYPE(ROWS);
}

/// @param record whether the energies of each step's first states go to the first column buffer,
///     float[steps][mlp_langevin_rows]
GIBBSITE_EXPORT(void, mlp_langevin)
(GIBBSITE_TYPE(MlpSession) * session, int32_t worker, int32_t first_row, int32_t rows, int32_t steps,
 int32_t record, float step_size, float noise, float clip, float low, float high, int64_t seed,
 int32_t stream, int64_t first_step) {
  using namespace gibbsite::GIBBSITE_ISA;
  MlpWorker& me = session->worker(worker);
  session->langevin(me, {step_size, noise, clip, low, high}, first_row / ROWS, tile_count(rows),
                    (uint64_t)seed, stream, (uint64_t)first_step, steps,
                    record ? me.column[0] : nullptr);
}

#undef GIBBSITE_TYPE
