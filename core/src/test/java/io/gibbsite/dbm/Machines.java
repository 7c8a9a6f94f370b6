package io.gibbsite.dbm;

import java.util.SplittableRandom;

/** Random machines and states for tests, and their energy as it is written. */
final class Machines {
  private Machines() {}

  /** Normal parameters of that spread. */
  static DbmParameters random(DbmShape shape, double spread, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[shape.parameterCount()];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) (spread * random.nextGaussian());
    }
    return new DbmParameters(shape, values);
  }

  /** That many fair bits. */
  static byte[] states(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] states = new byte[count];
    for (int k = 0; k < count; k++) {
      states[k] = (byte) random.nextInt(2);
    }
    return states;
  }

  /** All units of a state, layer by layer, bit by bit. */
  static double[][] layers(DbmShape shape, long state) {
    double[][] x = new double[shape.depth() + 1][];
    int bit = 0;
    for (int l = 0; l < x.length; l++) {
      x[l] = new double[shape.units(l)];
      for (int i = 0; i < x[l].length; i++) {
        x[l][i] = state >> bit++ & 1;
      }
    }
    return x;
  }

  static int units(DbmShape shape) {
    return shape.visible() + shape.hidden();
  }

  /** {@code -E(x)}; also its expectation under independent units with these means. */
  static double minusEnergy(DbmParameters p, double[][] x) {
    double sum = 0;
    for (int l = 0; l < x.length; l++) {
      for (int i = 0; i < x[l].length; i++) {
        sum += x[l][i] * p.bias(l, i);
        for (int k = 0; l > 0 && k < x[l - 1].length; k++) {
          sum += x[l - 1][k] * p.weight(l, k, i) * x[l][i];
        }
      }
    }
    return sum;
  }

  /**
   * {@code log} of the sum of {@code exp(-E)} over all states whose visible units are v; or all.
   */
  static double logSum(DbmParameters p, byte[] v, int row) {
    DbmShape shape = p.shape();
    double sum = 0;
    for (long s = 0; s < 1L << units(shape); s++) {
      double[][] x = layers(shape, s);
      boolean counts = true;
      for (int i = 0; v != null && i < shape.visible(); i++) {
        counts &= x[0][i] == v[row * shape.visible() + i];
      }
      sum += counts ? Math.exp(minusEnergy(p, x)) : 0;
    }
    return Math.log(sum);
  }
}
