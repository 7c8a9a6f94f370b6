package io.gibbsite.rbm;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.INT;
import static io.gibbsite.rbm.BitTile.GROUP;
import static io.gibbsite.rbm.BitTile.ROWS;

import jdk.incubator.vector.IntVector;

/**
 * G1 on vectors: sums of weights by table lookup.
 *
 * <p>The states of a group of units select one of COUNT partial sums, a table that is one vector: a
 * permutation and an addition do what COUNT rows times GROUP multiply-adds would. In memory a group
 * takes only the sums of its pairs of units, {@code [0, q0, q1, q0 + q1]}; tables are made of two
 * pairs for a block of groups at a time, small enough for the first-level cache, and used by all
 * tiles of a stretch.
 *
 * <p>Sums are modulo 2^32.
 */
final class LookupWeights {
  /** Outputs that the micro-kernel computes at a time. */
  static final int PANEL = 4;

  /** Outputs of a stretch: whole panels, whole groups and whole blocks of draws for any width. */
  static final int STRETCH = 24;

  /** Groups whose tables are made at a time. */
  private static final int BLOCK = 32;

  /** Length of the scratch array that {@link #multiply} needs. */
  static final int TABLES = BLOCK * PANEL * COUNT;

  /** Ints that a group takes in memory: one pair of units or two. */
  private static final int PACKED = GROUP == 2 ? 4 : 8;

  /** For the first and the second group of a loaded vector, which entries of the pairs to add. */
  private static final IntVector LOW_FIRST = entries(0, 0, 3);

  private static final IntVector HIGH_FIRST = entries(4, 2, 3);
  private static final IntVector LOW_SECOND = entries(8, 0, 3);
  private static final IntVector HIGH_SECOND = entries(12, 2, 3);

  private final int inputs;
  private final int outputs;
  private final int groups;

  /** By stretch, then block of groups, panel, group, output: what a stretch reads, in its order. */
  private final int[][] stretches;

  LookupWeights(int inputs, int outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
    groups = BitTile.groups(inputs);
    stretches = new int[(outputs + STRETCH - 1) / STRETCH][];
    for (int k = 0; k < stretches.length; k++) {
      stretches[k] = new int[panelsOf(k) * groups * PANEL * PACKED];
    }
  }

  private static IntVector entries(int first, int shift, int mask) {
    int[] indices = new int[COUNT];
    for (int entry = 0; entry < COUNT; entry++) {
      indices[entry] = (first + (entry >> shift & mask)) & (COUNT - 1);
    }
    return IntVector.fromArray(INT, indices, 0);
  }

  static int panels(int outputs) {
    return (outputs + PANEL - 1) / PANEL;
  }

  static long bytes(int inputs, int outputs) {
    return 4L * panels(outputs) * BitTile.groups(inputs) * PANEL * PACKED;
  }

  /** How many stretches of {@link #STRETCH} outputs there are; the last may be shorter. */
  int stretches() {
    return stretches.length;
  }

  private int panelsOf(int stretch) {
    return panels(Math.min(STRETCH, outputs - stretch * STRETCH));
  }

  /**
   * Packs one stretch of {@code (q >> shift) & mask}.
   *
   * @param q the weight from input i to output o at {@code q[i * inputStride + o * outputStride]}
   */
  void pack(int stretch, int[] q, int inputStride, int outputStride, int shift, int mask) {
    int[] packed = stretches[stretch];
    int panels = panelsOf(stretch);
    int present = Math.min(STRETCH, outputs - stretch * STRETCH);
    for (int group = 0; group < groups; group++) {
      int block = group / BLOCK * BLOCK;
      int size = Math.min(BLOCK, groups - block);
      for (int panel = 0; panel < panels; panel++) {
        int at = (block * panels + panel * size + group - block) * PANEL * PACKED;
        int from = group * GROUP * inputStride + (stretch * STRETCH + panel * PANEL) * outputStride;
        int count = Math.min(PANEL, present - panel * PANEL);
        for (int o = 0; o < count; o++) {
          for (int pair = 0; pair < GROUP; pair += 2) {
            int left = inputs - group * GROUP - pair;
            int here = from + pair * inputStride + o * outputStride;
            int first = left > 0 ? q[here] >> shift & mask : 0;
            int second = left > 1 ? q[here + inputStride] >> shift & mask : 0;
            int to = at + o * PACKED + 2 * pair;
            packed[to + 1] = first;
            packed[to + 2] = second;
            packed[to + 3] = first + second;
          }
        }
      }
    }
  }

