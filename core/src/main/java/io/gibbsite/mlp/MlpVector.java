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
 * cache through forward, backward and update; blocks are the units that threads share. Sums over
 * rows are made chunk by chunk, where the chunks depend on the shape and the batch alone, and then
 * added up in a fixed tree: the same bits for any number of threads.
 */
public final class MlpVector extends CheckedMlpSession {
  /** Tiles in a block: enough rows to pay for reading and writing the sums of dW once a block. */
  static final int BLOCK_TILES = 8;

  private static final int BLOCK_ROWS = BLOCK_TILES * ROWS;

  private final Workers workers;
  private final MlpPacked packed;
  private final MlpGradientSums layout;
  private final Worker[] team;
  private final ChunkSums chunkSums;
  private final int tileSize;
  private float[] chains = {};
  private NceNoise noise;
  private TileStages stages;

  // The loop bodies, made once: a run allocates nothing.
  private final Workers.Body energyBody = this::energyBlock;
  private final Workers.Body inputGradientBody = this::inputGradientBlock;
  private final Workers.Body parameterGradientBody = this::parameterGradientChunk;
  private final Workers.Body directionalBody = this::directionalBlock;
  private final Workers.Body directionalGradientBody = this::directionalGradientChunk;
  private final Workers.Body nceBody = this::nceChunk;
  private final Workers.Body langevinBody = this::langevinTile;
  private final Workers.Body normalsBody = this::normalsTile;

  // The arguments of the call in progress.
  private float[] x;
  private float[] v;
  private float[] w;
  private float[] a;
  private float[] b;
  private float[] energies;
  private float[] out;
  private float[] secondOut;
  private float[] noiseRows;
  private int n;
  private int chunkBlocks;
  private boolean withGradient;
  private SigmoidNce nce;
  private float logZ;
  private long seed;
  private DrawStream stream;
  private int drawn;
  private long step;
  private Langevin langevin;

  /** One worker's scratch memory. */
  private final class Worker {
    final MlpTiles tiles = new MlpTiles(packed, layout, BLOCK_TILES);
    final float[] x = new float[BLOCK_TILES * tileSize];
    final float[] second = new float[BLOCK_TILES * tileSize];
    final float[] third = new float[tileSize];
    final float[] rowWeights = new float[BLOCK_ROWS];
    final float[] square = new float[COUNT * COUNT];

    /** The block being worked on: its first row, its rows, its tiles. */
    int first;

    int count;
    int filled;

    final long[] words = new long[DrawsVector.SCRATCH];
    private MlpTaylorTiles taylor;
    private float[][] seeds;

    MlpTaylorTiles taylor() {
      if (taylor == null) {
        taylor = new MlpTaylorTiles(packed, layout, BLOCK_TILES);
        seeds = new float[3][BLOCK_TILES * Tile.size(1)];
      }
      return taylor;
    }
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
    team = new Worker[workers.threads()];
    for (int i = 0; i < team.length; i++) {
      team[i] = new Worker();
    }
    chunkSums = new ChunkSums(layout.size());
  }

  /** Bytes that a session takes at the most. */
  public static long bytes(MlpShape shape, int rows, int threads) {
    long worker =
        MlpTiles.bytes(shape, BLOCK_TILES)
            + MlpTaylorTiles.bytes(shape, BLOCK_TILES)
            + Float.BYTES * (2L * BLOCK_TILES + 1) * Tile.size(shape.inputs());
    long chainBytes = (long) Float.BYTES * Tile.count(rows) * Tile.size(shape.inputs());
    return MlpPacked.bytes(shape)
        + threads * worker
        + chainBytes
        + ChunkSums.bytes(new MlpGradientSums(shape).size(), blocks(rows));
  }

