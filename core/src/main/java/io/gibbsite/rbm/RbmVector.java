package io.gibbsite.rbm;

import static io.gibbsite.rbm.BitTile.GROUP;
import static io.gibbsite.rbm.BitTile.ROWS;
import static io.gibbsite.rbm.GibbsStage.LOW_BITS;
import static io.gibbsite.rbm.LookupWeights.STRETCH;

import io.gibbsite.backend.Workers;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.DrawsVector;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import java.util.Arrays;

/**
 * {@link Rbm} on the Vector API.
 *
 * <p>A block of tiles goes through all sweeps on its own, so threads share blocks and never wait
 * for each other in between. A half-step takes the units of the other side in stretches: their sums
 * for all tiles of the block, then activation, draws and new states while they are in cache.
 */
public final class RbmVector extends CheckedRbmSession {
  /** Tiles in a block at the most: enough rows to pay for making tables of weights. */
  private static final int BLOCK_TILES = 8;

  /** One side of the model: units that are drawn given those of the other side. */
  private static final class Side {
    final int units;
    final DrawStream stream;
    final LookupWeights weights;
    final float[] bias;
    LookupWeights lowWeights;
    int[] chains = {};

    Side(int units, int inputs, DrawStream stream) {
      this.units = units;
      this.stream = stream;
      weights = new LookupWeights(inputs, units);
      bias = new float[LookupWeights.panels(units) * LookupWeights.PANEL];
    }

    void reserve(int rows) {
      int needed = BitTile.count(rows) * BitTile.size(units);
      if (chains.length < needed) {
        chains = new int[needed];
      }
    }
  }

  /** What becomes of a stretch of units of one tile, once its T is there. */
  @FunctionalInterface
  private interface Step {
    void apply(Worker me, Side side, int tile);
  }

  /** One worker's scratch memory. */
  private final class Worker {
    final GibbsStage.Stretch stretch = new GibbsStage.Stretch();
    final int[] tables = new int[LookupWeights.TABLES];
    final int[] bits =
        new int[BLOCK_TILES * Math.max(BitTile.size(visible.units), BitTile.size(hidden.units))];
    final long[] words = new long[DrawsVector.SCRATCH];
    final double[] biases = new double[BLOCK_TILES * ROWS];
    final double[] softplus = new double[BLOCK_TILES * ROWS];
    final float[] earlier = new float[GibbsStage.Stretch.SIZE];
    final float[] states = new float[OuterProduct.STRIP * ROWS];
    final float[] products = new float[OuterProduct.STRIP * stride];

    /** The inverse temperatures of the block's rows, and those they are weighed from. */
    final float[] betas = new float[BLOCK_TILES * ROWS];

    final float[] betasBefore = new float[BLOCK_TILES * ROWS];

    /** The first row of the block. */
    int firstRow;

    /** The sweep's address. */
    long sweep;

    Worker() {
      stretch.sums = new int[BLOCK_TILES * GibbsStage.Stretch.SIZE];
    }
  }

  private final Workers workers;
  private final FixedPointWeights fixed;
  private final Side visible;
  private final Side hidden;
  private final int stride;
  private final int[] held;
  private final float[] biasGain;
  private final Worker[] team;

  /** S1: the probabilities of a batch, in columns; and its states. */
  private float[] p = {};

  private int[] batch = {};

  // The loop bodies and steps, made once: a run allocates nothing.
  private final Workers.Body packBody = this::packStretch;
  private final Workers.Body freeEnergyBody = this::freeEnergyBlock;
  private final Workers.Body probabilityBody = this::probabilityBlock;
  private final Workers.Body statisticsBody = this::statisticsBlock;
  private final Workers.Body productBody = this::productStrip;
  private final Workers.Body gibbsBody = this::gibbsBlock;
  private final Workers.Body annealBody = this::annealBlock;
  private final Workers.Body temperBody = this::temperBlock;
  private final Step draw = this::draw;
  private final Step addSoftplus = this::addSoftplus;
  private final Step addGain = this::addGain;
  private final Step addGainAndDraw = this::addGainAndDraw;
  private final Step storeProbability = this::storeProbability;
  private final Step storeRow = this::storeRow;

  // The arguments of the call in progress.
  private byte[] rows;
  private int n;
  private int blockTiles;
  private Side from;
  private Side to;
  private double[] energies;
  private float[] out;
  private int[] source;
  private Gibbs gibbs;
  private Annealing annealing;
  private Tempering tempering;
  private float[] base;
  private long seed;

