package io.gibbsite.mlp;

import java.util.Arrays;

/**
 * The parameters of a generator.
 *
 * @param shape the layers
 * @param values float[shape.parameterCount()]; not copied
 */
public record GeneratorParameters(GeneratorShape shape, float[] values) {
  public GeneratorParameters {
    if (values.length != shape.parameterCount()) {
      throw new IllegalArgumentException(
          "generator %s has %d parameters, not %d"
              .formatted(shape, shape.parameterCount(), values.length));
    }
  }

  /** Drawn as those of {@link MlpParameters#random}: take another seed than the energy's. */
  public static GeneratorParameters random(GeneratorShape shape, long seed) {
    float[] values = MlpParameters.random(shape.trunk(), null, seed).values();
    return new GeneratorParameters(shape, Arrays.copyOf(values, shape.parameterCount()));
  }
}
