package io.gibbsite.rbm;

import io.gibbsite.backend.Workers;
import io.gibbsite.math.LogWeights;
import io.gibbsite.random.Categorical;
import io.gibbsite.random.DrawStream;
import java.util.Arrays;

/**
 * All states of a few binary units, with all other units summed or integrated out, in blocks of up
 * to 64 states that share their upper bits.
 */
abstract class Enumeration {
  private static final int LOW_BITS = 6;

  /** The blocks of a large enumeration go to at most so many units of work. */
  private static final int MOST_UNITS = 1 << 10;

  /** Units enumerated; bit i of a state is unit i. */
  final int bits;

  /** Of them, those that differ within a block. */
  final int lowBits;

  /** States in a block. */
  final int lanes;

  Enumeration(int bits) {
    this.bits = bits;
    this.lowBits = Math.min(LOW_BITS, bits);
    this.lanes = 1 << lowBits;
  }

  /** The memory to go through one block of states after another. */
  interface Block {
    /** {@code log p*} of the block's states, in an array that the next call overwrites. */
    double[] logWeights(int block);
  }

  abstract Block block();

  /** The logarithm of the sum over all states: {@code log Z}. */
  double logSum(Workers workers) {
    int blocks = 1 << (bits - lowBits);
    int units = Math.min(blocks, MOST_UNITS);
    double[] sums = new double[units];
    workers.run(
        units,
        (unit, worker) -> {
          LogWeights sum = new LogWeights();
          Block block = block();
          for (int b = unit * (blocks / units); b < (unit + 1) * (blocks / units); b++) {
            for (double logWeight : block.logWeights(b)) {
              sum.add(logWeight);
            }
          }
          sums[unit] = sum.logSum();
        });
    LogWeights total = new LogWeights();
    for (double sum : sums) {
      total.add(sum);
    }
    return total.logSum();
  }

  /** {@code log p*} of every state, double[2^bits]; bit i of the index is unit i. */
  double[] logWeights() {
    double[] all = new double[1 << bits];
    Block block = block();
    for (int b = 0; b < all.length / lanes; b++) {
      System.arraycopy(block.logWeights(b), 0, all, b * lanes, lanes);
    }
    return all;
  }

  /**
   * States drawn with their probabilities, byte[count * bits], by uniform numbers at
   * (INITIAL_STATE, 1, row).
   */
  byte[] sample(int count, long seed) {
    double[] weights = logWeights();
    double largest = Arrays.stream(weights).max().orElseThrow();
    for (int s = 0; s < weights.length; s++) {
      weights[s] = Math.exp(weights[s] - largest);
    }
    int[] drawn = Categorical.draw(weights, DrawStream.INITIAL_STATE, 1, count, seed);
    byte[] states = new byte[count * bits];
    for (int k = 0; k < states.length; k++) {
      states[k] = (byte) (drawn[k / bits] >>> k % bits & 1);
    }
    return states;
  }
}
