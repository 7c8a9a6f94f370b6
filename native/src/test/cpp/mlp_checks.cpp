// The MLP of every ISA that this processor has against plain loops in double, through the same
// functions that Java calls: energies, and all derivatives by central differences.
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <string>
#include <vector>

#include "checks.h"

namespace {

struct Session;
struct Density;

/// The entry points of one ISA.
struct Kernels {
  const char* name;
  /// What the processor must have: a number of gibbsite_isa().
  int needs;
  Session* (*open)(const int32_t*, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t);
  void (*close)(void*);
  Density* (*density)(int32_t, int32_t, double, const float*, const float*, const float*);
  float* (*parameters)(Session*);
  float* (*buffer)(Session*, int32_t, int32_t);
  void (*set_parameters)(Session*, const Density*);
  int32_t (*block_rows)(Session*);
  void (*energy)(Session*, int32_t, int32_t);
  void (*input_gradient)(Session*, int32_t, int32_t);
  void (*parameter_gradient)(Session*, int32_t, int32_t, int32_t, int32_t);
  void (*directional)(Session*, int32_t, int32_t);
  void (*directional_gradient)(Session*, int32_t, int32_t, int32_t, int32_t);
  void (*score_matching)(Session*, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, int32_t);
  int32_t (*parts)(Session*);
  void (*add_part)(Session*, int32_t, int32_t, int32_t, int32_t);
  int32_t (*stretches)(Session*);
  void (*reduce)(Session*, int32_t, int32_t);
  void (*unpack)(Session*);
  void (*start_losses)(Session*);
  double (*loss)(Session*, int32_t);
  void (*nce_drawn)(Session*, int32_t, int32_t, int32_t, int32_t, int32_t, const Density*, double,
                    int32_t, int64_t, int32_t, int64_t, int32_t);
  void (*set_chains)(Session*, int32_t, int32_t, int32_t);
  void (*read_chains)(Session*, int32_t, int32_t, int32_t);
  void (*langevin)(Session*, int32_t, int32_t, int32_t, int32_t, int32_t, float, float, float,
                   float, float, int64_t, int32_t, int64_t);
};

}  // namespace

