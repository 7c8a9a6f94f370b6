package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.tile.Tile.ROWS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** S1 of {@link MlpEnergy} on one tile, with one worker's scratch memory. */
final class ScoreResidual {
  /** Squares that are summed in float32 before they go on in double: as exact as their terms. */
  private static final int COLUMNS = 16;

  private final float[] squares = new float[ROWS];

  /**
   * {@code r = t - s g}, and {@code v = -s r / B} in place of {@code g = dE/dx}; v is 0 in the
   * columns without a target.
   *
   * @param g a tile of d columns at {@code at}: dE/dx in, v out
   * @param t a tile of the columns with a target
   * @param s float[ROWS] at {@code sAt}, 0 for rows that do not count
   * @param present the rows that count, the first ones
   * @param batch B
   * @return {@code sum of |r_i|^2} over those rows
   */
  double direct(
      float[] g,
      int at,
      int d,
      float[] t,
      int columns,
      float[] s,
      int sAt,
      int present,
      int batch) {
    double sum = 0;
    for (int first = 0; first < columns; first += COLUMNS) {
      int end = Math.min(columns, first + COLUMNS);
      for (int lane = 0; lane < ROWS; lane += COUNT) {
        FloatVector scale = FloatVector.fromArray(FLOAT, s, sAt + lane);
        FloatVector weight = scale.mul(-1f / batch);
        FloatVector square = FloatVector.zero(FLOAT);
        for (int i = first * ROWS + lane; i < end * ROWS; i += ROWS) {
          FloatVector slope = FloatVector.fromArray(FLOAT, g, at + i);
          FloatVector r = slope.neg().fma(scale, FloatVector.fromArray(FLOAT, t, i));
          square = r.fma(r, square);
          r.mul(weight).intoArray(g, at + i);
        }
        square.intoArray(squares, lane);
      }
      for (int r = 0; r < present; r++) {
        sum += squares[r];
      }
    }
    Arrays.fill(g, at + columns * ROWS, at + d * ROWS, 0f);
    return sum;
  }
}
