package io.gibbsite.train;

import java.util.Map;

/**
 * A rule that moves parameters against their gradient. It owns its state, whose arrays a checkpoint
 * saves and refills; apart from them an update depends on its arguments alone.
 */
public sealed interface Optimiser permits Adam, Sgd {
  /**
   * Moves {@code theta} by one update.
   *
   * @param theta float[n], in and out
   * @param gradient float[n]
   * @param learningRate of this update, at least 0
   * @param t the number of this update, from 1
   * @throws IllegalArgumentException if a length is not the {@code n} it was made for
   */
  void step(float[] theta, float[] gradient, float learningRate, long t);

  /** The state by name, each float[n]: the arrays themselves, to be saved or refilled. */
  Map<String, float[]> state();

  /** The rule and its constants, such as {@code adam(0.9, 0.999, 1.0E-8)}. */
  String description();

  /** The length check that every rule makes. */
  static void requireLength(int expected, float[] theta, float[] gradient) {
    if (theta.length != expected || gradient.length != expected) {
      throw new IllegalArgumentException(
          "an optimiser of %d parameters was given %d and a gradient of %d"
              .formatted(expected, theta.length, gradient.length));
    }
  }
}
