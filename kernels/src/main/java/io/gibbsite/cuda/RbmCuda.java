package io.gibbsite.cuda;

import io.gibbsite.cuda.RbmKernels.Direction;
import io.gibbsite.cuda.RbmKernels.Wanted;
import io.gibbsite.random.DrawStream;
import io.gibbsite.rbm.CheckedRbmSession;
import io.gibbsite.rbm.FixedPointWeights;
import io.gibbsite.rbm.RbmParameters;
import io.gibbsite.rbm.RbmShape;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import java.lang.foreign.MemorySegment;

/**
 * {@link io.gibbsite.rbm.Rbm} on a device: the same bits as the plain loops.
 *
 * <p>Parameters and chains stay on the device. Data rows pass through it in chunks, whose size
 * bounds the memory for activations; statistics add them up in the order of the rows.
 */
final class RbmCuda extends CheckedRbmSession {
  /** The most activations to keep: 128 MiB. */
  private static final long CHUNK_ENTRIES = 1L << 25;

  /** Sweeps of one launch: so few that counters do not overflow and a display stays responsive. */
  private static final int LAUNCH_SWEEPS = 4096;

  private final int visible;
  private final int hidden;
  private final int chunk;
  private final DeviceStream stream;
  private final RbmKernels kernels;
  private final RowCopies rowCopies;
  private final DeviceMemory q;
  private final DeviceMemory hiddenWeights;
  private final DeviceMemory visibleWeights;
  private final DeviceMemory b;
  private final DeviceMemory c;
  private final DeviceMemory base;
  private final DeviceMemory held;
  private final DeviceMemory v;
  private final DeviceMemory h;
  private final DeviceMemory done;
  private final DeviceMemory sums;
  private final DeviceMemory rowSums;

  /** A chunk's states at the stride of kernels, its activations, and its rows without gaps. */
  private final DeviceMemory states;

  private final DeviceMemory activations;
  private final DeviceMemory compact;

  private Direction toHidden;
  private Direction toVisible;
  private boolean clamped;

  RbmCuda(Device device, RbmShape shape, int rows) {
    this(
        device,
        shape,
        rows,
        RbmKernels.Tile.choose(device, rows, shape.visible(), shape.hidden()),
        CHUNK_ENTRIES);
  }

