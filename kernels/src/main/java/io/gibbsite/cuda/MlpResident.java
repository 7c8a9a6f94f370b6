package io.gibbsite.cuda;

import io.gibbsite.backend.Precision;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.sampler.Langevin;

/**
 * The kernels of {@code mlp_resident.cu} and, on tensor cores, {@code mlp_resident_split.cu}: all
 * layers of a small network, and any number of Langevin steps, in one launch with the weights in
 * shared memory.
 */
final class MlpResident {
  private static final int THREADS = 256;
  private static final int MOST_LAYERS = 4;
  private static final int MOST_COLUMNS = 64;

  /** With a base density each component of a row works out its y by itself. */
  private static final int MOST_BASE_COLUMNS = 8;

  /** Warps of a block, each with rows of its own, where products are split. */
  private static final int SPLIT_WARPS = 8;

  private static final int SPLIT_ROWS = 16;

  /** Rows of a block in float32: for many chains, and for few. */
  private static final int MANY_ROWS = 128;

  private static final int FEW_ROWS = 8;

  private final DeviceStream stream;
  private final MlpShape shape;

  /** Rows that a block takes at least. */
  private final int rows;

  private final DeviceKernel kernel;
  private final Arguments arguments = new Arguments();

  private MlpResident(DeviceStream stream, MlpShape shape, int rows, DeviceKernel kernel) {
    this.stream = stream;
    this.shape = shape;
    this.rows = rows;
    this.kernel = kernel;
  }

  /**
   * The kernels for a shape and so many rows, or null where they do not fit.
   *
   * @param precision of products between hidden layers
   */
  static MlpResident open(
      Device device, DeviceStream stream, MlpShape shape, int rows, Precision precision) {
    int hidden = shape.layers() - 1;
    int width = width(shape);
    boolean known = width == 64 && hidden <= 3 || width == 128 && hidden <= 2;
    if (hidden < 1 || !known || shape.inputs() > MOST_COLUMNS) {
      return null;
    }
    String name = "mlp_resident_" + width + "_" + hidden + "_";
    if (precision != Precision.FLOAT32 && hidden > 1) {
      int bytes = splitBytes(shape, precision.terms());
      if (bytes > device.sharedLimit()) {
        return null;
      }
      DeviceKernel kernel = device.kernel(name + precision.label(), THREADS, bytes);
      return new MlpResident(stream, shape, SPLIT_ROWS, kernel);
    }
    boolean many = rows >= MANY_ROWS * device.multiprocessors() / 2;
    int tileRows = many ? MANY_ROWS : FEW_ROWS;
    int bytes = sharedBytes(shape, tileRows);
    if (bytes > device.sharedLimit()) {
      return null;
    }
    return new MlpResident(stream, shape, tileRows, device.kernel(name + tileRows, THREADS, bytes));
  }

  /** Whether the kernels serve this shape with a base density. */
  static boolean takesBase(MlpShape shape) {
    return shape.inputs() <= MOST_BASE_COLUMNS;
  }

  /** Units that hidden layers are padded to. */
  private static int width(MlpShape shape) {
    int widest = 0;
    for (int l = 1; l < shape.layers(); l++) {
      widest = Math.max(widest, shape.width(l));
    }
    return widest <= 64 ? 64 : widest <= 128 ? 128 : Integer.MAX_VALUE;
  }

  private static int sharedBytes(MlpShape shape, int rows) {
    int width = width(shape);
    int hidden = shape.layers() - 1;
    int pitch = rows + 4;
    int floats =
        width * pitch
            + 2 * (hidden - 1) * width * width
            + (shape.inputs() + hidden + 1) * width
            + 2 * shape.inputs() * pitch;
    return Float.BYTES * floats;
  }

  private static int splitBytes(MlpShape shape, int terms) {
    int width = width(shape);
    int hidden = shape.layers() - 1;
    int floats =
        (shape.inputs() + hidden + 1) * width
            + SPLIT_WARPS * SPLIT_ROWS * (width + 2 * shape.inputs());
    return 2 * (hidden - 1) * terms * width * width + Float.BYTES * floats;
  }

  /**
   * What the kernels read of a model.
   *
   * @param weights of each layer
   * @param theta all parameters
   * @param base or null
   */
  record Model(LayerWeights[] weights, DeviceMemory theta, GaussianMemory base) {}

  /**
   * F1 to F5 and, where the gradient is wanted, B1 to B5.
   *
   * @param energy float[rows], out
   * @param gradient float[rows][stride], out, or null
   */
  void evaluate(
      Model model,
      DeviceMemory x,
      long xOffset,
      DeviceMemory energy,
      DeviceMemory gradient,
      int n) {
    begin(model).pointer(x, xOffset).pointer(energy).pointer(gradient).number(0L).number(0L);
    shape(n, 0, 0, model.base);
    arguments.real(0f).real(0f).real(0f).real(0f).real(0f).end();
    launch(n);
  }

  /**
   * Langevin steps, the first with the address {@code step}.
   *
   * @param energies float[steps][rows], out, or null
   * @param firstRow the address of the first row
   */
  void langevin(
      Model model,
      DeviceMemory x,
      long xOffset,
      DeviceMemory energies,
      Langevin langevin,
      long seed,
      long step,
      int steps,
      int n,
      int firstRow) {
    begin(model).pointer(x, xOffset).pointer(energies).pointer(null).number(seed).number(step);
    shape(n, firstRow, steps, model.base);
    arguments
        .real(langevin.stepSize())
        .real(langevin.noise())
        .real(langevin.clip())
        .real(langevin.low())
        .real(langevin.high())
        .end();
    launch(n);
  }

  private Arguments begin(Model model) {
    arguments.begin();
    for (int l = 0; l < MOST_LAYERS; l++) {
      arguments.pointer(l < shape.layers() ? model.weights[l].plain() : null);
    }
    for (int l = 0; l < MOST_LAYERS; l++) {
      if (l < shape.layers()) {
        arguments.pointer(model.theta, (long) shape.biasOffset(l) * Float.BYTES);
      } else {
        arguments.pointer(null);
      }
    }
    return arguments
        .pointer(model.base == null ? null : model.base.mean())
        .pointer(model.base == null ? null : model.base.whitening());
  }

  private void shape(int n, int firstRow, int steps, GaussianMemory base) {
    for (int l = 0; l < MOST_LAYERS; l++) {
      arguments.number(l < shape.layers() ? shape.width(l) : 0);
    }
    arguments
        .number(n)
        .number(MlpKernels.stride(shape.inputs()))
        .number(firstRow)
        .number(steps)
        .number(shape.activation().ordinal())
        .real(base == null ? 0f : -base.constant());
  }

  /** Blocks that stay load the weights once for all their rows. */
  private void launch(int n) {
    int tiles = (n + rows - 1) / rows;
    stream.launch(kernel, Math.min(tiles, kernel.residentBlocks()), 1, 1, arguments);
  }
}
