package io.gibbsite.boltzmann;

import io.gibbsite.backend.Workers;
import io.gibbsite.spin.SpinParameters;

/**
 * M1 and M2: the mean field of hidden units for given visible ones, in double, rows shared among
 * threads; results do not depend on their number.
 *
 * @param model whose parameters it reads
 * @param rounds of M1 over all hidden units at the most
 */
public record MeanField(BoltzmannModel model, int rounds) {
  /** Rounds end where no mean moves further than this. */
  private static final double SETTLED = 1e-6;

  /**
   * M1: the means of all units, those of the visible ones being their states.
   *
   * @param v byte[rows * visible]
   * @param means float[rows * units], out
   * @param bound double[rows], out: M2; or null
   */
  public void settle(byte[] v, int rows, float[] means, double[] bound, Workers workers) {
    BoltzmannShape shape = model.shape();
    if (v.length < (long) rows * shape.visible() || means.length < (long) rows * shape.units()) {
      throw new IllegalArgumentException(
          "%d states and %d means for %d rows of %s"
              .formatted(v.length, means.length, rows, shape));
    }
    workers.run(
        rows,
        (row, worker) -> {
          double f = settle(v, row, means);
          if (bound != null) {
            bound[row] = f;
          }
        });
  }

  private double settle(byte[] v, int row, float[] means) {
    SpinParameters parameters = model.parameters();
    int n = parameters.units();
    int visible = model.shape().visible();
    double[] m = new double[n];
    double[] field = new double[n];
    for (int i = 0; i < visible; i++) {
      m[i] = v[row * visible + i];
    }
    for (int i = 0; i < n; i++) {
      double sum = parameters.bias(i);
      for (int j = 0; j < visible; j++) {
        sum += parameters.weight(i, j) * m[j];
      }
      field[i] = sum;
    }
    for (int round = 0; round < rounds; round++) {
      double furthest = 0;
      for (int i = visible; i < n; i++) {
        double sum = field[i];
        for (int j = visible; j < n; j++) {
          sum += parameters.weight(i, j) * m[j];
        }
        double next = Math.tanh(sum); // M1
        furthest = Math.max(furthest, Math.abs(next - m[i]));
        m[i] = next;
      }
      if (furthest < SETTLED) {
        break;
      }
    }
    for (int i = 0; i < n; i++) {
      means[row * n + i] = (float) m[i];
    }
    return bound(parameters, visible, m, field);
  }

  /** M2; the fields are those of the visible units alone. */
  private static double bound(SpinParameters parameters, int visible, double[] m, double[] field) {
    int n = m.length;
    double f = 0;
    for (int i = 0; i < visible; i++) {
      f -= 0.5 * m[i] * (field[i] + parameters.bias(i));
    }
    for (int i = visible; i < n; i++) {
      double sum = 0;
      for (int j = visible; j < i; j++) {
        sum += parameters.weight(i, j) * m[j];
      }
      f -= m[i] * (field[i] + sum) + entropy(m[i]);
    }
    return f;
  }

  /** Of a unit that is +1 with probability (1 + m) / 2. */
  private static double entropy(double m) {
    double up = 0.5 * (1 + m);
    double down = 0.5 * (1 - m);
    return -(up > 0 ? up * Math.log(up) : 0) - (down > 0 ? down * Math.log(down) : 0);
  }

  /**
   * The sums of {@code m_i m_j} and {@code m_i} over rows, the positive phase of L1.
   *
   * @param means float[rows * units]
   * @param sums float[units * units + units], out
   */
  public static void statistics(float[] means, int rows, int n, float[] sums, Workers workers) {
    workers.run(
        n,
        (i, worker) -> {
          java.util.Arrays.fill(sums, i * n, (i + 1) * n, 0f);
          float total = 0;
          for (int row = 0; row < rows; row++) {
            float m = means[row * n + i];
            total += m;
            add(means, row * n, m, sums, i * n, n);
          }
          sums[i * n + i] = rows; // as of states: a unit's square is 1
          sums[n * n + i] = total;
        });
  }

  private static void add(float[] means, int from, float m, float[] sums, int to, int n) {
    for (int j = 0; j < n; j++) {
      sums[to + j] += m * means[from + j];
    }
  }
}
