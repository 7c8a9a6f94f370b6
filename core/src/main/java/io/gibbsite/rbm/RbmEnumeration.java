package io.gibbsite.rbm;

import java.util.Arrays;

/**
 * All states of an RBM's smaller side, with the other side summed out.
 *
 * <pre>
 *   log p*(s) = e.s + sum_j log(1 + exp(f_j + sum_i s_i w_ij))      i enumerated, j summed out
 * </pre>
 *
 * <p>States run in blocks of 64, which share their upper bits. The exponentials of the upper and of
 * the lower bits' parts are multiplied, so that a state costs a multiplication and an addition for
 * each {@code j}, and one logarithm: factors {@code 1 + exp(..)} are multiplied up, and the
 * product's exponent is set aside before it can overflow. Nothing drifts, as every product is
 * formed anew.
 */
final class RbmEnumeration extends Enumeration {
  /** Products stay below {@code exp} of this. */
  private static final double LARGEST_LOG = 700;

  private final int summed;
  private final double[] enumeratedBias;
  private final double[] summedBias;
  private final double[] weight; // [enumerated, summed]
  private final int factors;
  private final double[] low; // [summed, lanes]: the lower bits' part, or its exponential
  private final double[] lowBias; // [lanes]

  /**
   * @param enumeratedBias double[n]
   * @param summedBias double[m]
   * @param weight double[n * m], row-major
   */
  private RbmEnumeration(double[] enumeratedBias, double[] summedBias, double[] weight) {
    super(enumeratedBias.length);
    this.summed = summedBias.length;
    this.enumeratedBias = enumeratedBias;
    this.summedBias = summedBias;
    this.weight = weight;
    // 0 where even one factor could overflow: softplus forms are used instead.
    this.factors = (int) Math.min(summed, LARGEST_LOG / (largestActivation() + Math.log(2)));
    this.low = new double[summed * lanes];
    this.lowBias = new double[lanes];
    for (int lane = 0; lane < lanes; lane++) {
      lowBias[lane] = bias(lane, 0);
      double[] part = part(lane, 0, new double[summed]);
      for (int j = 0; j < summed; j++) {
        low[j * lanes + lane] = factors == 0 ? part[j] : Math.exp(part[j]);
      }
    }
  }

  /** Of the visible units if they are fewer, else of the hidden ones. */
  static RbmEnumeration of(RbmParameters parameters) {
    RbmShape shape = parameters.shape();
    float[] values = parameters.values();
    double[] weight = wide(values, 0, shape.visibleBiasOffset());
    double[] visible = wide(values, shape.visibleBiasOffset(), shape.hiddenBiasOffset());
    double[] hidden = wide(values, shape.hiddenBiasOffset(), shape.parameterCount());
    return ofVisible(shape)
        ? new RbmEnumeration(visible, hidden, weight)
        : new RbmEnumeration(hidden, visible, transpose(weight, visible.length, hidden.length));
  }

  /** Whether {@link #of} enumerates the visible units. */
  static boolean ofVisible(RbmShape shape) {
    return shape.visible() < shape.hidden();
  }

  static double[] wide(float[] values, int from, int to) {
    double[] wide = new double[to - from];
    for (int i = from; i < to; i++) {
      wide[i - from] = values[i];
    }
    return wide;
  }

  private static double[] transpose(double[] matrix, int rows, int columns) {
    double[] transposed = new double[matrix.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        transposed[j * rows + i] = matrix[i * columns + j];
      }
    }
    return transposed;
  }

  private double largestActivation() {
    double[] bounds = new double[summed];
    for (int j = 0; j < summed; j++) {
      bounds[j] = Math.abs(summedBias[j]);
    }
    for (int i = 0; i < weight.length; i++) {
      bounds[i % summed] += Math.abs(weight[i]);
    }
    return Arrays.stream(bounds).max().orElse(0);
  }

  /** The biases of the units that are on, of a state's bits from {@code first} on. */
  private double bias(int bits, int first) {
    double sum = 0;
    for (int i = 0; bits >>> i != 0; i++) {
      sum += (bits >>> i & 1) * enumeratedBias[first + i];
    }
    return sum;
  }

  /** The same for the weights. */
  private double[] part(int bits, int first, double[] sums) {
    for (int i = 0; bits >>> i != 0; i++) {
      if ((bits >>> i & 1) == 1) {
        for (int j = 0; j < summed; j++) {
          sums[j] += weight[(first + i) * summed + j];
        }
      }
    }
    return sums;
  }

  @Override
  Block block() {
    return new Products();
  }

  private final class Products implements Block {
    private final double[] high = new double[summed];
    private final double[] product = new double[lanes];
    private final double[] logs = new double[lanes];

    @Override
    public double[] logWeights(int block) {
      System.arraycopy(summedBias, 0, high, 0, summed);
      part(block, lowBits, high);
      Arrays.fill(logs, 0);
      if (factors == 0) {
        softplus();
      } else {
        products();
      }
      double bias = bias(block, lowBits);
      for (int lane = 0; lane < lanes; lane++) {
        logs[lane] += bias + lowBias[lane];
      }
      return logs;
    }

    private void softplus() {
      for (int j = 0; j < summed; j++) {
        for (int lane = 0; lane < lanes; lane++) {
          double a = high[j] + low[j * lanes + lane];
          logs[lane] += Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
        }
      }
    }

    private void products() {
      Arrays.fill(product, 1);
      for (int first = 0; first < summed; first += factors) {
        for (int j = first; j < Math.min(first + factors, summed); j++) {
          multiply(product, low, j * lanes, Math.exp(high[j]));
        }
        // What is left of the product is in [1, 2).
        for (int lane = 0; lane < lanes; lane++) {
          int exponent = Math.getExponent(product[lane]);
          logs[lane] += exponent;
          product[lane] = Math.scalb(product[lane], -exponent);
        }
      }
      for (int lane = 0; lane < lanes; lane++) {
        logs[lane] = logs[lane] * Math.log(2) + Math.log(product[lane]);
      }
    }
  }

  private static void multiply(double[] product, double[] low, int offset, double high) {
    for (int lane = 0; lane < product.length; lane++) {
      product[lane] *= 1 + high * low[offset + lane];
    }
  }
}
