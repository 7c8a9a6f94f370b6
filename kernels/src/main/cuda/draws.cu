// Rows of draws; and the generator and the elementary functions on their own, so that tests and the
// selftest can hold them to the bits of the CPU.
#include "random.cuh"

struct PhiloxWords {
  const unsigned* address;  // [count, 6]: counter, key
  unsigned* words;          // [count, 4]
  int count;
};

KERNEL(philox_words, PhiloxWords, 128, 1) {
  int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < args.count) {
    const unsigned* a = args.address + 6 * i;
    Words words = philox(a[0], a[1], a[2], a[3], a[4], a[5]);
    for (int w = 0; w < 4; w++) {
      args.words[4 * i + w] = words.w[w];
    }
  }
}

struct DrawRows {
  float* out;  // [rows, columns]
  uint64_t seed, step;
  unsigned stream;
  int firstRow, rows, columns;
  int normal;  // standard normals, else uniforms in [0, 1)
  int unused;
};

KERNEL(draw_rows, DrawRows, 128, 1) {
  int blocks = (args.columns + 3) / 4;
  int64_t i = (int64_t)blockIdx.x * 128 + threadIdx.x;
  if (i >= (int64_t)args.rows * blocks) {
    return;
  }
  int row = (int)(i / blocks);
  int block = (int)(i % blocks);
  Words words = draw_words(args.seed, args.stream, args.step, (unsigned)(args.firstRow + row),
                           (unsigned)block);
  float values[4];
  if (args.normal) {
    normals(words, values);
  } else {
    for (int w = 0; w < 4; w++) {
      values[w] = uniform(words.w[w]);
    }
  }
  for (int w = 0; w < 4 && 4 * block + w < args.columns; w++) {
    args.out[(size_t)row * args.columns + 4 * block + w] = values[w];
  }
}

struct FloatFunctions {
  const float* x;  // [count]
  float* out;      // [6, count]: exp, sigmoid, softplus, tanh, normal density, normal distribution
  int count;
};

KERNEL(float_functions, FloatFunctions, 128, 1) {
  int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < args.count) {
    float x = args.x[i];
    float density = normal_density(x);
    args.out[i] = exp_float(x);
    args.out[args.count + i] = sigmoid(x);
    args.out[2 * args.count + i] = softplus(x);
    args.out[3 * args.count + i] = tanh_float(x);
    args.out[4 * args.count + i] = density;
    args.out[5 * args.count + i] = normal_cdf(x, density);
  }
}
