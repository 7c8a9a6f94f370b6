package io.gibbsite.rbm;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.rbm.BitTile.ROWS;
import static io.gibbsite.rbm.GibbsStage.LOW_BITS;
import static io.gibbsite.rbm.LookupWeights.STRETCH;

import io.gibbsite.backend.Workers;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.DrawsVector;
import io.gibbsite.sampler.Annealing;
import io.gibbsite.sampler.Gibbs;
import io.gibbsite.sampler.Tempering;
import io.gibbsite.tile.PackedMatrix;
import io.gibbsite.tile.Tile;
import io.gibbsite.tile.TileProduct;
import io.gibbsite.tile.TileTranspose;
import java.util.Arrays;

/**
 * {@link GaussianRbm} on the Vector API.
 *
 * <p>Real states lie in tiles of 32 rows, {@code [visible][ROWS]}, binary ones in {@link BitTile}.
 * Hidden units are computed by a float product, visible ones by table lookup. A block of tiles goes
 * through all sweeps on its own, as in {@link RbmVector}.
 */
public final class GaussianRbmVector extends CheckedGaussianRbmSession {
  /** Tiles in a block at the most: enough rows to pay for making tables of weights. */
  private static final int BLOCK_TILES = 8;

  /** What becomes of a stretch of units of one tile. */
  @FunctionalInterface
  private interface Step {
    void apply(Worker me, int tile);
  }

  /** One worker's scratch memory. */
  private final class Worker {
    final GibbsStage.Stretch stretch = new GibbsStage.Stretch();
    final int[] tables = new int[LookupWeights.TABLES];
    final int[] bits = new int[BLOCK_TILES * hiddenTile];
    final long[] words = new long[DrawsVector.SCRATCH];
    final double[] visibleSums = new double[BLOCK_TILES * ROWS];
    final double[] softplus = new double[BLOCK_TILES * ROWS];
    final float[] earlier = new float[GibbsStage.Stretch.SIZE];
    final float[] states = new float[OuterProduct.STRIP * ROWS];
    final float[] products = new float[OuterProduct.STRIP * stride];
    final float[] square = new float[COUNT * COUNT];

    /** The inverse temperatures of the block's rows, and those they are weighed from. */
    final float[] betas = new float[BLOCK_TILES * ROWS];

    final float[] betasBefore = new float[BLOCK_TILES * ROWS];

    /** The block in progress. */
    int firstTile;

    int tiles;

    /** Its rows that are there. */
    int present;

    /** The sweep's address. */
    long sweep;

    Worker() {
      stretch.sums = new int[BLOCK_TILES * GibbsStage.Stretch.SIZE];
    }
  }

  private final Workers workers;
  private final int visible;
  private final int hidden;
  private final int visibleTile;
  private final int hiddenTile;
  private final int stride;
  private final FixedPointWeights fixed;
  private final float[] w;
  private final PackedMatrix toHidden;
  private final LookupWeights toVisible;
  private LookupWeights lowToVisible;
  private final float[] b;
  private final float[] c;
  private final float[] sd;
  private final float[] zeros;
  private final boolean[] held;
  private final float[] middle;
  private final float[] slope;
  private final Worker[] team;

  private float[] v = {};
  private int[] h = {};

  /** H1 of the rows of the call in progress, and S1 in columns. */
  private float[] x = {};

  private float[] p = {};

  // The loop bodies and steps, made once: a run allocates nothing.
  private final Workers.Body packBody = this::packStretch;
  private final Workers.Body freeEnergyBody = this::freeEnergyBlock;
  private final Workers.Body hiddenBody = this::hiddenBlock;
  private final Workers.Body visibleBody = this::visibleBlock;
  private final Workers.Body statisticsBody = this::statisticsBlock;
  private final Workers.Body productBody = this::productStrip;
  private final Workers.Body gibbsBody = this::gibbsBlock;
  private final Workers.Body annealBody = this::annealBlock;
  private final Workers.Body temperBody = this::temperBlock;
  private final Step drawHidden = this::drawHidden;
  private final Step drawVisible = this::drawVisible;
  private final Step addSoftplus = this::addSoftplus;
  private final Step addGain = this::addGain;
  private final Step addGainAndDraw = this::addGainAndDraw;
  private final Step storeProbability = this::storeProbability;
  private final Step storeMean = this::storeMean;
  private final Step storeRow = this::storeRow;

