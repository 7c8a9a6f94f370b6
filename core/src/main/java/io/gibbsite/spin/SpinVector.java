package io.gibbsite.spin;

import static io.gibbsite.spin.SpinStage.PANEL;
import static io.gibbsite.spin.SpinStage.ROWS;

import io.gibbsite.backend.Workers;
import io.gibbsite.math.Lanes;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.DrawsVector;
import java.util.Arrays;

/**
 * {@link SpinNetwork} on the Vector API: chains in lanes, 32 to a tile, packed in bits.
 *
 * <p>Units are taken in panels of four: the fields of all four from the states before, then one
 * after another, where each that changes corrects the fields of those to come. Integers make that
 * the same as one at a time. A block of tiles shares the panel's couplings while they are in cache;
 * threads share blocks.
 */
public final class SpinVector extends CheckedSpinSession {
  /** Tiles in a block at the most. */
  private static final int BLOCK_TILES = 8;

  /** One worker's scratch memory. */
  private static final class Worker {
    final int[] fields = new int[PANEL * ROWS];
    final float[] uniform = new float[PANEL * ROWS];
    final int[] rows = new int[PANEL];
    final int[] base = new int[PANEL];
    final long[] words = new long[DrawsVector.SCRATCH];
  }

  private final int n;
  private final Workers workers;
  private final Worker[] team;
  private final Workers.Body sweepBody = this::sweepBlock;
  private final Workers.Body synchronousBody = this::synchronousBlock;
  private final Workers.Body statisticsBody = this::statisticsRow;

  /** By tile, then unit: bit r is the tile's chain r, 1 for +1. */
  private int[] bits = {};

  private int[] next = {};
  private long[] e = {};
  private int[] changed = {};

  // The arguments of the call in progress.
  private Sweep sweep;
  private int[] sums;
  private int blockTiles;

  /**
   * Opens a session; see {@link io.gibbsite.backend.Backend#open}.
   *
   * @param workers shared with other sessions of the backend
   */
  public SpinVector(SpinShape shape, int rows, Workers workers) {
    super(shape, rows);
    n = shape.units();
    this.workers = workers;
    team = new Worker[workers.threads()];
    for (int i = 0; i < team.length; i++) {
      team[i] = new Worker();
    }
  }

  /** Bytes that a session takes at the most. */
  public static long bytes(SpinShape shape, int rows, int threads) {
    long tiles = tiles(rows);
    return FixedPointCouplings.bytes(shape)
        + 8L * shape.units()
        + tiles * (8L * shape.units() + 12L * ROWS)
        + threads * (8L * PANEL * (ROWS + 1) + 8L * DrawsVector.SCRATCH);
  }

  private static int tiles(int rows) {
    return (rows + ROWS - 1) / ROWS;
  }

  /** Divides tiles into blocks, as many as there are threads if they are few. */
  private int blocks() {
    int tiles = tiles(chains());
    int threads = workers.threads();
    blockTiles = Math.min(BLOCK_TILES, (tiles + threads - 1) / threads);
    return (tiles + blockTiles - 1) / blockTiles;
  }

  @Override
  protected void sweep(Sweep given) {
    sweep = given;
    Arrays.fill(changed, 0);
    workers.run(blocks(), sweepBody);
    if (given.changes() != null) {
      System.arraycopy(changed, 0, given.changes(), 0, chains());
    }
  }

  private void sweepBlock(int block, int worker) {
    Worker me = team[worker];
    int first = block * blockTiles;
    int end = Math.min(first + blockTiles, tiles(chains()));
    int[] order = sweep.order();
    for (int k = 0; k < order.length; k += PANEL) {
      int units = panel(me, order, k);
      for (int tile = first; tile < end; tile++) {
        fields(me, order, k, units, bits, tile * n);
        if (!sweep.isCold()) {
          for (int lane = 0; lane < ROWS; lane += Lanes.COUNT) {
            DrawsVector.uniforms(
                sweep.seed(),
                DrawStream.SPIN_GIBBS,
                sweep.step(),
                tile * ROWS + lane,
                k,
                PANEL,
                me.uniform,
                lane,
                ROWS,
                me.words);
          }
        }
        for (int u = 0; u < units; u++) {
          update(me, order, k, u, units, tile);
        }
      }
    }
  }

  /** Names the panel's rows; a last panel that is not full repeats its first unit. */
  private int panel(Worker me, int[] order, int k) {
    int units = Math.min(PANEL, order.length - k);
    for (int u = 0; u < PANEL; u++) {
      int unit = order[u < units ? k + u : k];
      me.rows[u] = unit * n;
      me.base[u] = couplings().base()[unit];
    }
    return units;
  }

  /** U1 of a panel. */
  private void fields(Worker me, int[] order, int k, int units, int[] states, int at) {
    int[] q = couplings().q();
    if (!couplings().isSparse()) {
      SpinStage.fields(q, me.rows, me.base, states, at, n, me.fields);
      return;
    }
    int[] firsts = couplings().firstNeighbour();
    for (int u = 0; u < units; u++) {
      int unit = order[k + u];
      SpinStage.field(
          q,
          me.rows[u],
          me.base[u],
          couplings().neighbour(),
          firsts[unit],
          firsts[unit + 1],
          states,
          at,
          me.fields,
          u * ROWS);
    }
  }

