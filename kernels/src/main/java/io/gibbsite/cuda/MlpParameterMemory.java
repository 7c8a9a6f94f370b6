package io.gibbsite.cuda;

import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import java.lang.foreign.MemorySegment;

/** The parameters of an MLP energy on a device, and its base density. */
final class MlpParameterMemory {
  private final DeviceStream stream;
  private final MlpKernels kernels;
  private final RowCopies rowCopies;
  private final MlpShape shape;

  /** As the caller has them: biases are read here. */
  private final DeviceMemory theta;

  private final LayerWeights[] weights;

  private GaussianMemory gaussian;
  private boolean hasBase;

  MlpParameterMemory(
      DeviceStream stream,
      MlpKernels kernels,
      RowCopies rowCopies,
      MlpShape shape) {
    this.stream = stream;
    this.kernels = kernels;
    this.rowCopies = rowCopies;
    this.shape = shape;
    theta = stream.allocateCleared((long) shape.parameterCount() * Float.BYTES);
    weights = new LayerWeights[shape.layers()];
    for (int l = 0; l < weights.length; l++) {
      weights[l] = kernels.allocateWeights(shape.width(l), shape.width(l + 1));
    }
  }

  void set(MlpParameters parameters) {
    stream.upload(MemorySegment.ofArray(parameters.values()), theta, 0);
    for (int l = 0; l < weights.length; l++) {
      long row = (long) shape.width(l) * Float.BYTES;
      long stride = (long) MlpKernels.stride(shape.width(l)) * Float.BYTES;
      long from = (long) shape.weightOffset(l) * Float.BYTES;
      int outputs = shape.width(l + 1);
      rowCopies.copy(theta, from, row, weights[l].plain(), 0, stride, (int) row, outputs);
      kernels.split(weights[l], shape.width(l), outputs);
    }
    hasBase = parameters.base() != null;
    if (hasBase) {
      if (gaussian == null) {
        gaussian = new GaussianMemory(stream, kernels, rowCopies, shape.inputs());
      }
      gaussian.set(parameters.base());
    }
    stream.synchronize();
  }

  DeviceMemory theta() {
    return theta;
  }

  LayerWeights weights(int l) {
    return weights[l];
  }

  /** Where a layer's biases begin in {@link #theta}, in bytes. */
  long biasAt(int l) {
    return (long) shape.biasOffset(l) * Float.BYTES;
  }

  /** The base density, or null. */
  GaussianMemory base() {
    return hasBase ? gaussian : null;
  }

  /** All of it, for kernels with all layers in one launch. */
  MlpResident.Model model() {
    return new MlpResident.Model(weights, theta, base());
  }
}
