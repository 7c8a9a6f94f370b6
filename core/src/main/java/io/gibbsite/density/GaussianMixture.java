package io.gibbsite.density;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.Arrays;

/**
 * A mixture of Gaussians, {@code p(x) = sum_m w_m N(x; m_m, C_m C_m^T)}.
 *
 * <p>A draw takes its component by the first number behind the normals' blocks: by word {@code 4
 * ceil(d / 4)} of its address.
 */
public final class GaussianMixture implements Density {
  private final float[] weights;
  private final Gaussian[] components;
  private final double[] logWeights;

  /**
   * @param weights float[m], positive; scaled to the sum 1
   * @param components all of the same columns
   */
  public GaussianMixture(float[] weights, Gaussian... components) {
    if (weights.length != components.length || weights.length == 0) {
      throw new IllegalArgumentException(
          "a mixture of %d weights and %d Gaussians".formatted(weights.length, components.length));
    }
    double sum = 0;
    for (int m = 0; m < weights.length; m++) {
      if (!(weights[m] > 0 && Float.isFinite(weights[m]))
          || components[m].columns() != components[0].columns()) {
        throw new IllegalArgumentException(
            "component %d of the mixture has weight %s and %d columns"
                .formatted(m, weights[m], components[m].columns()));
      }
      sum += weights[m];
    }
    this.weights = weights.clone();
    this.components = components.clone();
    this.logWeights = new double[weights.length];
    for (int m = 0; m < weights.length; m++) {
      logWeights[m] = Math.log(weights[m] / sum);
    }
  }

  /** How many Gaussians it has. */
  public int size() {
    return components.length;
  }

  /** The weight as given. */
  public float weight(int component) {
    return weights[component];
  }

  public Gaussian component(int component) {
    return components[component];
  }

  @Override
  public int columns() {
    return components[0].columns();
  }

  @Override
  public double logDensity(float[] x, int offset) {
    // The sum of exponentials as it goes: largest term so far, and the rest relative to it.
    double largest = Double.NEGATIVE_INFINITY;
    double sum = 0;
    for (int m = 0; m < components.length; m++) {
      double term = logWeights[m] + components[m].logDensity(x, offset);
      if (term > largest) {
        sum = sum * Math.exp(largest - term) + 1;
        largest = term;
      } else {
        sum += Math.exp(term - largest);
      }
    }
    return largest + Math.log(sum);
  }

  @Override
  public void sample(long seed, DrawStream stream, long step, int row, float[] x, int offset) {
    double left = Draws.uniform(seed, stream, step, row, (columns() + 3) / 4);
    int m = 0;
    while (m < components.length - 1 && left >= Math.exp(logWeights[m])) {
      left -= Math.exp(logWeights[m]);
      m++;
    }
    components[m].sample(seed, stream, step, row, x, offset);
  }

  @Override
  public String description() {
    return "mixture of %d Gaussians (%d columns)".formatted(size(), columns());
  }

  /**
   * This mixture after some steps of expectation maximisation on rows; diagonal components stay so.
   *
   * @param x float[rows * columns]
   * @param rows at least 1
   * @param steps at least 0
   * @param variance is added to all variances, so that no component falls onto a single row
   */
  public GaussianMixture fitted(float[] x, int rows, int steps, double variance) {
    GaussianMixture mixture = this;
    for (int step = 0; step < steps; step++) {
      mixture = mixture.step(x, rows, variance);
    }
    return mixture;
  }

  private GaussianMixture step(float[] x, int rows, double variance) {
    int d = columns();
    double[][] share = new double[size()][rows];
    for (int i = 0; i < rows; i++) {
      double all = logDensity(x, i * d);
      for (int m = 0; m < size(); m++) {
        share[m][i] = Math.exp(logWeights[m] + components[m].logDensity(x, i * d) - all);
      }
    }
    float[] newWeights = new float[size()];
    Gaussian[] fitted = new Gaussian[size()];
    for (int m = 0; m < size(); m++) {
      double total = Arrays.stream(share[m]).sum();
      // A component that has lost its rows stays where it is, with little weight.
      boolean empty = !(total > 1e-3);
      newWeights[m] = empty ? 1e-3f / rows : (float) (total / rows);
      fitted[m] =
          empty
              ? components[m]
              : Gaussian.fit(x, share[m], rows, d, !components[m].diagonal(), variance);
    }
    return new GaussianMixture(newWeights, fitted);
  }
}
