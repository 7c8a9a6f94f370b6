package io.gibbsite.tile;

/**
 * The layout of the vector backend: a tile is 32 rows of a batch, stored column by column, so that
 * the lanes of a vector are rows. {@code tile[column * ROWS + row]}.
 *
 * <p>Any layer width then costs what it needs (no padding to a vector), and whatever belongs to a
 * row (its energy, its weight, its random numbers) is a vector too. Only the parameter gradient,
 * which sums over rows, needs the other order.
 */
public final class Tile {
  /** Rows in a tile: two 512-bit vectors, the width of the micro-kernel. */
  public static final int ROWS = 32;

  /** Outputs that the micro-kernel computes at a time. */
  public static final int PANEL = 8;

  private Tile() {}

  /** Floats in a tile of that many columns, with room for whole panels. */
  public static int size(int columns) {
    return panels(columns) * PANEL * ROWS;
  }

  /** Panels that hold so many columns. */
  public static int panels(int columns) {
    return (columns + PANEL - 1) / PANEL;
  }

  /** Tiles that hold so many rows. */
  public static int count(int rows) {
    return (rows + ROWS - 1) / ROWS;
  }
}