  /**
   * Opens a session; see {@link io.gibbsite.backend.Backend#open}.
   *
   * @param workers shared with other sessions of the backend
   */
  public RbmVector(RbmShape shape, int rows, Workers workers) {
    super(shape, rows);
    this.workers = workers;
    fixed = new FixedPointWeights(shape, workers);
    visible = new Side(shape.visible(), shape.hidden(), DrawStream.VISIBLE_GIBBS);
    hidden = new Side(shape.hidden(), shape.visible(), DrawStream.HIDDEN_GIBBS);
    stride = OuterProduct.stride(shape.hidden());
    held = new int[BitTile.groups(shape.visible())];
    biasGain = new float[shape.visible()];
    team = new Worker[workers.threads()];
    for (int i = 0; i < team.length; i++) {
      team[i] = new Worker();
    }
  }

  /** Bytes that a session takes at the most. */
  public static long bytes(RbmShape shape, int rows, int threads) {
    long tiles = BitTile.count(rows);
    long visibleTile = 4L * BitTile.size(shape.visible());
    long hiddenTile = 4L * BitTile.size(shape.hidden());
    long stride = OuterProduct.stride(shape.hidden());
    long worker =
        4L * LookupWeights.TABLES
            + BLOCK_TILES * Math.max(visibleTile, hiddenTile)
            + 4L * (2 * BLOCK_TILES + 4) * GibbsStage.Stretch.SIZE
            + 24L * BLOCK_TILES * ROWS
            + 4L * OuterProduct.STRIP * (ROWS + stride);
    // Weights in two limbs take twice the tables.
    return FixedPointWeights.bytes(shape, threads)
        + 2 * LookupWeights.bytes(shape.visible(), shape.hidden())
        + 2 * LookupWeights.bytes(shape.hidden(), shape.visible())
        + 16L * (shape.visible() + shape.hidden())
        + tiles * (2 * visibleTile + hiddenTile + 4 * ROWS * stride)
        + threads * worker;
  }

  @Override
  protected void computeSetParameters(RbmParameters parameters) {
    float[] values = parameters.values();
    fixed.round(values);
    System.arraycopy(values, shape().visibleBiasOffset(), visible.bias, 0, visible.units);
    System.arraycopy(values, shape().hiddenBiasOffset(), hidden.bias, 0, hidden.units);
    if (!fixed.sumsFitInt() && hidden.lowWeights == null) {
      visible.lowWeights = new LookupWeights(hidden.units, visible.units);
      hidden.lowWeights = new LookupWeights(visible.units, hidden.units);
      for (Worker worker : team) {
        worker.stretch.lowSums = new int[worker.stretch.sums.length];
      }
    }
    workers.run(visible.weights.stretches() + hidden.weights.stretches(), packBody);
  }

  private void packStretch(int unit, int worker) {
    boolean toHidden = unit >= visible.weights.stretches();
    Side side = toHidden ? hidden : visible;
    int stretch = toHidden ? unit - visible.weights.stretches() : unit;
    int inputStride = toHidden ? hidden.units : 1;
    int outputStride = toHidden ? 1 : hidden.units;
    if (fixed.sumsFitInt()) {
      side.weights.pack(stretch, fixed.q(), inputStride, outputStride, 0, -1);
    } else {
      int low = (1 << LOW_BITS) - 1;
      side.weights.pack(stretch, fixed.q(), inputStride, outputStride, LOW_BITS, -1);
      side.lowWeights.pack(stretch, fixed.q(), inputStride, outputStride, 0, low);
    }
  }

  /** Divides rows into blocks, as many as there are threads if they are few. */
  private int blocks(int count) {
    n = count;
    int tiles = BitTile.count(count);
    int threads = workers.threads();
    blockTiles = Math.min(BLOCK_TILES, (tiles + threads - 1) / threads);
    return (tiles + blockTiles - 1) / blockTiles;
  }