  /**
   * @param tile of the Gibbs kernels
   * @param chunkEntries the most activations to keep, but of {@link RbmKernels#ALIGNMENT} rows at
   *     least
   */
  RbmCuda(Device device, RbmShape shape, int rows, RbmKernels.Tile tile, long chunkEntries) {
    super(shape, rows);
    visible = shape.visible();
    hidden = shape.hidden();
    chunk = chunk(shape, rows, chunkEntries);
    stream = device.openStream();
    try {
      kernels = new RbmKernels(device, stream, tile);
      rowCopies = new RowCopies(device, stream);
      Sizes sizes = new Sizes(shape, rows, chunk);
      q = stream.allocate(sizes.q);
      hiddenWeights = stream.allocate(sizes.hiddenWeights);
      visibleWeights = stream.allocate(sizes.visibleWeights);
      b = stream.allocateCleared(sizes.visibleFloats);
      c = stream.allocateCleared(sizes.hiddenFloats);
      base = stream.allocateCleared(sizes.visibleFloats);
      held = stream.allocateCleared(sizes.visibleFloats / Float.BYTES);
      v = stream.allocateCleared(sizes.v);
      h = stream.allocateCleared(sizes.h);
      done = stream.allocate(sizes.done);
      sums = stream.allocate(sizes.sums);
      rowSums = stream.allocate(sizes.rowSums);
      states = stream.allocateCleared(sizes.states);
      activations = stream.allocate(sizes.activations);
      compact = stream.allocate(sizes.compact);
    } catch (RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  /** Bytes of everything on the device. */
  static long bytes(RbmShape shape, int rows) {
    return new Sizes(shape, rows, chunk(shape, rows, CHUNK_ENTRIES)).total();
  }

  private static int chunk(RbmShape shape, int rows, long entries) {
    int widest = RbmKernels.align(Math.max(shape.visible(), shape.hidden()));
    long most = Math.max(1, entries / widest / RbmKernels.ALIGNMENT) * RbmKernels.ALIGNMENT;
    return (int) Math.min(RbmKernels.align(rows), most);
  }

  /** Bytes of each array. */
  private static final class Sizes {
    final long q;
    final long hiddenWeights;
    final long visibleWeights;
    final long visibleFloats;
    final long hiddenFloats;
    final long v;
    final long h;
    final long done;
    final long sums;
    final long rowSums;
    final long states;
    final long activations;
    final long compact;

    Sizes(RbmShape shape, int rows, long part) {
      long visibleStride = RbmKernels.align(shape.visible());
      long hiddenStride = RbmKernels.align(shape.hidden());
      long widest = Math.max(visibleStride, hiddenStride);
      long whole = RbmKernels.align(rows);
      q = (long) Integer.BYTES * shape.weightCount();
      hiddenWeights = RbmKernels.packedBytes(shape.visible(), shape.hidden());
      visibleWeights = RbmKernels.packedBytes(shape.hidden(), shape.visible());
      visibleFloats = Float.BYTES * visibleStride;
      hiddenFloats = Float.BYTES * hiddenStride;
      v = whole * visibleStride;
      h = whole * hiddenStride;
      done = Integer.BYTES * (whole / 16);
      sums = (long) Float.BYTES * shape.parameterCount();
      rowSums = Double.BYTES * whole;
      states = part * widest;
      activations = Float.BYTES * part * widest;
      compact = activations;
    }

    long total() {
      return q
          + hiddenWeights
          + visibleWeights
          + 2 * visibleFloats
          + hiddenFloats
          + visibleFloats / Float.BYTES
          + v
          + h
          + done
          + sums
          + rowSums
          + states
          + activations
          + compact;
    }
  }

  @Override
  protected void computeSetParameters(RbmParameters parameters) {
    FixedPointWeights weights = FixedPointWeights.of(parameters); // Q
    boolean wide = !weights.sumsFitInt();
    float scale = weights.scale();
    toHidden =
        new Direction(visible, hidden, hiddenWeights, c, scale, wide, DrawStream.HIDDEN_GIBBS.id());
    toVisible =
        new Direction(
            hidden, visible, visibleWeights, b, scale, wide, DrawStream.VISIBLE_GIBBS.id());
    stream.upload(MemorySegment.ofArray(weights.q()), q, 0);
    MemorySegment values = MemorySegment.ofArray(parameters.values());
    stream.upload(floats(values, shape().visibleBiasOffset(), visible), b, 0);
    stream.upload(floats(values, shape().hiddenBiasOffset(), hidden), c, 0);
    kernels.pack(q, toHidden, hidden, 1);
    kernels.pack(q, toVisible, 1, hidden);
    stream.synchronize();
  }

  private static MemorySegment floats(MemorySegment values, long first, long count) {
    return values.asSlice(Float.BYTES * first, Float.BYTES * count);
  }

  /** Copies rows of the caller's to {@code to}, at the stride of kernels. */
  private void uploadRows(
      byte[] rows, int first, int count, int units, DeviceMemory to, long toOffset) {
    long from = (long) first * units;
    stream.upload(MemorySegment.ofArray(rows).asSlice(from, (long) count * units), compact, 0);
    int stride = RbmKernels.align(units);
    rowCopies.copy(compact, 0, units, to, toOffset, stride, units, count);
  }

  /** Copies rows of {@code entryBytes} an entry from the stride of kernels to the caller's. */
  private void downloadRows(
      DeviceMemory from,
      long fromOffset,
      int first,
      int count,
      int units,
      int entryBytes,
      MemorySegment to) {
    int row = units * entryBytes;
    long stride = (long) RbmKernels.align(units) * entryBytes;
    rowCopies.copy(from, fromOffset, stride, compact, 0, row, row, count);
    stream.download(compact, 0, to.asSlice((long) first * row, (long) count * row));
  }

  @Override
  protected void computeFreeEnergy(byte[] rows, int n, double[] energy) {
    MemorySegment out = MemorySegment.ofArray(energy);
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      uploadRows(rows, first, count, visible, states, 0);
      activate(states, 0, Wanted.activations(activations), count); // F1
      kernels.rowSums(
          states, 0, activations, b, null, rowSums, 0, visible, hidden, count, 0f, 0f); // F2
      stream.download(
          rowSums, 0, out.asSlice((long) Double.BYTES * first, (long) Double.BYTES * count));
    }
  }

  /** G1 to G4 of the hidden units, without draws. */
  private void activate(DeviceMemory in, long inOffset, Wanted wanted, int count) {
    kernels.conditional(toHidden, in, inOffset, null, 0f, wanted, count, 0, 1f, 0, 0);
  }

  @Override
  protected void computeHiddenProbabilities(byte[] rows, int n, float[] probability) {
    computeProbabilities(toHidden, rows, n, probability);
  }

  @Override
  protected void computeVisibleProbabilities(byte[] rows, int n, float[] probability) {
    computeProbabilities(toVisible, rows, n, probability);
  }

  private void computeProbabilities(Direction direction, byte[] rows, int n, float[] out) {
    Wanted wanted = Wanted.probabilities(activations);
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      uploadRows(rows, first, count, direction.inputs(), states, 0);
      kernels.conditional(direction, states, 0, null, 0f, wanted, count, 0, 1f, 0, 0);
      downloadRows(
          activations,
          0,
          first,
          count,
          direction.outputs(),
          Float.BYTES,
          MemorySegment.ofArray(out));
    }
  }

