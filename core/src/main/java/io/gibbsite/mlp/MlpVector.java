package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.tile.Tile.ROWS;

import io.gibbsite.backend.StageListener;
import io.gibbsite.backend.Workers;
import io.gibbsite.objective.SigmoidNce;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.DrawsVector;
import io.gibbsite.sampler.Langevin;
import io.gibbsite.tile.Tile;
import io.gibbsite.tile.TileTranspose;
import java.util.Arrays;

/**
 * The MLP energy on the Vector API.
 *
 * <p>Rows go through all layers in blocks of a few tiles, so that a block's activations stay in
 * cache through forward, backward and update; blocks are the units that threads share. {@link
 * BatchSums} adds them up.
 */
public final class MlpVector extends CheckedMlpSession {
  /** Gradients with more floats than these are summed by parts: they fill the caches. */
  private static final int LARGE = 1 << 17;

  /** Whether gradients are summed by parts of the parameters, not chunks of the batch. */
  private final boolean byParts;

  private final int blockTiles;
  private final int blockRows;
  private final Workers workers;
  private final MlpPacked packed;
  private final MlpGradientSums layout;
  private final Worker[] team;
  private final BatchSums batchSums;
  private final ChunkSums chunkSums;
  private final int tileSize;
  private float[] chains = {};
  private NceNoise noise;
  private TileStages stages;

  // The loop bodies, made once: a run allocates nothing.
  private final Workers.Body energyBody = this::energyBlock;
  private final Workers.Body inputGradientBody = this::inputGradientBlock;
  private final Workers.Body directionalBody = this::directionalBlock;
  private final Workers.Body langevinBody = this::langevinTile;
  private final Workers.Body normalsBody = this::normalsTile;
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
  private float[] scale;
  private int targetColumns;
  private int n;
  private boolean withGradient;
  private SigmoidNce nce;
  private float logZ;
  private long seed;
  private DrawStream stream;
  private int drawn;
  private long step;
  private Langevin langevin;

  /** One worker's scratch memory, or of a sum by parts, one block's. */
  private final class Worker {
    final MlpTiles tiles = new MlpTiles(packed, layout, blockTiles);
    final float[] x = new float[blockTiles * tileSize];
    final float[] second = new float[blockTiles * tileSize];
    final float[] third = new float[tileSize];
    final float[] rowWeights = new float[blockRows];
    final float[] square = new float[COUNT * COUNT];
    final ScoreResidual residual = new ScoreResidual();

    /** The block being worked on: its first row, its rows, its tiles. */
    int first;

    int count;
    int filled;

    final long[] words = new long[DrawsVector.SCRATCH];
    private MlpTaylorTiles taylor;
    private MlpScoreTiles score;

    /** Of a sum by parts: which steps left its terms, and of D the Taylor orders. */
    Summand summand;

    int orders;

    MlpTaylorTiles taylor() {
      if (taylor == null) {
        taylor = new MlpTaylorTiles(packed, layout, blockTiles);
      }
      return taylor;
    }

    MlpScoreTiles score() {
      if (score == null) {
        score = new MlpScoreTiles(packed, layout, tiles, blockTiles);
      }
      return score;
    }
  }

  /** The terms that a block can leave to a sum by parts: those of B2, D2 or S4. */
  private enum Summand {
    PARAMETER,
    DIRECTIONAL,
    SCORE
  }

  /**
   * Opens a session; see {@link io.gibbsite.backend.Backend#open}.
   *
   * @param workers shared with other sessions of the backend
   */
  public MlpVector(MlpShape shape, int rows, Workers workers) {
    super(shape, rows);
    this.workers = workers;
    packed = new MlpPacked(shape);
    layout = new MlpGradientSums(shape);
    tileSize = Tile.size(shape.inputs());
    int size = layout.size();
    byParts = size > LARGE;
    blockTiles = blockTiles(size);
    blockRows = blockTiles * ROWS;
    team = new Worker[team(size, workers.threads())];
    batchSums =
        byParts
            ? BatchSums.byParts(workers, layout.parts(), this::addPart)
            : BatchSums.byChunks(workers, ChunkSums.limit(size));
    chunkSums = new ChunkSums(size);
    if (byParts) {
      chunkSums.of(0); // here, since several threads will write there
    }
  }

