package io.gibbsite.train;

import java.util.Map;

/**
 * Stochastic gradient descent with heavy-ball momentum, and weight decay that is decoupled from it:
 * {@code v <- mu v + g}, {@code theta <- (1 - eta lambda) theta - eta v}.
 *
 * <p>Sources: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964;
 * Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
 */
public final class Sgd implements Optimiser {
  private final float momentum;
  private final float weightDecay;
  private final int decayed;
  private final float[] velocity;

  /**
   * Without weight decay.
   *
   * @param parameters n
   * @param momentum {@code mu}, in [0, 1); 0 for none
   */
  public Sgd(int parameters, float momentum) {
    this(parameters, momentum, 0, 0);
  }

  /**
   * With weight decay of the first parameters, such as weights before biases.
   *
   * @param parameters n
   * @param momentum {@code mu}, in [0, 1); 0 for none
   * @param weightDecay {@code lambda}, at least 0
   * @param decayed so many parameters, from 0 to n
   */
  public Sgd(int parameters, float momentum, float weightDecay, int decayed) {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("the momentum must be in [0, 1), not " + momentum);
    }
    this.momentum = momentum;
    this.weightDecay = weightDecay;
    this.decayed = decayed;
    this.velocity = new float[parameters];
  }

  @Override
  public void step(float[] theta, float[] gradient, float learningRate, long t) {
    Optimiser.requireLength(velocity.length, theta, gradient);
    step(theta, gradient, learningRate, 0, theta.length);
  }

  /** A step of the parameters from {@code first} up to {@code end}. */
  public void step(float[] theta, float[] gradient, float learningRate, int first, int end) {
    if (weightDecay > 0) {
      scale(theta, 1 - learningRate * weightDecay, first, Math.min(end, decayed));
    }
    update(theta, gradient, velocity, learningRate, momentum, first, end);
  }

  private static void scale(float[] theta, float factor, int first, int end) {
    for (int i = first; i < end; i++) {
      theta[i] *= factor;
    }
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
