package io.gibbsite.nativecpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import java.lang.foreign.Arena;

/** A {@link Density} where native code computes: the base of an energy, or the noise of NCE. */
final class NativeDensity implements AutoCloseable {
  private static final int GAUSSIAN = 0;
  private static final int DIAGONAL_GAUSSIAN = 1;
  private static final int BOX = 2;

  final Density density;
  final long address;
  private final MlpKernels kernels;

  NativeDensity(MlpKernels kernels, Density density) {
    this.kernels = kernels;
    this.density = density;
    this.address =
        density instanceof Gaussian gaussian ? open(gaussian) : open((UniformBox) density);
    if (address == 0) {
      throw new OutOfMemoryError("no native memory for a " + density.description());
    }
  }

  private long open(Gaussian gaussian) {
    int d = gaussian.columns();
    double[] r = gaussian.whitening();
    float[] whitening = new float[r.length];
    for (int i = 0; i < r.length; i++) {
      whitening[i] = (float) r[i];
    }
    float[] factor = gaussian.cholesky();
    boolean diagonal = gaussian.diagonal();
    return open(
        diagonal ? DIAGONAL_GAUSSIAN : GAUSSIAN,
        gaussian.logNormaliser(),
        gaussian.mean(),
        diagonal ? diagonalOf(whitening, d) : whitening,
        diagonal ? diagonalOf(factor, d) : factor);
  }

  private static float[] diagonalOf(float[] matrix, int d) {
    float[] diagonal = new float[d];
    for (int i = 0; i < d; i++) {
      diagonal[i] = matrix[i * d + i];
    }
    return diagonal;
  }

  private long open(UniformBox box) {
    int d = box.columns();
    float[] low = new float[d];
    float[] high = new float[d];
    float[] extent = new float[d];
    for (int i = 0; i < d; i++) {
      low[i] = box.low(i);
      high[i] = box.high(i);
      extent[i] = box.extent(i);
    }
    return open(BOX, box.logDensity(), low, high, extent);
  }

  private long open(
      int kind, double constant, float[] location, float[] whitening, float[] factor) {
    try (Arena arena = Arena.ofConfined()) {
      return kernels.densityOpen(
          kind,
          density.columns(),
          constant,
          arena.allocateFrom(JAVA_FLOAT, location).address(),
          arena.allocateFrom(JAVA_FLOAT, whitening).address(),
          arena.allocateFrom(JAVA_FLOAT, factor).address());
    }
  }

  @Override
  public void close() {
    kernels.close(address);
  }
}
