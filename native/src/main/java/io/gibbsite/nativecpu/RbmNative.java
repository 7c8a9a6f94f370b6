package io.gibbsite.nativecpu;

import static io.gibbsite.nativecpu.RbmKernels.HIDDEN_BATCH;
import static io.gibbsite.nativecpu.RbmKernels.HIDDEN_CHAINS;
import static io.gibbsite.nativecpu.RbmKernels.VISIBLE_BATCH;
import static io.gibbsite.nativecpu.RbmKernels.VISIBLE_CHAINS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.gibbsite.backend.Workers;
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
 * The restricted Boltzmann machine in C++ ({@code rbm_session.h}), with the bits of the plain
 * loops: this class divides rows among threads. All memory but the caller's arrays is native.
 */
final class RbmNative extends CheckedRbmSession {
  private final RbmKernels kernels;
  private final Workers workers;
  private final FixedPointWeights fixed;
  private final int tileRows;
  private final int strip;
  private final int visibleStrip;
  private final long session;
  private final MemorySegment rowValues;
  private final MemorySegment rowBetas;
  private final MemorySegment rowNext;
  private final byte[] heldBytes;
  private final MemorySegment held;
  private final MemorySegment weights;
  private final HeapArray ofValues = new HeapArray();
  private final HeapArray ofBase = new HeapArray();
  private final HeapArray ofRows = new HeapArray();
  private final HeapArray ofResults = new HeapArray();

  // The loop bodies, made once: a run allocates nothing.
  private final Workers.Body packBody = this::packStrip;
  private final Workers.Body freeEnergyBody = this::freeEnergyBlock;
  private final Workers.Body probabilityBody = this::probabilityBlock;
  private final Workers.Body batchColumnsBody = this::batchColumns;
  private final Workers.Body chainColumnsBody = this::columnsBlock;
  private final Workers.Body sumsBody = this::sumsStrip;
  private final Workers.Body setVisibleBody = this::setVisibleBlock;
  private final Workers.Body readBody = this::readBlock;
  private final Workers.Body gibbsBody = this::gibbsBlock;
  private final Workers.Body annealBody = this::annealBlock;
  private final Workers.Body temperBody = this::temperBlock;

  // The arguments of the call in progress.
  private MemorySegment rows;
  private MemorySegment out;
  private int n;
  private int tiles;
  private int blockTiles;
  private int states;
  private Gibbs gibbs;
  private Annealing annealing;
  private Tempering tempering;
  private long seed;

  /**
   * Opens a session; see {@link io.gibbsite.backend.Backend#open}.
   *
   * @param workers shared with other sessions of the backend
   * @throws OutOfMemoryError if there is not enough native memory, with how much it takes
   */
  RbmNative(RbmKernels kernels, RbmShape shape, int rows, Workers workers) {
    super(shape, rows);
    this.kernels = kernels;
    this.workers = workers;
    fixed = new FixedPointWeights(shape, workers);
    tileRows = kernels.tileRows();
    strip = kernels.strip();
    visibleStrip = kernels.visibleStrip();
    heldBytes = new byte[shape.visible()];
    held = MemorySegment.ofArray(heldBytes);
    weights = MemorySegment.ofArray(fixed.q());
    session =
        kernels.open(
            shape.visible(),
            shape.hidden(),
            DrawStream.VISIBLE_GIBBS.id(),
            DrawStream.HIDDEN_GIBBS.id(),
            rows,
            workers.threads());
    if (session == 0) {
      throw new OutOfMemoryError(
          "no native memory for a session of shape %s and %d rows: it takes %d bytes"
              .formatted(shape, rows, bytes(kernels, shape, rows, workers.threads())));
    }
    long doubles = (long) Double.BYTES * rows;
    rowValues = segment(kernels.rowValues(session), doubles);
    rowBetas = segment(kernels.rowBetas(session), doubles / 2);
    rowNext = segment(kernels.rowNext(session), doubles / 2);
  }

