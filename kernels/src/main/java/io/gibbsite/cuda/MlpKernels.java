package io.gibbsite.cuda;

import io.gibbsite.backend.Precision;
import io.gibbsite.mlp.Activation;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.Langevin;

/** The kernels of {@code mlp_layers.cu} and {@code mlp_rows.cu}, one typed method each. */
final class MlpKernels {
  /** Strides are multiples of it. */
  private static final int ALIGNMENT = 4;

  /** Floats between the seeds of two rows. */
  static final int SEED_STRIDE = ALIGNMENT;

  private static final int THREADS = 256;
  private static final int WARPS = 4;
  private static final int DEPTH = 16;

  /** Side of large tiles. */
  private static final int LARGE_SIDE = 128;

  /** Terms of a row are copied so many at a time. */
  private static final int SPLIT_ALIGNMENT = 8;

  /** Inputs of a stage where products are split. */
  private static final int SPLIT_DEPTH = 32;

  /** Layers with fewer units on a side are computed in float32, by our own kernels. */
  private static final int LEAST_WIDE_SIDE = 64;

  /** The products, in tiles of 64 × 64 and of 128 × 128, the same bits. */
  private enum Product {
    FORWARD("mlp_forward"),
    BACKWARD("mlp_backward"),
    GRADIENT("mlp_gradient");

    final String name;

    Product(String name) {
      this.name = name;
    }
  }

  private final DeviceStream stream;
  private final int multiprocessors;
  private final DeviceKernel[] small = new DeviceKernel[Product.values().length];
  private final DeviceKernel[] large = new DeviceKernel[Product.values().length];

  /** Of wide layers, where products are split; else null. */
  private final DeviceKernel[] smallSplit = new DeviceKernel[Product.values().length];

  private final DeviceKernel[] largeSplit = new DeviceKernel[Product.values().length];
  private final Precision precision;

  /** Null where all products are our own. */
  private final Gemm gemm;

  /** Null where products are not split. */
  private final DeviceKernel splitWeights;

  private final DeviceKernel forwardEpilogue;
  private final DeviceKernel backwardEpilogue;
  private final DeviceKernel columnSums;
  private final DeviceKernel sumPartials;
  private final DeviceKernel output;
  private final DeviceKernel tangents;
  private final DeviceKernel tangentsBackward;
  private final DeviceKernel centre;
  private final DeviceKernel seeds;
  private final DeviceKernel scoreResidual;
  private final DeviceKernel langevinStep;
  private final DeviceKernel noiseDraws;
  private final DeviceKernel drawRows;
  private final DeviceKernel noiseColour;
  private final DeviceKernel noiseLogDensity;
  private final DeviceKernel nceRows;
  private final DeviceKernel nceTotals;
  private final Arguments arguments = new Arguments();

  MlpKernels(Device device, DeviceStream stream, Precision precision) {
    this.stream = stream;
    this.precision = precision;
    boolean splits = precision != Precision.FLOAT32;
    gemm = splits ? null : stream.gemm();
    forwardEpilogue = device.kernel("mlp_forward_epilogue", THREADS, 0);
    backwardEpilogue = device.kernel("mlp_backward_epilogue", THREADS, 0);
    multiprocessors = device.multiprocessors();
    for (Product product : Product.values()) {
      small[product.ordinal()] = device.kernel(product.name + "_64", THREADS, sharedBytes(64));
      large[product.ordinal()] = device.kernel(product.name + "_128", THREADS, sharedBytes(128));
      if (splits) {
        smallSplit[product.ordinal()] = splitKernel(device, product, precision, 64);
        largeSplit[product.ordinal()] = splitKernel(device, product, precision, 128);
      }
    }
    splitWeights =
        splits ? device.kernel("mlp_split_weights_" + precision.label(), THREADS, 0) : null;
    columnSums = device.kernel("mlp_column_sums", THREADS, 4 * 64 * Float.BYTES);
    sumPartials = device.kernel("mlp_sum_partials", THREADS, 0);
    output = device.kernel("mlp_output", 32 * WARPS, 0);
    tangents = device.kernel("mlp_tangents", THREADS, 0);
    tangentsBackward = device.kernel("mlp_tangents_backward", THREADS, 0);
    centre = device.kernel("mlp_centre", THREADS, 0);
    seeds = device.kernel("mlp_seeds", THREADS, 0);
    scoreResidual = device.kernel("score_residual", 32 * WARPS, 0);
    langevinStep = device.kernel("langevin_step", 128, 0);
    noiseDraws = device.kernel("noise_draws", 128, 0);
    drawRows = device.kernel("draw_rows", 128, 0);
    noiseColour = device.kernel("noise_colour", THREADS, 0);
    noiseLogDensity = device.kernel("noise_log_density", 32 * WARPS, 0);
    nceRows = device.kernel("nce_rows", THREADS, THREADS * 2 * Double.BYTES);
    nceTotals = device.kernel("nce_totals", 32, 0);
  }

