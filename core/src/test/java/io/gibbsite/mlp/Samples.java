package io.gibbsite.mlp;

import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Random models and arrays for tests, and arrays that show who wrote where. */
final class Samples {
  private static final int TAIL = 5;
  private static final float UNTOUCHED = -777f;

  private Samples() {}

  /**
   * Weights of unit variance over the fan-in, so that activations curve and gradients stay near 1.
   */
  static MlpParameters model(MlpShape shape, boolean base, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[shape.parameterCount()];
    for (int l = 0; l < shape.layers(); l++) {
      int end = shape.biasOffset(l) + shape.width(l + 1);
      for (int i = shape.weightOffset(l); i < end; i++) {
        values[i] = (float) (random.nextGaussian() / Math.sqrt(shape.width(l)));
      }
    }
    return new MlpParameters(shape, values, base ? gaussian(shape.inputs(), true, seed) : null);
  }

  static Gaussian gaussian(int columns, boolean full, long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ 0x5eed);
    float[] mean = new float[columns];
    float[] cholesky = new float[columns * columns];
    for (int i = 0; i < columns; i++) {
      mean[i] = (float) random.nextGaussian() / 2;
      for (int j = 0; full && j < i; j++) {
        cholesky[i * columns + j] = (float) (random.nextGaussian() / (2 * columns));
      }
      cholesky[i * columns + i] = (float) random.nextDouble(0.7, 1.4);
    }
    return new Gaussian(mean, cholesky);
  }

  /** That many normal numbers, and a tail of NaN that nobody is to read. */
  static float[] input(int count, double scale, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count + TAIL];
    Arrays.fill(values, Float.NaN);
    for (int i = 0; i < count; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  /** NaN to be overwritten, and a tail that nobody is to write. */
  static float[] output(int count) {
    float[] values = new float[count + TAIL];
    Arrays.fill(values, Float.NaN);
    Arrays.fill(values, count, values.length, UNTOUCHED);
    return values;
  }

  /** The output's entries, once it is sure that the tail was not written. */
  static float[] written(float[] output) {
    int count = output.length - TAIL;
    for (int i = count; i < output.length; i++) {
      if (output[i] != UNTOUCHED) {
        throw new AssertionError(
            "entry " + i + " was overwritten, though only " + count + " were asked for");
      }
    }
    return Arrays.copyOf(output, count);
  }

  /** The first entries, widened. */
  static double[] wide(float[] values, int count) {
    double[] wide = new double[count];
    for (int i = 0; i < count; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  /** Noise densities of that many columns: Gaussians, diagonal and full, and a box. */
  static List<Density> noises(int d) {
    float[] low = new float[d];
    float[] high = new float[d];
    Arrays.fill(low, -2f);
    Arrays.fill(high, 2.5f);
    return List.of(gaussian(d, false, 3), gaussian(d, true, 4), new UniformBox(low, high));
  }

  /** A row, widened. */
  static double[] row(float[] x, int i, int columns) {
    return wide(Arrays.copyOfRange(x, i * columns, (i + 1) * columns), columns);
  }
}
