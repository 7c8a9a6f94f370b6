// A whole life of RBM sessions on every ISA: all must leave the same bits, and the sanitisers find
// nothing. Arrays have exactly the length that a call needs.
#include <stdint.h>
#include <string.h>

#include <thread>
#include <vector>

#include "checks.h"

namespace {

struct Result {
  std::vector<uint8_t> visible;
  std::vector<uint8_t> hidden;
  std::vector<float> statistics;
  std::vector<float> probabilities;
  std::vector<double> rows;

  bool operator==(const Result& other) const = default;
};

/// Numbers that are the same everywhere: a linear congruence.
struct Numbers {
  uint64_t state = 1;

  uint32_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
  }
};

}  // namespace

#define DECLARE(isa)                                                                             \
  extern "C" {                                                                                   \
  int32_t gibbsite_##isa##_rbm_tile_rows();                                                      \
  int32_t gibbsite_##isa##_rbm_strip();                                                          \
  int32_t gibbsite_##isa##_rbm_visible_strip();                                                  \
  void* gibbsite_##isa##_rbm_open(int32_t, int32_t, int32_t, int32_t, int32_t, int32_t);         \
  void gibbsite_##isa##_close(void*);                                                            \
  double* gibbsite_##isa##_rbm_row_values(void*);                                                \
  float* gibbsite_##isa##_rbm_row_betas(void*);                                                  \
  float* gibbsite_##isa##_rbm_row_next(void*);                                                   \
  void gibbsite_##isa##_rbm_pack(void*, int32_t, int32_t, const int32_t*);                       \
  void gibbsite_##isa##_rbm_set_biases(void*, const float*, int32_t, int32_t, float, int32_t);   \
  void gibbsite_##isa##_rbm_clamp(void*, const uint8_t*);                                        \
  void gibbsite_##isa##_rbm_set_base(void*, const float*);                                       \
  void gibbsite_##isa##_rbm_load_states(void*, int32_t, int32_t, int32_t, const uint8_t*,        \
                                        int32_t);                                                \
  void gibbsite_##isa##_rbm_store_states(void*, int32_t, int32_t, int32_t, uint8_t*, int32_t);   \
  void gibbsite_##isa##_rbm_clear_hidden(void*, int32_t, int32_t);                               \
  void gibbsite_##isa##_rbm_free_energy(void*, int32_t, int32_t, int32_t);                       \
  void gibbsite_##isa##_rbm_columns(void*, int32_t, int32_t, int32_t, int32_t);                  \
  void gibbsite_##isa##_rbm_store_columns(void*, int32_t, int32_t, int32_t, int32_t, float*);    \
  void gibbsite_##isa##_rbm_hidden_sums(void*, int32_t, int32_t, float*, int32_t);               \
  void gibbsite_##isa##_rbm_visible_sums(void*, int32_t, int32_t, int32_t, int32_t, float*,      \
                                         int32_t);                                               \
  void gibbsite_##isa##_rbm_gibbs(void*, int32_t, int32_t, int32_t, int32_t, int64_t, float,     \
                                  int64_t);                                                      \
  void gibbsite_##isa##_rbm_anneal(void*, int32_t, int32_t, int32_t, float, float, int64_t,      \
                                   int64_t);                                                     \
  void gibbsite_##isa##_rbm_temper(void*, int32_t, int32_t, int32_t, int32_t, int64_t, int64_t); \
  }

