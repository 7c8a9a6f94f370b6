package io.gibbsite.cuda;

import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.MlpShape;

/**
 * The passes of {@link io.gibbsite.mlp.MlpEnergy} over a chunk of rows, with a launch a layer.
 *
 * <p>Passes with tangents stack {@code a}, {@code at} and {@code as} below one another, so that one
 * product serves all three. Gradients are summed in parts whose size depends on the shape and the
 * rows alone, added in order: the same bits every time.
 */
final class MlpLayers {
  /** Of a row with both tangents. */
  static final int STACKS = 3;

  /** {@code a_0} of rows that do not lie on the device already. */
  final DeviceRows input;

  /** B1 or D1, float[stacks * rows][SEED_STRIDE]. */
  final DeviceMemory seeds;

  /** {@code dE/dx}, float[rows][stride]. */
  final DeviceMemory inputGradient;

  /** Sums over all chunks, float[P]. */
  final DeviceMemory gradientSums;

  /** Scratch as large as the input, free between passes; so is y. */
  final DeviceMemory centred;

  /** Whitened rows, where there is a base. */
  final DeviceMemory y;

  private final MlpShape shape;
  private final Activation activation;
  private final int last;
  private final MlpSizes sizes;
  private final DeviceStream stream;
  private final MlpKernels kernels;
  private final MlpParameterMemory parameters;
  private final DeviceStages stages;

  /** {@code z_l} and {@code a_l}. */
  private final DeviceMemory[] z;

  private final DeviceMemory[] a;

  /** {@code d_l} of the layer at hand and of the one before. */
  private final DeviceMemory d;

  private final DeviceMemory dBefore;
  private final DeviceMemory partial;

  MlpLayers(
      DeviceStream stream,
      MlpKernels kernels,
      MlpShape shape,
      MlpSizes sizes,
      MlpParameterMemory parameters,
      DeviceStages stages) {
    this.stream = stream;
    this.kernels = kernels;
    this.shape = shape;
    this.sizes = sizes;
    this.parameters = parameters;
    this.stages = stages;
    activation = shape.activation();
    last = shape.layers() - 1;
    z = new DeviceMemory[last];
    a = new DeviceMemory[last + 1];
    for (int l = 0; l <= last; l++) {
      a[l] = rows(MlpKernels.stride(shape.width(l)));
      if (l < last) {
        z[l] = rows(MlpKernels.stride(shape.width(l + 1)));
      }
    }
    input = new DeviceRows(a[0], 0);
    d = rows(sizes.widest);
    dBefore = rows(sizes.widest);
    seeds = rows(MlpKernels.SEED_STRIDE);
    inputGradient = rows(sizes.stride);
    centred = rows(sizes.stride);
    y = rows(sizes.stride);
    partial = stream.allocateCleared(sizes.partial * Float.BYTES);
    gradientSums = stream.allocateCleared((long) shape.parameterCount() * Float.BYTES);
  }

  /** Zero where kernels may read beyond a row's end. */
  private DeviceMemory rows(int stride) {
    return stream.allocateCleared((long) sizes.capacity * stride * Float.BYTES);
  }

  /**
   * F2 and F3 or T2 and T3 of all hidden layers.
   *
   * @param in {@code a_0}: two stacks at most, the third is 0
   * @param stacks 1; with tangents 3, or 2 without the second derivative
   * @param keep whether z is needed later
   */
  void hiddenLayers(DeviceRows in, int n, int stacks, boolean keep) {
    for (int l = 0; l < last; l++) {
      int rows = stacks == 1 ? n : l == 0 ? 2 * n : stacks * n;
      int width = shape.width(l + 1);
      kernels.forward(
          l == 0 ? in.memory() : a[l],
          l == 0 ? in.offset() : 0,
          parameters.weights(l),
          parameters.theta(),
          parameters.biasAt(l),
          keep ? z[l] : null,
          0,
          a[l + 1],
          rows,
          n,
          shape.width(l),
          width,
          activation);
      if (stacks > 1) {
        if (l == 0 && stacks == STACKS) {
          stream.clear(z[l], 2 * stackBytes(n, width), stackBytes(n, width));
        }
        kernels.tangents(z[l], a[l + 1], n, stacks, width, activation);
      }
    }
  }

  /**
   * F4 and F5, T4 and T5.
   *
   * @param out float[stacks * n] from {@code outOffset}; null for no more than {@link
   *     #backwardInput} needs
   */
  void output(DeviceRows in, int n, int stacks, DeviceMemory out, long outOffset) {
    GaussianMemory base = parameters.base();
    if (base != null) {
      base.whiten(in.memory(), in.offset(), centred, y, stacks == 1 ? n : 2 * n, n);
    }
    if (out != null) {
      output(in, n, stacks, base, out, outOffset);
    }
  }

  /**
   * @param base whose y is there, or null
   */
  private void output(
      DeviceRows in, int n, int stacks, GaussianMemory base, DeviceMemory out, long outOffset) {
    kernels.output(
        last == 0 ? in.memory() : a[last],
        last == 0 ? in.offset() : 0,
        parameters.weights(last).plain(),
        parameters.theta(),
        parameters.biasAt(last),
        base == null ? null : y,
        out,
        outOffset,
        n,
        stacks,
        shape.width(last),
        shape.inputs(),
        base == null ? 0f : -base.constant());
  }

