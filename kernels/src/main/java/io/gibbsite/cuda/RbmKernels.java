package io.gibbsite.cuda;

/** The kernels of {@code rbm_gibbs.cu} and {@code rbm_rows.cu}, one typed method each. */
final class RbmKernels {
  /** Strides of states and activations are multiples of it, and so are the rows of an array. */
  static final int ALIGNMENT = 128;

  /** Inputs of a step of a matrix product. */
  private static final int STEP = 32;

  /** Bytes of the packed weights of 16 output units for a step. */
  private static final int PACKED_BYTES = 1536;

  private static final int STAGES = 4;
  private static final int ROW_BLOCK = 256;
  private static final int PACK_BLOCK = 128;
  private static final int STATISTICS_SIDE = 64;

  /** The tiles that kernels are compiled for. */
  enum Tile {
    ROWS_16(16, 64, 128),
    ROWS_64(64, 64, 128),
    HALF_128(128, 64, 128),
    ROWS_128(128, 128, 256);

    /** So many tiles a multiprocessor keep two at a time busy, one drawing, one multiplying. */
    private static final int PLENTY = 4;

    final int rows;
    final int units;
    final int threads;

    Tile(int rows, int units, int threads) {
      this.rows = rows;
      this.units = units;
      this.threads = threads;
    }

    int sharedBytes() {
      return STAGES * (64 * rows + 2 * PACKED_BYTES * (units / 16));
    }

    private String suffix() {
      return "_" + rows + "x" + units;
    }

    private int count(int n, int unitCount) {
      return ceilDiv(n, rows) * ceilDiv(unitCount, units);
    }

    /**
     * The largest tile that leaves few multiprocessors idle, half of it where there are plenty;
     * rows of 16 where none does.
     */
    static Tile choose(Device device, int rows, int visible, int hidden) {
      int multiprocessors = device.multiprocessors();
      for (Tile tile : new Tile[] {HALF_128, ROWS_128, ROWS_64}) {
        int fewest = Math.min(tile.count(rows, visible), tile.count(rows, hidden));
        int least = tile == HALF_128 ? PLENTY * multiprocessors : multiprocessors * 3 / 4;
        if (fewest >= least && tile.sharedBytes() <= device.sharedLimit()) {
          return tile;
        }
      }
      return ROWS_16;
    }
  }

  /**
   * One direction of a model: what a half-step reads, and how it is laid out.
   *
   * @param inputs units on the side that is given
   * @param outputs units on the side that is drawn
   * @param weights packed
   * @param bias float[outStride]
   * @param scale of the weights
   * @param wide whether sums may leave 32 bits
   * @param stream of the draws
   */
  record Direction(
      int inputs,
      int outputs,
      DeviceMemory weights,
      DeviceMemory bias,
      float scale,
      boolean wide,
      int stream) {
    int inStride() {
      return align(inputs);
    }

    int outStride() {
      return align(outputs);
    }

    int steps() {
      return ceilDiv(inputs, STEP);
    }
  }

  private final DeviceStream stream;
  private final Tile tile;
  private final DeviceKernel gibbs;
  private final DeviceKernel conditional;
  private final DeviceKernel pack;
  private final DeviceKernel rowSums;
  private final DeviceKernel statistics;
  private final Arguments arguments = new Arguments();

  RbmKernels(Device device, DeviceStream stream, Tile tile) {
    this.stream = stream;
    this.tile = tile;
    gibbs = device.kernel("rbm_gibbs" + tile.suffix(), tile.threads, tile.sharedBytes());
    conditional =
        device.kernel("rbm_conditional" + tile.suffix(), tile.threads, tile.sharedBytes());
    pack = device.kernel("rbm_pack", PACK_BLOCK, 0);
    rowSums = device.kernel("rbm_row_sums", ROW_BLOCK, 32 * 33 * Float.BYTES);
    statistics = device.kernel("rbm_statistics", ROW_BLOCK, 2 * 32 * 64 * Float.BYTES);
  }

  static int align(int n) {
    return ceilDiv(n, ALIGNMENT) * ALIGNMENT;
  }

  private static int ceilDiv(int n, int d) {
    return (n + d - 1) / d;
  }

  /** Bytes of packed weights. */
  static long packedBytes(int inputs, int outputs) {
    return (long) align(outputs) / 16 * ceilDiv(inputs, STEP) * PACKED_BYTES;
  }

  /** How many rows share a counter in {@link #gibbs}. */
  int rowTiles(int rows) {
    return ceilDiv(rows, tile.rows);
  }

  /**
   * Packs weights for one direction.
   *
   * @param q int[]: the weight from input i to output o at {@code i * inputStride + o *
   *     outputStride}
   */
  void pack(DeviceMemory q, Direction direction, int inputStride, int outputStride) {
    int groups = direction.outStride() / 16;
    arguments
        .begin()
        .pointer(q)
        .pointer(direction.weights)
        .number(direction.inputs)
        .number(direction.outputs)
        .number(inputStride)
        .number(outputStride)
        .number(direction.steps())
        .number(groups)
        .end();
    long words = packedBytes(direction.inputs, direction.outputs) / Integer.BYTES;
    stream.launch(pack, (int) ((words + PACK_BLOCK - 1) / PACK_BLOCK), 1, 1, arguments);
  }