  /**
   * Tiles in a block: enough rows to pay for reading and writing the sums of dW once a block; and
   * for sums by parts, not so many that threads would lack blocks.
   */
  private static int blockTiles(int size) {
    return size > LARGE ? 4 : 8;
  }

  private static int team(int size, int threads) {
    return size > LARGE ? Math.max(threads, BatchSums.blocksAtOnce(threads)) : threads;
  }

  /** Bytes that a session takes at the most. */
  public static long bytes(MlpShape shape, int rows, int threads) {
    int size = new MlpGradientSums(shape).size();
    int tiles = blockTiles(size);
    long worker =
        MlpTiles.bytes(shape, tiles)
            + MlpTaylorTiles.bytes(shape, tiles)
            + MlpScoreTiles.bytes(shape, tiles)
            + Float.BYTES * (2L * tiles + 1) * Tile.size(shape.inputs());
    long chainBytes = (long) Float.BYTES * Tile.count(rows) * Tile.size(shape.inputs());
    int blocks = Math.ceilDiv(rows, tiles * ROWS);
    int chunks = size > LARGE ? 1 : Math.min(blocks, ChunkSums.limit(size));
    return MlpPacked.bytes(shape)
        + team(size, threads) * worker
        + chainBytes
        + ChunkSums.bytes(size, chunks);
  }

  private int blocks(int rows) {
    return Math.ceilDiv(rows, blockRows);
  }

  /** Made when first used, by the only thread that then uses it. */
  private Worker worker(int place) {
    if (team[place] == null) {
      team[place] = new Worker();
    }
    return team[place];
  }

  /**
   * {@inheritDoc} The passes show F3, F4, B4, B5, T3, D4, S1's {@code v}, S2's {@code at} and S3;
   * F2 and T2 are overwritten in place.
   */
  @Override
  public void listen(StageListener listener) {
    stages = listener == null ? null : new TileStages(listener);
  }

  @Override
  protected void computeSetParameters(MlpParameters parameters) {
    packed.pack(parameters);
  }

  /**
   * F1: rows of a batch as tiles, the missing rows of the last one zero; returns the tiles.
   *
   * @param rows row-major, or null for the chains, which are tiles already
   */
  private int load(float[] rows, int first, int count, float[] tiles, float[] square) {
    int columns = shape().inputs();
    int filled = Tile.count(count);
    if (rows == null) {
      System.arraycopy(chains, first / ROWS * tileSize, tiles, 0, filled * tileSize);
      clearMissing(tiles, count);
      return filled;
    }
    for (int t = 0; t < filled; t++) {
      int row = first + t * ROWS;
      int present = Math.min(ROWS, first + count - row);
      TileTranspose.toTile(rows, row * columns, present, columns, tiles, t * tileSize, square);
    }
    return filled;
  }

  /**
   * Sets the rows of the last tile to zero that are not among the first {@code count}: they move.
   */
  private void clearMissing(float[] tiles, int count) {
    int present = count % ROWS;
    if (present == 0) {
      return;
    }
    int last = count / ROWS * tileSize;
    for (int at = last; at < last + tileSize; at += ROWS) {
      Arrays.fill(tiles, at + present, at + ROWS, 0f);
    }
  }

  /** Loads a block of x. */
  private void begin(Worker me, int block) {
    me.first = block * blockRows;
    me.count = Math.min(blockRows, n - me.first);
    me.filled = load(x, me.first, me.count, me.x, me.square);
    me.summand = Summand.PARAMETER;
    me.tiles.show(stages, me.first, me.count);
  }

  private static void loadWeights(float[] rows, int first, int count, float[] padded) {
    System.arraycopy(rows, first, padded, 0, count);
    Arrays.fill(padded, count, Tile.count(count) * ROWS, 0f);
  }

  @Override
  protected void computeEnergy(RowSource rows, int count, float[] energy) {
    x = rows.array();
    n = count;
    energies = energy;
    workers.run(blocks(count), energyBody);
  }