  private static DeviceKernel splitKernel(
      Device device, Product product, Precision precision, int side) {
    String name = product.name + "_" + precision.label() + "_" + side;
    int bytes = side * SPLIT_DEPTH * precision.terms() * Short.BYTES;
    if (precision == Precision.FP16X3) {
      bytes += side * Float.BYTES; // scales
    }
    return device.kernel(name, THREADS, 2 * 2 * bytes);
  }

  private static int sharedBytes(int side) {
    return 2 * DEPTH * 2 * (side + 4) * Float.BYTES;
  }

  /** Columns rounded up to a stride. */
  static int stride(int columns) {
    return ceilDiv(columns, ALIGNMENT) * ALIGNMENT;
  }

  private static int ceilDiv(long n, int d) {
    return (int) ((n + d - 1) / d);
  }

  private static boolean wide(int inputs, int outputs) {
    return Math.min(inputs, outputs) >= LEAST_WIDE_SIDE;
  }

  /** Columns rounded up to what a row of terms has. */
  private static int pitch(int columns) {
    return ceilDiv(columns, SPLIT_ALIGNMENT) * SPLIT_ALIGNMENT;
  }

  private static boolean splits(int inputs, int outputs, Precision precision) {
    return precision != Precision.FLOAT32 && wide(inputs, outputs);
  }

  /** Bytes of a layer's weights. */
  static long weightBytes(int inputs, int outputs, Precision precision) {
    long plain = (long) outputs * stride(inputs) * Float.BYTES;
    return splits(inputs, outputs, precision)
        ? plain + termBytes(outputs, inputs, precision) + termBytes(inputs, outputs, precision)
        : plain;
  }

  private static long termBytes(int rows, int columns, Precision precision) {
    return (long) precision.terms() * rows * pitch(columns) * Short.BYTES + downBytes(rows);
  }

  private static long downBytes(int rows) {
    return (long) ceilDiv(rows, LARGE_SIDE) * LARGE_SIDE * Float.BYTES;
  }

  /** Memory for a layer's weights: those that kernels of wide layers want as terms have both. */
  LayerWeights allocateWeights(int inputs, int outputs) {
    DeviceMemory plain = stream.allocateCleared((long) outputs * stride(inputs) * Float.BYTES);
    return splits(inputs, outputs, precision)
        ? new LayerWeights(plain, allocateTerms(outputs, inputs), allocateTerms(inputs, outputs))
        : LayerWeights.plain(plain);
  }

  private LayerWeights.Terms allocateTerms(int rows, int columns) {
    long down = downBytes(rows);
    return new LayerWeights.Terms(
        stream.allocate(termBytes(rows, columns, precision) - down), stream.allocateCleared(down));
  }

  /** Makes the terms of weights, where they have any. */
  void split(LayerWeights weights, int inputs, int outputs) {
    if (weights.forward() != null) {
      split(weights.plain(), weights.forward(), outputs, inputs, stride(inputs), 1);
      split(weights.plain(), weights.backward(), inputs, outputs, 1, stride(inputs));
    }
  }

  private void split(
      DeviceMemory plain,
      LayerWeights.Terms terms,
      int rows,
      int columns,
      int rowStep,
      int columnStep) {
    arguments
        .begin()
        .pointer(plain)
        .pointer(terms.values())
        .pointer(terms.down())
        .number(rows)
        .number(columns)
        .number(rowStep)
        .number(columnStep)
        .end();
    stream.launch(splitWeights, ceilDiv(rows, THREADS / 32), 1, 1, arguments);
  }