  /** G1, G2 of a block's units on one side, stretch by stretch and tile by tile, with a step. */
  private void pass(Worker me, Side side, int[] bits, int bitsAt, int tiles, Step step) {
    GibbsStage.Stretch s = me.stretch;
    boolean limbs = !fixed.sumsFitInt();
    s.scale = fixed.scale();
    s.bias = side.bias;
    for (int k = 0; k < side.weights.stretches(); k++) {
      s.first = k * STRETCH;
      s.units = Math.min(STRETCH, side.units - s.first);
      side.weights.multiply(k, bits, bitsAt, tiles, s.sums, me.tables);
      if (limbs) {
        side.lowWeights.multiply(k, bits, bitsAt, tiles, s.lowSums, me.tables);
      }
      for (int tile = 0; tile < tiles; tile++) {
        s.sumsAt = tile * GibbsStage.Stretch.SIZE;
        GibbsStage.run(limbs ? GibbsStage.ACTIVATION_OF_LIMBS : GibbsStage.ACTIVATION, s);
        step.apply(me, side, tile);
      }
    }
  }

  /** G3 to G5 of a chain tile's stretch. */
  private void draw(Worker me, Side side, int tile) {
    GibbsStage.Stretch s = me.stretch;
    boolean isVisible = side == visible;
    s.probability(me.betas, tile * ROWS, isVisible ? base : null);
    s.draw(
        seed,
        side.stream,
        me.sweep,
        me.firstRow + tile * ROWS,
        side.units,
        side.chains,
        isVisible ? held : null,
        me.words);
  }

  private void addSoftplus(Worker me, Side side, int tile) {
    me.stretch.addSoftplus(me.betas, tile * ROWS, me.softplus);
  }

  /** A1's sum over the hidden units. */
  private void addGain(Worker me, Side side, int tile) {
    me.stretch.addSoftplusGain(me.betasBefore, me.betas, tile * ROWS, me.earlier, me.softplus);
  }

  private void addGainAndDraw(Worker me, Side side, int tile) {
    addGain(me, side, tile);
    draw(me, side, tile);
  }

  private void storeProbability(Worker me, Side side, int tile) {
    me.stretch.probability(me.betas, tile * ROWS, null);
    int first = me.firstRow + tile * ROWS;
    me.stretch.store(out, first, Math.min(ROWS, n - first), side.units);
  }

  /** S1, as columns for S2. */
  private void storeRow(Worker me, Side side, int tile) {
    me.stretch.probability(me.betas, tile * ROWS, null);
    OuterProduct.store(me.stretch, p, (me.firstRow + tile * ROWS) * stride);
  }

  /** {@code biases[r] = sum_i v_i bias_i} for the rows of a block, in double. */
  private void sumBiases(int[] bits, int bitsAt, int tiles, float[] bias, double[] biases) {
    Arrays.fill(biases, 0, tiles * ROWS, 0);
    int size = BitTile.size(visible.units);
    for (int tile = 0; tile < tiles; tile++) {
      for (int i = 0; i < visible.units; i++) {
        int at = bitsAt + tile * size + i / GROUP * ROWS;
        addBias(bits, at, i % GROUP, bias[i], biases, tile * ROWS);
      }
    }
  }

  private static void addBias(int[] bits, int at, int k, float bias, double[] biases, int to) {
    for (int r = 0; r < ROWS; r++) {
      biases[to + r] += (bits[at + r] >> k & 1) * bias;
    }
  }

  @Override
  protected void computeFreeEnergy(byte[] states, int count, double[] energy) {
    rows = states;
    energies = energy;
    workers.run(blocks(count), freeEnergyBody);
  }

  private void freeEnergyBlock(int block, int worker) {
    Worker me = team[worker];
    me.firstRow = block * blockTiles * ROWS;
    int count = Math.min(blockTiles * ROWS, n - me.firstRow);
    int tiles = BitTile.count(count);
    BitTile.load(rows, me.firstRow, count, visible.units, me.bits, 0);
    Arrays.fill(me.softplus, 0);
    Arrays.fill(me.betas, 1f);
    pass(me, hidden, me.bits, 0, tiles, addSoftplus); // F1
    sumBiases(me.bits, 0, tiles, visible.bias, me.biases);
    for (int r = 0; r < count; r++) {
      energies[me.firstRow + r] = -me.biases[r] - me.softplus[r]; // F2
    }
  }

  @Override
  protected void computeHiddenProbabilities(byte[] v, int count, float[] probability) {
    probabilities(visible, hidden, v, count, probability);
  }

  @Override
  protected void computeVisibleProbabilities(byte[] h, int count, float[] probability) {
    probabilities(hidden, visible, h, count, probability);
  }

