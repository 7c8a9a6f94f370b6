package io.gibbsite.train;

import java.util.Map;

/**
 * Stochastic gradient descent with heavy-ball momentum: {@code v <- mu v + g}, {@code theta <-
 * theta - eta v}.
 *
 * <p>Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
 */
public final class Sgd implements Optimiser {
  private final float momentum;
  private final float[] velocity;

  /**
   * @param parameters n
   * @param momentum {@code mu}, in [0, 1); 0 for none
   */
  public Sgd(int parameters, float momentum) {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("the momentum must be in [0, 1), not " + momentum);
    }
    this.momentum = momentum;
    this.velocity = new float[parameters];
  }

  @Override
  public void step(float[] theta, float[] gradient, float learningRate, long t) {
    Optimiser.requireLength(velocity.length, theta, gradient);
    step(theta, gradient, learningRate, 0, theta.length);
  }

  /** A step of the parameters from {@code first} up to {@code end}. */
  public void step(float[] theta, float[] gradient, float learningRate, int first, int end) {
    update(theta, gradient, velocity, learningRate, momentum, first, end);
  }

  private static void update(
      float[] theta, float[] g, float[] v, float eta, float mu, int first, int end) {
    for (int i = first; i < end; i++) {
      v[i] = mu * v[i] + g[i];
      theta[i] -= eta * v[i];
    }
  }

  @Override
  public Map<String, float[]> state() {
    return Map.of("sgd.velocity", velocity);
  }

  @Override
  public String description() {
    return "sgd(" + momentum + ")";
  }
}
