package io.gibbsite.cuda;

import io.gibbsite.backend.Precision;
import io.gibbsite.backend.StageListener;
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
 * layer ({@link MlpLayers}).
 *
 * <p>Parameters, chains and held rows stay on the device. Other rows pass through it in chunks. A
 * Gaussian base or noise takes {@code 3 d^2} floats more once it is given.
 */
final class MlpCuda extends CheckedMlpSession {
  private static final int STACKS = MlpLayers.STACKS;

  /** Langevin steps whose energies are copied from the device at once. */
  private static final int ENERGY_STEPS = MlpSizes.ENERGY_STEPS;

  /** Langevin steps of one launch: so few that a display stays responsive. */
  private static final int RESIDENT_STEPS = 10_000;

  private final MlpShape shape;
  private final int columns;
  private final MlpSizes sizes;
  private final DeviceStream stream;
  private final MlpKernels kernels;
  private final RowCopies rowCopies;
  private final MlpParameterMemory parameters;
  private final DeviceStages stages;
  private final MlpLayers layers;

  /** A number or three a row: results, and weights that come in. */
  private final DeviceMemory results;

  private final DeviceMemory logDensities;

  /** Rows without gaps, on their way from or to the caller. */
  private final DeviceMemory compact;

  private final DeviceMemory ncePartial;
  private final DeviceMemory nceTotals;
  private final DeviceRows state;
  private final DeviceMemory energyPath;

  /** Results on the host, to be added up. */
  private float[] numbers = {};

  private final NoiseMemory noise;

  /** Null where the network is too large for it. */
  private final MlpResident resident;