#define GIBBSITE_KERNELS(isa, needs)                                                               \
  extern "C" {                                                                                     \
  Session* gibbsite_##isa##_mlp_open(const int32_t*, int32_t, int32_t, int32_t, int32_t, int32_t,  \
                                     int32_t);                                                     \
  void gibbsite_##isa##_close(void*);                                                              \
  Density* gibbsite_##isa##_density_open(int32_t, int32_t, double, const float*, const float*,     \
                                         const float*);                                            \
  float* gibbsite_##isa##_mlp_parameters(Session*);                                                \
  float* gibbsite_##isa##_mlp_buffer(Session*, int32_t, int32_t);                                  \
  void gibbsite_##isa##_mlp_set_parameters(Session*, const Density*);                              \
  int32_t gibbsite_##isa##_mlp_block_rows(Session*);                                               \
  void gibbsite_##isa##_mlp_energy(Session*, int32_t, int32_t);                                    \
  void gibbsite_##isa##_mlp_input_gradient(Session*, int32_t, int32_t);                            \
  void gibbsite_##isa##_mlp_parameter_gradient(Session*, int32_t, int32_t, int32_t, int32_t);      \
  void gibbsite_##isa##_mlp_directional(Session*, int32_t, int32_t);                               \
  void gibbsite_##isa##_mlp_directional_parameter_gradient(Session*, int32_t, int32_t, int32_t,    \
                                                           int32_t);                               \
  void gibbsite_##isa##_mlp_score_matching(Session*, int32_t, int32_t, int32_t, int32_t, int32_t,  \
                                           int32_t, int32_t);                                      \
  int32_t gibbsite_##isa##_mlp_parts(Session*);                                                    \
  void gibbsite_##isa##_mlp_add_part(Session*, int32_t, int32_t, int32_t, int32_t);                \
  int32_t gibbsite_##isa##_mlp_stretches(Session*);                                                \
  void gibbsite_##isa##_mlp_reduce(Session*, int32_t, int32_t);                                    \
  void gibbsite_##isa##_mlp_unpack(Session*);                                                      \
  void gibbsite_##isa##_mlp_start_losses(Session*);                                                \
  double gibbsite_##isa##_mlp_loss(Session*, int32_t);                                             \
  void gibbsite_##isa##_mlp_nce_drawn(Session*, int32_t, int32_t, int32_t, int32_t, int32_t,       \
                                      const Density*, double, int32_t, int64_t, int32_t, int64_t,  \
                                      int32_t);                                                    \
  void gibbsite_##isa##_mlp_set_chains(Session*, int32_t, int32_t, int32_t);                       \
  void gibbsite_##isa##_mlp_read_chains(Session*, int32_t, int32_t, int32_t);                      \
  void gibbsite_##isa##_mlp_langevin(Session*, int32_t, int32_t, int32_t, int32_t, int32_t, float, \
                                     float, float, float, float, int64_t, int32_t, int64_t);       \
  }                                                                                                \
  static const Kernels isa##_kernels = {                                                           \
      #isa,                                                                                        \
      needs,                                                                                       \
      gibbsite_##isa##_mlp_open,                                                                   \
      gibbsite_##isa##_close,                                                                      \
      gibbsite_##isa##_density_open,                                                               \
      gibbsite_##isa##_mlp_parameters,                                                             \
      gibbsite_##isa##_mlp_buffer,                                                                 \
      gibbsite_##isa##_mlp_set_parameters,                                                         \
      gibbsite_##isa##_mlp_block_rows,                                                             \
      gibbsite_##isa##_mlp_energy,                                                                 \
      gibbsite_##isa##_mlp_input_gradient,                                                         \
      gibbsite_##isa##_mlp_parameter_gradient,                                                     \
      gibbsite_##isa##_mlp_directional,                                                            \
      gibbsite_##isa##_mlp_directional_parameter_gradient,                                         \
      gibbsite_##isa##_mlp_score_matching,                                                         \
      gibbsite_##isa##_mlp_parts,                                                                  \
      gibbsite_##isa##_mlp_add_part,                                                               \
      gibbsite_##isa##_mlp_stretches,                                                              \
      gibbsite_##isa##_mlp_reduce,                                                                 \
      gibbsite_##isa##_mlp_unpack,                                                                 \
      gibbsite_##isa##_mlp_start_losses,                                                           \
      gibbsite_##isa##_mlp_loss,                                                                   \
      gibbsite_##isa##_mlp_nce_drawn,                                                              \
      gibbsite_##isa##_mlp_set_chains,                                                             \
      gibbsite_##isa##_mlp_read_chains,                                                            \
      gibbsite_##isa##_mlp_langevin};

GIBBSITE_KERNELS(avx2, 1)
GIBBSITE_KERNELS(avx512, 2)
GIBBSITE_KERNELS(amx, 2)  // where the processor has none, its tiles are emulated
GIBBSITE_KERNELS(amx_twin, 2)

namespace {

using Doubles = std::vector<double>;

constexpr double STEP = 1e-4;

double activation(int number, double z) {
  switch (number) {
    case 0:
      return z / (1 + exp(-z));
    case 1:
      return fmax(z, 0) + log1p(exp(-fabs(z)));
    case 2:
      return tanh(z);
    default:
      return z * 0.5 * erfc(-z / sqrt(2.0));
  }
}

struct Model {
  std::vector<int32_t> widths;
  int activation_number;
  Doubles theta;

  int layers() const { return (int)widths.size() - 1; }

  /// F1 to F4.
  double energy(Doubles a, const Doubles& parameters) const {
    size_t at = 0;
    for (int l = 0; l < layers(); l++) {
      size_t in = widths[l], out = widths[l + 1];
      Doubles z(out);
      for (size_t o = 0; o < out; o++) {
        z[o] = parameters[at + in * out + o];
        for (size_t i = 0; i < in; i++) {
          z[o] += parameters[at + o * in + i] * a[i];
        }
        if (l < layers() - 1) {
          z[o] = activation(activation_number, z[o]);
        }
      }
      at += (in + 1) * out;
      a = z;
    }
    return a[0];
  }
};

void close(Checks& checks, const std::string& what, double got, double expected, double bound) {
  bool ok = fabs(got - expected) <= bound;
  checks.that(ok, ok ? "" : (what + ": " + std::to_string(got) + " where " +
                             std::to_string(expected) + " was expected").c_str());
}

/// A plain generator of test data.
struct Numbers {
  uint64_t state = 1;

