package io.gibbsite.cuda;

import io.gibbsite.density.Gaussian;
import java.lang.foreign.MemorySegment;

/** A Gaussian on a device: what it takes to whiten and to colour rows. */
final class GaussianMemory {
  private final DeviceStream stream;
  private final MlpKernels kernels;
  private final RowCopies rowCopies;
  private final int columns;
  private final DeviceMemory mean;
  private final DeviceMemory diagonalMemory;

  /** {@code R} at the stride of kernels, {@code C^T} without gaps; and R without gaps to copy. */
  private final DeviceMemory whitening;

  private final DeviceMemory transposedCholesky;
  private final DeviceMemory compact;
  private Gaussian gaussian;

  GaussianMemory(DeviceStream stream, MlpKernels kernels, RowCopies rowCopies, int columns) {
    this.stream = stream;
    this.kernels = kernels;
    this.rowCopies = rowCopies;
    this.columns = columns;
    long square = (long) columns * columns * Float.BYTES;
    mean = stream.allocate((long) columns * Float.BYTES);
    diagonalMemory = stream.allocate((long) columns * Float.BYTES);
    whitening = stream.allocateCleared((long) columns * MlpKernels.stride(columns) * Float.BYTES);
    transposedCholesky = stream.allocate(square);
    compact = stream.allocate(square);
  }

  /** Replaces the Gaussian, unless it is the same object. */
  void set(Gaussian other) {
    if (other == gaussian) {
      return;
    }
    gaussian = other;
    double[] r = other.whitening();
    float[] rounded = new float[r.length];
    float[] diagonal = new float[columns];
    float[] c = other.cholesky();
    float[] transposed = new float[c.length];
    for (int i = 0; i < columns; i++) {
      for (int j = 0; j < columns; j++) {
        rounded[i * columns + j] = (float) r[i * columns + j];
        transposed[j * columns + i] = c[i * columns + j];
      }
      diagonal[i] = rounded[i * columns + i];
    }
    stream.upload(MemorySegment.ofArray(other.mean()), mean, 0);
    stream.upload(MemorySegment.ofArray(diagonal), diagonalMemory, 0);
    stream.upload(MemorySegment.ofArray(transposed), transposedCholesky, 0);
    stream.upload(MemorySegment.ofArray(rounded), compact, 0);
    int row = columns * Float.BYTES;
    rowCopies.copy(
        compact,
        0,
        row,
        whitening,
        0,
        (long) MlpKernels.stride(columns) * Float.BYTES,
        row,
        columns);
  }

  /** {@code m}, float[d]. */
  DeviceMemory mean() {
    return mean;
  }

  /** {@code R}, float[d][stride]. */
  DeviceMemory whitening() {
    return whitening;
  }

  /** {@code log p} at the mean. */
  float constant() {
    return (float) gaussian.logNormaliser();
  }

  /**
   * {@code y = (x - m) R^T} in the first {@code values} rows, {@code y = x R^T} in the others.
   *
   * @param centred scratch, as large as y
   */
  void whiten(
      DeviceMemory x, long xOffset, DeviceMemory centred, DeviceMemory y, int rows, int values) {
    if (gaussian.diagonal()) {
      kernels.centre(x, xOffset, mean, diagonalMemory, y, rows, values, columns);
    } else {
      kernels.centre(x, xOffset, mean, null, centred, rows, values, columns);
      kernels.forward(
          centred,
          0,
          LayerWeights.plain(whitening),
          null,
          0,
          y,
          0,
          null,
          rows,
          rows,
          columns,
          columns,
          null);
    }
  }

  /** {@code g += y R}. */
  void addGradient(DeviceMemory y, DeviceMemory g, int rows) {
    LayerWeights weights = LayerWeights.plain(whitening);
    kernels.backward(
        y, weights, null, g, rows, columns, columns, io.gibbsite.mlp.Activation.SILU, true);
  }

  /** {@code x = m + C n}. */
  void colour(DeviceMemory normals, DeviceMemory x, int rows) {
    kernels.noiseColour(normals, mean, transposedCholesky, x, rows, columns, gaussian.diagonal());
  }
}
