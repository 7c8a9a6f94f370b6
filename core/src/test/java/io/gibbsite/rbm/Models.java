package io.gibbsite.rbm;

import java.util.SplittableRandom;

/** Random models and states for tests. */
final class Models {
  private Models() {}

  /** Normal weights and biases of that spread. */
  static RbmParameters random(RbmShape shape, double spread, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[shape.parameterCount()];
    for (int k = 0; k < values.length; k++) {
      values[k] = (float) (spread * random.nextGaussian());
    }
    return new RbmParameters(shape, values);
  }

  /** The same for real visible units, whose deviations lie round 1. */
  static GaussianRbmParameters random(GaussianRbmShape shape, double spread, long seed) {
    float[] sd = normals(shape.visible(), seed + 1);
    for (int i = 0; i < sd.length; i++) {
      sd[i] = (float) Math.exp(0.4 * sd[i]);
    }
    return GaussianRbmParameters.of(random(shape.units(), spread, seed), sd);
  }

  /** That many standard normal numbers. */
  static float[] normals(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] normals = new float[count];
    for (int k = 0; k < count; k++) {
      normals[k] = (float) random.nextGaussian();
    }
    return normals;
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

  /** The bits of a number as states of units 0, 1, ... */
  static byte[] bits(int number, int units) {
    byte[] states = new byte[units];
    for (int i = 0; i < units; i++) {
      states[i] = (byte) (number >> i & 1);
    }
    return states;
  }
}