  float next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (float)((double)(state >> 40) / (1 << 23) - 1);
  }
};

Doubles moved(const Doubles& from, const Doubles& along, double step) {
  Doubles to = from;
  for (size_t i = 0; i < to.size(); i++) {
    to[i] += step * along[i];
  }
  return to;
}

/// Makes the gradient of a block that worker 0 took through chunk 0.
void sum_up(const Kernels& k, Session* session) {
  for (int i = 0; i < k.parts(session); i++) {
    k.add_part(session, 0, i, 1, 1);
  }
  for (int i = 0; k.parts(session) == 0 && i < k.stretches(session); i++) {
    k.reduce(session, 1, i);
  }
  k.unpack(session);
}

/// That gradient, times a direction.
double along(const Kernels& k, Session* session, const Doubles& direction) {
  sum_up(k, session);
  double sum = 0;
  for (size_t i = 0; i < direction.size(); i++) {
    sum += k.parameters(session)[i] * direction[i];
  }
  return sum;
}

Model random_model(const std::vector<int32_t>& widths, int activation_number, Numbers& numbers) {
  Model model{widths, activation_number, {}};
  for (int l = 0; l < model.layers(); l++) {
    for (int i = 0; i < widths[l + 1] * (widths[l] + 1); i++) {
      model.theta.push_back((float)(numbers.next() / sqrtf((float)widths[l])));
    }
  }
  return model;
}

