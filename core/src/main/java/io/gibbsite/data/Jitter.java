package io.gibbsite.data;

import io.gibbsite.random.BoxMuller;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * Normal noise that is added to data rows: column {@code j} of a row gets {@code sd_j n_j}, with
 * the standard normal of component {@code j} at (JITTER, step, row). Discrete data, such as grey
 * levels, has no density without it.
 */
public final class Jitter {
  /**
   * The step of jitter that is drawn once and kept, as for held-out rows: no training step has it.
   */
  public static final long FIXED = Draws.STEP_LIMIT - 1;

  private final float[] sd;
  private final long seed;
  private final int[] words = new int[4];
  private final float[] normals = new float[4];

  /**
   * @param sd float[d], at least 0; not copied
   * @param seed of the run
   */
  public Jitter(float[] sd, long seed) {
    for (float value : sd) {
      if (!(value >= 0) || !Float.isFinite(value)) {
        throw new IllegalArgumentException("the jitter must be at least 0, not " + value);
      }
    }
    this.sd = sd;
    this.seed = seed;
  }

  /** Adds the jitter of the address (step, row) to {@code x[offset .. offset + d - 1]}. */
  public void add(long step, int row, float[] x, int offset) {
    for (int j = 0; j < sd.length; j++) {
      if ((j & 3) == 0) {
        Draws.words(seed, DrawStream.JITTER, step, row, j >> 2, words);
        BoxMuller.pair(words[0], words[1], normals, 0);
        BoxMuller.pair(words[2], words[3], normals, 2);
      }
      x[offset + j] = Math.fma(sd[j], normals[j & 3], x[offset + j]);
    }
  }
}
