package io.gibbsite.mlp;

import static io.gibbsite.math.Lanes.COUNT;
import static io.gibbsite.math.Lanes.FLOAT;
import static io.gibbsite.tile.Tile.ROWS;

import io.gibbsite.density.Density;
import io.gibbsite.density.Gaussian;
import io.gibbsite.density.UniformBox;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.DrawsVector;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** A noise {@link Density} on tiles: drawn at addresses, and its log-density. */
final class NceNoise {
  final Density density;
  private final TileGaussian gaussian;
  private final UniformBox box;

  NceNoise(Density density) {
    this.density = density;
    gaussian = density instanceof Gaussian g ? new TileGaussian(g) : null;
    box = density instanceof UniformBox b ? b : null;
  }

  /**
   * Draws the rows of one tile at (NCE_NOISE, step, row).
   *
   * @param x tile, out
   * @param logDensity float[ROWS] at {@code logAt}, out
   * @param scratch a tile
   */
  void draw(
      long seed,
      long step,
      int row,
      float[] x,
      int xAt,
      float[] logDensity,
      int logAt,
      float[] scratch,
      long[] words) {
    int columns = density.columns();
    for (int lane = 0; lane < ROWS; lane += COUNT) {
      if (gaussian != null) {
        DrawsVector.normals(
            seed, DrawStream.NCE_NOISE, step, row + lane, columns, scratch, lane, ROWS, words);
      } else {
        DrawsVector.uniforms(
            seed, DrawStream.NCE_NOISE, step, row + lane, columns, scratch, lane, ROWS, words);
      }
    }
    if (gaussian != null) {
      gaussian.colour(scratch, 0, x, xAt);
      normalLogDensity(scratch, logDensity, logAt);
      return;
    }
    for (int i = 0; i < columns; i++) {
      FloatVector low = FloatVector.broadcast(FLOAT, box.low(i));
      FloatVector extent = FloatVector.broadcast(FLOAT, box.extent(i));
      for (int at = i * ROWS; at < (i + 1) * ROWS; at += COUNT) {
        FloatVector.fromArray(FLOAT, scratch, at).fma(extent, low).intoArray(x, xAt + at);
      }
    }
    Arrays.fill(logDensity, logAt, logAt + ROWS, (float) box.logDensity());
  }

  /** The log-density of one tile's rows; y and scratch are tiles. */
  void logDensity(float[] x, int xAt, float[] logDensity, int logAt, float[] y, float[] scratch) {
    if (gaussian != null) {
      gaussian.whiten(x, xAt, true, y, 0, scratch);
      normalLogDensity(y, logDensity, logAt);
      return;
    }
    for (int r = 0; r < ROWS; r++) {
      boolean inside = true;
      for (int i = 0; i < box.columns(); i++) {
        float value = x[xAt + i * ROWS + r];
        inside &= value >= box.low(i) && value <= box.high(i);
      }
      logDensity[logAt + r] = inside ? (float) box.logDensity() : Float.NEGATIVE_INFINITY;
    }
  }

  private void normalLogDensity(float[] y, float[] logDensity, int logAt) {
    TileGaussian.rowProducts(y, 0, y, 0, density.columns(), logDensity, logAt);
    float constant = (float) gaussian.gaussian.logNormaliser();
    for (int r = logAt; r < logAt + ROWS; r++) {
      logDensity[r] = constant - 0.5f * logDensity[r];
    }
  }
}
