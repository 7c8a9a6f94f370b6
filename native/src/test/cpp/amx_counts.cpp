// Counts, on emulated tiles, the instructions and the cache lines of the AMX kernels: what can be
// known of their speed without the hardware. A product of tiles keeps its unit busy for 16 cycles, a
// load the ports of the first-level cache for 8.
#include <stdint.h>
#include <stdio.h>

#include <vector>

#include "amx_emulator.h"

extern "C" {
void* gibbsite_amx_rbm_open(int32_t, int32_t, int32_t, int32_t, int32_t, int32_t);
void gibbsite_amx_rbm_pack(void*, int32_t, int32_t, const int32_t*);
int32_t gibbsite_amx_rbm_strip();
int32_t gibbsite_amx_rbm_tile_rows();
void gibbsite_amx_rbm_gibbs(void*, int32_t, int32_t, int32_t, int32_t, int64_t, float, int64_t);
void* gibbsite_amx_mlp_open(const int32_t*, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t);
float* gibbsite_amx_mlp_parameters(void*);
void gibbsite_amx_mlp_set_parameters(void*, const void*);
void gibbsite_amx_mlp_energy(void*, int32_t, int32_t);
void gibbsite_amx_mlp_parameter_gradient(void*, int32_t, int32_t, int32_t, int32_t);
void gibbsite_amx_close(void*);
}

namespace {

/// @param operations the multiplications and additions asked for
void print(const char* what, double operations) {
  const amx::Counts& c = amx::counts();
  double products = (double)c.products();
  printf("%-34s %8ld products, %.0f operations a cycle of theirs; for each product %.2f loads, "
         "%.2f stores, %.1f lines missed; %ld configurations\n",
         what, (long)c.products(), operations / (16 * products), (double)c.loads / products,
         (double)c.stores / products, (double)c.missed_lines / products, (long)c.configs);
}

void count_gibbs(const char* what, int visible, int hidden, int rows) {
  void* session = gibbsite_amx_rbm_open(visible, hidden, 5, 4, rows, 1);
  std::vector<int32_t> q((size_t)visible * hidden, 1);
  int strip = gibbsite_amx_rbm_strip();
  for (int k = 0; k * strip < visible; k++) {
    gibbsite_amx_rbm_pack(session, 0, k, q.data());
  }
  for (int k = 0; k * strip < hidden; k++) {
    gibbsite_amx_rbm_pack(session, 1, k, q.data());
  }
  amx::start_counting();
  gibbsite_amx_rbm_gibbs(session, 0, 0, rows / gibbsite_amx_rbm_tile_rows(), 1, 0, 1, 1);
  print(what, 4.0 * visible * hidden * rows);
  gibbsite_amx_close(session);
}

void count_mlp(int32_t terms) {
  constexpr int ROWS = 128;
  const int32_t widths[] = {784, 512, 512, 1};
  double operations = 2.0 * ROWS * (784 * 512 + 512 * 512);
  void* session = gibbsite_amx_mlp_open(widths, 3, 0, terms, ROWS, 1, 1);
  gibbsite_amx_mlp_set_parameters(session, nullptr);
  amx::start_counting();
  gibbsite_amx_mlp_energy(session, 0, ROWS);
  print(terms == 2 ? "784-512-512-1 bf16x3, energy" : "784-512-512-1 bf16x6, energy", operations);
  amx::start_counting();
  gibbsite_amx_mlp_parameter_gradient(session, 0, ROWS, 0, 1);
  print(terms == 2 ? "784-512-512-1 bf16x3, gradient" : "784-512-512-1 bf16x6, gradient",
        operations * 2 + 2.0 * ROWS * 512 * 512);
  gibbsite_amx_close(session);
}

}  // namespace

void count_amx() {
  count_gibbs("Gibbs sweep, 784x500, 512 chains", 784, 500, 512);
  count_gibbs("Gibbs sweep, 2048x2048, 64 chains", 2048, 2048, 64);
  count_mlp(2);
  count_mlp(3);
}
