package io.gibbsite.objective;

/** Arrays that an objective keeps between calls: new ones only where the old are too short. */
final class Scratch {
  private Scratch() {}

  /** The array, or a longer one; what it holds is not kept. */
  static float[] atLeast(float[] array, int length) {
    return array.length >= length ? array : new float[length];
  }

  /** {@code gradient += part} over P parameters. */
  static void add(float[] part, float[] gradient, int parameters) {
    for (int p = 0; p < parameters; p++) {
      gradient[p] += part[p];
    }
  }
}
