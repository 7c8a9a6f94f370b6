package io.gibbsite.spin;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.math.Lanes.INT;

import io.gibbsite.math.FloatMathVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * U1 to U5 on a tile of 32 chains, whose states of a unit are the bits of one int, 1 for +1. Lanes
 * are chains; fields lie by unit of the panel, then chain.
 */
final class SpinStage {
  /** Chains in a tile. */
  static final int ROWS = 32;

  /** Units whose fields are computed together; a draw gives as many uniform numbers. */
  static final int PANEL = 4;

  private SpinStage() {}

  /**
   * U1 for a panel of four units: a sum of the couplings to units at +1, as {@code F = base + 2 S}.
   * 4 units by 2 vectors are 8 independent additions for each neighbour.
   *
   * @param rows where the units' rows of q begin
   * @param bits the tile's states, from {@code at}
   * @param fields int[PANEL * ROWS], out
   */
  static void fields(int[] q, int[] rows, int[] base, int[] bits, int at, int n, int[] fields) {
    for (int lane = 0; lane < ROWS; lane += 2 * COUNT) {
      sum(q, rows[0], rows[1], rows[2], rows[3], bits, at, n, lane, fields);
    }
    finish(base, fields);
  }

  private static void sum(
      int[] q, int r0, int r1, int r2, int r3, int[] bits, int at, int n, int lane, int[] sums) {
    IntVector s0a = IntVector.zero(INT);
    IntVector s0b = s0a;
    IntVector s1a = s0a;
    IntVector s1b = s0a;
    IntVector s2a = s0a;
    IntVector s2b = s0a;
    IntVector s3a = s0a;
    IntVector s3b = s0a;
    for (int j = 0; j < n; j++) {
      int word = bits[at + j] >>> lane;
      VectorMask<Integer> a = VectorMask.fromLong(INT, word);
      VectorMask<Integer> b = VectorMask.fromLong(INT, word >>> COUNT);
      IntVector q0 = IntVector.broadcast(INT, q[r0 + j]);
      s0a = s0a.add(q0, a);
      s0b = s0b.add(q0, b);
      IntVector q1 = IntVector.broadcast(INT, q[r1 + j]);
      s1a = s1a.add(q1, a);
      s1b = s1b.add(q1, b);
      IntVector q2 = IntVector.broadcast(INT, q[r2 + j]);
      s2a = s2a.add(q2, a);
      s2b = s2b.add(q2, b);
      IntVector q3 = IntVector.broadcast(INT, q[r3 + j]);
      s3a = s3a.add(q3, a);
      s3b = s3b.add(q3, b);
    }
    s0a.intoArray(sums, lane);
    s0b.intoArray(sums, lane + COUNT);
    s1a.intoArray(sums, ROWS + lane);
    s1b.intoArray(sums, ROWS + lane + COUNT);
    s2a.intoArray(sums, 2 * ROWS + lane);
    s2b.intoArray(sums, 2 * ROWS + lane + COUNT);
    s3a.intoArray(sums, 3 * ROWS + lane);
    s3b.intoArray(sums, 3 * ROWS + lane + COUNT);
  }

  private static void finish(int[] base, int[] fields) {
    for (int k = 0; k < PANEL; k++) {
      int b = base[k];
      for (int r = k * ROWS; r < (k + 1) * ROWS; r++) {
        fields[r] = b + 2 * fields[r];
      }
    }
  }

  /**
   * U1 for one unit with few neighbours.
   *
   * @param row where the unit's row of q begins
   * @param to where its fields go
   */
  static void field(
      int[] q,
      int row,
      int base,
      int[] neighbour,
      int first,
      int end,
      int[] bits,
      int at,
      int[] fields,
      int to) {
    for (int lane = 0; lane < ROWS; lane += COUNT) {
      IntVector sum = IntVector.zero(INT);
      for (int k = first; k < end; k++) {
        int j = neighbour[k];
        VectorMask<Integer> on = VectorMask.fromLong(INT, bits[at + j] >>> lane);
        sum = sum.add(IntVector.broadcast(INT, q[row + j]), on);
      }
      sum.add(sum).add(base).intoArray(fields, to + lane);
    }
  }

  /** U2 to U4: the new states of a unit, as bits. */
  static int draw(int[] fields, float[] uniform, int from, float gain, float shift) {
    int bits = 0;
    FloatVector slope = FloatVector.broadcast(FLOAT, gain);
    FloatVector offset = FloatVector.broadcast(FLOAT, shift);
    for (int lane = 0; lane < ROWS; lane += COUNT) {
      IntVector field = IntVector.fromArray(INT, fields, from + lane);
      FloatVector z = ((FloatVector) field.convert(VectorOperators.I2F, 0)).fma(slope, offset);
      FloatVector u = FloatVector.fromArray(FLOAT, uniform, from + lane);
      bits |= (int) u.lt(FloatMathVector.sigmoid(z)).toLong() << lane;
    }
    return bits;
  }

  /** U5: the new states of a unit whose old ones are {@code old}, as bits. */
  static int threshold(int[] fields, int from, int old) {
    int above = 0;
    int zero = 0;
    for (int lane = 0; lane < ROWS; lane += COUNT) {
      IntVector field = IntVector.fromArray(INT, fields, from + lane);
      above |= (int) field.compare(VectorOperators.GT, 0).toLong() << lane;
      zero |= (int) field.compare(VectorOperators.EQ, 0).toLong() << lane;
    }
    return above | zero & old;
  }

  /** Adds {@code 2 q} to a unit's fields where another went up, and subtracts it where down. */
  static void correct(int[] fields, int at, int q, int up, int down) {
    for (int lane = 0; lane < ROWS; lane += COUNT) {
      VectorMask<Integer> added = VectorMask.fromLong(INT, up >>> lane);
      VectorMask<Integer> taken = VectorMask.fromLong(INT, down >>> lane);
      IntVector.fromArray(INT, fields, at + lane)
          .add(2 * q, added)
          .sub(2 * q, taken)
          .intoArray(fields, at + lane);
    }
  }
}
