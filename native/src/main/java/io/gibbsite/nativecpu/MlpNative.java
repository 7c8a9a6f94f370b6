package io.gibbsite.nativecpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.gibbsite.backend.Precision;
import io.gibbsite.backend.StageListener;
import io.gibbsite.backend.Workers;
import io.gibbsite.density.Density;
import io.gibbsite.mlp.BatchSums;
import io.gibbsite.mlp.CheckedMlpSession;
import io.gibbsite.mlp.MlpParameters;
import io.gibbsite.mlp.MlpShape;
import io.gibbsite.mlp.RowSource;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.Langevin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.ToLongFunction;

/**
 * The MLP energy in C++ ({@code mlp_session.h}): this class divides batches among threads, and
 * copies rows to and from each thread's native buffers.
 *
 * <p>Blocks of rows are the units that threads share; {@link BatchSums} adds them up.
 */
final class MlpNative extends CheckedMlpSession {
  private final MlpKernels kernels;
  private final Workers workers;
  private final Worker[] team;
  private final int blockRows;
  private final int langevinRows;
  private final long session;
  private final MemorySegment parameters;
  private final int parts;
  private final int stretches;
  private final BatchSums sums;
  private NativeDensity base;
  private NativeDensity noise;
  private NativeStages stages;

  // The loop bodies, made once: a run allocates nothing.
  private final Workers.Body energyBody = this::energyBlock;
  private final Workers.Body inputGradientBody = this::inputGradientBlock;
  private final Workers.Body directionalBody = this::directionalBlock;
  private final Workers.Body langevinBody = this::langevinUnit;
  private final Workers.Body normalsBody = this::normalsBlock;
  private final Workers.Body reduceBody = this::reduceStretch;
  private final BatchSums.Block parameterGradientBody = this::parameterGradientBlock;
  private final BatchSums.Block directionalGradientBody = this::directionalGradientBlock;
  private final BatchSums.Block nceBody = this::nceBlock;
  private final BatchSums.Block scoreBody = this::scoreBlock;

  // The arguments of the call in progress: x and noiseRows are null where the chains serve.
  private float[] x;
  private float[] v;
  private float[] w;
  private float[] a;
  private float[] b;
  private float[] energies;
  private float[] out;
  private float[] secondOut;
  private float[] noiseRows;
  private boolean drawsNoise;
  private float[] target;
  private int targetColumns;
  private int n;
  private boolean withGradient;
  private SigmoidNce nce;
  private float logZ;
  private long seed;
  private DrawStream stream;
  private long step;
  private int drawn;
  private Langevin langevin;

  /** The buffers of one worker. */
  private final class Worker {
    final MemorySegment rows;
    final MemorySegment secondRows;
    final MemorySegment[] column = new MemorySegment[3];

    Worker(int number) {
      int block = blockRows * shape().inputs();
      rows = floats(kernels.mlpBuffer(session, number, 0), block);
      secondRows = floats(kernels.mlpBuffer(session, number, 1), block);
      for (int i = 0; i < column.length; i++) {
        column[i] = floats(kernels.mlpBuffer(session, number, 2 + i), blockRows);
      }
    }
  }

  /**
   * Opens a session; see {@link io.gibbsite.backend.Backend#open}.
   *
   * @param precision other than float32 with the kernels of AMX alone
   * @param workers shared with other sessions of the backend
   * @throws OutOfMemoryError if there is not enough native memory, with how much it takes
   */
  MlpNative(MlpKernels kernels, MlpShape shape, Precision precision, int rows, Workers workers) {
    super(shape, rows);
    this.kernels = kernels;
    this.workers = workers;
    int threads = workers.threads();
    session =
        withWidths(
            shape,
            widths ->
                kernels.mlpOpen(
                    widths,
                    shape.layers(),
                    shape.activation().ordinal(),
                    terms(precision),
                    rows,
                    threads,
                    BatchSums.blocksAtOnce(threads)));
    if (session == 0) {
      throw new OutOfMemoryError(
          "no native memory for a session of shape %s and %d rows: it takes %d bytes"
              .formatted(shape, rows, bytes(kernels, shape, precision, rows, threads)));
    }
    blockRows = kernels.mlpBlockRows(session);
    langevinRows = kernels.mlpLangevinRows(session);
    parameters = floats(kernels.mlpParameters(session), shape.parameterCount());
    parts = kernels.mlpParts(session);
    stretches = kernels.mlpStretches(session);
    sums =
        parts == 0
            ? BatchSums.byChunks(workers, kernels.mlpChunkLimit(session))
            : BatchSums.byParts(workers, parts, this::addPart);
    team = new Worker[parts == 0 ? threads : Math.max(threads, BatchSums.blocksAtOnce(threads))];
    for (int i = 0; i < team.length; i++) {
      team[i] = new Worker(i);
    }
  }

