package io.gibbsite.ising;

import static io.gibbsite.math.Lanes.LONG;

import io.gibbsite.backend.Workers;
import io.gibbsite.random.Draws;
import io.gibbsite.random.Philox4x32Vector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link Ising} on the Vector API: the lanes are words of a row. */
final class IsingVector extends MultiSpin {
  private static final int COUNT = LONG.length();

  /** Digits drawn at a time: two counters, which hide each other's latency. */
  private static final int STEP = 4;

  /** {@code digits[digit (4 + 1) + k]}: all bits are that digit of the threshold of k. */
  private final long[] digits;

  private final Worker[] team;

  /** One thread's vectors, between steps of the update. */
  private static final class Worker {
    final long[] ones = new long[COUNT];
    final long[] twos = new long[COUNT];
    final long[] fours = new long[COUNT];
    final long[] up = new long[COUNT];
    final long[] open = new long[COUNT];
    final long[] random = new long[STEP * COUNT];
  }

  IsingVector(IsingShape shape, IsingParameters parameters, Workers workers) {
    super(shape, parameters, workers);
    int classes = thresholds().length;
    digits = new long[DIGITS * classes];
    for (int digit = 0; digit < DIGITS; digit++) {
      for (int k = 0; k < classes; k++) {
        digits[digit * classes + k] = -(thresholds()[k] >>> (DIGITS - 1 - digit) & 1);
      }
    }
    team = new Worker[workers.threads()];
    for (int i = 0; i < team.length; i++) {
      team[i] = new Worker();
    }
  }

  @Override
  void update(
      long[] to, int at, long[] other, int above, int below, int side, int firstDraw, int worker) {
    Worker me = team[worker];
    int lowStep = (int) sweep();
    int streamWord = Draws.streamWord(stream(), sweep());
    for (int w = 0; w < words; w += COUNT) {
      VectorMask<Long> present = LONG.indexInRange(w, words);
      LongVector.broadcast(LONG, 0).intoArray(me.up, 0);
      LongVector.broadcast(LONG, 0).blend(-1L, present).intoArray(me.open, 0);
      count(other, above + w, below + w, at + w, side, me);
      boolean open = true;
      for (int digit = 0; open && digit < DIGITS; digit += STEP) {
        Philox4x32Vector.draw(digit / 2, firstDraw + w, lowStep, streamWord, seed(), me.random);
        open = decide(digits, digit, me);
      }
      LongVector.fromArray(LONG, me.up, 0).intoArray(to, at + w, present);
    }
  }

  /** N1. */
  private static void count(long[] other, int above, int below, int here, int side, Worker me) {
    LongVector a = LongVector.fromArray(LONG, other, above);
    LongVector b = LongVector.fromArray(LONG, other, below);
    LongVector c = LongVector.fromArray(LONG, other, here);
    LongVector d = LongVector.fromArray(LONG, other, here + side);
    LongVector ab = a.and(b);
    LongVector cd = c.and(d);
    LongVector oneOfAb = a.lanewise(VectorOperators.XOR, b);
    LongVector oneOfCd = c.lanewise(VectorOperators.XOR, d);
    LongVector carry = oneOfAb.and(oneOfCd);
    oneOfAb.lanewise(VectorOperators.XOR, oneOfCd).intoArray(me.ones, 0);
    ab.lanewise(VectorOperators.XOR, cd).lanewise(VectorOperators.XOR, carry).intoArray(me.twos, 0);
    ab.and(cd).intoArray(me.fours, 0);
  }

  /** N2, N3 for the next digits; returns whether sites are left. */
  private static boolean decide(long[] digits, int first, Worker me) {
    LongVector ones = LongVector.fromArray(LONG, me.ones, 0);
    LongVector twos = LongVector.fromArray(LONG, me.twos, 0);
    LongVector fours = LongVector.fromArray(LONG, me.fours, 0);
    LongVector up = LongVector.fromArray(LONG, me.up, 0);
    LongVector open = LongVector.fromArray(LONG, me.open, 0);
    LongVector three = ones.and(twos);
    LongVector one = ones.lanewise(VectorOperators.AND_NOT, twos);
    LongVector two = twos.lanewise(VectorOperators.AND_NOT, ones);
    LongVector none = ones.or(twos).or(fours).not();
    for (int i = 0; i < STEP; i++) {
      int at = (first + i) * (IsingParameters.NEIGHBOURS + 1);
      LongVector p =
          none.and(digits[at])
              .or(one.and(digits[at + 1]))
              .or(two.and(digits[at + 2]))
              .or(three.and(digits[at + 3]))
              .or(fours.and(digits[at + 4]));
      LongVector u = LongVector.fromArray(LONG, me.random, i * COUNT);
      up = up.or(open.and(p).lanewise(VectorOperators.AND_NOT, u));
      open = open.lanewise(VectorOperators.AND_NOT, p.lanewise(VectorOperators.XOR, u));
    }
    up.intoArray(me.up, 0);
    open.intoArray(me.open, 0);
    return open.reduceLanes(VectorOperators.OR) != 0;
  }
}
