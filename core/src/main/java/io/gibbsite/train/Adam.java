package io.gibbsite.train;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Adam with bias correction.
 *
 * <pre>
 *   m &lt;- b1 m + (1 - b1) g,  v &lt;- b2 v + (1 - b2) g^2
 *   theta &lt;- theta - eta (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
 * </pre>
 *
 * <p>Source: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
 */
public final class Adam implements Optimiser {
  private final float beta1;
  private final float beta2;
  private final float epsilon;
  private final float[] first;
  private final float[] second;

  /** With the paper's constants 0.9, 0.999 and 1e-8. */
  public Adam(int parameters) {
    this(parameters, 0.9f, 0.999f, 1e-8f);
  }

  /**
   * @param parameters n
   * @param beta1 decay of the first moment, in [0, 1)
   * @param beta2 decay of the second moment, in [0, 1)
   * @param epsilon positive
   */
  public Adam(int parameters, float beta1, float beta2, float epsilon) {
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0)) {
      throw new IllegalArgumentException(
          "Adam's decays must be in [0, 1) and its epsilon positive, not %s, %s and %s"
              .formatted(beta1, beta2, epsilon));
    }
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.first = new float[parameters];
    this.second = new float[parameters];
  }

  @Override
  public void step(float[] theta, float[] gradient, float learningRate, long t) {
    Optimiser.requireLength(first.length, theta, gradient);
    float eta = (float) (learningRate / (1 - power(beta1, t)));
    float scale = (float) (1 / Math.sqrt(1 - power(beta2, t)));
    update(theta, gradient, first, second, eta, scale);
  }

  private void update(float[] theta, float[] g, float[] m, float[] v, float eta, float scale) {
    float b1 = beta1;
    float b2 = beta2;
    float eps = epsilon;
    for (int i = 0; i < g.length; i++) {
      m[i] = b1 * m[i] + (1 - b1) * g[i];
      v[i] = b2 * v[i] + (1 - b2) * g[i] * g[i];
      theta[i] -= eta * m[i] / ((float) Math.sqrt(v[i]) * scale + eps);
    }
  }

  /** {@code base^t} by squaring: the same bits on every machine, and nothing allocated. */
  private static double power(double base, long t) {
    double result = 1;
    for (double square = base; t > 0; t >>= 1, square *= square) {
      if ((t & 1) == 1) {
        result *= square;
      }
    }
    return result;
  }

  @Override
  public Map<String, float[]> state() {
    Map<String, float[]> state = new LinkedHashMap<>();
    state.put("adam.first_moment", first);
    state.put("adam.second_moment", second);
    return state;
  }

  @Override
  public String description() {
    return "adam(" + beta1 + ", " + beta2 + ", " + epsilon + ")";
  }
}