  /** Bytes that a session takes. */
  static long bytes(RbmKernels kernels, RbmShape shape, int rows, int threads) {
    return FixedPointWeights.bytes(shape, threads)
        + kernels.bytes(shape.visible(), shape.hidden(), rows, threads);
  }

  @SuppressWarnings("restricted")
  private static MemorySegment segment(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  @Override
  protected void computeSetParameters(RbmParameters parameters) {
    fixed.round(parameters.values());
    workers.run(strips(shape().visible(), strip) + strips(shape().hidden(), strip), packBody);
    kernels.setBiases(
        session,
        ofValues.of(parameters.values()),
        shape().visibleBiasOffset(),
        shape().hiddenBiasOffset(),
        fixed.scale(),
        fixed.sumsFitInt() ? 0 : 1);
  }

  private static int strips(int units, int strip) {
    return (units + strip - 1) / strip;
  }

  private void packStrip(int unit, int worker) {
    int ofVisible = strips(shape().visible(), strip);
    boolean toHidden = unit >= ofVisible;
    kernels.pack(session, toHidden ? 1 : 0, toHidden ? unit - ofVisible : unit, weights);
  }

  /** Divides rows into blocks, as many as there are threads if they are few. */
  private int blocks(int count) {
    n = count;
    tiles = strips(count, tileRows);
    blockTiles = Math.min(kernels.blockTiles(), strips(tiles, workers.threads()));
    return strips(tiles, blockTiles);
  }

  private int tilesOf(int block) {
    return Math.min(blockTiles, tiles - block * blockTiles);
  }

  private void loadBatch(int block, int batch) {
    kernels.loadStates(session, batch, block * blockTiles, tilesOf(block), rows, n);
  }

  @Override
  protected void computeFreeEnergy(byte[] v, int count, double[] energy) {
    rows = ofRows.of(v);
    workers.run(blocks(count), freeEnergyBody);
    MemorySegment.copy(rowValues, JAVA_DOUBLE, 0, energy, 0, count);
  }

  private void freeEnergyBlock(int block, int worker) {
    loadBatch(block, VISIBLE_BATCH);
    kernels.freeEnergy(session, worker, block * blockTiles, tilesOf(block));
  }

  @Override
  protected void computeHiddenProbabilities(byte[] v, int count, float[] probability) {
    probabilities(VISIBLE_BATCH, v, count, probability);
  }

  @Override
  protected void computeVisibleProbabilities(byte[] h, int count, float[] probability) {
    probabilities(HIDDEN_BATCH, h, count, probability);
  }

  private void probabilities(int given, byte[] bytes, int count, float[] probability) {
    states = given;
    rows = ofRows.of(bytes);
    out = ofResults.of(probability);
    workers.run(blocks(count), probabilityBody);
  }

  private void probabilityBlock(int block, int worker) {
    loadBatch(block, states);
    columnsBlock(block, worker);
    int ofHidden = states == VISIBLE_BATCH ? 1 : 0;
    kernels.storeColumns(session, ofHidden, block * blockTiles, tilesOf(block), n, out);
  }

  @Override
  protected void computeStatistics(byte[] v, int count, float[] sums) {
    states = VISIBLE_BATCH;
    rows = ofRows.of(v);
    statistics(count, batchColumnsBody, sums);
  }

  @Override
  protected void computeChainStatistics(int count, float[] sums) {
    states = VISIBLE_CHAINS;
    statistics(count, chainColumnsBody, sums);
  }

  private void statistics(int count, Workers.Body columns, float[] sums) {
    out = ofResults.of(sums);
    workers.run(blocks(count), columns);
    workers.run(strips(shape().visible(), visibleStrip) + 1, sumsBody);
  }

  private void batchColumns(int block, int worker) {
    loadBatch(block, VISIBLE_BATCH);
    columnsBlock(block, worker);
  }

  private void columnsBlock(int block, int worker) {
    kernels.columns(session, worker, states, block * blockTiles, tilesOf(block));
  }

  /** S2 for a strip of visible units; unit 0 is the hidden biases. */
  private void sumsStrip(int unit, int worker) {
    if (unit == 0) {
      kernels.hiddenSums(session, worker, n, out, shape().hiddenBiasOffset());
    } else {
      int visibleAt = shape().visibleBiasOffset();
      kernels.visibleSums(session, worker, states, unit - 1, n, out, visibleAt);
    }
  }

  @Override
  protected void computeSetVisible(byte[] v, int count) {
    if (count > 0) {
      rows = ofRows.of(v);
      workers.run(blocks(count), setVisibleBody);
    }
  }

  private void setVisibleBlock(int block, int worker) {
    loadBatch(block, VISIBLE_CHAINS);
    kernels.clearHidden(session, block * blockTiles, tilesOf(block));
  }

  @Override
  protected void computeReadVisible(byte[] v, int count) {
    read(VISIBLE_CHAINS, v, count);
  }

  @Override
  protected void computeReadHidden(byte[] h, int count) {
    read(HIDDEN_CHAINS, h, count);
  }

  private void read(int chains, byte[] bytes, int count) {
    if (count > 0) {
      states = chains;
      rows = ofRows.of(bytes);
      workers.run(blocks(count), readBody);
    }
  }

  private void readBlock(int block, int worker) {
    kernels.storeStates(session, states, block * blockTiles, tilesOf(block), rows, n);
  }

  @Override
  protected void computeClamp(boolean[] units) {
    for (int i = 0; i < units.length; i++) {
      heldBytes[i] = (byte) (units[i] ? 1 : 0);
    }
    kernels.clamp(session, held);
  }

  @Override
  protected void computeGibbs(Gibbs sampler, long drawSeed, int count) {
    gibbs = sampler;
    seed = drawSeed;
    kernels.setBase(session, MemorySegment.NULL);
    workers.run(blocks(count), gibbsBody);
  }

  private void gibbsBlock(int block, int worker) {
    kernels.gibbs(
        session,
        worker,
        block * blockTiles,
        tilesOf(block),
        gibbs.sweeps(),
        gibbs.firstSweep(),
        gibbs.beta(),
        seed);
  }

  @Override
  protected void computeAnneal(Annealing run, long drawSeed, int count, double[] logWeights) {
    annealing = run;
    seed = drawSeed;
    kernels.setBase(session, ofBase.of(run.baseBias()));
    MemorySegment.copy(logWeights, 0, rowValues, JAVA_DOUBLE, 0, count);
    workers.run(blocks(count), annealBody);
    MemorySegment.copy(rowValues, JAVA_DOUBLE, 0, logWeights, 0, count);
  }

  private void annealBlock(int block, int worker) {
    float[] betas = annealing.betas();
    for (int t = 0; t < annealing.sweeps(); t++) {
      kernels.anneal(
          session,
          worker,
          block * blockTiles,
          tilesOf(block),
          betas[t],
          betas[t + 1],
          annealing.firstSweep() + t,
          seed);
    }
  }

  @Override
  protected void computeTemper(Tempering run, long drawSeed, int count, double[] gains) {
    tempering = run;
    seed = drawSeed;
    kernels.setBase(session, ofBase.of(run.baseBias()));
    MemorySegment.copy(run.betas(), 0, rowBetas, JAVA_FLOAT, 0, count);
    MemorySegment.copy(run.nextBetas(), 0, rowNext, JAVA_FLOAT, 0, count);
    workers.run(blocks(count), temperBody);
    MemorySegment.copy(rowValues, JAVA_DOUBLE, 0, gains, 0, count);
  }

  private void temperBlock(int block, int worker) {
    kernels.temper(
        session,
        worker,
        block * blockTiles,
        tilesOf(block),
        tempering.sweeps(),
        tempering.firstSweep(),
        seed);
  }

  @Override
  protected void computeClose() {
    kernels.close(session);
  }
}
