package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;

import io.gibbsite.sampler.Langevin;
import jdk.incubator.vector.FloatVector;

/** The update of {@link Langevin} on a tile. */
final class TileLangevin {
  private TileLangevin() {}

  /**
   * Moves the states by one step.
   *
   * @param states a tile, from {@code at}
   * @param gradient {@code dE/dx}, a tile
   * @param normals a tile; not read where the noise is zero
   * @param length floats that count: columns times rows
   */
  static void move(
      Langevin langevin, float[] states, int at, float[] gradient, float[] normals, int length) {
    FloatVector eta = FloatVector.broadcast(FLOAT, -langevin.stepSize());
    FloatVector scale = FloatVector.broadcast(FLOAT, langevin.noise());
    boolean noisy = langevin.noise() > 0;
    boolean clipped = langevin.clip() < Float.POSITIVE_INFINITY;
    boolean boxed =
        langevin.low() > Float.NEGATIVE_INFINITY || langevin.high() < Float.POSITIVE_INFINITY;
    for (int i = 0; i < length; i += COUNT) {
      FloatVector g = FloatVector.fromArray(FLOAT, gradient, i);
      if (clipped) {
        g = hold(g, -langevin.clip(), langevin.clip());
      }
      FloatVector next = g.fma(eta, FloatVector.fromArray(FLOAT, states, at + i));
      if (noisy) {
        next = FloatVector.fromArray(FLOAT, normals, i).fma(scale, next);
      }
      if (boxed) {
        next = hold(next, langevin.low(), langevin.high());
      }
      next.intoArray(states, at + i);
    }
  }

  /** {@code x} held to [low, high]; NaN stays NaN. */
  private static FloatVector hold(FloatVector x, float low, float high) {
    FloatVector atLeast = x.blend(low, x.lt(low));
    return atLeast.blend(high, FloatVector.broadcast(FLOAT, high).lt(atLeast));
  }
}