  /** Large tiles where they fill the device; which precision depends on the layer alone. */
  private void launch(Product product, boolean isSplit, int m, int n, int z) {
    boolean fills = (long) ceilDiv(m, 128) * ceilDiv(n, 128) * z >= multiprocessors;
    boolean isLarge = fills && m > 64 && n > 64;
    DeviceKernel[] kernels = isSplit ? isLarge ? largeSplit : smallSplit : isLarge ? large : small;
    int side = isLarge ? LARGE_SIDE : 64;
    stream.launch(kernels[product.ordinal()], ceilDiv(m, side), ceilDiv(n, side), z, arguments);
  }

  /**
   * F2 and F3, or T2.
   *
   * @param weight float[outputs][stride(inputs)]
   * @param bias float[outputs] from {@code biasOffset}, or null
   * @param z float[rows][stride(outputs)] from {@code zOffset}, out, or null from 0
   * @param a float[values][stride(outputs)], out, or null; with it an activation
   */
  void forward(
      DeviceMemory in,
      long inOffset,
      LayerWeights weight,
      DeviceMemory bias,
      long biasOffset,
      DeviceMemory z,
      long zOffset,
      DeviceMemory a,
      int rows,
      int values,
      int inputs,
      int outputs,
      Activation activation) {
    if (gemm != null && wide(inputs, outputs)) {
      DeviceMemory product = z == null ? a : z;
      // C^T = W in^T, since what lies row by row is the transpose of what lies column by column.
      gemm.multiply(
          true,
          false,
          outputs,
          rows,
          inputs,
          weight.plain(),
          0,
          stride(inputs),
          in,
          inOffset,
          stride(inputs),
          product,
          zOffset,
          stride(outputs),
          false);
      forwardEpilogue(product, zOffset, bias, biasOffset, a, rows, values, outputs, activation);
      return;
    }
    arguments.begin().pointer(in, inOffset);
    weights(weight.plain(), weight.forward());
    orNull(bias, biasOffset);
    orNull(z, zOffset)
        .pointer(a)
        .number(rows)
        .number(values)
        .number(inputs)
        .number(outputs)
        .number(stride(inputs))
        .number(stride(outputs))
        .number(activation == null ? 0 : activation.ordinal())
        .end();
    launch(Product.FORWARD, weight.forward() != null, rows, stride(outputs), 1);
  }

  private void weights(DeviceMemory plain, LayerWeights.Terms terms) {
    arguments
        .pointer(plain)
        .pointer(terms == null ? null : terms.values())
        .pointer(terms == null ? null : terms.down());
  }

  private Arguments orNull(DeviceMemory memory, long offset) {
    return memory == null ? arguments.pointer(null) : arguments.pointer(memory, offset);
  }

  private void forwardEpilogue(
      DeviceMemory z,
      long zOffset,
      DeviceMemory bias,
      long biasOffset,
      DeviceMemory a,
      int rows,
      int values,
      int columns,
      Activation activation) {
    arguments.begin().pointer(z, zOffset);
    orNull(bias, biasOffset)
        .pointer(a)
        .number(rows)
        .number(values)
        .number(columns)
        .number(stride(columns))
        .number(activation == null ? 0 : activation.ordinal())
        .end();
    stream.launch(
        forwardEpilogue, ceilDiv((long) rows * stride(columns), THREADS), 1, 1, arguments);
  }

  private void backwardEpilogue(
      DeviceMemory z, DeviceMemory out, int rows, int columns, Activation activation) {
    arguments
        .begin()
        .pointer(z)
        .pointer(out)
        .number(rows)
        .number(columns)
        .number(stride(columns))
        .number(activation.ordinal())
        .end();
    stream.launch(
        backwardEpilogue, ceilDiv((long) rows * stride(columns), THREADS), 1, 1, arguments);
  }

