package io.gibbsite.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this process: the machine's preferred one, or {@code
 * -Dgibbsite.vector.bits=128}, {@code 256} or {@code 512}. Constants, so that the compiler sees
 * them.
 */
public final class Lanes {
  /** The property that forces a width. */
  public static final String WIDTH_PROPERTY = "gibbsite.vector.bits";

  public static final VectorSpecies<Float> FLOAT = VectorSpecies.of(float.class, shape());
  public static final VectorSpecies<Integer> INT = VectorSpecies.of(int.class, FLOAT.vectorShape());
  public static final VectorSpecies<Long> LONG = VectorSpecies.of(long.class, FLOAT.vectorShape());

  /** Floats in a vector: 4, 8 or 16. */
  public static final int COUNT = FLOAT.length();

  private Lanes() {}

  private static VectorShape shape() {
    String bits = System.getProperty(WIDTH_PROPERTY);
    if (bits == null) {
      VectorShape preferred = FloatVector.SPECIES_PREFERRED.vectorShape();
      return VectorShape.forBitSize(Math.clamp(preferred.vectorBitSize(), 128, 512));
    }
    return switch (bits) {
      case "128", "256", "512" -> VectorShape.forBitSize(Integer.parseInt(bits));
      default ->
          throw new IllegalArgumentException(
              WIDTH_PROPERTY + " must be 128, 256 or 512, not '" + bits + "'");
    };
  }

  /** Zero in every lane. */
  static FloatVector zero() {
    return FloatVector.zero(FLOAT);
  }

  static FloatVector all(float x) {
    return FloatVector.broadcast(FLOAT, x);
  }

  static IntVector all(int x) {
    return IntVector.broadcast(INT, x);
  }

  static LongVector all(long x) {
    return LongVector.broadcast(LONG, x);
  }
}