  @Override
  protected void computeStatistics(byte[] rows, int n, float[] out) {
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      uploadRows(rows, first, count, visible, states, 0);
      addStatistics(states, 0, count, first > 0);
    }
    downloadSums(out);
  }

  @Override
  protected void computeChainStatistics(int n, float[] out) {
    for (int first = 0; first < n; first += chunk) {
      long at = (long) first * RbmKernels.align(visible);
      addStatistics(v, at, Math.min(chunk, n - first), first > 0);
    }
    downloadSums(out);
  }

  private void addStatistics(DeviceMemory in, long inOffset, int count, boolean accumulate) {
    activate(in, inOffset, Wanted.probabilities(activations), count); // S1
    kernels.statistics(in, inOffset, activations, sums, visible, hidden, count, accumulate); // S2
  }

  private void downloadSums(float[] out) {
    stream.download(sums, 0, floats(MemorySegment.ofArray(out), 0, shape().parameterCount()));
  }

  @Override
  protected void computeSetVisible(byte[] rows, int n) {
    for (int first = 0; first < n; first += chunk) {
      long at = (long) first * RbmKernels.align(visible);
      uploadRows(rows, first, Math.min(chunk, n - first), visible, v, at);
    }
    stream.clear(h);
    stream.synchronize();
  }

  @Override
  protected void computeReadVisible(byte[] rows, int n) {
    readRows(v, visible, rows, n);
  }

  @Override
  protected void computeReadHidden(byte[] rows, int n) {
    readRows(h, hidden, rows, n);
  }

  private void readRows(DeviceMemory from, int units, byte[] rows, int n) {
    for (int first = 0; first < n; first += chunk) {
      long at = (long) first * RbmKernels.align(units);
      int count = Math.min(chunk, n - first);
      downloadRows(from, at, first, count, units, 1, MemorySegment.ofArray(rows));
    }
  }

  @Override
  protected void computeClamp(boolean[] units) {
    byte[] bytes = new byte[visible];
    clamped = false;
    for (int i = 0; i < visible; i++) {
      bytes[i] = (byte) (units[i] ? 1 : 0);
      clamped |= units[i];
    }
    stream.upload(MemorySegment.ofArray(bytes), held, 0);
  }

  @Override
  protected void computeGibbs(Gibbs gibbs, long seed, int n) {
    DeviceMemory mask = clamped ? held : null;
    for (int made = 0; made < gibbs.sweeps(); made += LAUNCH_SWEEPS) {
      int sweeps = Math.min(LAUNCH_SWEEPS, gibbs.sweeps() - made);
      long sweep = gibbs.firstSweep() + made;
      kernels.gibbs(toHidden, toVisible, v, h, mask, done, n, gibbs.beta(), seed, sweep, sweeps);
    }
    stream.synchronize();
  }

  @Override
  protected void computeAnneal(Annealing annealing, long seed, int n, double[] logWeights) {
    MemorySegment weights = MemorySegment.ofArray(logWeights).asSlice(0, (long) Double.BYTES * n);
    stream.upload(weights, rowSums, 0);
    stream.upload(MemorySegment.ofArray(annealing.baseBias()), base, 0);
    float[] betas = annealing.betas();
    for (int first = 0; first < n; first += chunk) {
      int count = Math.min(chunk, n - first);
      for (int t = 0; t < annealing.sweeps(); t++) {
        float next = betas[t + 1];
        long sweep = annealing.firstSweep() + t;
        hiddenHalf(first, count, next, seed, sweep);
        addGains(first, count, betas[t], next); // A1
        visibleHalf(first, count, next, seed, sweep); // A2
      }
    }
    stream.download(rowSums, 0, weights);
  }

  /** Rows of the same inverse temperatures, such as those of a level, go together. */
  @Override
  protected void computeTemper(Tempering tempering, long seed, int n, double[] gains) {
    stream.clear(rowSums);
    stream.upload(MemorySegment.ofArray(tempering.baseBias()), base, 0);
    float[] betas = tempering.betas();
    float[] nexts = tempering.nextBetas();
    for (int first = 0; first < n; ) {
      int end = first + 1;
      while (end < Math.min(n, first + chunk)
          && betas[end] == betas[first]
          && nexts[end] == nexts[first]) {
        end++;
      }
      int count = end - first;
      for (int t = 0; t < tempering.sweeps(); t++) { // P1
        long sweep = tempering.firstSweep() + t;
        hiddenHalf(first, count, betas[first], seed, sweep);
        visibleHalf(first, count, betas[first], seed, sweep);
      }
      activate(v, (long) first * RbmKernels.align(visible), Wanted.activations(activations), count);
      addGains(first, count, betas[first], nexts[first]); // P2
      first = end;
    }
    MemorySegment out = MemorySegment.ofArray(gains);
    stream.download(rowSums, 0, out.asSlice(0, (long) Double.BYTES * n));
  }

  /** G1 to G5 of chains' hidden units at beta; keeps their activations. */
  private void hiddenHalf(int first, int count, float beta, long seed, long sweep) {
    long vAt = (long) first * RbmKernels.align(visible);
    long hAt = (long) first * RbmKernels.align(hidden);
    Wanted wanted = new Wanted(h, hAt, activations, null);
    kernels.conditional(toHidden, v, vAt, null, 0f, wanted, count, first, beta, seed, sweep);
  }

  /** G1 to G5 of chains' visible units at beta on the path. */
  private void visibleHalf(int first, int count, float beta, long seed, long sweep) {
    long vAt = (long) first * RbmKernels.align(visible);
    long hAt = (long) first * RbmKernels.align(hidden);
    Wanted wanted = new Wanted(v, vAt, null, null);
    kernels.conditional(
        toVisible, h, hAt, base, 1f - beta, wanted, count, first, beta, seed, sweep);
  }

  /** Adds A1, from the activations, to the chains' sums. */
  private void addGains(int first, int count, float beta, float next) {
    long vAt = (long) first * RbmKernels.align(visible);
    long at = (long) Double.BYTES * first;
    kernels.rowSums(v, vAt, activations, b, base, rowSums, at, visible, hidden, count, beta, next);
  }

  @Override
  protected void computeClose() {
    stream.close();
  }
}