  /**
   * {@code sums[tile][output of the stretch][row]}.
   *
   * @param bits tiles of the inputs' states, from {@code bitsAt}
   * @param sums int[tiles][STRETCH][ROWS], out
   * @param tables int[TABLES], scratch
   */
  void multiply(int stretch, int[] bits, int bitsAt, int tiles, int[] sums, int[] tables) {
    int[] packed = stretches[stretch];
    int panels = panelsOf(stretch);
    java.util.Arrays.fill(sums, 0, tiles * STRETCH * ROWS, 0);
    for (int group = 0; group < groups; group += BLOCK) {
      int block = Math.min(BLOCK, groups - group);
      for (int panel = 0; panel < panels; panel++) {
        int first = (group * panels + panel * block) * PANEL;
        tables(packed, first * PACKED, block * PANEL, tables);
        for (int tile = 0; tile < tiles; tile++) {
          int from = bitsAt + (tile * groups + group) * ROWS;
          int to = (tile * STRETCH + panel * PANEL) * ROWS;
          for (int lane = 0; lane < ROWS; lane += 2 * COUNT) {
            lookUp(tables, bits, from + lane, block, sums, to + lane);
          }
        }
      }
    }
  }

  /** Makes {@code count} tables, an even number. */
  private static void tables(int[] packed, int at, int count, int[] tables) {
    if (COUNT == 4) {
      System.arraycopy(packed, at, tables, 0, count * COUNT);
      return;
    }
    for (int t = 0; t < count; t += COUNT / 8) {
      IntVector pairs = IntVector.fromArray(INT, packed, at + t * PACKED);
      LOW_FIRST.selectFrom(pairs).add(HIGH_FIRST.selectFrom(pairs)).intoArray(tables, t * COUNT);
      if (COUNT == 16) {
        LOW_SECOND
            .selectFrom(pairs)
            .add(HIGH_SECOND.selectFrom(pairs))
            .intoArray(tables, (t + 1) * COUNT);
      }
    }
  }

  /**
   * 4 outputs, 2 vectors of rows: 8 accumulators, 4 tables and 2 vectors of states for 8 lookups.
   * Additions take one cycle, so that 8 chains of them keep every unit busy.
   */
  private static void lookUp(int[] tables, int[] bits, int bitsAt, int block, int[] sums, int at) {
    IntVector t0a = load(sums, at);
    IntVector t0b = load(sums, at + COUNT);
    IntVector t1a = load(sums, at + ROWS);
    IntVector t1b = load(sums, at + ROWS + COUNT);
    IntVector t2a = load(sums, at + 2 * ROWS);
    IntVector t2b = load(sums, at + 2 * ROWS + COUNT);
    IntVector t3a = load(sums, at + 3 * ROWS);
    IntVector t3b = load(sums, at + 3 * ROWS + COUNT);
    for (int g = 0; g < block; g++) {
      IntVector a = load(bits, bitsAt + g * ROWS);
      IntVector b = load(bits, bitsAt + g * ROWS + COUNT);
      IntVector table0 = load(tables, g * PANEL * COUNT);
      t0a = t0a.add(a.selectFrom(table0));
      t0b = t0b.add(b.selectFrom(table0));
      IntVector table1 = load(tables, (g * PANEL + 1) * COUNT);
      t1a = t1a.add(a.selectFrom(table1));
      t1b = t1b.add(b.selectFrom(table1));
      IntVector table2 = load(tables, (g * PANEL + 2) * COUNT);
      t2a = t2a.add(a.selectFrom(table2));
      t2b = t2b.add(b.selectFrom(table2));
      IntVector table3 = load(tables, (g * PANEL + 3) * COUNT);
      t3a = t3a.add(a.selectFrom(table3));
      t3b = t3b.add(b.selectFrom(table3));
    }
    t0a.intoArray(sums, at);
    t0b.intoArray(sums, at + COUNT);
    t1a.intoArray(sums, at + ROWS);
    t1b.intoArray(sums, at + ROWS + COUNT);
    t2a.intoArray(sums, at + 2 * ROWS);
    t2b.intoArray(sums, at + 2 * ROWS + COUNT);
    t3a.intoArray(sums, at + 3 * ROWS);
    t3b.intoArray(sums, at + 3 * ROWS + COUNT);
  }

  private static IntVector load(int[] a, int at) {
    return IntVector.fromArray(INT, a, at);
  }
}
