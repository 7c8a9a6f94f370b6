package io.gibbsite.cuda;

import io.gibbsite.backend.Precision;
import io.gibbsite.backend.StageListener;
import io.gibbsite.mlp.Activation;
import io.gibbsite.mlp.CheckedMlpSession;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.mlp.RowSource;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.Langevin;
import java.lang.foreign.MemorySegment;

/**
 * {@link io.gibbsite.mlp.MlpEnergy} on a device: energies, input gradients and Langevin chains of
 * small networks with all layers in one launch ({@link MlpResident}), all else with a launch a
 * layer.
 *
 * <p>Parameters, chains and held rows stay on the device. Rows pass through it in chunks; passes
 * with tangents stack {@code a}, {@code at} and {@code as} below one another, so that one product
 * serves all three. Gradients are summed in parts whose size depends on the shape and the rows
 * alone, added in order: the same bits every time. A Gaussian base or noise takes {@code 3 d^2}
 * floats more once it is given.
 */
final class MlpCuda extends CheckedMlpSession {
  private static final int STACKS = 3;

  /** Floats of all arrays with a row for each row of a chunk: 1 GiB. */
  private static final long CHUNK_FLOATS = 1L << 28;

  /** Partial gradients of a sum: at most so many, and at most so many floats. */
  private static final int MOST_PARTIALS = 64;

  private static final long PARTIAL_FLOATS = 1L << 25;
  private static final int LEAST_PARTIAL_ROWS = 256;

  /** Langevin steps whose energies are copied from the device at once. */
  private static final int ENERGY_STEPS = 64;

  /** Langevin steps of one launch: so few that a display stays responsive. */
  private static final int RESIDENT_STEPS = 10_000;

  private final MlpShape shape;
  private final Activation activation;
  private final int columns;
  private final int layers;
  private final int last;
  private final Sizes sizes;
  private final DeviceStream stream;
  private final MlpKernels kernels;
  private final RowCopies rowCopies;

  /** All parameters as the caller has them, and each layer's weights at the stride of kernels. */
  private final DeviceMemory theta;

  private final DeviceMemory[] weights;

  /** {@code z_l} and {@code a_l}; {@code a_0} is the input. */
  private final DeviceMemory[] z;

  private final DeviceMemory[] a;

  /** {@code a_0} for rows that are not on the device. */
  private final DeviceRows input;

  /** {@code d_l} of the layer at hand and of the one before. */
  private final DeviceMemory d;

  private final DeviceMemory dBefore;
  private final DeviceMemory seeds;

  /** {@code p_0}, then {@code dE/dx}. */
  private final DeviceMemory inputGradient;

  private final DeviceMemory centred;
  private final DeviceMemory y;

  /** A number or three a row: results, and weights that come in. */
  private final DeviceMemory results;

  private final DeviceMemory logDensities;
  private final DeviceMemory compact;
  private final DeviceMemory partial;
  private final DeviceMemory gradientSums;
  private final DeviceMemory ncePartial;
  private final DeviceMemory nceTotals;
  private final DeviceRows state;
  private final DeviceMemory energyPath;

  private final NoiseMemory noise;

  /** Null where the network is too large for it. */
  private final MlpResident resident;

  private GaussianMemory base;
  private boolean hasBase;
  private StageListener listener;

  MlpCuda(Device device, MlpShape shape, int rows, Precision precision) {
    this(device, shape, rows, precision, CHUNK_FLOATS, true);
  }