// One block of tiles: callers with more rows make more calls.
#define LIFE(isa)                                                                              \
  static Result life_##isa(int visible, int hidden, int rows, bool in_limbs) {                 \
    Numbers numbers;                                                                           \
    std::vector<int32_t> q((size_t)visible * hidden);                                          \
    for (int32_t& each : q) {                                                                  \
      each = (int32_t)(numbers.next() % (1 << 24)) - (1 << 23) + 1;                            \
    }                                                                                          \
    std::vector<float> biases(visible + hidden);                                               \
    std::vector<float> base(visible);                                                          \
    for (float& each : biases) {                                                               \
      each = (float)(numbers.next() % 1000) / 1000 - 0.5f;                                     \
    }                                                                                          \
    Result result;                                                                             \
    result.visible.resize((size_t)rows * visible);                                             \
    result.hidden.resize((size_t)rows * hidden);                                               \
    for (uint8_t& each : result.visible) {                                                     \
      each = numbers.next() & 1;                                                               \
    }                                                                                          \
    std::vector<uint8_t> held(visible);                                                        \
    for (int i = 0; i < visible; i += 3) {                                                     \
      held[i] = 1;                                                                             \
    }                                                                                          \
    void* session = gibbsite_##isa##_rbm_open(visible, hidden, 5, 4, rows, 2);                 \
    int strip = gibbsite_##isa##_rbm_strip();                                                  \
    for (int k = 0; k * strip < visible; k++) {                                                \
      gibbsite_##isa##_rbm_pack(session, 0, k, q.data());                                      \
    }                                                                                          \
    for (int k = 0; k * strip < hidden; k++) {                                                 \
      gibbsite_##isa##_rbm_pack(session, 1, k, q.data());                                      \
    }                                                                                          \
    gibbsite_##isa##_rbm_set_biases(session, biases.data(), 0, visible, 0x1p-25f, in_limbs);   \
    int tile_rows = gibbsite_##isa##_rbm_tile_rows();                                          \
    int tiles = (rows + tile_rows - 1) / tile_rows;                                            \
    gibbsite_##isa##_rbm_load_states(session, 0, 0, tiles, result.visible.data(), rows);       \
    gibbsite_##isa##_rbm_clear_hidden(session, 0, tiles);                                      \
    gibbsite_##isa##_rbm_clamp(session, held.data());                                          \
    gibbsite_##isa##_rbm_set_base(session, nullptr);                                           \
    gibbsite_##isa##_rbm_gibbs(session, 1, 0, tiles, 2, 7, 0.8f, 99);                          \
    gibbsite_##isa##_rbm_clamp(session, std::vector<uint8_t>(visible).data());                 \
    gibbsite_##isa##_rbm_set_base(session, base.data());                                       \
    memset(gibbsite_##isa##_rbm_row_values(session), 0, sizeof(double) * rows);                \
    gibbsite_##isa##_rbm_anneal(session, 0, 0, tiles, 0.25f, 0.5f, 9, 99);                     \
    double* values = gibbsite_##isa##_rbm_row_values(session);                                 \
    result.rows.assign(values, values + rows);                                                 \
    for (int r = 0; r < rows; r++) {                                                           \
      gibbsite_##isa##_rbm_row_betas(session)[r] = (float)(r % 3) / 2;                         \
      gibbsite_##isa##_rbm_row_next(session)[r] = (float)(r % 5) / 4;                          \
    }                                                                                          \
    gibbsite_##isa##_rbm_temper(session, 0, 0, tiles, 2, 11, 99);                              \
    result.rows.insert(result.rows.end(), values, values + rows);                              \
    gibbsite_##isa##_rbm_store_states(session, 0, 0, tiles, result.visible.data(), rows);      \
    gibbsite_##isa##_rbm_store_states(session, 1, 0, tiles, result.hidden.data(), rows);       \
    gibbsite_##isa##_rbm_load_states(session, 2, 0, tiles, result.visible.data(), rows);       \
    gibbsite_##isa##_rbm_free_energy(session, 1, 0, tiles);                                    \
    result.rows.insert(result.rows.end(), values, values + rows);                              \
    result.probabilities.resize((size_t)rows * hidden);                                        \
    gibbsite_##isa##_rbm_columns(session, 0, 2, 0, tiles);                                     \
    gibbsite_##isa##_rbm_store_columns(session, 1, 0, tiles, rows,                             \
                                       result.probabilities.data());                           \
    result.statistics.resize((size_t)visible * hidden + visible + hidden);                     \
    gibbsite_##isa##_rbm_columns(session, 0, 0, 0, tiles);                                     \
    int at = visible * hidden;                                                                 \
    gibbsite_##isa##_rbm_hidden_sums(session, 0, rows, result.statistics.data(), at + visible); \
    for (int k = 0; k * gibbsite_##isa##_rbm_visible_strip() < visible; k++) {                 \
      gibbsite_##isa##_rbm_visible_sums(session, 0, 0, k, rows, result.statistics.data(), at); \
    }                                                                                          \
    gibbsite_##isa##_close(session);                                                           \
    return result;                                                                             \
  }

DECLARE(avx2)
DECLARE(avx512)
DECLARE(amx)
DECLARE(amx_twin)
LIFE(avx2)
LIFE(avx512)
LIFE(amx)
LIFE(amx_twin)

static bool is_finite(const Result& result) {
  for (double each : result.rows) {
    if (!(each - each == 0)) {
      return false;
    }
  }
  return true;
}

void check_rbm(Checks& checks, int isa) {
  struct {
    int visible;
    int hidden;
    int rows;
  } shapes[] = {{1, 1, 1}, {7, 9, 33}, {64, 48, 100}, {100, 31, 64}, {23, 150, 17}, {300, 70, 65}};
  for (auto shape : shapes) {
    for (bool in_limbs : {false, true}) {
      Result avx2 = life_avx2(shape.visible, shape.hidden, shape.rows, in_limbs);
      checks.that(is_finite(avx2), "energies, log weights and gains are finite");
      if (isa >= 2) {
        Result avx512 = life_avx512(shape.visible, shape.hidden, shape.rows, in_limbs);
        checks.that(avx512 == avx2, "the RBM has the same bits with AVX-512 as with AVX2");
        Result amx = life_amx(shape.visible, shape.hidden, shape.rows, in_limbs);
        checks.that(amx == avx2, "the RBM has the same bits with AMX as with AVX2");
        Result twin = life_amx_twin(shape.visible, shape.hidden, shape.rows, in_limbs);
        checks.that(twin == avx2, "the RBM has the same bits with AMX's twin as with AVX2");
      }
    }
  }
}

/// Sessions opened, used and closed by several threads at once, which share nothing: the same bits
/// as alone, and for the sanitisers no memory that is freed twice, not at all, or while it is used.
void check_threads(Checks& checks, int isa) {
  constexpr int THREADS = 4;
  constexpr int LIVES = 6;
  Result alone = life_avx2(23, 150, 17, false);
  std::vector<Result> results(THREADS * LIVES);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < THREADS; thread++) {
    threads.emplace_back([&, thread] {
      for (int life = 0; life < LIVES; life++) {
        int which = isa >= 2 ? (thread + life) % 3 : 0;
        results[thread * LIVES + life] = which == 0   ? life_avx2(23, 150, 17, false)
                                         : which == 1 ? life_avx512(23, 150, 17, false)
                                                      : life_amx(23, 150, 17, false);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const Result& result : results) {
    checks.that(result == alone, "sessions of several threads do not disturb one another");
  }
}