  /** U2 to U5 and E2 of a unit, and U1 of the panel's later ones. */
  private void update(Worker me, int[] order, int k, int u, int units, int tile) {
    int unit = order[k + u];
    int at = tile * n + unit;
    int old = bits[at];
    int now;
    if (sweep.isCold()) {
      now = SpinStage.threshold(me.fields, u * ROWS, old);
    } else {
      float shift = sweep.shift() == null ? 0f : sweep.shift()[unit];
      now = SpinStage.draw(me.fields, me.uniform, u * ROWS, sweep.gain(), shift);
    }
    if (now == old) {
      return;
    }
    bits[at] = now;
    int[] q = couplings().q();
    for (int later = u + 1; later < units; later++) {
      int coupling = q[me.rows[u] + order[k + later]];
      if (coupling != 0) {
        SpinStage.correct(me.fields, later * ROWS, coupling, now & ~old, old & ~now);
      }
    }
    int row = tile * ROWS;
    for (int left = now ^ old; left != 0; left &= left - 1) {
      int r = Integer.numberOfTrailingZeros(left);
      long field = me.fields[u * ROWS + r];
      e[row + r] += (now >>> r & 1) == 1 ? 4 * field : -4 * field;
      changed[row + r]++;
    }
  }

  @Override
  protected void computeSynchronous(int[] changes) {
    if (next.length < bits.length) {
      next = new int[bits.length];
    }
    System.arraycopy(bits, 0, next, 0, bits.length);
    Arrays.fill(changed, 0);
    workers.run(blocks(), synchronousBody);
    int[] before = bits;
    bits = next;
    next = before;
    System.arraycopy(changed, 0, changes, 0, chains());
  }

  private void synchronousBlock(int block, int worker) {
    Worker me = team[worker];
    int[] order = free();
    for (int tile = block * blockTiles;
        tile < Math.min((block + 1) * blockTiles, tiles(chains()));
        tile++) {
      for (int k = 0; k < order.length; k += PANEL) {
        int units = panel(me, order, k);
        fields(me, order, k, units, bits, tile * n);
        for (int u = 0; u < units; u++) { // U6
          int at = tile * n + order[k + u];
          next[at] = SpinStage.threshold(me.fields, u * ROWS, bits[at]);
          for (int left = next[at] ^ bits[at]; left != 0; left &= left - 1) {
            changed[tile * ROWS + Integer.numberOfTrailingZeros(left)]++;
          }
        }
      }
    }
  }

  @Override
  protected void computeSetStates(byte[] y, int chains) {
    int tiles = tiles(chains);
    bits = new int[tiles * n];
    for (int c = 0; c < chains; c++) {
      int tile = c / ROWS * n;
      for (int i = 0; i < n; i++) {
        bits[tile + i] |= (y[c * n + i] + 1 >> 1) << c % ROWS;
      }
    }
    e = new long[tiles * ROWS];
    changed = new int[tiles * ROWS];
  }

  @Override
  protected void computeReadStates(byte[] y, int chains) {
    for (int c = 0; c < chains; c++) {
      for (int i = 0; i < n; i++) {
        y[c * n + i] = state(c, i);
      }
    }
  }

  private byte state(int chain, int i) {
    return (byte) (2 * (bits[chain / ROWS * n + i] >>> chain % ROWS & 1) - 1);
  }

  @Override
  protected void computeEnergies() {
    Arrays.fill(e, 0);
    Worker me = team[0];
    int[] all = new int[n];
    Arrays.setAll(all, i -> i);
    int[] r = couplings().r();
    for (int tile = 0; tile < tiles(chains()); tile++) {
      for (int k = 0; k < n; k += PANEL) {
        int units = panel(me, all, k);
        fields(me, all, k, units, bits, tile * n);
        for (int u = 0; u < units; u++) { // E1
          int states = bits[tile * n + k + u];
          for (int row = 0; row < ROWS; row++) {
            long part = (long) me.fields[u * ROWS + row] + r[k + u];
            e[tile * ROWS + row] += (states >>> row & 1) == 1 ? part : -part;
          }
        }
      }
    }
  }

  @Override
  protected long[] doubledEnergies() {
    return e;
  }

  @Override
  protected void computeProducts(float[] g, double[] products) {
    for (int chain = 0; chain < chains(); chain++) {
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += state(chain, i) * g[i];
      }
      products[chain] = sum;
    }
  }

  @Override
  protected void computeStatistics(int[] out) {
    sums = out;
    workers.run(n, statisticsBody);
  }

  /** S1: states differ where their bits do. */
  private void statisticsRow(int i, int worker) {
    int from = i * n;
    int chains = chains();
    int ones = 0;
    Arrays.fill(sums, from, from + n, 0);
    for (int tile = 0; tile < tiles(chains); tile++) {
      int left = chains - tile * ROWS;
      int present = left >= ROWS ? -1 : (1 << left) - 1;
      int states = bits[tile * n + i];
      ones += Integer.bitCount(states & present);
      count(bits, tile * n, states, present, sums, from, n);
    }
    for (int j = from; j < from + n; j++) {
      sums[j] = chains - 2 * sums[j];
    }
    sums[n * n + i] = 2 * ones - chains;
  }

  private static void count(
      int[] bits, int at, int states, int present, int[] sums, int from, int n) {
    for (int j = 0; j < n; j++) {
      sums[from + j] += Integer.bitCount((bits[at + j] ^ states) & present);
    }
  }

  @Override
  protected void computeClose() {
    bits = new int[0];
    next = bits;
    e = new long[0];
    changed = new int[0];
  }
}