  private void energyBlock(int block, int worker) {
    Worker me = worker(worker);
    begin(me, block);
    me.tiles.forward(me.x, 0, me.filled, 0);
    System.arraycopy(me.tiles.energy, 0, energies, me.first, me.count);
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
    Worker me = worker(worker);
    begin(me, block);
    me.tiles.forward(me.x, 0, me.filled, 1);
    me.tiles.inputGradient(me.second, me.filled);
    if (energies != null) {
      System.arraycopy(me.tiles.energy, 0, energies, me.first, me.count);
    }
    unload(me.second, me.filled, me.first, me.count, out, me.square);
  }

  private void unload(
      float[] tiles, int filled, int first, int count, float[] rows, float[] square) {
    int columns = shape().inputs();
    for (int t = 0; t < filled; t++) {
      int row = first + t * ROWS;
      int present = Math.min(ROWS, first + count - row);
      TileTranspose.toRows(
          tiles, t * tileSize, present, columns, rows, row * columns, columns, square);
    }
  }

  @Override
  protected void computeParameterGradient(
      RowSource rows, float[] weights, int count, float[] gradient) {
    x = rows.array();
    w = weights;
    n = count;
    batchSums.run(blocks(count), parameterGradientBody, true);
    unpack(gradient);
  }

  /** The sums as a gradient; zero if there was no block. */
  private void unpack(float[] gradient) {
    if (batchSums.chunks() == 0) {
      Arrays.fill(gradient, 0, shape().parameterCount(), 0f);
    } else {
      float[] sums = byParts ? chunkSums.of(0) : chunkSums.reduce(batchSums.chunks(), workers);
      layout.unpack(sums, gradient);
    }
  }

  /** Where a block is added to; null where that is left to {@link #addPart}. */
  private float[] sums(int chunk, boolean fresh) {
    if (byParts) {
      return null;
    }
    float[] sums = chunkSums.of(chunk);
    if (fresh) {
      layout.clear(sums);
    }
    return sums;
  }

  private void addPart(int part, int worker, int blocks, boolean fresh) {
    Worker me = worker(worker);
    float[] sums = chunkSums.of(0);
    if (fresh && layout.within(part) == 0) {
      layout.clear(layout.layer(part), sums);
    }
    for (int i = 0; i < blocks; i++) {
      Worker block = team[i];
      boolean first = fresh && i == 0;
      switch (block.summand) {
        case PARAMETER -> block.tiles.addPart(part, block.x, block.filled, sums, first, me.tiles);
        case DIRECTIONAL ->
            block.taylor.addPart(part, block.filled, block.orders, sums, first, me.taylor());
        case SCORE -> block.score.addPart(part, block.x, block.filled, sums, first, me.tiles);
      }
    }
  }

  private void parameterGradientBlock(int block, int worker, int chunk, boolean fresh) {
    Worker me = worker(worker);
    begin(me, block);
    loadWeights(w, me.first, me.count, me.rowWeights);
    me.tiles.forward(me.x, 0, me.filled, 1);
    me.tiles.parameterGradient(me.x, me.rowWeights, me.filled, sums(chunk, fresh), fresh);
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
    Worker me = worker(worker);
    MlpTaylorTiles taylor = me.taylor();
    begin(me, block);
    load(v, me.first, me.count, me.second, me.square);
    taylor.show(stages, me.first, me.count);
    taylor.forward(me.x, me.second, me.filled, 3);
    if (energies != null) {
      System.arraycopy(taylor.energy, 0, energies, me.first, me.count);
    }
    System.arraycopy(taylor.slope, 0, out, me.first, me.count);
    System.arraycopy(taylor.curvature, 0, secondOut, me.first, me.count);
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
    batchSums.run(blocks(count), directionalGradientBody, true);
    unpack(gradient);
  }