  /** Bytes that a session takes. */
  static long bytes(
      MlpKernels kernels, MlpShape shape, Precision precision, int rows, int threads) {
    return withWidths(
        shape,
        widths ->
            kernels.mlpBytes(
                widths,
                shape.layers(),
                shape.activation().ordinal(),
                terms(precision),
                rows,
                threads,
                BatchSums.blocksAtOnce(threads)));
  }

  /** The bf16 terms that a float32 is split in; 0 where it is not. */
  private static int terms(Precision precision) {
    return precision == Precision.FLOAT32 ? 0 : precision.terms();
  }

  private static long withWidths(MlpShape shape, ToLongFunction<Long> call) {
    int[] widths = new int[shape.layers() + 1];
    Arrays.setAll(widths, shape::width);
    try (Arena arena = Arena.ofConfined()) {
      return call.applyAsLong(arena.allocateFrom(JAVA_INT, widths).address());
    }
  }

  @SuppressWarnings("restricted")
  private static MemorySegment floats(long address, long count) {
    return MemorySegment.ofAddress(address).reinterpret(Float.BYTES * count);
  }

  private static void copyIn(float[] from, int at, int count, MemorySegment to) {
    MemorySegment.copy(from, at, to, JAVA_FLOAT, 0, count);
  }

  private static void copyOut(MemorySegment from, float[] to, int at, int count) {
    MemorySegment.copy(from, JAVA_FLOAT, 0, to, at, count);
  }

  /**
   * {@inheritDoc} The passes show F3, F4, B4, B5, T3, D4, S1's {@code v}, S2's {@code at} and S3;
   * F2, T2 and, of score matching, B5 are overwritten in place.
   */
  @Override
  public void listen(StageListener listener) {
    stages = listener == null ? null : new NativeStages(kernels, session, shape(), listener);
  }

  @Override
  protected void computeSetParameters(MlpParameters values) {
    if (values.base() == null) {
      base = release(base);
    } else if (base == null || base.density != values.base()) {
      NativeDensity next = new NativeDensity(kernels, values.base());
      release(base);
      base = next;
    }
    copyIn(values.values(), 0, values.values().length, parameters);
    kernels.mlpSetParameters(session, base == null ? 0 : base.address);
  }

  private static NativeDensity release(NativeDensity density) {
    if (density != null) {
      density.close();
    }
    return null;
  }

  private int blocks(int rows) {
    return (rows + blockRows - 1) / blockRows;
  }

  private int rowsOf(int block, int rows) {
    return Math.min(blockRows, rows - block * blockRows);
  }

  /** A block of the caller's rows, or where there are none of the chains. */
  private void loadRows(float[] rows, int block, int count, int worker) {
    if (rows == null) {
      kernels.mlpReadChains(session, worker, block * blockRows, count);
    } else {
      load(rows, block, count, team[worker].rows);
    }
  }

  /** Copies a block of rows in. */
  private void load(float[] rows, int block, int count, MemorySegment to) {
    int columns = shape().inputs();
    copyIn(rows, block * blockRows * columns, count * columns, to);
  }

  @Override
  protected void computeEnergy(RowSource rows, int count, float[] energy) {
    x = rows.array();
    n = count;
    energies = energy;
    workers.run(blocks(count), energyBody);
  }

  private void energyBlock(int block, int worker) {
    Worker me = team[worker];
    int count = rowsOf(block, n);
    loadRows(x, block, count, worker);
    kernels.mlpEnergy(session, worker, count);
    show(NativeStages.Pass.ENERGY, worker, block, count);
    copyOut(me.column[0], energies, block * blockRows, count);
  }

  private void show(NativeStages.Pass pass, int worker, int block, int count) {
    if (stages != null) {
      stages.show(pass, worker, block * blockRows, count);
    }
  }

  @Override
  protected void computeInputGradient(RowSource rows, int count, float[] energy, float[] gradient) {
    x = rows.array();
    n = count;
    energies = energy;
    out = gradient;
    workers.run(blocks(count), inputGradientBody);
  }

  private void inputGradientBlock(int block, int worker) {
    Worker me = team[worker];
    int count = rowsOf(block, n);
    int columns = shape().inputs();
    loadRows(x, block, count, worker);
    kernels.mlpInputGradient(session, worker, count);
    show(NativeStages.Pass.INPUT_GRADIENT, worker, block, count);
    if (energies != null) {
      copyOut(me.column[0], energies, block * blockRows, count);
    }
    copyOut(me.secondRows, out, block * blockRows * columns, count * columns);
  }

  @Override
  protected void computeParameterGradient(
      RowSource rows, float[] weights, int count, float[] gradient) {
    x = rows.array();
    w = weights;
    n = count;
    sums.run(blocks(count), parameterGradientBody, true);
    readGradient(gradient);
  }