/// @param terms of bf16 products; 0 for float32
void check_passes(const Kernels& k, const Model& model, int terms, int rows, Numbers& numbers,
                  Checks& checks) {
  int d = model.widths[0];
  std::string name = std::string(k.name) + " " + std::to_string(d) + " inputs, " +
                     std::to_string(model.layers()) + " layers, activation " +
                     std::to_string(model.activation_number) + ", " + std::to_string(terms) +
                     " terms, " + std::to_string(rows) + " rows: ";
  Session* session =
      k.open(model.widths.data(), model.layers(), model.activation_number, terms, rows, 1, 1);
  for (size_t i = 0; i < model.theta.size(); i++) {
    k.parameters(session)[i] = (float)model.theta[i];
  }
  k.set_parameters(session, nullptr);

  std::vector<Doubles> x(rows, Doubles(d)), v(rows, Doubles(d));
  Doubles weights[3] = {Doubles(rows), Doubles(rows), Doubles(rows)};
  Doubles direction(model.theta.size());
  for (double& value : direction) {
    value = numbers.next();
  }
  for (int r = 0; r < rows; r++) {
    for (int i = 0; i < d; i++) {
      x[r][i] = numbers.next();
      v[r][i] = numbers.next();
    }
    for (Doubles& weight : weights) {
      weight[r] = numbers.next();
    }
  }
  auto fill = [&] {
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < d; i++) {
        k.buffer(session, 0, 0)[r * d + i] = (float)x[r][i];
        k.buffer(session, 0, 1)[r * d + i] = (float)v[r][i];
      }
      for (int w = 0; w < 3; w++) {
        k.buffer(session, 0, 2 + w)[r] = (float)weights[w][r];
      }
    }
  };
  auto shifted = [&](int r, double s) { return moved(x[r], v[r], s); };

  fill();
  k.energy(session, 0, rows);
  for (int r = 0; r < rows; r++) {
    close(checks, name + "E", k.buffer(session, 0, 2)[r], model.energy(x[r], model.theta), 1e-4);
  }

  fill();
  k.input_gradient(session, 0, rows);
  for (int r = 0; r < rows; r++) {
    double slope = 0;
    for (int i = 0; i < d; i++) {
      slope += k.buffer(session, 0, 1)[r * d + i] * v[r][i];
    }
    double expected =
        (model.energy(shifted(r, STEP), model.theta) - model.energy(shifted(r, -STEP), model.theta)) /
        (2 * STEP);
    close(checks, name + "v.dE by the input gradient", slope, expected, 1e-3);
  }

  fill();
  k.directional(session, 0, rows);
  double sum[3] = {0, 0, 0};
  for (int r = 0; r < rows; r++) {
    double left = model.energy(shifted(r, -STEP), model.theta);
    double middle = model.energy(x[r], model.theta);
    double right = model.energy(shifted(r, STEP), model.theta);
    close(checks, name + "v.dE", k.buffer(session, 0, 3)[r], (right - left) / (2 * STEP), 1e-3);
    close(checks, name + "vHv", k.buffer(session, 0, 4)[r],
                 (right - 2 * middle + left) / (STEP * STEP), 1e-2);
    // The same three at parameters moved along the direction, for the gradients that follow.
    for (int side = -1; side <= 1; side += 2) {
      Doubles theta = moved(model.theta, direction, side * STEP);
      double h = 1e-3;
      double l = model.energy(shifted(r, -h), theta);
      double m = model.energy(x[r], theta);
      double g = model.energy(shifted(r, h), theta);
      sum[0] += side * weights[0][r] * m / (2 * STEP);
      sum[1] += side * weights[1][r] * (g - l) / (2 * h) / (2 * STEP);
      sum[2] += side * weights[2][r] * (g - 2 * m + l) / (h * h) / (2 * STEP);
    }
  }

  fill();
  k.parameter_gradient(session, 0, rows, 0, 1);
  close(checks, name + "parameter gradient", along(k, session, direction), sum[0],
               1e-3 * (rows + fabs(sum[0])));
  fill();
  k.directional_gradient(session, 0, rows, 0, 1);
  double total = sum[0] + sum[1] + sum[2];
  close(checks, name + "directional parameter gradient", along(k, session, direction), total,
               1e-2 * (rows + fabs(total)));

  // Score matching to v of all columns but the last, by its loss at parameters moved either way.
  int columns = d > 1 ? d - 1 : d;
  auto score_loss = [&](const Doubles& theta, int with_gradient) {
    for (size_t i = 0; i < theta.size(); i++) {
      k.parameters(session)[i] = (float)theta[i];
    }
    k.set_parameters(session, nullptr);
    fill();
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < columns; i++) {
        k.buffer(session, 0, 1)[r * columns + i] = (float)v[r][i];
      }
    }
    k.start_losses(session);
    k.score_matching(session, 0, rows, columns, rows, 0, 1, with_gradient);
    return k.loss(session, 1) / (2 * rows);
  };
  double step = 4e-3;
  double left = score_loss(moved(model.theta, direction, -step), 0);
  double right = score_loss(moved(model.theta, direction, step), 0);
  double middle = score_loss(model.theta, 1);
  double slope = (right - left) / (2 * step);
  close(checks, name + "score matching", along(k, session, direction), slope,
               2e-2 * (1 + fabs(slope)));
  double squares = 0;
  fill();
  k.input_gradient(session, 0, rows);
  for (int r = 0; r < rows; r++) {
    for (int i = 0; i < columns; i++) {
      double residual = (float)v[r][i] - weights[0][r] * k.buffer(session, 0, 1)[r * d + i];
      squares += residual * residual / (2 * rows);
    }
  }
  close(checks, name + "score matching's loss", middle, squares, 1e-5 * (1 + squares));

  // Noise without force moves chains; its draws are checked bit by bit from Java.
  fill();
  k.set_chains(session, 0, 0, rows);
  k.langevin(session, 0, 0, rows < 32 ? rows : 32, 2, 0, 1e-3f, 0.1f, 1, -0.5f, 0.5f, 5, 3, 9);
  k.read_chains(session, 0, 0, rows);
  for (int i = 0; i < d; i++) {
    close(checks, name + "box", k.buffer(session, 0, 0)[i], 0, 0.5);
  }

  // With data drawn from the noise itself and E = 0, u = -c - log p_n - log k.
  std::vector<float> zeros(d), ones(d, 1.0f);
  Density* noise = k.density(2, d, 0, zeros.data(), ones.data(), ones.data());
  for (size_t i = 0; i < model.theta.size(); i++) {
    k.parameters(session)[i] = 0;
  }
  k.set_parameters(session, nullptr);
  k.start_losses(session);
  k.nce_drawn(session, 0, rows, 0, 1, 1, noise, 0.25, rows, 7, 6, 3, 0);
  close(checks, name + "NCE loss of a flat energy", k.loss(session, 1), log1p(exp(0.25)), 1e-5);
  k.close(noise);
  k.close(session);
}