  MlpCuda(Device device, MlpShape shape, int rows, Precision precision) {
    this(device, shape, rows, precision, MlpSizes.CHUNK_FLOATS, true);
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
    columns = shape.inputs();
    sizes = new MlpSizes(shape, rows, precision, chunkFloats);
    stream = device.openStream();
    try {
      kernels = new MlpKernels(device, stream, precision);
      rowCopies = new RowCopies(device, stream);
      parameters = new MlpParameterMemory(stream, kernels, rowCopies, shape);
      stages = new DeviceStages(stream);
      layers = new MlpLayers(stream, kernels, shape, sizes, parameters, stages);
      results = floats(sizes.capacity);
      logDensities = floats(sizes.capacity);
      compact = floats(sizes.compact);
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
  static long bytes(MlpShape shape, int rows, Precision precision) {
    return new MlpSizes(shape, rows, precision, MlpSizes.CHUNK_FLOATS).bytes();
  }

  @Override
  public void listen(StageListener listener) {
    stages.listen(listener);
  }

  @Override
  protected void computeSetParameters(MlpParameters values) {
    parameters.set(values);
  }

  /** Stages are shown where layers have their own launches. */
  private boolean resides() {
    return resident != null
        && !stages.listening()
        && (parameters.base() == null || MlpResident.takesBase(shape));
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

  private void downloadGradient(float[] gradient) {
    stream.download(layers.gradientSums, 0, slice(gradient, 0, shape.parameterCount()));
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
    uploadRows(x.array(), first, count, layers.input.memory(), 0);
    return layers.input;
  }

  @Override
  protected void computeEnergy(RowSource x, int n, float[] energy) {
    int chunk = sizes.capacity;
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      DeviceRows in = place(x, first, count);
      if (resides()) {
        resident.evaluate(parameters.model(), in.memory(), in.offset(), results, null, count);
      } else {
        layers.forward(in, count, first, false, results);
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
        resident.evaluate(
            parameters.model(), in.memory(), in.offset(), results, layers.inputGradient, count);
      } else {
        layers.forward(in, count, first, true, results);
        layers.backwardInput(count, first);
      }
      if (energy != null) {
        stream.download(results, 0, slice(energy, first, count));
      }
      downloadRows(layers.inputGradient, 0, gradient, first, count);
    }
  }

  @Override
  protected void computeParameterGradient(RowSource x, float[] w, int n, float[] gradient) {
    int chunk = sizes.capacity;
    stream.clear(layers.gradientSums);
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      DeviceRows in = place(x, first, count);
      layers.hiddenLayers(in, count, 1, true);
      stream.upload(slice(w, first, count), results, 0);
      kernels.seeds(results, layers.seeds, count);
      layers.backwardParameters(in, count, 1, first);
    }
    downloadGradient(gradient);
  }

  /** T1 to T3 for a chunk. */
  private void taylor(float[] x, float[] v, int first, int count, int stacks) {
    uploadRows(x, first, count, layers.input.memory(), 0);
    uploadRows(v, first, count, layers.input.memory(), count);
    layers.taylor(count, stacks, first);
  }

  @Override
  protected void computeDirectional(
      float[] x, float[] v, int n, float[] energy, float[] slope, float[] curvature) {
    int chunk = sizes.capacity / STACKS;
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      taylor(x, v, first, count, STACKS);
      layers.output(layers.input, count, STACKS, results, 0);
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
    int stacks = !stages.listening() && allZero(wb, n) ? 2 : STACKS;
    int chunk = sizes.capacity / stacks;
    stream.clear(layers.gradientSums);
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      taylor(x, v, first, count, stacks);
      long bytes = (long) count * Float.BYTES;
      stream.upload(slice(w, first, count), results, 0);
      stream.upload(slice(wa, first, count), results, bytes);
      if (stacks == STACKS) {
        stream.upload(slice(wb, first, count), results, 2 * bytes);
      }
      kernels.seeds(results, layers.seeds, stacks * count); // D1
      layers.backwardParameters(layers.input, count, stacks, first);
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

  /** By one forward pass of the rows, to which tangents are added: all of it by layers. */
  @Override
  protected double computeScoreMatching(
      float[] x, float[] target, int targets, float[] scale, int n, float[] gradient) {
    if (stages.listening()) {
      return super.computeScoreMatching(x, target, targets, scale, n, gradient);
    }
    DeviceMemory input = layers.input.memory();
    int chunk = sizes.capacity / 2;
    double loss = 0;
    if (gradient != null) {
      stream.clear(layers.gradientSums);
    }
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      uploadRows(x, first, count, input, 0);
      stream.upload(slice(target, (long) first * targets, (long) count * targets), compact, 0);
      stream.upload(slice(scale, first, count), logDensities, 0);
      layers.forward(layers.input, count, first, true, null);
      layers.backwardInput(count, first);
      kernels.scoreResidual(
          compact,
          logDensities,
          layers.inputGradient,
          gradient == null ? null : input,
          MlpLayers.stackBytes(count, columns),
          layers.seeds,
          results,
          count,
          targets,
          columns,
          n);
      if (gradient != null) {
        layers.slopes(count);
        layers.backwardParameters(layers.input, count, 2, first);
      }
      loss += sumOfResults(count);
    }
    if (gradient != null) {
      downloadGradient(gradient);
    }
    return loss / (2.0 * n);
  }

  private double sumOfResults(int count) {
    if (numbers.length < count) {
      numbers = new float[count];
    }
    stream.download(results, 0, slice(numbers, 0, count));
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += numbers[i];
    }
    return sum;
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
    stream.clear(layers.gradientSums);
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      DeviceRows in = place(data, first, count);
      noise.logDensity(in, count, layers.centred, layers.y, logDensities);
      addNce(in, count, first, false, shift, 1f / n, gradient != null);
    }
    for (int first = 0; first < noiseCount; first += chunk) {
      int count = Math.min(chunk, noiseCount - first);
      DeviceRows in = layers.input;
      if (noiseRows == null) {
        noise.draw(seed, step, first, count, in.memory(), layers.y, logDensities);
      } else {
        in = place(noiseRows, first, count);
        noise.logDensity(in, count, layers.centred, layers.y, logDensities);
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
    layers.forward(in, count, firstRow, gradient, results);
    kernels.nce(
        results, logDensities, layers.seeds, ncePartial, nceTotals, shift, count, isNoise, weight);
    if (gradient) {
      layers.backwardParameters(in, count, 1, firstRow);
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
            parameters.model(),
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
      layers.hiddenLayers(x, count, 1, true);
      layers.output(x, count, 1, path, ((long) pathRow * n + first) * Float.BYTES);
      layers.backwardInput(count, first);
      kernels.langevinStep(
          x.memory(),
          x.offset(),
          layers.inputGradient,
          langevin,
          seed,
          step,
          count,
          columns,
          first);
    }
  }

  @Override
  protected void computeClose() {
    stream.close();
  }
}