  /**
   * @param precision of the products of wide layers
   * @param chunkFloats the most floats of arrays with a row for each row of a chunk
   * @param mayReside whether a network that fits is to stay in shared memory
   */
  MlpCuda(
      Device device,
      MlpShape shape,
      int rows,
      Precision precision,
      long chunkFloats,
      boolean mayReside) {
    super(shape, rows);
    this.shape = shape;
    activation = shape.activation();
    columns = shape.inputs();
    layers = shape.layers();
    last = layers - 1;
    sizes = new Sizes(shape, rows, chunkFloats);
    stream = device.openStream();
    try {
      kernels = new MlpKernels(device, stream, precision);
      rowCopies = new RowCopies(device, stream);
      theta = floats(shape.parameterCount());
      weights = new DeviceMemory[layers];
      z = new DeviceMemory[last];
      a = new DeviceMemory[layers];
      for (int l = 0; l < layers; l++) {
        weights[l] = floats(sizes.weights(l));
        a[l] = floats((long) sizes.capacity * MlpKernels.stride(shape.width(l)));
        if (l < last) {
          z[l] = floats((long) sizes.capacity * MlpKernels.stride(shape.width(l + 1)));
        }
      }
      input = new DeviceRows(a[0], 0);
      d = floats((long) sizes.capacity * sizes.widest);
      dBefore = floats((long) sizes.capacity * sizes.widest);
      seeds = floats((long) sizes.capacity * MlpKernels.SEED_STRIDE);
      inputGradient = floats((long) sizes.capacity * sizes.stride);
      centred = floats((long) sizes.capacity * sizes.stride);
      y = floats((long) sizes.capacity * sizes.stride);
      results = floats(sizes.capacity);
      logDensities = floats(sizes.capacity);
      compact = floats(sizes.compact);
      partial = floats(sizes.partial);
      gradientSums = floats(shape.parameterCount());
      ncePartial = floats(sizes.ncePartial);
      nceTotals = floats(4);
      state = new DeviceRows(floats((long) rows * sizes.stride), 0);
      energyPath = floats((long) rows * ENERGY_STEPS);
      noise = new NoiseMemory(stream, kernels, rowCopies, columns);
      resident = mayReside ? MlpResident.open(device, stream, shape, rows, precision) : null;
    } catch (RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  /** Zero where kernels may read beyond a row's end. */
  private DeviceMemory floats(long count) {
    return stream.allocateCleared(Float.BYTES * count);
  }

  /** Bytes of everything on the device but a Gaussian base or noise. */
  static long bytes(MlpShape shape, int rows) {
    return new Sizes(shape, rows, CHUNK_FLOATS).bytes();
  }

  /** How large the arrays are, in floats. */
  private static final class Sizes {
    final MlpShape shape;
    final int rows;
    final int stride;
    final int widest;

    /** Stacked rows of a chunk: three for each row with tangents. */
    final int capacity;

    final long compact;
    final long partial;
    final long ncePartial;

    Sizes(MlpShape shape, int rows, long chunkFloats) {
      this.shape = shape;
      this.rows = rows;
      stride = MlpKernels.stride(shape.inputs());
      int most = 0;
      for (int l = 1; l <= shape.layers(); l++) {
        most = Math.max(most, MlpKernels.stride(shape.width(l)));
      }
      widest = most;
      long fitting = Math.max(STACKS, chunkFloats / floatsOfRow());
      capacity = (int) Math.min((long) STACKS * rows, fitting / STACKS * STACKS);
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

    long weights(int l) {
      return (long) shape.width(l + 1) * MlpKernels.stride(shape.width(l));
    }

    long bytes() {
      long floats = capacity * floatsOfRow() - (long) capacity * shape.inputs() + compact;
      floats += 2L * shape.parameterCount() + partial + ncePartial + 4 + 3L * shape.inputs();
      floats += (long) rows * (stride + ENERGY_STEPS);
      for (int l = 0; l < shape.layers(); l++) {
        floats += weights(l);
      }
      return Float.BYTES * floats;
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

  @Override
  public void listen(StageListener stages) {
    listener = stages;
  }

  @Override
  protected void computeSetParameters(MlpParameters parameters) {
    stream.upload(MemorySegment.ofArray(parameters.values()), theta, 0);
    for (int l = 0; l < layers; l++) {
      long row = (long) shape.width(l) * Float.BYTES;
      long stride = (long) MlpKernels.stride(shape.width(l)) * Float.BYTES;
      long from = (long) shape.weightOffset(l) * Float.BYTES;
      rowCopies.copy(theta, from, row, weights[l], 0, stride, (int) row, shape.width(l + 1));
    }
    hasBase = parameters.base() != null;
    if (hasBase) {
      if (base == null) {
        base = new GaussianMemory(stream, kernels, rowCopies, columns);
      }
      base.set(parameters.base());
    }
    stream.synchronize();
  }

  /** Stages are shown where layers have their own launches. */
  private boolean resides() {
    return resident != null && listener == null && (!hasBase || MlpResident.takesBase(shape));
  }

  private MlpResident.Model model() {
    return new MlpResident.Model(weights, theta, hasBase ? base : null);
  }

  private long biasAt(int l) {
    return (long) shape.biasOffset(l) * Float.BYTES;
  }

  /** Copies rows of the caller's to {@code to}, from its row {@code toRow} on. */
  private void uploadRows(float[] x, long first, int count, DeviceMemory to, long toRow) {
    long row = (long) columns * Float.BYTES;
    long stride = (long) sizes.stride * Float.BYTES;
    MemorySegment from = MemorySegment.ofArray(x).asSlice(first * row, count * row);
    if (row == stride) {
      stream.upload(from, to, toRow * stride);
    } else {
      stream.upload(from, compact, 0);
      rowCopies.copy(compact, 0, row, to, toRow * stride, stride, (int) row, count);
    }
  }

  /** Copies rows of {@code from} to the caller's. */
  private void downloadRows(DeviceMemory from, long fromRow, float[] x, long first, int count) {
    long row = (long) columns * Float.BYTES;
    long stride = (long) sizes.stride * Float.BYTES;
    MemorySegment to = MemorySegment.ofArray(x).asSlice(first * row, count * row);
    if (row == stride) {
      stream.download(from, fromRow * stride, to);
    } else {
      rowCopies.copy(from, fromRow * stride, stride, compact, 0, row, (int) row, count);
      stream.download(compact, 0, to);
    }
  }

  private static MemorySegment slice(float[] values, long first, long count) {
    return MemorySegment.ofArray(values).asSlice(first * Float.BYTES, count * Float.BYTES);
  }

  /**
   * F2 and F3 or T2 and T3 of all hidden layers.
   *
   * @param in {@code a_0}: two stacks at most, the third is 0
   * @param stacks 1; with tangents 3, or 2 without the second derivative
   * @param keep whether z is needed later
   */
  private void hiddenLayers(DeviceRows in, int n, int stacks, boolean keep) {
    for (int l = 0; l < last; l++) {
      int rows = stacks == 1 ? n : l == 0 ? 2 * n : stacks * n;
      int width = shape.width(l + 1);
      kernels.forward(
          l == 0 ? in.memory() : a[l],
          l == 0 ? in.offset() : 0,
          weights[l],
          theta,
          biasAt(l),
          keep ? z[l] : null,
          a[l + 1],
          rows,
          n,
          shape.width(l),
          width,
          activation);
      if (stacks > 1) {
        long stackBytes = (long) n * MlpKernels.stride(width) * Float.BYTES;
        if (l == 0 && stacks == STACKS) {
          stream.clear(z[l], 2 * stackBytes, stackBytes);
        }
        kernels.tangents(z[l], a[l + 1], n, stacks, width, activation);
      }
    }
  }

  /**
   * F4 and F5, T4 and T5.
   *
   * @param out float[stacks * n] from {@code outOffset}
   */
  private void output(DeviceRows in, int n, int stacks, DeviceMemory out, long outOffset) {
    if (hasBase) {
      base.whiten(in.memory(), in.offset(), centred, y, stacks == 1 ? n : 2 * n, n);
    }
    output(in, n, stacks, hasBase ? y : null, out, outOffset);
  }

  private void output(
      DeviceRows in, int n, int stacks, DeviceMemory whitened, DeviceMemory out, long outOffset) {
    kernels.output(
        last == 0 ? in.memory() : a[last],
        last == 0 ? in.offset() : 0,
        weights[last],
        theta,
        biasAt(last),
        whitened,
        out,
        outOffset,
        n,
        stacks,
        shape.width(last),
        columns,
        hasBase ? -base.constant() : 0f);
  }

  /** The forward pass, energies to {@code results}. */
  private void forward(DeviceRows in, int n, boolean keep) {
    hiddenLayers(in, n, 1, keep || listener != null);
    output(in, n, 1, results, 0);
  }

  /** B1, B3 to B5 with w = 1, after {@link #forward} with z kept. */
  private void backwardInput(int n, long firstRow) {
    kernels.seeds(null, seeds, n);
    DeviceMemory above = seeds;
    DeviceMemory below = d;
    for (int l = last; l > 0; l--) {
      kernels.backward(
          above,
          weights[l],
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
        above, weights[0], null, inputGradient, n, shape.width(1), columns, activation, false);
    if (hasBase) {
      base.addGradient(y, inputGradient, n);
    }
  }

  /**
   * B2 to B4, or D2 to D4 with two or three stacks: the gradient of a chunk whose seeds are set.
   *
   * @param in {@code a_0}
   */
  private void backwardParameters(DeviceRows in, int n, int stacks, long firstRow) {
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
            weights[l],
            stacks == 1 ? z[l - 1] : null,
            below,
            stacked,
            shape.width(l + 1),
            shape.width(l),
            activation,
            false);
        if (stacks > 1) {
          kernels.tangentsBackward(z[l - 1], below, n, stacks, shape.width(l), activation);
          show("D4", l, firstRow, n, shape.width(l), below, 0, 1, 2);
        } else {
          showBackward(l, firstRow, n, below);
        }
        above = below;
        below = above == d ? dBefore : d;
      }
    }
    kernels.sumPartials(partial, gradientSums, shape.parameterCount(), parts, true);
  }

  private void downloadGradient(float[] gradient) {
    stream.download(gradientSums, 0, slice(gradient, 0, shape.parameterCount()));
  }

  @Override
  protected RowSource computeHold(float[] x, int n) {
    // Of no rows too, since a device gives no memory of no bytes.
    DeviceMemory memory = floats(Math.max(1L, n) * sizes.stride);
    uploadAll(x, n, memory);
    return new DeviceRows(memory, 0);
  }

  @Override
  protected void computeRelease(RowSource held) {
    stream.free(((DeviceRows) held).memory());
  }

  @Override
  protected RowSource computeChainRows() {
    return state;
  }

  /** The rows of a chunk: where they are on the device, or else copied to {@code a_0}. */
  private DeviceRows place(RowSource x, int first, int count) {
    if (x instanceof DeviceRows rows) {
      return rows.from((long) first * sizes.stride * Float.BYTES);
    }
    uploadRows(x.array(), first, count, a[0], 0);
    return input;
  }

  @Override
  protected void computeEnergy(RowSource x, int n, float[] energy) {
    int chunk = sizes.capacity;
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      DeviceRows in = place(x, first, count);
      if (resides()) {
        resident.evaluate(model(), in.memory(), in.offset(), results, null, count);
      } else {
        forward(in, count, false);
        showForward(in, first, count);
      }
      stream.download(results, 0, slice(energy, first, count));
    }
  }

  @Override
  protected void computeInputGradient(RowSource x, int n, float[] energy, float[] gradient) {
    int chunk = sizes.capacity;
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      DeviceRows in = place(x, first, count);
      if (resides()) {
        resident.evaluate(model(), in.memory(), in.offset(), results, inputGradient, count);
      } else {
        forward(in, count, true);
        showForward(in, first, count);
        backwardInput(count, first);
        show("B5", 0, first, count, columns, inputGradient, 0);
      }
      if (energy != null) {
        stream.download(results, 0, slice(energy, first, count));
      }
      downloadRows(inputGradient, 0, gradient, first, count);
    }
  }

  @Override
  protected void computeParameterGradient(RowSource x, float[] w, int n, float[] gradient) {
    int chunk = sizes.capacity;
    stream.clear(gradientSums);
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      DeviceRows in = place(x, first, count);
      hiddenLayers(in, count, 1, true);
      stream.upload(slice(w, first, count), results, 0);
      kernels.seeds(results, seeds, count);
      backwardParameters(in, count, 1, first);
    }
    downloadGradient(gradient);
  }