/// All that the passes over one batch leave behind.
std::vector<float> left_behind(const Kernels& k, const std::vector<int32_t>& widths,
                               int activation_number, int terms, int rows) {
  Numbers numbers;
  std::vector<float> left;
  Session* session =
      k.open(widths.data(), (int32_t)widths.size() - 1, activation_number, terms, rows, 1, 1);
  int d = widths[0];
  int parameters = 0;
  for (size_t l = 1; l < widths.size(); l++) {
    int count = widths[l] * (widths[l - 1] + 1);
    for (int i = 0; i < count; i++) {
      k.parameters(session)[parameters++] = numbers.next() / sqrtf((float)widths[l - 1]);
    }
  }
  k.set_parameters(session, nullptr);
  auto fill = [&] {
    for (int buffer = 0; buffer < 5; buffer++) {
      for (int i = 0; i < rows * (buffer < 2 ? d : 1); i++) {
        k.buffer(session, 0, buffer)[i] = numbers.next();
      }
    }
  };
  auto keep = [&](const float* from, int count) { left.insert(left.end(), from, from + count); };
  auto keep_gradient = [&] {
    sum_up(k, session);
    keep(k.parameters(session), parameters);
  };
  fill();
  k.energy(session, 0, rows);
  keep(k.buffer(session, 0, 2), rows);
  fill();
  k.input_gradient(session, 0, rows);
  keep(k.buffer(session, 0, 1), rows * d);
  fill();
  k.directional(session, 0, rows);
  keep(k.buffer(session, 0, 3), rows);
  keep(k.buffer(session, 0, 4), rows);
  fill();
  k.parameter_gradient(session, 0, rows, 0, 1);
  keep_gradient();
  fill();
  k.directional_gradient(session, 0, rows, 0, 1);
  keep_gradient();
  fill();
  k.start_losses(session);
  k.score_matching(session, 0, rows, d, rows, 0, 1, 1);
  keep_gradient();
  k.close(session);
  return left;
}

/// The machine code for AMX against the same kernels on plain loops, bit by bit: products that span
/// several depths of what is summed over, several batches of tiles, and end in pieces of each.
void check_against_twin(Checks& checks) {
  const std::vector<std::vector<int32_t>> shapes = {
      {66, 70, 97, 1}, {300, 70, 1}, {64, 289, 65, 1}};
  for (const std::vector<int32_t>& widths : shapes) {
    for (int rows : {1, 150}) {
      for (int terms : {2, 3}) {
        int activation_number = (rows + terms) % 4;
        std::vector<float> amx = left_behind(amx_kernels, widths, activation_number, terms, rows);
        std::vector<float> twin =
            left_behind(amx_twin_kernels, widths, activation_number, terms, rows);
        bool finite = true;
        for (float each : amx) {
          finite = finite && each - each == 0;
        }
        checks.that(finite, "the MLP with AMX leaves numbers");
        checks.that(amx.size() == twin.size() &&
                        memcmp(amx.data(), twin.data(), sizeof(float) * amx.size()) == 0,
                    "the MLP has the same bits with AMX as with its twin");
      }
    }
  }
}

}  // namespace

/// @param isa the best that this processor has
void check_mlp(Checks& checks, int isa) {
  Numbers numbers;
  const std::vector<std::vector<int32_t>> shapes = {
      {3, 1}, {1, 5, 1}, {2, 17, 9, 1}, {7, 70, 33, 1}, {66, 70, 97, 1}, {300, 20, 3, 4, 1}};
  const std::vector<int32_t> large = {300, 420, 12, 1};  // whose sums are made by parts
  if (isa >= amx_kernels.needs) {
    check_against_twin(checks);
  }
  for (const Kernels* k : {&avx2_kernels, &avx512_kernels, &amx_kernels}) {
    if (isa < k->needs) {
      continue;
    }
    check_passes(*k, random_model(large, 0, numbers), 0, 33, numbers, checks);
    for (const std::vector<int32_t>& widths : shapes) {
      for (int number = 0; number < 4; number++) {
        Model model = random_model(widths, number, numbers);
        for (int rows : {1, 33, 64}) {
          check_passes(*k, model, 0, rows, numbers, checks);
          for (int terms = 2; terms <= 3 && k == &amx_kernels && widths[0] == 66; terms++) {
            check_passes(*k, model, terms, rows, numbers, checks);
          }
        }
      }
    }
  }
}
