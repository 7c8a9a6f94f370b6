package io.gibbsite.cuda;

import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import java.lang.foreign.MemorySegment;

/** The noise density of NCE on a device: draws at addresses, and log-densities. */
final class NoiseMemory {
  private final DeviceStream stream;
  private final MlpKernels kernels;
  private final RowCopies rowCopies;
  private final int columns;
  private final DeviceMemory low;
  private final DeviceMemory high;
  private final DeviceMemory extent;
  private GaussianMemory gaussian;
  private Density density;
  private boolean box;

  NoiseMemory(DeviceStream stream, MlpKernels kernels, RowCopies rowCopies, int columns) {
    this.stream = stream;
    this.kernels = kernels;
    this.rowCopies = rowCopies;
    this.columns = columns;
    low = stream.allocate((long) columns * Float.BYTES);
    high = stream.allocate((long) columns * Float.BYTES);
    extent = stream.allocate((long) columns * Float.BYTES);
  }

  /** Replaces the density, unless it is the same object. */
  void set(Density other) {
    if (other == density) {
      return;
    }
    density = other;
    box = other instanceof UniformBox;
    if (other instanceof UniformBox b) {
      float[][] sides = new float[3][columns];
      for (int i = 0; i < columns; i++) {
        sides[0][i] = b.low(i);
        sides[1][i] = b.high(i);
        sides[2][i] = b.extent(i);
      }
      stream.upload(MemorySegment.ofArray(sides[0]), low, 0);
      stream.upload(MemorySegment.ofArray(sides[1]), high, 0);
      stream.upload(MemorySegment.ofArray(sides[2]), extent, 0);
    } else if (other instanceof Gaussian g) {
      if (gaussian == null) {
        gaussian = new GaussianMemory(stream, kernels, rowCopies, columns);
      }
      gaussian.set(g);
    }
  }

  /**
   * Draws rows, and their log-densities.
   *
   * @param x float[rows][stride], out
   * @param y scratch, as large as x
   */
  void draw(
      long seed,
      long step,
      int firstRow,
      int rows,
      DeviceMemory x,
      DeviceMemory y,
      DeviceMemory logDensity) {
    if (box) {
      kernels.noiseDraws(x, low, extent, seed, step, rows, columns, firstRow);
      kernels.noiseLogDensity(x, 0, low, high, logDensity, rows, columns, boxConstant());
    } else {
      kernels.noiseDraws(y, null, null, seed, step, rows, columns, firstRow);
      gaussian.colour(y, x, rows);
      kernels.noiseLogDensity(y, 0, null, null, logDensity, rows, columns, gaussian.constant());
    }
  }

  /**
   * The log-densities of rows.
   *
   * @param centred scratch, with as many rows as x
   * @param y scratch, with as many rows as x
   */
  void logDensity(
      DeviceRows x, int rows, DeviceMemory centred, DeviceMemory y, DeviceMemory logDensity) {
    if (box) {
      kernels.noiseLogDensity(
          x.memory(), x.offset(), low, high, logDensity, rows, columns, boxConstant());
    } else {
      gaussian.whiten(x.memory(), x.offset(), centred, y, rows, rows);
      kernels.noiseLogDensity(y, 0, null, null, logDensity, rows, columns, gaussian.constant());
    }
  }

  private float boxConstant() {
    return (float) ((UniformBox) density).logDensity();
  }
}