  private void probabilities(Side given, Side side, byte[] states, int count, float[] probability) {
    rows = states;
    from = given;
    to = side;
    out = probability;
    workers.run(blocks(count), probabilityBody);
  }

  private void probabilityBlock(int block, int worker) {
    Worker me = team[worker];
    me.firstRow = block * blockTiles * ROWS;
    int count = Math.min(blockTiles * ROWS, n - me.firstRow);
    BitTile.load(rows, me.firstRow, count, from.units, me.bits, 0);
    Arrays.fill(me.betas, 1f);
    pass(me, to, me.bits, 0, BitTile.count(count), storeProbability);
  }

  @Override
  protected void computeStatistics(byte[] v, int count, float[] sums) {
    int needed = BitTile.count(count) * BitTile.size(visible.units);
    if (batch.length < needed) {
      batch = new int[needed];
    }
    BitTile.load(v, 0, count, visible.units, batch, 0);
    statistics(batch, count, sums);
  }

  @Override
  protected void computeChainStatistics(int count, float[] sums) {
    statistics(visible.chains, count, sums);
  }

  private void statistics(int[] bits, int count, float[] sums) {
    source = bits;
    out = sums;
    int needed = BitTile.count(count) * ROWS * stride;
    if (p.length < needed) {
      p = new float[needed];
    }
    workers.run(blocks(count), statisticsBody);
    workers.run((visible.units + OuterProduct.STRIP - 1) / OuterProduct.STRIP + 1, productBody);
  }

  private void statisticsBlock(int block, int worker) {
    Worker me = team[worker];
    int firstTile = block * blockTiles;
    me.firstRow = firstTile * ROWS;
    int tiles = Math.min(blockTiles, BitTile.count(n) - firstTile);
    Arrays.fill(me.betas, 1f);
    pass(me, hidden, source, firstTile * BitTile.size(visible.units), tiles, storeRow);
  }

  /** S2 for a strip of visible units; unit 0 is the hidden biases. */
  private void productStrip(int unit, int worker) {
    Worker me = team[worker];
    Arrays.fill(me.products, 0f);
    if (unit == 0) {
      OuterProduct.sumRows(p, n, stride, me.products);
      System.arraycopy(me.products, 0, out, shape().hiddenBiasOffset(), hidden.units);
      return;
    }
    int first = (unit - 1) * OuterProduct.STRIP;
    int present = Math.min(OuterProduct.STRIP, visible.units - first);
    // A strip's last panel may reach beyond the last unit: its states are 0.
    int units = OuterProduct.panels(present);
    int bias = shape().visibleBiasOffset() + first;
    Arrays.fill(out, bias, bias + present, 0f);
    Arrays.fill(me.states, 0f);
    for (int tile = 0; tile < BitTile.count(n); tile++) {
      int rowsHere = Math.min(ROWS, n - tile * ROWS);
      for (int i = 0; i < present; i++) {
        out[bias + i] += states(tile, first + i, rowsHere, me.states, i * ROWS);
      }
      OuterProduct.add(me.states, units, p, tile * ROWS * stride, stride, me.products);
    }
    for (int i = 0; i < present; i++) {
      System.arraycopy(me.products, i * stride, out, (first + i) * hidden.units, hidden.units);
    }
  }

  /** One unit's states in a tile as floats, 0 for missing rows; returns how many are 1. */
  private int states(int tile, int unit, int present, float[] states, int at) {
    int size = BitTile.size(visible.units);
    int ones = 0;
    for (int r = 0; r < ROWS; r++) {
      int state = r < present ? BitTile.state(source, tile * size, unit, r) : 0;
      states[at + r] = state;
      ones += state;
    }
    return ones;
  }

  @Override
  protected void computeSetVisible(byte[] v, int count) {
    visible.reserve(count);
    hidden.reserve(count);
    BitTile.load(v, 0, count, visible.units, visible.chains, 0);
    Arrays.fill(hidden.chains, 0);
  }

  @Override
  protected void computeReadVisible(byte[] v, int count) {
    BitTile.unload(visible.chains, count, visible.units, v);
  }

  @Override
  protected void computeReadHidden(byte[] h, int count) {
    BitTile.unload(hidden.chains, count, hidden.units, h);
  }