  /**
   * B3 and, with {@code z}, B4; D3.
   *
   * @param outputs columns of {@code d}
   * @param inputs columns of {@code out}
   */
  void backward(
      DeviceMemory d,
      LayerWeights weight,
      DeviceMemory z,
      DeviceMemory out,
      int rows,
      int outputs,
      int inputs,
      Activation activation,
      boolean accumulate) {
    if (gemm != null && wide(inputs, outputs) && !accumulate) {
      gemm.multiply(
          false,
          false,
          inputs,
          rows,
          outputs,
          weight.plain(),
          0,
          stride(inputs),
          d,
          0,
          stride(outputs),
          out,
          0,
          stride(inputs),
          false);
      backwardEpilogue(z, out, rows, inputs, activation);
      return;
    }
    arguments.begin().pointer(d);
    weights(weight.plain(), weight.backward());
    arguments
        .pointer(z)
        .pointer(out)
        .number(rows)
        .number(outputs)
        .number(inputs)
        .number(stride(outputs))
        .number(stride(inputs))
        .number(activation.ordinal())
        .flag(accumulate)
        .end();
    launch(Product.BACKWARD, weight.backward() != null, rows, stride(inputs), 1);
  }

  /**
   * Where parts of a gradient go.
   *
   * @param partial float[parts][parameters]
   * @param parameters of all layers
   * @param parts of the rows, as many in each
   */
  record Target(DeviceMemory partial, long parameters, int parts) {
    private int partRows(int rows) {
      return ceilDiv(rows, parts);
    }
  }

  /** B2 or D2 of a hidden layer's weights, which lie from {@code offset} on. */
  void gradient(
      DeviceMemory d,
      DeviceMemory a,
      long aOffset,
      Target target,
      long offset,
      int rows,
      int outputs,
      int inputs) {
    if (gemm != null && wide(inputs, outputs)) {
      gradientByGemm(d, a, aOffset, target, offset, rows, outputs, inputs);
      return;
    }
    arguments
        .begin()
        .pointer(d)
        .pointer(a, aOffset)
        .pointer(target.partial)
        .number(target.parameters)
        .number(offset)
        .number(rows)
        .number(outputs)
        .number(inputs)
        .number(stride(outputs))
        .number(stride(inputs))
        .number(target.partRows(rows))
        .end();
    launch(Product.GRADIENT, splits(inputs, outputs, precision), outputs, inputs, target.parts);
  }

  /** Each part of the rows on its own, as in our own kernel. */
  private void gradientByGemm(
      DeviceMemory d,
      DeviceMemory a,
      long aOffset,
      Target target,
      long offset,
      int rows,
      int outputs,
      int inputs) {
    int partRows = target.partRows(rows);
    for (int part = 0; part < target.parts; part++) {
      long first = (long) part * partRows;
      int count = (int) Math.max(0, Math.min(partRows, rows - first));
      gemm.multiply(
          false,
          true,
          inputs,
          outputs,
          count,
          a,
          aOffset + first * stride(inputs) * Float.BYTES,
          stride(inputs),
          d,
          first * stride(outputs) * Float.BYTES,
          stride(outputs),
          target.partial,
          (part * target.parameters + offset) * Float.BYTES,
          inputs,
          false);
    }
  }

  /**
   * B2 or D2 of biases and of the output layer: sums of columns, times the rows' seeds unless those
   * are null.
   */
  void columnSums(
      DeviceMemory seed,
      DeviceMemory a,
      long aOffset,
      Target target,
      long offset,
      int rows,
      int columns) {
    arguments
        .begin()
        .pointer(seed)
        .pointer(a, aOffset)
        .pointer(target.partial)
        .number(target.parameters)
        .number(offset)
        .number(rows)
        .number(columns)
        .number(stride(columns))
        .number(target.partRows(rows))
        .end();
    stream.launch(columnSums, ceilDiv(columns, 64), 1, target.parts, arguments);
  }

  /** Adds up partial gradients. */
  void sumPartials(
      DeviceMemory partial, DeviceMemory gradient, long parameters, int parts, boolean accumulate) {
    arguments
        .begin()
        .pointer(partial)
        .pointer(gradient)
        .number(parameters)
        .number(parts)
        .flag(accumulate)
        .end();
    stream.launch(sumPartials, ceilDiv(parameters, THREADS), 1, 1, arguments);
  }

