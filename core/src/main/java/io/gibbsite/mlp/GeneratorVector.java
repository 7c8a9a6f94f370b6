package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.tile.Tile.ROWS;

import io.gibbsite.backend.Workers;
import io.gibbsite.tile.Tile;
import io.gibbsite.tile.TileProduct;
import io.gibbsite.tile.TileTranspose;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A {@link Generator} on the Vector API, by the products, activations and sums over rows of {@link
 * MlpVector}: its layers are the hidden ones of {@link GeneratorShape#trunk}. Results do not depend
 * on the number of threads.
 */
public final class GeneratorVector extends CheckedGenerator {
  private static final int BLOCK_TILES = 4;
  private static final int BLOCK_ROWS = BLOCK_TILES * ROWS;

  private final Workers workers;
  private final MlpShape trunk;
  private final int layers;
  private final MlpPacked packed;
  private final MlpGradientSums layout;
  private final BatchSums batchSums;
  private final ChunkSums chunkSums;
  private final float[] theta;
  private final float[] whole;
  private final Worker[] team;
  private final Workers.Body forwardBody = this::forwardBlock;
  private final BatchSums.Block gradientBody = this::gradientBlock;

  // The arguments of the call in progress.
  private float[] latent;
  private float[] pull;
  private float[] out;
  private int n;

  /** One worker's scratch memory: tiles of a block. */
  private final class Worker {
    /** {@code a_l}, l = 0 .. L, and {@code f'(y_{l-1})}, {@code d_{l-1}} beside it. */
    final float[][] a = new float[layers + 1][];

    final float[][] slope = new float[layers + 1][];
    final float[][] d = new float[layers + 1][];
    final TileActivation[] function = TileActivation.valueAndSlope(trunk.activation());
    final TileActivation[] bound = TileActivation.valueAndSlope(Activation.TANH);
    final float[] rows = new float[MlpGradientSums.scratch(BLOCK_TILES)];
    final float[] square = new float[COUNT * COUNT];

    Worker() {
      for (int l = 0; l <= layers; l++) {
        int size = BLOCK_TILES * Tile.size(trunk.width(l));
        a[l] = new float[size];
        slope[l] = new float[size];
        d[l] = new float[size];
      }
    }
  }

  /**
   * @param workers stay the caller's
   */
  public GeneratorVector(GeneratorShape shape, int rows, Workers workers) {
    super(shape, rows);
    this.workers = workers;
    trunk = shape.trunk();
    layers = shape.layers();
    packed = new MlpPacked(trunk);
    layout = new MlpGradientSums(trunk);
    batchSums = BatchSums.byChunks(workers, ChunkSums.limit(layout.size()));
    chunkSums = new ChunkSums(layout.size());
    theta = new float[trunk.parameterCount()];
    whole = new float[trunk.parameterCount()];
    team = new Worker[workers.threads()];
    for (int i = 0; i < team.length; i++) {
      team[i] = new Worker();
    }
  }

  @Override
  void computeSetParameters(float[] values) {
    System.arraycopy(values, 0, theta, 0, values.length);
    packed.pack(new MlpParameters(trunk, theta));
  }

  private static int blocks(int rows) {
    return (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  }

  @Override
  void computeForward(float[] z, int count, float[] x) {
    latent = z;
    out = x;
    n = count;
    workers.run(blocks(count), forwardBody);
  }

  private void forwardBlock(int block, int worker) {
    Worker me = team[worker];
    int first = block * BLOCK_ROWS;
    int count = Math.min(BLOCK_ROWS, n - first);
    forward(me, first, count);
    int outputs = shape().outputs();
    for (int t = 0; t < Tile.count(count); t++) {
      int row = first + t * ROWS;
      int present = Math.min(ROWS, first + count - row);
      TileTranspose.toRows(
          me.a[layers],
          t * Tile.size(outputs),
          present,
          outputs,
          out,
          row * outputs,
          outputs,
          me.square);
    }
  }

  /** G1: rows of a batch as tiles, the missing ones zero. */
  private static void load(
      float[] rows, int columns, int first, int count, float[] tiles, float[] square) {
    for (int t = 0; t < Tile.count(count); t++) {
      int row = first + t * ROWS;
      int present = Math.min(ROWS, first + count - row);
      TileTranspose.toTile(
          rows, row * columns, present, columns, tiles, t * Tile.size(columns), square);
    }
  }

  private void forward(Worker me, int first, int count) {
    load(latent, shape().latent(), first, count, me.a[0], me.square);
    int tiles = Tile.count(count);
    for (int l = 0; l < layers; l++) {
      int inSize = Tile.size(trunk.width(l));
      int outSize = Tile.size(trunk.width(l + 1));
      for (int t = 0; t < tiles; t++) { // G2
        TileProduct.multiply(
            packed.weights[l], me.a[l], t * inSize, me.a[l + 1], t * outSize, packed.biases[l]);
      }
      boolean last = l == layers - 1;
      if (last && !shape().bounded()) {
        continue;
      }
      for (TileActivation function : last ? me.bound : me.function) { // G3, G4
        function.apply(me.a[l + 1], me.slope[l + 1], null, 0, tiles * outSize);
      }
    }
  }

  @Override
  void computeParameterGradient(float[] z, float[] v, int count, float[] gradient) {
    latent = z;
    pull = v;
    n = count;
    batchSums.run(blocks(count), gradientBody, true);
    if (count == 0) {
      Arrays.fill(gradient, 0, shape().parameterCount(), 0f);
    } else {
      layout.unpack(chunkSums.reduce(batchSums.chunks(), workers), whole);
      System.arraycopy(whole, 0, gradient, 0, shape().parameterCount());
    }
  }

  private void gradientBlock(int block, int worker, int chunk, boolean fresh) {
    Worker me = team[worker];
    float[] sums = chunkSums.of(chunk);
    if (fresh) {
      layout.clear(sums);
    }
    int first = block * BLOCK_ROWS;
    int count = Math.min(BLOCK_ROWS, n - first);
    forward(me, first, count);
    load(pull, shape().outputs(), first, count, me.d[layers], me.square);
    backward(me, Tile.count(count), sums, fresh);
  }

  private void backward(Worker me, int tiles, float[] sums, boolean fresh) {
    if (shape().bounded()) {
      scale(me.d[layers], me.slope[layers], tiles * Tile.size(shape().outputs())); // J1
    }
    for (int l = layers - 1; l >= 0; l--) {
      float[] d = me.d[l + 1];
      layout.addWeight(l, d, me.a[l], tiles, sums, fresh, me.rows, me.square); // J2
      layout.addBias(l, d, tiles, sums);
      if (l > 0) {
        int inSize = Tile.size(trunk.width(l + 1));
        int outSize = Tile.size(trunk.width(l));
        for (int t = 0; t < tiles; t++) { // J3
          TileProduct.multiply(
              packed.transposed[l], d, t * inSize, me.d[l], t * outSize, packed.zeros);
        }
        scale(me.d[l], me.slope[l], tiles * outSize); // J4
      }
    }
  }

  private static void scale(float[] d, float[] slope, int length) {
    for (int i = 0; i < length; i += COUNT) {
      FloatVector p = FloatVector.fromArray(FLOAT, d, i);
      p.mul(FloatVector.fromArray(FLOAT, slope, i)).intoArray(d, i);
    }
  }
}