  /**
   * G1 to G5, many sweeps.
   *
   * @param done int[rowTiles(rows)]
   */
  void gibbs(
      Direction hidden,
      Direction visible,
      DeviceMemory v,
      DeviceMemory h,
      DeviceMemory held,
      DeviceMemory done,
      int rows,
      float beta,
      long seed,
      long sweep,
      int sweeps) {
    stream.clear(done);
    arguments.begin();
    halfStep(hidden, v, 0, null, 0, null, h, 0, null, null);
    halfStep(visible, h, 0, null, 0, held, v, 0, null, null);
    arguments
        .pointer(done)
        .number(seed)
        .number(sweep)
        .number(rows)
        .number(sweeps)
        .real(beta)
        .number(0)
        .end();
    long tiles = (long) tile.count(rows, hidden.outputs) + tile.count(rows, visible.outputs);
    int blocks = (int) Math.min(gibbs.residentBlocks(), tiles * sweeps);
    stream.launchCooperative(gibbs, blocks, arguments);
  }

  /** The results of a half-step that are wanted; null for those that are not. */
  record Wanted(DeviceMemory states, long statesOffset, DeviceMemory a, DeviceMemory p) {
    static Wanted activations(DeviceMemory a) {
      return new Wanted(null, 0, a, null);
    }

    static Wanted probabilities(DeviceMemory p) {
      return new Wanted(null, 0, null, p);
    }
  }

  /**
   * G1 to G5, one half-step.
   *
   * @param in states of the given side, from {@code inOffset}
   * @param base {@code r}, or null for no shift
   * @param baseScale what {@code r} is multiplied by
   * @param firstRow the address of the first row's draws
   */
  void conditional(
      Direction direction,
      DeviceMemory in,
      long inOffset,
      DeviceMemory base,
      float baseScale,
      Wanted wanted,
      int rows,
      int firstRow,
      float beta,
      long seed,
      long sweep) {
    arguments.begin();
    halfStep(
        direction,
        in,
        inOffset,
        base,
        baseScale,
        null,
        wanted.states,
        wanted.statesOffset,
        wanted.a,
        wanted.p);
    arguments.number(seed).number(sweep).number(rows).number(firstRow).real(beta).number(0).end();
    stream.launch(
        conditional,
        ceilDiv(rows, tile.rows),
        ceilDiv(direction.outputs, tile.units),
        1,
        arguments);
  }

  /** {@code HalfStep} of {@code rbm_half_step.cuh}. */
  private void halfStep(
      Direction direction,
      DeviceMemory in,
      long inOffset,
      DeviceMemory base,
      float baseScale,
      DeviceMemory held,
      DeviceMemory out,
      long outOffset,
      DeviceMemory activation,
      DeviceMemory probability) {
    arguments
        .pointer(in, inOffset)
        .pointer(direction.weights)
        .pointer(direction.bias)
        .pointer(base)
        .pointer(held);
    if (out == null) {
      arguments.pointer(null);
    } else {
      arguments.pointer(out, outOffset);
    }
    arguments
        .pointer(activation)
        .pointer(probability)
        .number(direction.inStride())
        .number(direction.outStride())
        .number(direction.outputs)
        .number(direction.steps())
        .real(direction.scale)
        .flag(direction.wide)
        .real(baseScale)
        .number(direction.stream)
        .end();
  }

  /**
   * F2, or A1 where {@code base} is not null.
   *
   * @param out double[rows]: F2 overwritten, A1 accumulated
   */
  void rowSums(
      DeviceMemory v,
      long vOffset,
      DeviceMemory activation,
      DeviceMemory bias,
      DeviceMemory base,
      DeviceMemory out,
      long outOffset,
      int visible,
      int hidden,
      int rows,
      float beta,
      float next) {
    arguments
        .begin()
        .pointer(v, vOffset)
        .pointer(activation)
        .pointer(bias)
        .pointer(base)
        .pointer(out, outOffset)
        .number(visible)
        .number(hidden)
        .number(align(visible))
        .number(align(hidden))
        .number(rows)
        .real(beta)
        .real(next)
        .number(0)
        .end();
    stream.launch(rowSums, ceilDiv(rows, 32), 1, 1, arguments);
  }

  /**
   * S2.
   *
   * @param sums float[P], overwritten or accumulated
   */
  void statistics(
      DeviceMemory v,
      long vOffset,
      DeviceMemory probability,
      DeviceMemory sums,
      int visible,
      int hidden,
      int rows,
      boolean accumulate) {
    arguments
        .begin()
        .pointer(v, vOffset)
        .pointer(probability)
        .pointer(sums)
        .number(visible)
        .number(hidden)
        .number(align(visible))
        .number(align(hidden))
        .number(rows)
        .flag(accumulate)
        .end();
    stream.launch(
        statistics,
        ceilDiv(visible + 1, STATISTICS_SIDE),
        ceilDiv(hidden + 1, STATISTICS_SIDE),
        1,
        arguments);
  }
}