  /**
   * F4, F5; T4, T5.
   *
   * @param y float[2 values][stride(columns)], or null for no base
   * @param out float[stacks * values] from {@code outOffset}
   */
  void output(
      DeviceMemory a,
      long aOffset,
      DeviceMemory weight,
      DeviceMemory bias,
      long biasOffset,
      DeviceMemory y,
      DeviceMemory out,
      long outOffset,
      int values,
      int stacks,
      int inputs,
      int columns,
      float constant) {
    arguments
        .begin()
        .pointer(a, aOffset)
        .pointer(weight)
        .pointer(bias, biasOffset)
        .pointer(y)
        .pointer(out, outOffset)
        .number(values)
        .number(stacks)
        .number(inputs)
        .number(stride(inputs))
        .number(columns)
        .number(stride(columns))
        .real(constant)
        .end();
    stream.launch(output, ceilDiv((long) values * stacks, WARPS), 1, 1, arguments);
  }

  /**
   * T3.
   *
   * @param stacks 3, or 2 without the second derivative
   */
  void tangents(
      DeviceMemory z, DeviceMemory a, int values, int stacks, int width, Activation activation) {
    arguments
        .begin()
        .pointer(z)
        .pointer(a)
        .number(values)
        .number(stacks)
        .number(width)
        .number(stride(width))
        .number(activation.ordinal())
        .end();
    stream.launch(tangents, ceilDiv((long) values * stride(width), THREADS), 1, 1, arguments);
  }

  /**
   * D4, in place.
   *
   * @param stacks 3, or 2 without the second derivative
   */
  void tangentsBackward(
      DeviceMemory z, DeviceMemory p, int values, int stacks, int width, Activation activation) {
    arguments
        .begin()
        .pointer(z)
        .pointer(p)
        .number(values)
        .number(stacks)
        .number(stride(width))
        .number(activation.ordinal())
        .end();
    stream.launch(
        tangentsBackward, ceilDiv((long) values * stride(width), THREADS), 1, 1, arguments);
  }

  /** {@code x - m} in the first rows, all scaled by the diagonal where there is one. */
  void centre(
      DeviceMemory x,
      long xOffset,
      DeviceMemory mean,
      DeviceMemory diagonal,
      DeviceMemory out,
      int rows,
      int values,
      int columns) {
    arguments
        .begin()
        .pointer(x, xOffset)
        .pointer(mean)
        .pointer(diagonal)
        .pointer(out)
        .number(rows)
        .number(values)
        .number(columns)
        .number(stride(columns))
        .end();
    stream.launch(centre, ceilDiv((long) rows * stride(columns), THREADS), 1, 1, arguments);
  }

  /** B1, D1: numbers, or 1 where {@code from} is null, to {@code [rows][SEED_STRIDE]}. */
  void seeds(DeviceMemory from, DeviceMemory to, int rows) {
    arguments.begin().pointer(from).pointer(to).number(rows).end();
    stream.launch(seeds, ceilDiv(rows, THREADS), 1, 1, arguments);
  }

  /**
   * S1, and D1 of what follows.
   *
   * @param target float[rows][columns]
   * @param scale float[rows]
   * @param gradient float[rows][stride(inputs)]: dE/dx
   * @param direction float[rows][stride(inputs)] from {@code directionOffset}, out; or null for the
   *     squares alone
   * @param seeds float[2 rows][SEED_STRIDE], out, where there is a direction
   * @param square float[rows], out
   * @param batch B
   */
  void scoreResidual(
      DeviceMemory target,
      DeviceMemory scale,
      DeviceMemory gradient,
      DeviceMemory direction,
      long directionOffset,
      DeviceMemory seeds,
      DeviceMemory square,
      int rows,
      int columns,
      int inputs,
      int batch) {
    arguments.begin().pointer(target).pointer(scale).pointer(gradient);
    orNull(direction, directionOffset)
        .pointer(seeds)
        .pointer(square)
        .number(rows)
        .number(columns)
        .number(stride(inputs))
        .real(-1f / batch)
        .end();
    stream.launch(scoreResidual, ceilDiv(rows, WARPS), 1, 1, arguments);
  }