  // The arguments of the call in progress; rows are null where they are the chains'.
  private int n;
  private int blockTiles;
  private float[] rows;
  private byte[] hiddenRows;
  private double[] energies;
  private float[] out;
  private Gibbs gibbs;
  private Annealing annealing;
  private Tempering tempering;
  private float[] base;
  private float spread;
  private long seed;

  /**
   * Opens a session; see {@link io.gibbsite.backend.Backend#open}.
   *
   * @param workers shared with other sessions of the backend
   */
  public GaussianRbmVector(GaussianRbmShape shape, int rows, Workers workers) {
    super(shape, rows);
    this.workers = workers;
    visible = shape.visible();
    hidden = shape.hidden();
    visibleTile = visible * ROWS;
    hiddenTile = BitTile.size(hidden);
    stride = OuterProduct.stride(hidden);
    fixed = new FixedPointWeights(shape.units(), workers);
    w = new float[visible * hidden];
    toHidden = new PackedMatrix(hidden, visible, PackedMatrix.Form.FULL);
    toVisible = new LookupWeights(hidden, visible);
    b = new float[visible];
    c = new float[Tile.panels(hidden) * Tile.PANEL];
    sd = new float[visible];
    zeros = new float[visible];
    held = new boolean[visible];
    middle = new float[visible];
    slope = new float[visible];
    team = new Worker[workers.threads()];
    for (int i = 0; i < team.length; i++) {
      team[i] = new Worker();
    }
  }

  /** Bytes that a session takes at the most. */
  public static long bytes(GaussianRbmShape shape, int rows, int threads) {
    long tiles = BitTile.count(rows);
    long visible = shape.visible();
    long hiddenTile = 4L * BitTile.size(shape.hidden());
    long stride = OuterProduct.stride(shape.hidden());
    long worker =
        4L * LookupWeights.TABLES
            + BLOCK_TILES * hiddenTile
            + 4L * (2 * BLOCK_TILES + 4) * GibbsStage.Stretch.SIZE
            + 24L * BLOCK_TILES * ROWS
            + 4L * OuterProduct.STRIP * (ROWS + stride)
            + 4L * COUNT * COUNT;
    // Weights in two limbs take twice the tables.
    return FixedPointWeights.bytes(shape.units(), threads)
        + 4 * visible * shape.hidden()
        + PackedMatrix.bytes(shape.hidden(), shape.visible())
        + 2 * LookupWeights.bytes(shape.hidden(), shape.visible())
        + 25 * visible
        + 4L * Tile.panels(shape.hidden()) * Tile.PANEL
        + tiles * (8 * ROWS * visible + hiddenTile + 4 * ROWS * stride)
        + threads * worker;
  }

  @Override
  protected void computeSetParameters(GaussianRbmParameters parameters) {
    float[] values = parameters.values();
    fixed.round(values);
    System.arraycopy(values, shape().units().visibleBiasOffset(), b, 0, visible);
    System.arraycopy(values, shape().units().hiddenBiasOffset(), c, 0, hidden);
    System.arraycopy(values, shape().visibleSdOffset(), sd, 0, visible);
    if (!fixed.sumsFitInt() && lowToVisible == null) {
      lowToVisible = new LookupWeights(hidden, visible);
      for (Worker worker : team) {
        worker.stretch.lowSums = new int[worker.stretch.sums.length];
      }
    }
    workers.run(toVisible.stretches() + 1, packBody);
  }

