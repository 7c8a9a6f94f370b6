// The layers of an MLP energy, and its parameters packed for the micro-kernel.
#pragma once

#include "density.h"
#include "mlp_activation.h"

namespace gibbsite::GIBBSITE_ISA {

/// Layer l = 0 .. layers - 1 maps width(l) to width(l + 1) columns; parameters lie layer by layer,
/// weight [out, in] row-major, then bias [out], as io.gibbsite.mlp.MlpShape says.
struct MlpShape {
  int layers;
  const int32_t* widths;
  Activation activation;

  int width(int l) const { return widths[l]; }
  int inputs() const { return widths[0]; }
  int hidden() const { return layers - 1; }

  size_t weight_offset(int l) const {
    size_t offset = 0;
    for (int m = 0; m < l; m++) {
      offset += (size_t)width(m + 1) * (width(m) + 1);
    }
    return offset;
  }

  size_t bias_offset(int l) const {
    return weight_offset(l) + (size_t)width(l + 1) * width(l);
  }

  size_t parameter_count() const { return weight_offset(layers); }

  /// The widest of the inputs and hidden layers.
  int widest() const {
    int widest = 0;
    for (int l = 0; l < layers; l++) {
      widest = width(l) > widest ? width(l) : widest;
    }
    return widest;
  }
};

/// The parameters as the micro-kernel reads them: weights in panels, both ways round.
struct MlpPacked {
  MlpShape shape;
  /// Layer l's weight for F2, the last layer's for F4, float[layers].
  PackedMatrix* weights;
  /// Layer l's weight transposed, for B3; not the last layer's.
  PackedMatrix* transposed;
  /// Layer l's bias.
  float** biases;
  /// The last layer's weight, float[n_{L-1}], for B3.
  float* last_weight;
  /// Zeros for the widest layer.
  float* zeros;
  /// The base density, or null.
  const Density* base = nullptr;

  /// @param terms in which wide layers are multiplied, 2 or 3 bf16; 0 for float32
  MlpPacked(Memory& memory, const MlpShape& shape, int terms)
      : shape(shape),
        weights(memory.take<PackedMatrix>(shape.layers)),
        transposed(memory.take<PackedMatrix>(shape.layers)),
        biases(memory.take<float*>(shape.layers)),
        last_weight(memory.take<float>(shape.width(shape.hidden()))),
        zeros(memory.take<float>(shape.widest())) {
    for (int l = 0; l < shape.layers; l++) {
      PackedMatrix weight(memory, shape.width(l + 1), shape.width(l), terms);
      bool last = l == shape.hidden();
      PackedMatrix turned(memory, last ? 0 : shape.width(l), shape.width(l + 1), terms);
      float* bias = memory.take<float>(shape.width(l + 1));
      if (memory.real()) {
        weights[l] = weight;
        transposed[l] = turned;
        biases[l] = bias;
      }
    }
    if (memory.real()) {
      fill(zeros, shape.widest(), 0.0f);
    }
  }

  void pack(const float* values) {
    for (int l = 0; l < shape.layers; l++) {
      const float* weight = values + shape.weight_offset(l);
      weights[l].pack(weight, shape.width(l), 1);
      transposed[l].pack(weight, 1, shape.width(l));
      copy(biases[l], values + shape.bias_offset(l), shape.width(l + 1));
    }
    copy(last_weight, values + shape.weight_offset(shape.hidden()), shape.width(shape.hidden()));
  }
};

}  // namespace gibbsite::GIBBSITE_ISA