  /** One step of the chains from {@code xOffset}, the first with the address {@code firstRow}. */
  void langevinStep(
      DeviceMemory x,
      long xOffset,
      DeviceMemory gradient,
      Langevin langevin,
      long seed,
      long step,
      int rows,
      int columns,
      int firstRow) {
    arguments
        .begin()
        .pointer(x, xOffset)
        .pointer(gradient)
        .number(seed)
        .number(step)
        .number(rows)
        .number(columns)
        .number(stride(columns))
        .number(firstRow)
        .real(langevin.stepSize())
        .real(langevin.noise())
        .real(langevin.clip())
        .real(langevin.low())
        .real(langevin.high())
        .end();
    stream.launch(langevinStep, ceilDiv((long) rows * stride(columns) / 4, 128), 1, 1, arguments);
  }

  /** Draws at (NCE_NOISE, step, firstRow + row): normals, or uniforms in a box. */
  void noiseDraws(
      DeviceMemory out,
      DeviceMemory low,
      DeviceMemory extent,
      long seed,
      long step,
      int rows,
      int columns,
      int firstRow) {
    arguments
        .begin()
        .pointer(out)
        .pointer(low)
        .pointer(extent)
        .number(seed)
        .number(step)
        .number(rows)
        .number(columns)
        .number(stride(columns))
        .number(firstRow)
        .end();
    stream.launch(noiseDraws, ceilDiv((long) rows * stride(columns) / 4, 128), 1, 1, arguments);
  }

  /**
   * Standard normals at (purpose, step, firstRow + row).
   *
   * @param out float[rows][columns], without gaps
   */
  void normals(
      DeviceMemory out,
      long seed,
      DrawStream purpose,
      long step,
      int firstRow,
      int rows,
      int columns) {
    arguments
        .begin()
        .pointer(out)
        .number(seed)
        .number(step)
        .number(purpose.id())
        .number(firstRow)
        .number(rows)
        .number(columns)
        .flag(true)
        .end();
    stream.launch(drawRows, ceilDiv((long) rows * stride(columns) / 4, 128), 1, 1, arguments);
  }

  /** {@code x = m + C n}. */
  void noiseColour(
      DeviceMemory normals,
      DeviceMemory mean,
      DeviceMemory transposedCholesky,
      DeviceMemory x,
      int rows,
      int columns,
      boolean diagonal) {
    arguments
        .begin()
        .pointer(normals)
        .pointer(mean)
        .pointer(transposedCholesky)
        .pointer(x)
        .number(rows)
        .number(columns)
        .number(stride(columns))
        .flag(diagonal)
        .end();
    stream.launch(noiseColour, ceilDiv((long) rows * stride(columns), THREADS), 1, 1, arguments);
  }

  /** {@code log p_n} from y of a Gaussian, or from x of a box. */
  void noiseLogDensity(
      DeviceMemory y,
      long yOffset,
      DeviceMemory low,
      DeviceMemory high,
      DeviceMemory out,
      int rows,
      int columns,
      float constant) {
    arguments
        .begin()
        .pointer(y, yOffset)
        .pointer(low)
        .pointer(high)
        .pointer(out)
        .number(rows)
        .number(columns)
        .number(stride(columns))
        .real(constant)
        .end();
    stream.launch(noiseLogDensity, ceilDiv(rows, WARPS), 1, 1, arguments);
  }

  /** How many pairs {@link #nce} writes. */
  static int nceBlocks(long rows) {
    return ceilDiv(rows, THREADS);
  }

  /**
   * The weights of NCE rows, and their loss and weights added to {@code totals}.
   *
   * @param seeds float[rows][SEED_STRIDE], out
   * @param partial double[nceBlocks(rows)][2], scratch
   * @param totals double[2], accumulated
   * @param shift {@code c + log k}
   * @param weight {@code 1 / N}
   */
  void nce(
      DeviceMemory energy,
      DeviceMemory logDensity,
      DeviceMemory seedsOut,
      DeviceMemory partial,
      DeviceMemory totals,
      double shift,
      int rows,
      boolean noise,
      float weight) {
    arguments
        .begin()
        .pointer(energy)
        .pointer(logDensity)
        .pointer(seedsOut)
        .pointer(partial)
        .number(Double.doubleToRawLongBits(shift))
        .number(rows)
        .flag(noise)
        .real(weight)
        .end();
    int blocks = nceBlocks(rows);
    stream.launch(nceRows, blocks, 1, 1, arguments);
    arguments.begin().pointer(partial).pointer(totals).number(blocks).end();
    stream.launch(nceTotals, 1, 1, 1, arguments);
  }
}
