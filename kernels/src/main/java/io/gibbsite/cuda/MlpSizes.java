package io.gibbsite.cuda;

import io.gibbsite.backend.Precision;
import io.gibbsite.mlp.MlpShape;

/** How large the arrays of {@link MlpCuda} and {@link MlpLayers} are, in floats. */
final class MlpSizes {
  /** Floats of all arrays with a row for each row of a chunk: 1 GiB. */
  static final long CHUNK_FLOATS = 1L << 28;

  /** Langevin steps whose energies are copied from the device at once. */
  static final int ENERGY_STEPS = 64;

  /** Partial gradients of a sum: at most so many, and at most so many floats. */
  private static final int MOST_PARTIALS = 64;

  private static final long PARTIAL_FLOATS = 1L << 25;
  private static final int LEAST_PARTIAL_ROWS = 256;

  private final MlpShape shape;
  private final int rows;
  private final Precision precision;
  final int stride;
  final int widest;

  /** Stacked rows of a chunk: three for each row with tangents. */
  final int capacity;

  final long compact;
  final long partial;
  final long ncePartial;

  /**
   * @param precision of products
   * @param chunkFloats the most floats of arrays with a row for each row of a chunk
   */
  MlpSizes(MlpShape shape, int rows, Precision precision, long chunkFloats) {
    this.shape = shape;
    this.rows = rows;
    this.precision = precision;
    stride = MlpKernels.stride(shape.inputs());
    int most = 0;
    for (int l = 1; l <= shape.layers(); l++) {
      most = Math.max(most, MlpKernels.stride(shape.width(l)));
    }
    widest = most;
    long fitting = Math.max(MlpLayers.STACKS, chunkFloats / floatsOfRow());
    capacity =
        (int)
            Math.min((long) MlpLayers.STACKS * rows, fitting / MlpLayers.STACKS * MlpLayers.STACKS);
    compact = Math.max((long) capacity * shape.inputs(), shape.parameterCount());
    partial = (long) mostPartials(shape) * shape.parameterCount();
    ncePartial = 4L * MlpKernels.nceBlocks(capacity);
  }

  /** Of the arrays with a row for each row of a chunk. */
  private long floatsOfRow() {
    long floats = 4L * stride + shape.inputs() + 2L * widest + MlpKernels.SEED_STRIDE + 2;
    for (int l = 1; l < shape.layers(); l++) {
      floats += 2L * MlpKernels.stride(shape.width(l));
    }
    return floats;
  }

  /** Of everything on the device but a Gaussian base or noise. */
  long bytes() {
    long floats = capacity * floatsOfRow() - (long) capacity * shape.inputs() + compact;
    floats += 2L * shape.parameterCount() + partial + ncePartial + 4 + 3L * shape.inputs();
    floats += (long) rows * (stride + ENERGY_STEPS);
    long bytes = Float.BYTES * floats;
    for (int l = 0; l < shape.layers(); l++) {
      bytes += MlpKernels.weightBytes(shape.width(l), shape.width(l + 1), precision);
    }
    return bytes;
  }

  private static int mostPartials(MlpShape shape) {
    long fitting = Math.max(1, PARTIAL_FLOATS / shape.parameterCount());
    return (int) Math.min(MOST_PARTIALS, fitting);
  }

  /** Partial gradients of so many rows. */
  int parts(int stackedRows) {
    int most = (stackedRows + LEAST_PARTIAL_ROWS - 1) / LEAST_PARTIAL_ROWS;
    return Math.min(mostPartials(shape), most);
  }
}
