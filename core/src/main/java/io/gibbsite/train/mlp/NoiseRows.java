package io.gibbsite.train.mlp;

import io.gibbsite.density.Density;
import io.gibbsite.random.DrawStream;

/** Noise rows of a minibatch, drawn at (NCE_NOISE, step, row) into one array. */
final class NoiseRows {
  private final float[] rows;
  private final int columns;
  private final long seed;

  NoiseRows(int most, int columns, long seed) {
    this.rows = new float[Math.multiplyExact(most, columns)];
    this.columns = columns;
    this.seed = seed;
  }

  void draw(Density density, long step, int count) {
    for (int i = 0; i < count; i++) {
      density.sample(seed, DrawStream.NCE_NOISE, step, i, rows, i * columns);
    }
  }

  /** The array itself. */
  float[] rows() {
    return rows;
  }
}