  private void addPart(int part, int worker, int blocks, boolean fresh) {
    kernels.mlpAddPart(session, worker, part, blocks, fresh ? 1 : 0);
  }

  /** The sums as a gradient; zero if there was no block. */
  private void readGradient(float[] gradient) {
    int count = shape().parameterCount();
    if (sums.chunks() == 0) {
      Arrays.fill(gradient, 0, count, 0f);
      return;
    }
    if (parts == 0) {
      workers.run(stretches, reduceBody);
    }
    kernels.mlpUnpack(session);
    copyOut(parameters, gradient, 0, count);
  }

  private void reduceStretch(int stretch, int worker) {
    kernels.mlpReduce(session, sums.chunks(), stretch);
  }

  private void parameterGradientBlock(int block, int worker, int chunk, boolean fresh) {
    Worker me = team[worker];
    int count = rowsOf(block, n);
    loadRows(x, block, count, worker);
    copyIn(w, block * blockRows, count, me.column[0]);
    kernels.mlpParameterGradient(session, worker, count, chunk, fresh ? 1 : 0);
    show(NativeStages.Pass.PARAMETER_GRADIENT, worker, block, count);
  }

  @Override
  protected void computeDirectional(
      float[] rows,
      float[] directions,
      int count,
      float[] energy,
      float[] slope,
      float[] curvature) {
    x = rows;
    v = directions;
    n = count;
    energies = energy;
    out = slope;
    secondOut = curvature;
    workers.run(blocks(count), directionalBody);
  }

  private void directionalBlock(int block, int worker) {
    Worker me = team[worker];
    int count = rowsOf(block, n);
    loadRows(x, block, count, worker);
    load(v, block, count, me.secondRows);
    kernels.mlpDirectional(session, worker, count);
    show(NativeStages.Pass.DIRECTIONAL, worker, block, count);
    if (energies != null) {
      copyOut(me.column[0], energies, block * blockRows, count);
    }
    copyOut(me.column[1], out, block * blockRows, count);
    copyOut(me.column[2], secondOut, block * blockRows, count);
  }

  @Override
  protected void computeDirectionalParameterGradient(
      float[] rows,
      float[] directions,
      float[] energyWeights,
      float[] slopeWeights,
      float[] curvatureWeights,
      int count,
      float[] gradient) {
    x = rows;
    v = directions;
    w = energyWeights;
    a = slopeWeights;
    b = curvatureWeights;
    n = count;
    sums.run(blocks(count), directionalGradientBody, true);
    readGradient(gradient);
  }

  private void directionalGradientBlock(int block, int worker, int chunk, boolean fresh) {
    Worker me = team[worker];
    int count = rowsOf(block, n);
    loadRows(x, block, count, worker);
    load(v, block, count, me.secondRows);
    copyIn(w, block * blockRows, count, me.column[0]);
    copyIn(a, block * blockRows, count, me.column[1]);
    copyIn(b, block * blockRows, count, me.column[2]);
    kernels.mlpDirectionalParameterGradient(session, worker, count, chunk, fresh ? 1 : 0);
    show(NativeStages.Pass.DIRECTIONAL_PARAMETER_GRADIENT, worker, block, count);
  }

  @Override
  protected double computeScoreMatching(
      float[] rows, float[] targets, int columns, float[] scales, int count, float[] gradient) {
    x = rows;
    target = targets;
    targetColumns = columns;
    w = scales;
    n = count;
    withGradient = gradient != null;
    kernels.mlpStartLosses(session);
    sums.run(blocks(count), scoreBody, withGradient);
    if (withGradient) {
      readGradient(gradient);
    }
    return kernels.mlpLoss(session, sums.chunks()) / (2.0 * count);
  }

  private void scoreBlock(int block, int worker, int chunk, boolean fresh) {
    Worker me = team[worker];
    int count = rowsOf(block, n);
    loadRows(x, block, count, worker);
    copyIn(target, block * blockRows * targetColumns, count * targetColumns, me.secondRows);
    copyIn(w, block * blockRows, count, me.column[0]);
    kernels.mlpScoreMatching(
        session, worker, count, targetColumns, n, chunk, fresh ? 1 : 0, withGradient ? 1 : 0);
    if (withGradient) {
      show(NativeStages.Pass.SCORE_MATCHING, worker, block, count);
    }
  }

