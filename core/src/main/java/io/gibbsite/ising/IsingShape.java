package io.gibbsite.ising;

/**
 * A lattice, or 64 of them.
 *
 * @param rows R, even, at least 4
 * @param columns C, even, at least 4; of a single lattice a multiple of 128
 * @param lattices 64 independent ones, or 1
 */
public record IsingShape(int rows, int columns, int lattices) {
  /** Lattices, or strips of one, in a word. */
  public static final int WORD = 64;

  public IsingShape {
    if (lattices != 1 && lattices != WORD) {
      throw new IllegalArgumentException("there are 1 or 64 lattices, not " + lattices);
    }
    requireSide("rows", rows, 2);
    requireSide("columns", columns, lattices == 1 ? 2 * WORD : 2);
    if ((long) rows * columns / 2 > Integer.MAX_VALUE / 4) {
      throw new IllegalArgumentException(
          "a lattice of %d x %d sites is too large".formatted(rows, columns));
    }
  }

  private static void requireSide(String name, int sites, int multiple) {
    if (sites < 4 || sites % multiple != 0) {
      throw new IllegalArgumentException(
          "the %s must be at least 4 and a multiple of %d, not %d"
              .formatted(name, multiple, sites));
    }
  }

  /** Sites of a lattice, n. */
  public int sites() {
    return rows * columns;
  }

  /** Words of one colour in a row. */
  public int words() {
    return lattices == 1 ? columns / (2 * WORD) : columns / 2;
  }

  /** Such as {@code 64 lattices of 16x16}. */
  @Override
  public String toString() {
    return (lattices == 1 ? "" : lattices + " lattices of ") + rows + "x" + columns;
  }
}
