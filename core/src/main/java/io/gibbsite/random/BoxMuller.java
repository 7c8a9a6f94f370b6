package io.gibbsite.random;

import io.gibbsite.math.FloatMath;

/**
 * Two standard normal numbers from two words, the same bits on every backend.
 *
 * <pre>
 *   u1 = uniform(first), u2 = uniform(second)
 *   radius = sqrt(-2 log(1 - u1))          1 - u1 is exact and at least 2^-24
 *   normals = radius cos(2 pi u2), radius sin(2 pi u2)
 * </pre>
 *
 * <p>The largest magnitude is sqrt(48 log 2) = 5.77. Source: Box and Muller, "A note on the
 * generation of random normal deviates", 1958.
 */
public final class BoxMuller {
  private BoxMuller() {}

  /** Writes the cosine and the sine normal to {@code out[offset]} and {@code out[offset + 1]}. */
  public static void pair(int first, int second, float[] out, int offset) {
    float radius = radius(first);
    float turn = Draws.uniform(second);
    out[offset] = radius * FloatMath.cosTurn(turn);
    out[offset + 1] = radius * FloatMath.sinTurn(turn);
  }

  /** The cosine normal alone. */
  static float cosine(int first, int second) {
    return radius(first) * FloatMath.cosTurn(Draws.uniform(second));
  }

  private static float radius(int word) {
    return (float) Math.sqrt(-2f * FloatMath.log(1f - Draws.uniform(word)));
  }
}
