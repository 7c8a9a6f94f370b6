package io.gibbsite.rbm;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.math.Lanes.INT;
import static io.gibbsite.rbm.BitTile.GROUP;
import static io.gibbsite.rbm.BitTile.ROWS;

import io.gibbsite.math.FloatMathVector;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.DrawsVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * G2 to G5 and the softplus of F2 and A1, on a stretch of units of one tile.
 *
 * <p>A call through three classes is not inlined, so every stage that is run by {@link #run} is
 * compiled on its own: together they exceed what C2 compiles without boxing vectors. A stage named
 * in the call would be inlined, hence the arrays.
 */
enum GibbsStage {
  /** G2: {@code a}, from T in one int. */
  ACTIVATE {
    @Override
    void apply(Stretch s) {
      FloatVector scale = FloatVector.broadcast(FLOAT, s.scale);
      for (int unit = 0; unit < s.units; unit++) {
        FloatVector bias = FloatVector.broadcast(FLOAT, s.bias[s.first + unit]);
        for (int at = unit * ROWS; at < (unit + 1) * ROWS; at += COUNT) {
          IntVector sum = IntVector.fromArray(INT, s.sums, s.sumsAt + at);
          ((FloatVector) sum.convert(VectorOperators.I2F, 0)).fma(scale, bias).intoArray(s.a, at);
        }
      }
    }
  },

  /** G2 from T in two limbs. */
  ACTIVATE_LIMBS {
    @Override
    void apply(Stretch s) {
      for (int unit = 0; unit < s.units; unit++) {
        float bias = s.bias[s.first + unit];
        for (int at = unit * ROWS; at < (unit + 1) * ROWS; at++) {
          long high = s.sums[s.sumsAt + at];
          long sum = (high << LOW_BITS) + s.lowSums[s.sumsAt + at];
          s.a[at] = Math.fma((float) sum, s.scale, bias);
        }
      }
    }
  },

  /** G3, G4: {@code value = p}. */
  PROBABILITY {
    @Override
    void apply(Stretch s) {
      for (int unit = 0; unit < s.units; unit++) {
        float base = s.base == null ? 0f : s.base[s.first + unit];
        for (int lane = 0; lane < ROWS; lane += COUNT) {
          int at = unit * ROWS + lane;
          FloatVector beta = FloatVector.fromArray(FLOAT, s.betas, s.betasAt + lane);
          FloatVector shift = FloatVector.broadcast(FLOAT, 1f).sub(beta).mul(base);
          FloatVector z = FloatVector.fromArray(FLOAT, s.a, at).fma(beta, shift);
          FloatMathVector.sigmoid(z).intoArray(s.value, at);
        }
      }
    }
  },

  /** {@code value = softplus(beta a)}. */
  SOFTPLUS {
    @Override
    void apply(Stretch s) {
      for (int at = 0; at < s.units * ROWS; at += COUNT) {
        FloatVector beta = FloatVector.fromArray(FLOAT, s.betas, s.betasAt + at % ROWS);
        FloatVector z = FloatVector.fromArray(FLOAT, s.a, at).mul(beta);
        FloatMathVector.softplus(z).intoArray(s.value, at);
      }
    }
  },

  /** G5: the states, packed; held units keep theirs. */
  DRAW {
    @Override
    void apply(Stretch s) {
      int firstGroup = s.first / GROUP;
      for (int g = 0; g < BitTile.groups(s.units); g++) {
        int held = s.held == null ? 0 : s.held[firstGroup + g];
        for (int lane = 0; lane < ROWS; lane += COUNT) {
          IntVector bits = IntVector.zero(INT);
          for (int k = 0; k < GROUP; k++) {
            int at = (g * GROUP + k) * ROWS + lane;
            FloatVector u = FloatVector.fromArray(FLOAT, s.uniform, at);
            FloatVector p = FloatVector.fromArray(FLOAT, s.value, at);
            bits = bits.lanewise(VectorOperators.OR, 1 << k, u.lt(p).cast(INT));
          }
          int to = s.stateAt + (firstGroup + g) * ROWS + lane;
          IntVector old = IntVector.fromArray(INT, s.state, to);
          bits.and(~held).or(old.and(held)).intoArray(s.state, to);
        }
      }
    }
  };

  static final GibbsStage[] ACTIVATION = {ACTIVATE};
  static final GibbsStage[] ACTIVATION_OF_LIMBS = {ACTIVATE_LIMBS};
  static final GibbsStage[] PROBABILITIES = {PROBABILITY};
  static final GibbsStage[] SOFTPLUSES = {SOFTPLUS};
  static final GibbsStage[] DRAWS = {DRAW};

  /** Where T needs two limbs, {@code q = high 2^LOW_BITS + low} with low at least 0. */
  static final int LOW_BITS = 12;

  /** The stretch of units that the stages work on: {@code array[(unit - first) * ROWS + row]}. */
  static final class Stretch {
    static final int SIZE = LookupWeights.STRETCH * ROWS;

    int first;
    int units;

    int[] sums;
    int[] lowSums;
    int sumsAt;

    float scale;
    float[] bias;

    /** The rows' beta, from {@code betasAt} on. */
    float[] betas;

    int betasAt;

    /** The r of G3's shift, {@code (1 - beta) r}; or null for 0. */
    float[] base;

    final float[] a = new float[SIZE];
    final float[] value = new float[SIZE];
    final float[] uniform = new float[SIZE];

    /** The tile of states that DRAW writes, and for each group which bits it leaves; or null. */
    int[] state;

    int stateAt;
    int[] held;

    /**
     * PROBABILITY of rows whose betas begin at {@code at}, with the shift that belongs to this r.
     */
    void probability(float[] rowBetas, int at, float[] r) {
      betas = rowBetas;
      betasAt = at;
      base = r;
      run(PROBABILITIES, this);
    }

    private void softplus(float[] rowBetas, int at) {
      betas = rowBetas;
      betasAt = at;
      run(SOFTPLUSES, this);
    }

    /** {@code sums[r] += softplus(beta a)}, unit by unit; betas and sums from {@code at} on. */
    void addSoftplus(float[] rowBetas, int at, double[] sums) {
      softplus(rowBetas, at);
      for (int unit = 0; unit < units; unit++) {
        for (int r = 0; r < ROWS; r++) {
          sums[at + r] += value[unit * ROWS + r];
        }
      }
    }

    /**
     * A1: {@code sums[r] += softplus(to a) - softplus(from a)}, unit by unit.
     *
     * @param from betas, from {@code at} on, as {@code to} and {@code sums}
     * @param earlier float[SIZE], scratch
     */
    void addSoftplusGain(float[] from, float[] to, int at, float[] earlier, double[] sums) {
      softplus(from, at);
      System.arraycopy(value, 0, earlier, 0, units * ROWS);
      softplus(to, at);
      for (int unit = 0; unit < units; unit++) {
        for (int r = 0; r < ROWS; r++) {
          sums[at + r] += value[unit * ROWS + r] - earlier[unit * ROWS + r];
        }
      }
    }

    /**
     * G5 of the tile of rows that begins with this one.
     *
     * @param side how many units the side has
     * @param hold for each group which bits to leave, or null
     * @param words long[DrawsVector.SCRATCH], scratch
     */
    void draw(
        long seed,
        DrawStream stream,
        long sweep,
        int row,
        int side,
        int[] states,
        int[] hold,
        long[] words) {
      for (int lane = 0; lane < ROWS; lane += COUNT) {
        DrawsVector.uniforms(
            seed, stream, sweep, row + lane, first, units, uniform, lane, ROWS, words);
      }
      state = states;
      stateAt = row / ROWS * BitTile.size(side);
      held = hold;
      run(DRAWS, this);
    }

    /** Copies values of the tile's first rows to a row-major array of {@code side} units a row. */
    void store(float[] rows, int row, int present, int side) {
      for (int r = 0; r < present; r++) {
        int at = (row + r) * side + first;
        for (int unit = 0; unit < units; unit++) {
          rows[at + unit] = value[unit * ROWS + r];
        }
      }
    }
  }

  abstract void apply(Stretch s);

  /** Applies stages one after another. */
  static void run(GibbsStage[] stages, Stretch s) {
    for (GibbsStage stage : stages) {
      stage.apply(s);
    }
  }
}