  private static int blocks(int rows) {
    return (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  }

  /**
   * {@inheritDoc} The passes show F3, F4, B4, B5, T3 and D4; F2 and T2 are overwritten in place.
   */
  @Override
  public void listen(StageListener listener) {
    stages = listener == null ? null : new TileStages(listener);
  }

  @Override
  protected void computeSetParameters(MlpParameters parameters) {
    packed.pack(parameters);
  }

  /** F1: rows of a batch as tiles, the missing rows of the last one zero; returns the tiles. */
  private int load(float[] rows, int first, int count, float[] tiles, float[] square) {
    int columns = shape().inputs();
    int filled = Tile.count(count);
    for (int t = 0; t < filled; t++) {
      int row = first + t * ROWS;
      int present = Math.min(ROWS, first + count - row);
      TileTranspose.toTile(rows, row * columns, present, columns, tiles, t * tileSize, square);
    }
    return filled;
  }

  /** Loads a block of x. */
  private void begin(Worker me, int block) {
    me.first = block * BLOCK_ROWS;
    me.count = Math.min(BLOCK_ROWS, n - me.first);
    me.filled = load(x, me.first, me.count, me.x, me.square);
    me.tiles.show(stages, me.first, me.count);
  }

  private static void loadWeights(float[] rows, int first, int count, float[] padded) {
    System.arraycopy(rows, first, padded, 0, count);
    Arrays.fill(padded, count, Tile.count(count) * ROWS, 0f);
  }

  @Override
  protected void computeEnergy(float[] rows, int count, float[] energy) {
    x = rows;
    n = count;
    energies = energy;
    workers.run(blocks(count), energyBody);
  }

  private void energyBlock(int block, int worker) {
    Worker me = team[worker];
    begin(me, block);
    me.tiles.forward(me.x, 0, me.filled, false);
    System.arraycopy(me.tiles.energy, 0, energies, me.first, me.count);
  }

  @Override
  protected void computeInputGradient(float[] rows, int count, float[] energy, float[] gradient) {
    x = rows;
    n = count;
    energies = energy;
    out = gradient;
    workers.run(blocks(count), inputGradientBody);
  }

  private void inputGradientBlock(int block, int worker) {
    Worker me = team[worker];
    begin(me, block);
    me.tiles.forward(me.x, 0, me.filled, true);
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
      float[] rows, float[] weights, int count, float[] gradient) {
    x = rows;
    w = weights;
    n = count;
    chunkBlocks = chunkSums.start(blocks(count));
    workers.run(chunkSums.chunks(), parameterGradientBody);
    reduce(gradient);
  }

  /** The chunks' sums as a gradient; zero if there was no chunk. */
  private void reduce(float[] gradient) {
    float[] sums = chunkSums.reduce(workers);
    if (sums == null) {
      Arrays.fill(gradient, 0, shape().parameterCount(), 0f);
    } else {
      layout.unpack(sums, gradient);
    }
  }

  private void parameterGradientChunk(int chunk, int worker) {
    Worker me = team[worker];
    float[] sums = chunkSums.of(chunk);
    layout.clear(sums);
    int end = Math.min(blocks(n), (chunk + 1) * chunkBlocks);
    for (int block = chunk * chunkBlocks; block < end; block++) {
      begin(me, block);
      loadWeights(w, me.first, me.count, me.rowWeights);
      me.tiles.forward(me.x, 0, me.filled, true);
      me.tiles.parameterGradient(
          me.x, 0, me.rowWeights, me.filled, sums, block == chunk * chunkBlocks);
    }
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
    chunkBlocks = chunkSums.start(blocks(count));
    workers.run(chunkSums.chunks(), directionalGradientBody);
    reduce(gradient);
  }

  private void directionalGradientChunk(int chunk, int worker) {
    Worker me = team[worker];
    MlpTaylorTiles taylor = me.taylor();
    float[] sums = chunkSums.of(chunk);
    layout.clear(sums);
    int end = Math.min(blocks(n), (chunk + 1) * chunkBlocks);
    for (int block = chunk * chunkBlocks; block < end; block++) {
      begin(me, block);
      load(v, me.first, me.count, me.second, me.square);
      seeds(w, me.first, me.count, me.seeds[0]);
      seeds(a, me.first, me.count, me.seeds[1]);
      seeds(b, me.first, me.count, me.seeds[2]);
      taylor.show(stages, me.first, me.count);
      // Second derivatives that nothing weighs are not made.
      int orders = allZero(b, me.first, me.count) ? 2 : 3;
      taylor.forward(me.x, me.second, me.filled, orders);
      taylor.parameterGradient(me.seeds, me.filled, orders, sums, block == chunk * chunkBlocks);
    }
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
  protected double computeNce(
      SigmoidNce objective,
      float c,
      float[] data,
      int count,
      float[] given,
      long drawSeed,
      long drawStep,
      float[] gradient) {
    nce = objective;
    if (noise == null || noise.density != objective.noise()) {
      noise = new NceNoise(objective.noise());
    }
    logZ = c;
    x = data;
    n = count;
    noiseRows = given;
    seed = drawSeed;
    step = drawStep;
    withGradient = gradient != null;
    chunkBlocks = chunkSums.start(blocks(count) + blocks(count * objective.k()));
    workers.run(chunkSums.chunks(), nceBody);
    if (withGradient) {
      reduce(gradient);
      gradient[shape().parameterCount()] = (float) chunkSums.weight();
    }
    return chunkSums.loss();
  }

  /** Blocks of data come first, then blocks of noise. */
  private void nceChunk(int chunk, int worker) {
    Worker me = team[worker];
    float[] sums = null;
    if (withGradient) {
      sums = chunkSums.of(chunk);
      layout.clear(sums);
    }
    int dataBlocks = blocks(n);
    int noiseCount = n * nce.k();
    int end = Math.min(dataBlocks + blocks(noiseCount), (chunk + 1) * chunkBlocks);
    for (int block = chunk * chunkBlocks; block < end; block++) {
      boolean isNoise = block >= dataBlocks;
      int first = (isNoise ? block - dataBlocks : block) * BLOCK_ROWS;
      int count = Math.min(BLOCK_ROWS, (isNoise ? noiseCount : n) - first);
      nceBlock(me, isNoise, first, count, chunk, sums, block == chunk * chunkBlocks);
    }
  }

  private void nceBlock(
      Worker me, boolean isNoise, int first, int count, int chunk, float[] sums, boolean fresh) {
    int tiles = Tile.count(count);
    float[] logNoise = me.rowWeights;
    if (isNoise && noiseRows == null) {
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
    me.tiles.forward(me.x, 0, tiles, withGradient);
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
      me.tiles.parameterGradient(me.x, 0, rowWeights, tiles, sums, fresh);
    }
  }

  @Override
  protected void computeSetChains(float[] states, int count) {
    int needed = Tile.count(count) * tileSize;
    if (chains.length < needed) {
      chains = new float[needed];
    }
    load(states, 0, count, chains, team[0].square);
  }

  @Override
  protected void computeReadChains(float[] states, int count) {
    unload(chains, Tile.count(count), 0, count, states, team[0].square);
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
    Worker me = team[worker];
    int at = tile * tileSize;
    int first = tile * ROWS;
    int present = Math.min(ROWS, n - first);
    float[] gradient = me.second;
    float[] normals = me.third;
    me.tiles.show(null, first, present);
    for (int t = 0; t < langevin.steps(); t++) {
      me.tiles.forward(chains, at, 1, true);
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
    Worker me = team[worker];
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