  /**
   * F2 to F5.
   *
   * @param keep whether a backward pass follows
   * @param energy float[n], out
   */
  void forward(DeviceRows in, int n, long firstRow, boolean keep, DeviceMemory energy) {
    hiddenLayers(in, n, 1, keep || stages.listening());
    output(in, n, 1, energy, 0);
    showForward(in, firstRow, n);
  }

  /** B1, B3 to B5 with w = 1, after the forward steps with z kept. */
  void backwardInput(int n, long firstRow) {
    kernels.seeds(null, seeds, n);
    DeviceMemory above = seeds;
    DeviceMemory below = d;
    for (int l = last; l > 0; l--) {
      kernels.backward(
          above,
          parameters.weights(l),
          z[l - 1],
          below,
          n,
          shape.width(l + 1),
          shape.width(l),
          activation,
          false);
      showBackward(l, firstRow, n, below);
      above = below;
      below = above == d ? dBefore : d;
    }
    kernels.backward(
        above,
        parameters.weights(0),
        null,
        inputGradient,
        n,
        shape.width(1),
        shape.inputs(),
        activation,
        false);
    if (parameters.base() != null) {
      parameters.base().addGradient(y, inputGradient, n);
    }
    stages.show("B5", 0, firstRow, n, shape.inputs(), inputGradient, 0);
  }

  /**
   * B2 to B4, or D2 to D4 with two or three stacks: adds the gradient of a chunk whose seeds are
   * set.
   *
   * @param in {@code a_0}
   */
  void backwardParameters(DeviceRows in, int n, int stacks, long firstRow) {
    int stacked = stacks * n;
    int parts = sizes.parts(stacked);
    MlpKernels.Target target = new MlpKernels.Target(partial, shape.parameterCount(), parts);
    DeviceMemory above = seeds;
    DeviceMemory below = d;
    for (int l = last; l >= 0; l--) {
      // as_0 is 0, so layer 0 has two stacks at most.
      int rows = l == 0 ? Math.min(stacks, 2) * n : stacked;
      DeviceMemory inputs = l == 0 ? in.memory() : a[l];
      long offset = l == 0 ? in.offset() : 0;
      // A column of seeds is all that d is at the output.
      kernels.columnSums(null, above, 0, target, shape.biasOffset(l), n, shape.width(l + 1));
      if (l == last) {
        kernels.columnSums(
            above, inputs, offset, target, shape.weightOffset(l), rows, shape.width(l));
      } else {
        kernels.gradient(
            above,
            inputs,
            offset,
            target,
            shape.weightOffset(l),
            rows,
            shape.width(l + 1),
            shape.width(l));
      }
      if (l > 0) {
        kernels.backward(
            above,
            parameters.weights(l),
            stacks == 1 ? z[l - 1] : null,
            below,
            stacked,
            shape.width(l + 1),
            shape.width(l),
            activation,
            false);
        if (stacks > 1) {
          kernels.tangentsBackward(z[l - 1], below, n, stacks, shape.width(l), activation);
          stages.show("D4", l, firstRow, n, shape.width(l), below, 0, 1, 2);
        } else {
          showBackward(l, firstRow, n, below);
        }
        above = below;
        below = above == d ? dBefore : d;
      }
    }
    kernels.sumPartials(partial, gradientSums, shape.parameterCount(), parts, true);
  }

  /**
   * T1 to T3 of {@link #input}, whose first rows are x and whose next ones are v.
   *
   * @param stacks 3, or 2 without the second derivative
   */
  void taylor(int n, int stacks, long firstRow) {
    if (last == 0 && stacks == STACKS) {
      long bytes = stackBytes(n, shape.inputs());
      stream.clear(a[0], 2 * bytes, bytes);
    }
    hiddenLayers(input, n, stacks, true);
    for (int l = 0; l < last; l++) {
      stages.show("T2", l, firstRow, n, shape.width(l + 1), z[l], 1, 2);
      stages.show("T3", l, firstRow, n, shape.width(l + 1), a[l + 1], 1, 2);
    }
  }

  /**
   * T2 and T3 without the second derivative, along v, which lies in {@link #input} after the n rows
   * of x: after their forward steps with z kept.
   */
  void slopes(int n) {
    for (int l = 0; l < last; l++) {
      int width = shape.width(l + 1);
      kernels.forward(
          l == 0 ? input.memory() : a[l],
          stackBytes(n, shape.width(l)),
          parameters.weights(l),
          null,
          0,
          z[l],
          stackBytes(n, width),
          null,
          n,
          0,
          shape.width(l),
          width,
          activation);
      kernels.tangents(z[l], a[l + 1], n, 2, width, activation);
    }
  }

  /** Of a stack of n rows. */
  static long stackBytes(int n, int width) {
    return (long) n * MlpKernels.stride(width) * Float.BYTES;
  }

  private void showForward(DeviceRows in, long firstRow, int n) {
    if (stages.listening()) {
      for (int l = 0; l < last; l++) {
        stages.show("F2", l, firstRow, n, shape.width(l + 1), z[l], 0);
        stages.show("F3", l, firstRow, n, shape.width(l + 1), a[l + 1], 0);
      }
      // F5 is not part of F4: once more without the base, in memory that is free now.
      output(in, n, 1, null, seeds, 0);
      stages.showNumbers("F4", last, firstRow, n, seeds);
    }
  }

  private void showBackward(int l, long firstRow, int n, DeviceMemory below) {
    if (stages.listening()) {
      if (l == last) {
        stages.show("B1", last, firstRow, n, 1, seeds, 0);
      }
      stages.show("B4", l, firstRow, n, shape.width(l), below, 0);
    }
  }
}
