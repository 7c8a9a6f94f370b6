package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.tile.Tile.ROWS;

import io.gibbsite.density.Gaussian;
import io.gibbsite.tile.PackedMatrix;
import io.gibbsite.tile.Tile;
import io.gibbsite.tile.TileProduct;
import jdk.incubator.vector.FloatVector;

/**
 * A {@link Gaussian} on tiles: {@code y = (x - m) R^T}, {@code g += y R}, {@code x = m + n C^T}.
 */
final class TileGaussian {
  final Gaussian gaussian;
  private final int columns;
  private final float[] mean;
  private final float[] none;
  private final PackedMatrix whitening;
  private final PackedMatrix transposed;
  private final PackedMatrix cholesky;
  private final float[] diagonalWhitening;
  private final float[] diagonalCholesky;

  TileGaussian(Gaussian gaussian) {
    this.gaussian = gaussian;
    columns = gaussian.columns();
    int padded = Tile.panels(columns) * Tile.PANEL;
    mean = java.util.Arrays.copyOf(gaussian.mean(), padded);
    none = new float[padded];
    double[] r = gaussian.whitening();
    float[] factor = gaussian.cholesky();
    if (gaussian.diagonal()) {
      whitening = transposed = cholesky = null;
      diagonalWhitening = new float[columns];
      diagonalCholesky = new float[columns];
      for (int i = 0; i < columns; i++) {
        diagonalWhitening[i] = (float) r[i * columns + i];
        diagonalCholesky[i] = factor[i * columns + i];
      }
    } else {
      diagonalWhitening = diagonalCholesky = null;
      float[] rounded = new float[r.length];
      for (int i = 0; i < r.length; i++) {
        rounded[i] = (float) r[i];
      }
      whitening = new PackedMatrix(columns, columns, PackedMatrix.Form.LOWER);
      whitening.pack(rounded, 0, columns, 1);
      transposed = new PackedMatrix(columns, columns, PackedMatrix.Form.UPPER);
      transposed.pack(rounded, 0, 1, columns);
      cholesky = new PackedMatrix(columns, columns, PackedMatrix.Form.LOWER);
      cholesky.pack(factor, 0, columns, 1);
    }
  }

  /** {@code y = (x - m) R^T}, or {@code v R^T} if not centred. */
  void whiten(float[] x, int xAt, boolean centred, float[] y, int yAt, float[] scratch) {
    float[] shift = centred ? mean : none;
    for (int i = 0; i < columns; i++) {
      FloatVector m = FloatVector.broadcast(FLOAT, shift[i]);
      FloatVector scale =
          FloatVector.broadcast(FLOAT, diagonalWhitening == null ? 1f : diagonalWhitening[i]);
      float[] to = diagonalWhitening == null ? scratch : y;
      int toAt = diagonalWhitening == null ? 0 : yAt;
      for (int lane = 0; lane < ROWS; lane += COUNT) {
        FloatVector c = FloatVector.fromArray(FLOAT, x, xAt + i * ROWS + lane).sub(m);
        c.mul(scale).intoArray(to, toAt + i * ROWS + lane);
      }
    }
    if (whitening != null) {
      TileProduct.multiply(whitening, scratch, 0, y, yAt, none);
    }
  }

  /** {@code g += y R}. */
  void addGradient(float[] y, int yAt, float[] g, int gAt) {
    if (transposed != null) {
      TileProduct.multiply(transposed, y, yAt, g, gAt, null);
      return;
    }
    for (int i = 0; i < columns; i++) {
      FloatVector scale = FloatVector.broadcast(FLOAT, diagonalWhitening[i]);
      for (int lane = i * ROWS; lane < (i + 1) * ROWS; lane += COUNT) {
        FloatVector sum = FloatVector.fromArray(FLOAT, g, gAt + lane);
        FloatVector.fromArray(FLOAT, y, yAt + lane).fma(scale, sum).intoArray(g, gAt + lane);
      }
    }
  }

  /** {@code x = m + n C^T}. */
  void colour(float[] n, int nAt, float[] x, int xAt) {
    if (cholesky != null) {
      TileProduct.multiply(cholesky, n, nAt, x, xAt, mean);
      return;
    }
    for (int i = 0; i < columns; i++) {
      FloatVector scale = FloatVector.broadcast(FLOAT, diagonalCholesky[i]);
      FloatVector m = FloatVector.broadcast(FLOAT, mean[i]);
      for (int lane = i * ROWS; lane < (i + 1) * ROWS; lane += COUNT) {
        FloatVector.fromArray(FLOAT, n, nAt + lane).fma(scale, m).intoArray(x, xAt + lane);
      }
    }
  }

  /** {@code sum[sumAt + row] = sum over columns of y z}. */
  static void rowProducts(
      float[] y, int yAt, float[] z, int zAt, int columns, float[] sum, int sumAt) {
    for (int lane = 0; lane < ROWS; lane += COUNT) {
      FloatVector s = FloatVector.zero(FLOAT);
      for (int i = 0; i < columns; i++) {
        FloatVector a = FloatVector.fromArray(FLOAT, y, yAt + i * ROWS + lane);
        s = a.fma(FloatVector.fromArray(FLOAT, z, zAt + i * ROWS + lane), s);
      }
      s.intoArray(sum, sumAt + lane);
    }
  }

  long bytes() {
    return whitening == null ? 8L * columns : 3 * PackedMatrix.bytes(columns, columns);
  }
}