  private void packStretch(int unit, int worker) {
    int stretch = unit - 1;
    if (unit == 0) {
      int[] q = fixed.q();
      float scale = fixed.scale();
      for (int k = 0; k < w.length; k++) {
        w[k] = q[k] * scale; // Q
      }
      toHidden.pack(w, 0, 1, hidden);
    } else if (fixed.sumsFitInt()) {
      toVisible.pack(stretch, fixed.q(), 1, hidden, 0, -1);
    } else {
      toVisible.pack(stretch, fixed.q(), 1, hidden, LOW_BITS, -1);
      lowToVisible.pack(stretch, fixed.q(), 1, hidden, 0, (1 << LOW_BITS) - 1);
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

  private Worker begin(int block, int worker) {
    Worker me = team[worker];
    me.firstTile = block * blockTiles;
    me.tiles = Math.min(blockTiles, BitTile.count(n) - me.firstTile);
    me.present = Math.min(me.tiles * ROWS, n - me.firstTile * ROWS);
    Arrays.fill(me.betas, 1f);
    return me;
  }

  private void reserveX(int count) {
    int needed = BitTile.count(count) * visibleTile;
    if (x.length < needed) {
      x = new float[needed];
    }
  }

  /** Puts the block's rows where x will be; missing rows are 0. */
  private void load(Worker me) {
    for (int tile = me.firstTile; tile < me.firstTile + me.tiles; tile++) {
      int present = Math.min(ROWS, n - tile * ROWS);
      int from = tile * ROWS * visible;
      TileTranspose.toTile(rows, from, present, visible, x, tile * visibleTile, me.square);
    }
  }

  /** H1 for the block: from its chains, or in place. */
  private void standardise(Worker me, float[] states) {
    for (int tile = me.firstTile; tile < me.firstTile + me.tiles; tile++) {
      GaussianStage.standardise(states, tile * visibleTile, sd, x, tile * visibleTile);
    }
  }

  /** H2 of the block, stretch by stretch and tile by tile, with a step. */
  private void activateHidden(Worker me, Step step) {
    GibbsStage.Stretch s = me.stretch;
    for (int first = 0; first < hidden; first += STRETCH) {
      s.first = first;
      s.units = Math.min(STRETCH, hidden - first);
      int panel = first / Tile.PANEL;
      int end = panel + Tile.panels(s.units);
      for (int tile = 0; tile < me.tiles; tile++) {
        int from = (me.firstTile + tile) * visibleTile;
        for (int k = panel; k < end; k++) {
          TileProduct.panel(toHidden, k, x, from, s.a, -first * ROWS, c);
        }
        step.apply(me, tile);
      }
    }
  }

  /** V1 and the product of V2 with s for the block, stretch by stretch and tile by tile. */
  private void activateVisible(Worker me, int[] bits, int bitsAt, Step step) {
    GibbsStage.Stretch s = me.stretch;
    boolean limbs = !fixed.sumsFitInt();
    s.scale = fixed.scale();
    s.bias = zeros;
    for (int k = 0; k < toVisible.stretches(); k++) {
      s.first = k * STRETCH;
      s.units = Math.min(STRETCH, visible - s.first);
      toVisible.multiply(k, bits, bitsAt, me.tiles, s.sums, me.tables);
      if (limbs) {
        lowToVisible.multiply(k, bits, bitsAt, me.tiles, s.lowSums, me.tables);
      }
      for (int tile = 0; tile < me.tiles; tile++) {
        s.sumsAt = tile * GibbsStage.Stretch.SIZE;
        GibbsStage.run(limbs ? GibbsStage.ACTIVATION_OF_LIMBS : GibbsStage.ACTIVATION, s);
        GaussianStage.mean(s, sd, b);
        step.apply(me, tile);
      }
    }
  }

  /** H3, H4. */
  private void drawHidden(Worker me, int tile) {
    me.stretch.probability(me.betas, tile * ROWS, null);
    int row = (me.firstTile + tile) * ROWS;
    me.stretch.draw(seed, DrawStream.HIDDEN_GIBBS, me.sweep, row, hidden, h, null, me.words);
  }

  /** V3. */
  private void drawVisible(Worker me, int tile) {
    GibbsStage.Stretch s = me.stretch;
    if (base != null) {
      GaussianStage.pull(s, me.betas, tile * ROWS, base);
    }
    int row = (me.firstTile + tile) * ROWS;
    for (int lane = 0; lane < ROWS; lane += COUNT) {
      DrawsVector.normals(
          seed,
          DrawStream.VISIBLE_GIBBS,
          me.sweep,
          row + lane,
          s.first,
          s.units,
          s.uniform,
          lane,
          ROWS,
          me.words);
    }
    GaussianStage.move(s, sd, spread, held, v, (me.firstTile + tile) * visibleTile);
  }

  private void addSoftplus(Worker me, int tile) {
    me.stretch.addSoftplus(me.betas, tile * ROWS, me.softplus);
  }

  /** A1's sum over the hidden units. */
  private void addGain(Worker me, int tile) {
    me.stretch.addSoftplusGain(me.betasBefore, me.betas, tile * ROWS, me.earlier, me.softplus);
  }

  private void addGainAndDraw(Worker me, int tile) {
    addGain(me, tile);
    drawHidden(me, tile);
  }

  private void storeProbability(Worker me, int tile) {
    me.stretch.probability(me.betas, tile * ROWS, null);
    int first = (me.firstTile + tile) * ROWS;
    me.stretch.store(out, first, Math.min(ROWS, n - first), hidden);
  }

  private void storeMean(Worker me, int tile) {
    int first = (me.firstTile + tile) * ROWS;
    me.stretch.store(out, first, Math.min(ROWS, n - first), visible);
  }

  /** S1, as columns for S2. */
  private void storeRow(Worker me, int tile) {
    me.stretch.probability(me.betas, tile * ROWS, null);
    OuterProduct.store(me.stretch, p, (me.firstTile + tile) * ROWS * stride);
  }

  @Override
  protected void computeFreeEnergy(float[] states, int count, double[] energy) {
    rows = states;
    energies = energy;
    reserveX(count);
    workers.run(blocks(count), freeEnergyBody);
  }

  private void freeEnergyBlock(int block, int worker) {
    Worker me = begin(block, worker);
    load(me);
    Arrays.fill(me.visibleSums, 0);
    for (int tile = 0; tile < me.tiles; tile++) {
      for (int i = 0; i < visible; i++) {
        int at = (me.firstTile + tile) * visibleTile + i * ROWS;
        addSquares(x, at, b[i], sd[i], me.visibleSums, tile * ROWS);
      }
    }
    standardise(me, x); // F1
    Arrays.fill(me.softplus, 0);
    activateHidden(me, addSoftplus);
    for (int r = 0; r < me.present; r++) {
      energies[me.firstTile * ROWS + r] = 0.5 * me.visibleSums[r] - me.softplus[r]; // F2
    }
  }

  private static void addSquares(float[] v, int at, float b, float sd, double[] sums, int to) {
    for (int r = 0; r < ROWS; r++) {
      float d = (v[at + r] - b) / sd;
      sums[to + r] += d * d;
    }
  }

  @Override
  protected void computeHiddenProbabilities(float[] states, int count, float[] probability) {
    rows = states;
    out = probability;
    reserveX(count);
    workers.run(blocks(count), hiddenBody);
  }

  private void hiddenBlock(int block, int worker) {
    Worker me = begin(block, worker);
    load(me);
    standardise(me, x);
    activateHidden(me, storeProbability);
  }

  @Override
  protected void computeVisibleMeans(byte[] states, int count, float[] mean) {
    hiddenRows = states;
    out = mean;
    workers.run(blocks(count), visibleBody);
  }

  private void visibleBlock(int block, int worker) {
    Worker me = begin(block, worker);
    BitTile.load(hiddenRows, me.firstTile * ROWS, me.present, hidden, me.bits, 0);
    activateVisible(me, me.bits, 0, storeMean);
  }

  @Override
  protected void computeStatistics(float[] states, int count, float[] sums) {
    rows = states;
    statistics(count, sums);
  }

  @Override
  protected void computeChainStatistics(int count, float[] sums) {
    rows = null;
    statistics(count, sums);
  }

  private void statistics(int count, float[] sums) {
    out = sums;
    reserveX(count);
    int needed = BitTile.count(count) * ROWS * stride;
    if (p.length < needed) {
      p = new float[needed];
    }
    workers.run(blocks(count), statisticsBody);
    workers.run((visible + OuterProduct.STRIP - 1) / OuterProduct.STRIP + 1, productBody);
  }

  private void statisticsBlock(int block, int worker) {
    Worker me = begin(block, worker);
    if (rows != null) {
      load(me);
    }
    standardise(me, rows != null ? x : v);
    activateHidden(me, storeRow);
  }

  /** S2 for a strip of visible units; unit 0 is the hidden biases. */
  private void productStrip(int unit, int worker) {
    Worker me = team[worker];
    Arrays.fill(me.products, 0f);
    if (unit == 0) {
      OuterProduct.sumRows(p, n, stride, me.products);
      System.arraycopy(me.products, 0, out, shape().units().hiddenBiasOffset(), hidden);
      return;
    }
    int first = (unit - 1) * OuterProduct.STRIP;
    int units = Math.min(OuterProduct.STRIP, visible - first);
    int sumsAt = shape().units().visibleBiasOffset() + first;
    int squaresAt = shape().visibleSdOffset() + first;
    Arrays.fill(out, sumsAt, sumsAt + units, 0f);
    Arrays.fill(out, squaresAt, squaresAt + units, 0f);
    // A strip's last panel may reach beyond the last unit: its states are 0.
    Arrays.fill(me.states, 0f);
    for (int tile = 0; tile < BitTile.count(n); tile++) {
      System.arraycopy(x, tile * visibleTile + first * ROWS, me.states, 0, units * ROWS);
      int present = Math.min(ROWS, n - tile * ROWS);
      for (int i = 0; i < units; i++) {
        Arrays.fill(me.states, i * ROWS + present, (i + 1) * ROWS, 0f);
        addMoments(me.states, i * ROWS, out, sumsAt + i, squaresAt + i);
      }
      OuterProduct.add(
          me.states, OuterProduct.panels(units), p, tile * ROWS * stride, stride, me.products);
    }
    for (int i = 0; i < units; i++) {
      System.arraycopy(me.products, i * stride, out, (first + i) * hidden, hidden);
    }
  }

  private static void addMoments(float[] states, int at, float[] sums, int sumAt, int squaresAt) {
    float sum = 0;
    float squares = 0;
    for (int r = 0; r < ROWS; r++) {
      float value = states[at + r];
      sum += value;
      squares = Math.fma(value, value, squares);
    }
    sums[sumAt] += sum;
    sums[squaresAt] += squares;
  }

  @Override
  protected void computeSetVisible(float[] states, int count) {
    int tiles = BitTile.count(count);
    if (v.length < tiles * visibleTile) {
      v = new float[tiles * visibleTile];
    }
    if (h.length < tiles * hiddenTile) {
      h = new int[tiles * hiddenTile];
    }
    for (int tile = 0; tile < tiles; tile++) {
      int first = tile * ROWS;
      int present = Math.min(ROWS, count - first);
      TileTranspose.toTile(
          states, first * visible, present, visible, v, tile * visibleTile, team[0].square);
    }
    Arrays.fill(h, 0);
  }

  @Override
  protected void computeReadVisible(float[] states, int count) {
    for (int tile = 0; tile < BitTile.count(count); tile++) {
      int first = tile * ROWS;
      int present = Math.min(ROWS, count - first);
      TileTranspose.toRows(
          v,
          tile * visibleTile,
          present,
          visible,
          states,
          first * visible,
          visible,
          team[0].square);
    }
  }

  @Override
  protected void computeReadHidden(byte[] states, int count) {
    BitTile.unload(h, count, hidden, states);
  }

  @Override
  protected void computeClamp(boolean[] units) {
    System.arraycopy(units, 0, held, 0, visible);
  }

  @Override
  protected void computeGibbs(Gibbs sampler, long drawSeed, int count) {
    gibbs = sampler;
    base = null;
    spread = (float) Math.sqrt(sampler.temperature());
    seed = drawSeed;
    reserveX(count);
    workers.run(blocks(count), gibbsBody);
  }

  private void gibbsBlock(int block, int worker) {
    Worker me = begin(block, worker);
    Arrays.fill(me.betas, gibbs.beta());
    for (int t = 0; t < gibbs.sweeps(); t++) {
      me.sweep = gibbs.firstSweep() + t;
      sweep(me, drawHidden);
    }
  }

  private void sweep(Worker me, Step hiddenStep) {
    standardise(me, v);
    activateHidden(me, hiddenStep);
    activateVisible(me, h, me.firstTile * hiddenTile, drawVisible);
  }

  @Override
  protected void computeAnneal(Annealing run, long drawSeed, int count, double[] logWeights) {
    annealing = run;
    energies = logWeights;
    beginPath(run.baseBias(), drawSeed, count);
    workers.run(blocks(count), annealBody);
  }

  private void beginPath(float[] from, long drawSeed, int count) {
    base = from;
    spread = 1f;
    seed = drawSeed;
    for (int i = 0; i < visible; i++) {
      middle[i] = GaussianRbmScalar.middle(b[i], from[i]);
      slope[i] = GaussianRbmScalar.slope(b[i], from[i], sd[i]);
    }
    reserveX(count);
  }

  private void annealBlock(int block, int worker) {
    Worker me = begin(block, worker);
    float[] betas = annealing.betas();
    for (int t = 0; t < annealing.sweeps(); t++) {
      me.sweep = annealing.firstSweep() + t;
      Arrays.fill(me.betasBefore, betas[t]);
      Arrays.fill(me.betas, betas[t + 1]);
      sumGains(me);
      sweep(me, addGainAndDraw);
      double rise = (double) betas[t + 1] - betas[t];
      for (int r = 0; r < me.present; r++) {
        energies[me.firstTile * ROWS + r] += rise * me.visibleSums[r] + me.softplus[r];
      }
    }
  }

  @Override
  protected void computeTemper(Tempering run, long drawSeed, int count, double[] gains) {
    tempering = run;
    energies = gains;
    beginPath(run.baseBias(), drawSeed, count);
    workers.run(blocks(count), temperBody);
  }

  private void temperBlock(int block, int worker) {
    Worker me = begin(block, worker);
    int first = me.firstTile * ROWS;
    System.arraycopy(tempering.betas(), first, me.betas, 0, me.present);
    for (int t = 0; t < tempering.sweeps(); t++) { // P1
      me.sweep = tempering.firstSweep() + t;
      sweep(me, drawHidden);
    }
    System.arraycopy(me.betas, 0, me.betasBefore, 0, me.betas.length);
    System.arraycopy(tempering.nextBetas(), first, me.betas, 0, me.present);
    sumGains(me);
    standardise(me, v);
    activateHidden(me, addGain); // P2
    for (int r = 0; r < me.present; r++) {
      double rise = (double) me.betas[r] - me.betasBefore[r];
      energies[first + r] = rise * me.visibleSums[r] + me.softplus[r];
    }
  }

  /** A1's sum over the visible units, without its factor; that over the hidden ones begins. */
  private void sumGains(Worker me) {
    Arrays.fill(me.softplus, 0);
    Arrays.fill(me.visibleSums, 0);
    for (int tile = 0; tile < me.tiles; tile++) {
      for (int i = 0; i < visible; i++) {
        int at = (me.firstTile + tile) * visibleTile + i * ROWS;
        addGain(v, at, middle[i], slope[i], me.visibleSums, tile * ROWS);
      }
    }
  }

  private static void addGain(float[] v, int at, float middle, float slope, double[] sums, int to) {
    for (int r = 0; r < ROWS; r++) {
      sums[to + r] += (v[at + r] - middle) * slope;
    }
  }

  @Override
  protected void computeClose() {
    v = new float[0];
    h = new int[0];
    x = v;
    p = v;
  }
}