  @Override
  protected double computeNce(
      SigmoidNce objective,
      float c,
      RowSource data,
      int count,
      RowSource given,
      long drawSeed,
      long drawStep,
      float[] gradient) {
    nce = objective;
    Density density = objective.noise();
    if (noise == null || noise.density != density) {
      NativeDensity next = new NativeDensity(kernels, density);
      release(noise);
      noise = next;
    }
    logZ = c;
    x = data.array();
    n = count;
    drawsNoise = given == null;
    noiseRows = drawsNoise ? null : given.array();
    seed = drawSeed;
    step = drawStep;
    withGradient = gradient != null;
    kernels.mlpStartLosses(session);
    sums.run(blocks(count) + blocks(count * objective.k()), nceBody, withGradient);
    if (withGradient) {
      readGradient(gradient);
      gradient[shape().parameterCount()] = (float) kernels.mlpWeight(session, sums.chunks());
    }
    return kernels.mlpLoss(session, sums.chunks());
  }

  /** Blocks of data come first, then blocks of noise. */
  private void nceBlock(int block, int worker, int chunk, boolean fresh) {
    int dataBlocks = blocks(n);
    if (block < dataBlocks) {
      nceRows(worker, chunk, fresh, x, block, rowsOf(block, n), false);
    } else {
      int noiseBlock = block - dataBlocks;
      int count = rowsOf(noiseBlock, n * nce.k());
      nceRows(worker, chunk, fresh, noiseRows, noiseBlock, count, true);
    }
  }

  private void nceRows(
      int worker, int chunk, boolean fresh, float[] rows, int block, int count, boolean isNoise) {
    double offset = -(double) logZ - Math.log(nce.k());
    int gradient = withGradient ? 1 : 0;
    if (isNoise && drawsNoise) {
      kernels.mlpNceDrawn(
          session,
          worker,
          count,
          chunk,
          fresh ? 1 : 0,
          gradient,
          noise.address,
          offset,
          n,
          seed,
          DrawStream.NCE_NOISE.id(),
          step,
          block * blockRows);
    } else {
      loadRows(rows, block, count, worker);
      kernels.mlpNce(
          session,
          worker,
          count,
          chunk,
          fresh ? 1 : 0,
          gradient,
          noise.address,
          isNoise ? 1 : 0,
          offset,
          n);
    }
  }

  @Override
  protected void computeNormals(
      long drawSeed, DrawStream drawStream, long drawStep, int count, int columns, float[] rows) {
    seed = drawSeed;
    stream = drawStream;
    step = drawStep;
    n = count;
    drawn = columns;
    out = rows;
    workers.run(blocks(count), normalsBody);
  }

  private void normalsBlock(int block, int worker) {
    int first = block * blockRows;
    int count = rowsOf(block, n);
    kernels.mlpNormals(session, worker, first, count, drawn, seed, stream.id(), step);
    copyOut(team[worker].rows, out, first * drawn, count * drawn);
  }

  @Override
  protected void computeSetChains(float[] states, int count) {
    for (int block = 0; block < blocks(count); block++) {
      load(states, block, rowsOf(block, count), team[0].rows);
      kernels.mlpSetChains(session, 0, block * blockRows, rowsOf(block, count));
    }
  }

  @Override
  protected void computeReadChains(float[] states, int count) {
    int columns = shape().inputs();
    for (int block = 0; block < blocks(count); block++) {
      int rows = rowsOf(block, count);
      kernels.mlpReadChains(session, 0, block * blockRows, rows);
      copyOut(team[0].rows, states, block * blockRows * columns, rows * columns);
    }
  }

  @Override
  protected RowSource computeChainRows() {
    return () -> null;
  }

  @Override
  protected void computeLangevin(Langevin dynamics, long drawSeed, int count, float[] trace) {
    langevin = dynamics;
    seed = drawSeed;
    n = count;
    energies = trace;
    workers.run((count + langevinRows - 1) / langevinRows, langevinBody);
  }

  /** All steps of some chains, which stay in cache; where energies are wanted, a few at a time. */
  private void langevinUnit(int unit, int worker) {
    int first = unit * langevinRows;
    int present = Math.min(langevinRows, n - first);
    int atOnce = energies == null ? langevin.steps() : blockRows / langevinRows;
    for (int done = 0; done < langevin.steps(); done += atOnce) {
      int steps = Math.min(atOnce, langevin.steps() - done);
      kernels.mlpLangevin(
          session,
          worker,
          first,
          present,
          steps,
          energies == null ? 0 : 1,
          langevin.stepSize(),
          langevin.noise(),
          langevin.clip(),
          langevin.low(),
          langevin.high(),
          seed,
          DrawStream.LANGEVIN.id(),
          langevin.firstStep() + done);
      if (energies != null) {
        MemorySegment recorded = team[worker].column[0];
        for (int t = 0; t < steps; t++) {
          long at = (long) Float.BYTES * t * langevinRows;
          MemorySegment.copy(recorded, JAVA_FLOAT, at, energies, (done + t) * n + first, present);
        }
      }
    }
  }

  @Override
  protected void computeClose() {
    base = release(base);
    noise = release(noise);
    kernels.close(session);
  }
}
