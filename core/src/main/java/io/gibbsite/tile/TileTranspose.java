package io.gibbsite.tile;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.tile.Tile.ROWS;

import io.gibbsite.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Between row-major arrays and tiles.
 *
 * <p>Squares of COUNT x COUNT are transposed in log2(COUNT) stages. Stage {@code s} takes rows
 * {@code i} and {@code i + s} and exchanges the lanes whose number has bit {@code s} for those that
 * have not; every stage is one two-vector permutation for each row. Two stages at a time are made
 * in registers.
 */
public final class TileTranspose {
  /** Floats of a cache line. */
  private static final int LINE = 16;

  private static final int STAGES = Integer.numberOfTrailingZeros(COUNT);

  /** For stage s, COUNT indices for row i, then COUNT for row i + s; stage by stage. */
  private static final int[] INDICES = indices();

  private TileTranspose() {}

  private static int[] indices() {
    int[] indices = new int[STAGES * 2 * COUNT];
    for (int stage = 0; stage < STAGES; stage++) {
      int s = 1 << stage;
      for (int j = 0; j < COUNT; j++) {
        boolean clear = (j & s) == 0;
        indices[2 * stage * COUNT + j] = clear ? j : COUNT + j - s;
        indices[(2 * stage + 1) * COUNT + j] = clear ? j + s : COUNT + j;
      }
    }
    return indices;
  }

  /**
   * Row-major rows into a tile; rows of the tile beyond {@code rows} become zero.
   *
   * @param x rows of {@code columns} floats, from {@code xAt}
   * @param square float[COUNT * COUNT], scratch
   */
  public static void toTile(
      float[] x, int xAt, int rows, int columns, float[] tile, int at, float[] square) {
    int done = 0;
    if (rows == ROWS && columns >= COUNT) {
      square[0] = bringNear(x, xAt, rows * columns);
      for (; done + COUNT <= columns; done += COUNT) {
        for (int r = 0; r < ROWS; r += COUNT) {
          int from = xAt + r * columns + done;
          transpose(x, from, columns, tile, at + done * ROWS + r, ROWS, square);
        }
      }
    }
    for (int c = done; c < columns; c++) {
      int to = at + c * ROWS;
      int from = xAt + c;
      for (int r = 0; r < rows; r++) {
        tile[to + r] = x[from + r * columns];
      }
      for (int r = rows; r < ROWS; r++) {
        tile[to + r] = 0f;
      }
    }
  }

  /**
   * Reads a float of every cache line, in order, so that what comes next finds them in the caches:
   * prefetchers follow one sequence, but not as many as a tile has rows.
   *
   * @return their sum, so that nothing is left out
   */
  private static float bringNear(float[] x, int from, int count) {
    float even = 0;
    float odd = 0;
    for (int k = from; k < from + count - LINE; k += 2 * LINE) {
      even += x[k];
      odd += x[k + LINE];
    }
    return even + odd;
  }

  /**
   * A tile's first {@code rows} rows into a row-major array of the given stride.
   *
   * @param square float[COUNT * COUNT], scratch
   */
  public static void toRows(
      float[] tile, int at, int rows, int columns, float[] x, int xAt, int stride, float[] square) {
    int done = 0;
    if (rows == ROWS) {
      for (; done + COUNT <= columns; done += COUNT) {
        for (int r = 0; r < ROWS; r += COUNT) {
          int to = xAt + r * stride + done;
          transpose(tile, at + done * ROWS + r, ROWS, x, to, stride, square);
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      int to = xAt + r * stride;
      int from = at + r;
      for (int c = done; c < columns; c++) {
        x[to + c] = tile[from + c * ROWS];
      }
    }
  }

  private static void transpose(
      float[] from,
      int fromAt,
      int fromStride,
      float[] to,
      int toAt,
      int toStride,
      float[] square) {
    if (STAGES == 2) {
      twoStages(from, fromAt, fromStride, to, toAt, toStride, 0);
      return;
    }
    twoStages(from, fromAt, fromStride, square, 0, COUNT, 0);
    if (STAGES == 3) {
      stage(square, 0, COUNT, to, toAt, toStride, 2);
    } else {
      twoStages(square, 0, COUNT, to, toAt, toStride, 2);
    }
  }

  private static void stage(
      float[] from, int fromAt, int fromStride, float[] to, int toAt, int toStride, int stage) {
    IntVector low = indices(stage, 0);
    IntVector high = indices(stage, 1);
    int s = 1 << stage;
    for (int pair = 0; pair < COUNT / 2; pair++) {
      int i = (pair & -s) * 2 + (pair & (s - 1));
      IntVector a = load(from, fromAt + i * fromStride);
      IntVector b = load(from, fromAt + (i + s) * fromStride);
      store(low.selectFrom(a, b), to, toAt + i * toStride);
      store(high.selectFrom(a, b), to, toAt + (i + s) * toStride);
    }
  }

  /** Two stages, with four rows in registers between them. */
  private static void twoStages(
      float[] from, int fromAt, int fromStride, float[] to, int toAt, int toStride, int stage) {
    IntVector low = indices(stage, 0);
    IntVector high = indices(stage, 1);
    IntVector nextLow = indices(stage + 1, 0);
    IntVector nextHigh = indices(stage + 1, 1);
    int s = 1 << stage;
    for (int four = 0; four < COUNT / 4; four++) {
      int i = (four & -s) * 4 + (four & (s - 1));
      IntVector a = load(from, fromAt + i * fromStride);
      IntVector b = load(from, fromAt + (i + s) * fromStride);
      IntVector c = load(from, fromAt + (i + 2 * s) * fromStride);
      IntVector d = load(from, fromAt + (i + 3 * s) * fromStride);
      IntVector p = low.selectFrom(a, b);
      IntVector q = high.selectFrom(a, b);
      IntVector r = low.selectFrom(c, d);
      IntVector t = high.selectFrom(c, d);
      store(nextLow.selectFrom(p, r), to, toAt + i * toStride);
      store(nextLow.selectFrom(q, t), to, toAt + (i + s) * toStride);
      store(nextHigh.selectFrom(p, r), to, toAt + (i + 2 * s) * toStride);
      store(nextHigh.selectFrom(q, t), to, toAt + (i + 3 * s) * toStride);
    }
  }

  /** For row i of a stage, or for row i + s. */
  private static IntVector indices(int stage, int half) {
    return IntVector.fromArray(Lanes.INT, INDICES, (2 * stage + half) * COUNT);
  }

  private static IntVector load(float[] a, int at) {
    return FloatVector.fromArray(Lanes.FLOAT, a, at).reinterpretAsInts();
  }

  private static void store(IntVector v, float[] a, int at) {
    v.reinterpretAsFloats().intoArray(a, at);
  }
}