  /** T1 to T3 for a chunk. */
  private void taylor(float[] x, float[] v, int first, int count, int stacks) {
    uploadRows(x, first, count, a[0], 0);
    uploadRows(v, first, count, a[0], count);
    if (last == 0 && stacks == STACKS) {
      long stackBytes = (long) count * sizes.stride * Float.BYTES;
      stream.clear(a[0], 2 * stackBytes, stackBytes);
    }
    hiddenLayers(input, count, stacks, true);
    for (int l = 0; l < last; l++) {
      show("T2", l, first, count, shape.width(l + 1), z[l], 1, 2);
      show("T3", l, first, count, shape.width(l + 1), a[l + 1], 1, 2);
    }
  }

  @Override
  protected void computeDirectional(
      float[] x, float[] v, int n, float[] energy, float[] slope, float[] curvature) {
    int chunk = sizes.capacity / STACKS;
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      taylor(x, v, first, count, STACKS);
      output(input, count, STACKS, results, 0);
      if (energy != null) {
        stream.download(results, 0, slice(energy, first, count));
      }
      long bytes = (long) count * Float.BYTES;
      stream.download(results, bytes, slice(slope, first, count));
      stream.download(results, 2 * bytes, slice(curvature, first, count));
    }
  }

  @Override
  protected void computeDirectionalParameterGradient(
      float[] x, float[] v, float[] w, float[] wa, float[] wb, int n, float[] gradient) {
    // Stages are shown of all three.
    int stacks = listener == null && allZero(wb, n) ? 2 : STACKS;
    int chunk = sizes.capacity / stacks;
    stream.clear(gradientSums);
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      taylor(x, v, first, count, stacks);
      long bytes = (long) count * Float.BYTES;
      stream.upload(slice(w, first, count), results, 0);
      stream.upload(slice(wa, first, count), results, bytes);
      if (stacks == STACKS) {
        stream.upload(slice(wb, first, count), results, 2 * bytes);
      }
      kernels.seeds(results, seeds, stacks * count); // D1
      backwardParameters(input, count, stacks, first);
    }
    downloadGradient(gradient);
  }

  private static boolean allZero(float[] values, int n) {
    for (int i = 0; i < n; i++) {
      if (values[i] != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  protected double computeNce(
      SigmoidNce nce,
      float logZ,
      RowSource data,
      int n,
      RowSource noiseRows,
      long seed,
      long step,
      float[] gradient) {
    int chunk = sizes.capacity;
    int noiseCount = n * nce.k();
    double shift = logZ + Math.log(nce.k());
    noise.set(nce.noise());
    stream.clear(nceTotals);
    stream.clear(gradientSums);
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      DeviceRows in = place(data, first, count);
      noise.logDensity(in, count, centred, y, logDensities);
      addNce(in, count, first, false, shift, 1f / n, gradient != null);
    }
    for (int first = 0; first < noiseCount; first += chunk) {
      int count = Math.min(chunk, noiseCount - first);
      DeviceRows in = input;
      if (noiseRows == null) {
        noise.draw(seed, step, first, count, a[0], y, logDensities);
      } else {
        in = place(noiseRows, first, count);
        noise.logDensity(in, count, centred, y, logDensities);
      }
      addNce(in, count, (long) n + first, true, shift, 1f / n, gradient != null);
    }
    double[] totals = new double[2];
    stream.download(nceTotals, 0, MemorySegment.ofArray(totals));
    if (gradient != null) {
      downloadGradient(gradient);
      gradient[shape.parameterCount()] = (float) totals[1];
    }
    return totals[0] / n;
  }

  /** The loss, and where it is wanted the gradient, of a chunk with its log-densities. */
  private void addNce(
      DeviceRows in,
      int count,
      long firstRow,
      boolean isNoise,
      double shift,
      float weight,
      boolean gradient) {
    forward(in, count, gradient);
    showForward(in, firstRow, count);
    kernels.nce(results, logDensities, seeds, ncePartial, nceTotals, shift, count, isNoise, weight);
    if (gradient) {
      backwardParameters(in, count, 1, firstRow);
    }
  }

  @Override
  protected void computeNormals(
      long seed, DrawStream purpose, long step, int n, int drawn, float[] out) {
    int chunk = sizes.capacity;
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      kernels.normals(compact, seed, purpose, step, first, count, drawn);
      stream.download(compact, 0, slice(out, (long) first * drawn, (long) count * drawn));
    }
  }

  @Override
  protected void computeSetChains(float[] x, int n) {
    uploadAll(x, n, state.memory());
  }

  private void uploadAll(float[] x, int n, DeviceMemory to) {
    int chunk = sizes.capacity;
    for (int first = 0; first < n; first += chunk) {
      uploadRows(x, first, Math.min(chunk, n - first), to, first);
    }
    stream.synchronize();
  }

  @Override
  protected void computeReadChains(float[] x, int n) {
    int chunk = sizes.capacity;
    for (int first = 0; first < n; first += chunk) {
      downloadRows(state.memory(), first, x, first, Math.min(chunk, n - first));
    }
  }

  @Override
  protected void computeLangevin(Langevin langevin, long seed, int n, float[] energies) {
    int most = energies != null ? ENERGY_STEPS : resides() ? RESIDENT_STEPS : 1;
    for (int t = 0; t < langevin.steps(); t += most) {
      int steps = Math.min(most, langevin.steps() - t);
      DeviceMemory path = energies == null ? null : energyPath;
      if (resides()) {
        resident.langevin(
            model(),
            state.memory(),
            0,
            path,
            langevin,
            seed,
            langevin.firstStep() + t,
            steps,
            n,
            0);
      } else {
        for (int step = 0; step < steps; step++) {
          moveByLayers(langevin, seed, langevin.firstStep() + t + step, n, path, step);
        }
      }
      if (energies != null) {
        stream.download(energyPath, 0, slice(energies, (long) t * n, (long) steps * n));
      }
    }
    stream.synchronize();
  }

  /** One step of all chains, whose energies go to the path's row {@code pathRow}. */
  private void moveByLayers(
      Langevin langevin, long seed, long step, int n, DeviceMemory path, int pathRow) {
    int chunk = sizes.capacity;
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      DeviceRows x = place(state, first, count);
      hiddenLayers(x, count, 1, true);
      if (path != null) {
        output(x, count, 1, path, ((long) pathRow * n + first) * Float.BYTES);
      } else if (hasBase) {
        base.whiten(x.memory(), x.offset(), centred, y, count, count);
      }
      backwardInput(count, first);
      kernels.langevinStep(
          x.memory(), x.offset(), inputGradient, langevin, seed, step, count, columns, first);
    }
  }

  private void showForward(DeviceRows in, long firstRow, int n) {
    if (listener != null) {
      for (int l = 0; l < last; l++) {
        show("F2", l, firstRow, n, shape.width(l + 1), z[l], 0);
        show("F3", l, firstRow, n, shape.width(l + 1), a[l + 1], 0);
      }
      // F5 is not part of F4: once more without the base, in memory that is free now.
      output(in, n, 1, null, seeds, 0);
      showNumbers("F4", firstRow, n, seeds);
    }
  }

  private void showBackward(int l, long firstRow, int n, DeviceMemory below) {
    if (listener != null) {
      if (l == last) {
        show("B1", last, firstRow, n, 1, seeds, 0);
      }
      show("B4", l, firstRow, n, shape.width(l), below, 0);
    }
  }

  private void showNumbers(String label, long firstRow, int n, DeviceMemory numbers) {
    float[] values = new float[n];
    stream.download(numbers, 0, MemorySegment.ofArray(values));
    float[][] rows = new float[n][1];
    for (int i = 0; i < n; i++) {
      rows[i][0] = values[i];
    }
    listener.stage(label, last, (int) firstRow, rows);
  }

  /** Shows some of an array's stacks of n rows, side by side. */
  private void show(
      String label, int l, long firstRow, int n, int width, DeviceMemory memory, int... stacks) {
    if (listener == null) {
      return;
    }
    int stride = MlpKernels.stride(width);
    float[][] rows = new float[n][stacks.length * width];
    float[] values = new float[n * stride];
    for (int s = 0; s < stacks.length; s++) {
      long at = (long) stacks[s] * values.length * Float.BYTES;
      stream.download(memory, at, MemorySegment.ofArray(values));
      for (int i = 0; i < n; i++) {
        System.arraycopy(values, i * stride, rows[i], s * width, width);
      }
    }
    listener.stage(label, l, (int) firstRow, rows);
  }

  @Override
  protected void computeClose() {
    stream.close();
  }
}
