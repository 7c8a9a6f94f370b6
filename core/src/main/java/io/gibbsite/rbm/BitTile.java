package io.gibbsite.rbm;

import io.gibbsite.math.Lanes;

/**
 * The layout of states on the vector backend: a tile is 32 rows, whose units are packed in groups,
 * so that the lanes of a vector are rows and each lane's number selects one of {@link Lanes#COUNT}
 * sums of weights: {@code tile[group * ROWS + row]}, unit {@code group * GROUP + k} in bit k.
 *
 * <p>Bits of units beyond the last are arbitrary; their weights are 0.
 */
final class BitTile {
  /** Rows in a tile: two 512-bit vectors. */
  static final int ROWS = 32;

  /** Units in a group: 4, 3 or 2, so that a table of all their sums is one vector. */
  static final int GROUP = Integer.numberOfTrailingZeros(Lanes.COUNT);

  private BitTile() {}

  static int groups(int units) {
    return (units + GROUP - 1) / GROUP;
  }

  /** Ints in a tile of that many units. */
  static int size(int units) {
    return groups(units) * ROWS;
  }

  /** Tiles that hold so many rows. */
  static int count(int rows) {
    return (rows + ROWS - 1) / ROWS;
  }

  /** 1 or 0: the unit's state in a row of the tile at {@code at}. */
  static int state(int[] tile, int at, int unit, int row) {
    return tile[at + unit / GROUP * ROWS + row] >> unit % GROUP & 1;
  }

  /**
   * Packs rows {@code first .. first + count - 1} into tiles; the missing rows of the last are 0.
   */
  static void load(byte[] rows, int first, int count, int units, int[] tiles, int at) {
    int groups = groups(units);
    for (int r = 0; r < count(count) * ROWS; r++) {
      int tile = at + r / ROWS * groups * ROWS + r % ROWS;
      int row = (first + r) * units;
      for (int g = 0; g < groups; g++) {
        int bits = 0;
        if (r < count) {
          int end = Math.min(GROUP, units - g * GROUP);
          for (int k = 0; k < end; k++) {
            bits |= rows[row + g * GROUP + k] << k;
          }
        }
        tiles[tile + g * ROWS] = bits;
      }
    }
  }

  /** Unpacks the first rows of tiles to {@code rows}. */
  static void unload(int[] tiles, int count, int units, byte[] rows) {
    int size = size(units);
    for (int r = 0; r < count; r++) {
      int at = r / ROWS * size;
      for (int unit = 0; unit < units; unit++) {
        rows[r * units + unit] = (byte) state(tiles, at, unit, r % ROWS);
      }
    }
  }
}