  private void directionalGradientBlock(int block, int worker, int chunk, boolean fresh) {
    Worker me = worker(worker);
    MlpTaylorTiles taylor = me.taylor();
    begin(me, block);
    load(v, me.first, me.count, me.second, me.square);
    seeds(w, me.first, me.count, taylor.seeds[0]);
    seeds(a, me.first, me.count, taylor.seeds[1]);
    seeds(b, me.first, me.count, taylor.seeds[2]);
    taylor.show(stages, me.first, me.count);
    // Second derivatives that nothing weighs are not made.
    me.summand = Summand.DIRECTIONAL;
    me.orders = allZero(b, me.first, me.count) ? 2 : 3;
    taylor.forward(me.x, me.second, me.filled, me.orders);
    taylor.parameterGradient(me.filled, me.orders, sums(chunk, fresh), fresh);
  }

  private static boolean allZero(float[] values, int first, int count) {
    for (int i = first; i < first + count; i++) {
      if (values[i] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Row weights as tiles of one column, 0 for the missing rows. */
  private static void seeds(float[] rows, int first, int count, float[] tiles) {
    for (int t = 0; t < Tile.count(count); t++) {
      int row = first + t * ROWS;
      int present = Math.min(ROWS, first + count - row);
      System.arraycopy(rows, row, tiles, t * Tile.size(1), present);
      Arrays.fill(tiles, t * Tile.size(1) + present, t * Tile.size(1) + ROWS, 0f);
    }
  }

  @Override
  protected double computeScoreMatching(
      float[] rows, float[] targets, int columns, float[] scales, int count, float[] gradient) {
    x = rows;
    target = targets;
    targetColumns = columns;
    scale = scales;
    n = count;
    withGradient = gradient != null;
    chunkSums.startLosses();
    batchSums.run(blocks(count), scoreBody, withGradient);
    if (withGradient) {
      unpack(gradient);
    }
    return chunkSums.loss() / (2.0 * count);
  }

  private void scoreBlock(int block, int worker, int chunk, boolean fresh) {
    Worker me = worker(worker);
    begin(me, block);
    loadWeights(scale, me.first, me.count, me.rowWeights);
    me.tiles.forward(me.x, 0, me.filled, withGradient ? 2 : 1);
    me.tiles.inputGradient(me.second, me.filled);
    double squares = 0;
    for (int t = 0; t < me.filled; t++) {
      int row = me.first + t * ROWS;
      int present = Math.min(ROWS, n - row);
      TileTranspose.toTile(
          target, row * targetColumns, present, targetColumns, me.third, 0, me.square);
      squares +=
          me.residual.direct(
              me.second,
              t * tileSize,
              shape().inputs(),
              me.third,
              targetColumns,
              me.rowWeights,
              t * ROWS,
              present,
              n);
    }
    chunkSums.addRows(chunk, squares, 0);
    if (withGradient) {
      MlpScoreTiles score = me.score();
      me.summand = Summand.SCORE;
      score.show(stages, me.first, me.count);
      score.parameterGradient(me.x, me.second, me.filled, sums(chunk, fresh), fresh);
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
    if (noise == null || noise.density != objective.noise()) {
      noise = new NceNoise(objective.noise());
    }
    logZ = c;
    x = data.array();
    n = count;
    drawsNoise = given == null;
    noiseRows = drawsNoise ? null : given.array();
    seed = drawSeed;
    step = drawStep;
    withGradient = gradient != null;
    chunkSums.startLosses();
    batchSums.run(blocks(count) + blocks(count * objective.k()), nceBody, withGradient);
    if (withGradient) {
      unpack(gradient);
      gradient[shape().parameterCount()] = (float) chunkSums.weight();
    }
    return chunkSums.loss();
  }

  /** Blocks of data come first, then blocks of noise. */
  private void nceBlock(int block, int worker, int chunk, boolean fresh) {
    int dataBlocks = blocks(n);
    boolean isNoise = block >= dataBlocks;
    int first = (isNoise ? block - dataBlocks : block) * blockRows;
    int count = Math.min(blockRows, (isNoise ? n * nce.k() : n) - first);
    nceRows(worker(worker), isNoise, first, count, chunk, fresh);
  }

  private void nceRows(Worker me, boolean isNoise, int first, int count, int chunk, boolean fresh) {
    int tiles = Tile.count(count);
    me.filled = tiles;
    me.summand = Summand.PARAMETER;
    float[] logNoise = me.rowWeights;
    if (isNoise && drawsNoise) {
      for (int t = 0; t < tiles; t++) {
        noise.draw(
            seed,
            step,
            first + t * ROWS,
            me.x,
            t * tileSize,
            logNoise,
            t * ROWS,
            me.third,
            me.words);
      }
    } else {
      float[] rows = isNoise ? noiseRows : x;
      load(rows, first, count, me.x, me.square);
      for (int t = 0; t < tiles; t++) {
        noise.logDensity(me.x, t * tileSize, logNoise, t * ROWS, me.second, me.third);
      }
    }
    me.tiles.show(null, first, count);
    me.tiles.forward(me.x, 0, tiles, withGradient ? 1 : 0);
    // Signs: softplus(-u) and +sigmoid(-u) / N on data, softplus(u) and -sigmoid(u) / N on noise.
    float sign = isNoise ? -1f : 1f;
    double offset = -(double) logZ - Math.log(nce.k());
    float[] rowWeights = me.rowWeights;
    for (int r = 0; r < tiles * ROWS; r++) {
      rowWeights[r] = (float) (sign * (offset - me.tiles.energy[r] - logNoise[r]));
    }
    NceRows.lossAndWeights(rowWeights, tiles * ROWS, sign / n, me.tiles.energy);
    double loss = 0;
    double weight = 0;
    for (int r = 0; r < count; r++) {
      loss += me.tiles.energy[r];
      weight += rowWeights[r];
    }
    Arrays.fill(rowWeights, count, tiles * ROWS, 0f);
    chunkSums.addRows(chunk, loss / n, weight);
    if (withGradient) {
      me.tiles.parameterGradient(me.x, rowWeights, tiles, sums(chunk, fresh), fresh);
    }
  }

  @Override
  protected void computeSetChains(float[] states, int count) {
    int needed = Tile.count(count) * tileSize;
    if (chains.length < needed) {
      chains = new float[needed];
    }
    load(states, 0, count, chains, worker(0).square);
  }

  @Override
  protected void computeReadChains(float[] states, int count) {
    unload(chains, Tile.count(count), 0, count, states, worker(0).square);
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
    workers.run(Tile.count(count), langevinBody);
  }

  /** All steps of one tile's chains, which stay in cache. */
  private void langevinTile(int tile, int worker) {
    Worker me = worker(worker);
    int at = tile * tileSize;
    int first = tile * ROWS;
    int present = Math.min(ROWS, n - first);
    float[] gradient = me.second;
    float[] normals = me.third;
    me.tiles.show(null, first, present);
    for (int t = 0; t < langevin.steps(); t++) {
      me.tiles.forward(chains, at, 1, 1);
      if (energies != null) {
        System.arraycopy(me.tiles.energy, 0, energies, t * n + first, present);
      }
      me.tiles.inputGradient(gradient, 1);
      if (langevin.noise() > 0) {
        long step = langevin.firstStep() + t;
        long address = langevin.firstStep() + t;
        normals(DrawStream.LANGEVIN, address, first, shape().inputs(), normals, me.words);
      }
      TileLangevin.move(langevin, chains, at, gradient, normals, shape().inputs() * ROWS);
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
    workers.run(Tile.count(count), normalsBody);
  }

  private void normalsTile(int tile, int worker) {
    Worker me = worker(worker);
    int first = tile * ROWS;
    normals(stream, step, first, drawn, me.third, me.words);
    int present = Math.min(ROWS, n - first);
    TileTranspose.toRows(me.third, 0, present, drawn, out, first * drawn, drawn, me.square);
  }

  /** Normals of a tile's rows. */
  private void normals(
      DrawStream of, long at, int first, int columns, float[] normals, long[] words) {
    for (int lane = 0; lane < ROWS; lane += COUNT) {
      DrawsVector.normals(seed, of, at, first + lane, columns, normals, lane, ROWS, words);
    }
  }

  @Override
  protected void computeClose() {
    chains = new float[0];
  }
}
