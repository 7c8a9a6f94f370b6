package io.gibbsite.mlp;

import static io.gibbsite.mlp.Tile.ROWS;

/** Between row-major arrays and tiles. */
final class TileTranspose {
  private TileTranspose() {}

  /**
   * Row-major rows into a tile; rows of the tile beyond {@code rows} become zero.
   *
   * @param x rows of {@code columns} floats, from {@code xAt}
   */
  static void toTile(float[] x, int xAt, int rows, int columns, float[] tile, int at) {
    for (int c = 0; c < columns; c++) {
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

  /** A tile's first {@code rows} rows into a row-major array of the given stride. */
  static void toRows(
      float[] tile, int at, int rows, int columns, float[] x, int xAt, int stride) {
    for (int r = 0; r < rows; r++) {
      int to = xAt + r * stride;
      int from = at + r;
      for (int c = 0; c < columns; c++) {
        x[to + c] = tile[from + c * ROWS];
      }
    }
  }
}