  @Override
  protected void computeClamp(boolean[] units) {
    Arrays.fill(held, 0);
    for (int i = 0; i < units.length; i++) {
      if (units[i]) {
        held[i / GROUP] |= 1 << i % GROUP;
      }
    }
  }

  @Override
  protected void computeGibbs(Gibbs sampler, long drawSeed, int count) {
    gibbs = sampler;
    base = null;
    seed = drawSeed;
    workers.run(blocks(count), gibbsBody);
  }

  private void gibbsBlock(int block, int worker) {
    Worker me = team[worker];
    Arrays.fill(me.betas, gibbs.beta());
    for (int t = 0; t < gibbs.sweeps(); t++) {
      me.sweep = gibbs.firstSweep() + t;
      sweep(me, block, draw);
    }
  }

  private void sweep(Worker me, int block, Step drawHidden) {
    int firstTile = block * blockTiles;
    int tiles = Math.min(blockTiles, BitTile.count(n) - firstTile);
    me.firstRow = firstTile * ROWS;
    int visibleAt = firstTile * BitTile.size(visible.units);
    int hiddenAt = firstTile * BitTile.size(hidden.units);
    pass(me, hidden, visible.chains, visibleAt, tiles, drawHidden);
    pass(me, visible, hidden.chains, hiddenAt, tiles, draw);
  }

  @Override
  protected void computeAnneal(Annealing run, long drawSeed, int count, double[] logWeights) {
    annealing = run;
    seed = drawSeed;
    energies = logWeights;
    beginPath(run.baseBias());
    workers.run(blocks(count), annealBody);
  }

  private void beginPath(float[] baseBias) {
    base = baseBias;
    for (int i = 0; i < visible.units; i++) {
      biasGain[i] = visible.bias[i] - baseBias[i];
    }
  }

  private void annealBlock(int block, int worker) {
    Worker me = team[worker];
    int firstTile = block * blockTiles;
    int first = firstTile * ROWS;
    int count = Math.min(blockTiles * ROWS, n - first);
    int visibleAt = firstTile * BitTile.size(visible.units);
    float[] betas = annealing.betas();
    for (int t = 0; t < annealing.sweeps(); t++) {
      me.sweep = annealing.firstSweep() + t;
      Arrays.fill(me.betasBefore, betas[t]);
      Arrays.fill(me.betas, betas[t + 1]);
      Arrays.fill(me.softplus, 0);
      sumBiases(visible.chains, visibleAt, BitTile.count(count), biasGain, me.biases);
      sweep(me, block, addGainAndDraw);
      double rise = (double) betas[t + 1] - betas[t];
      for (int r = 0; r < count; r++) {
        energies[first + r] += rise * me.biases[r] + me.softplus[r];
      }
    }
  }

  @Override
  protected void computeTemper(Tempering run, long drawSeed, int count, double[] gains) {
    tempering = run;
    seed = drawSeed;
    energies = gains;
    beginPath(run.baseBias());
    workers.run(blocks(count), temperBody);
  }

  private void temperBlock(int block, int worker) {
    Worker me = team[worker];
    int firstTile = block * blockTiles;
    int first = firstTile * ROWS;
    int count = Math.min(blockTiles * ROWS, n - first);
    int tiles = BitTile.count(count);
    int visibleAt = firstTile * BitTile.size(visible.units);
    load(tempering.betas(), first, count, me.betas);
    for (int t = 0; t < tempering.sweeps(); t++) { // P1
      me.sweep = tempering.firstSweep() + t;
      sweep(me, block, draw);
    }
    load(tempering.betas(), first, count, me.betasBefore);
    load(tempering.nextBetas(), first, count, me.betas);
    Arrays.fill(me.softplus, 0);
    sumBiases(visible.chains, visibleAt, tiles, biasGain, me.biases);
    pass(me, hidden, visible.chains, visibleAt, tiles, addGain); // P2
    for (int r = 0; r < count; r++) {
      double rise = (double) me.betas[r] - me.betasBefore[r];
      energies[first + r] = rise * me.biases[r] + me.softplus[r];
    }
  }

  /** A block's inverse temperatures; rows that are missing have 1. */
  private static void load(float[] betas, int first, int count, float[] block) {
    Arrays.fill(block, 1f);
    System.arraycopy(betas, first, block, 0, count);
  }

  @Override
  protected void computeClose() {
    visible.chains = new int[0];
    hidden.chains = visible.chains;
    p = new float[0];
    batch = visible.chains;
  }
}
