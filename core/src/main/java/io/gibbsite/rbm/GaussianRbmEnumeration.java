package io.gibbsite.rbm;

import io.gibbsite.backend.Workers;

/**
 * All hidden states of a Gaussian-Bernoulli RBM, with the visible units integrated out.
 *
 * <pre>
 *   log p*(h) = sum_j h_j e_j + sum_{j &lt; k} h_j h_k G_jk + sum_i log(sd_i sqrt(2 pi)),  G = W^T W,
 *   e_j = c_j + sum_i W_ij b_i / sd_i + G_jj / 2
 * </pre>
 *
 * <p>This is {@code -U(h)} of {@link GaussianRbm}, multiplied out: a state costs a few additions
 * and one exponential, however many visible units there are.
 */
final class GaussianRbmEnumeration extends Enumeration {
  private final double[] linear; // e [hidden]
  private final double[] pair; // G [hidden, hidden]
  private final double[] low; // [lanes]: the lower bits' part, and the constant

  GaussianRbmEnumeration(GaussianRbmParameters parameters) {
    super(parameters.shape().hidden());
    int visible = parameters.shape().visible();
    linear = new double[bits];
    pair = new double[bits * bits];
    double[] row = new double[bits];
    double constant = 0;
    for (int i = 0; i < visible; i++) {
      double sd = parameters.visibleSd(i);
      double bias = parameters.visibleBias(i) / sd;
      constant += Math.log(sd) + 0.5 * Math.log(2 * Math.PI);
      for (int j = 0; j < bits; j++) {
        row[j] = parameters.weight(i, j);
        linear[j] += row[j] * bias;
        for (int k = 0; k <= j; k++) {
          pair[j * bits + k] += row[j] * row[k];
        }
      }
    }
    for (int j = 0; j < bits; j++) {
      linear[j] += parameters.hiddenBias(j) + 0.5 * pair[j * bits + j];
      for (int k = 0; k < j; k++) {
        pair[k * bits + j] = pair[j * bits + k];
      }
    }
    low = new double[lanes];
    for (int lane = 0; lane < lanes; lane++) {
      low[lane] = constant + part(lane);
    }
  }

  /** The sum of a state's units alone. */
  private double part(int state) {
    double sum = 0;
    for (int j = 0; j < bits; j++) {
      if ((state >>> j & 1) == 1) {
        sum += linear[j];
        for (int k = 0; k < j; k++) {
          sum += (state >>> k & 1) * pair[j * bits + k];
        }
      }
    }
    return sum;
  }

  /** {@code log Z}. */
  static double logZ(GaussianRbmParameters parameters, Workers workers) {
    return new GaussianRbmEnumeration(parameters).logSum(workers);
  }

  @Override
  Block block() {
    double[] logs = new double[lanes];
    return block -> {
      int upper = block << lowBits;
      logs[0] = part(upper);
      for (int k = 0; k < lowBits; k++) {
        double cross = 0;
        for (int j = lowBits; j < bits; j++) {
          cross += (upper >>> j & 1) * pair[j * bits + k];
        }
        for (int lane = 0; lane < 1 << k; lane++) {
          logs[lane | 1 << k] = logs[lane] + cross;
        }
      }
      for (int lane = 0; lane < lanes; lane++) {
        logs[lane] += low[lane];
      }
      return logs;
    };
  }
}
