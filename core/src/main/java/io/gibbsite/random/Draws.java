package io.gibbsite.random;

/**
 * Random numbers at addresses: a draw is a function of (seed, stream, step, row, component) and of
 * nothing else, so that results depend on neither threads nor batch splits nor backend.
 *
 * <pre>
 *   key     = (seed low 32, seed high 32)
 *   counter = (component / 4, row, step low 32, stream &lt;&lt; 24 | step high 24)
 * </pre>
 *
 * A component's word is {@code component % 4} of its counter; normals come from the word pairs (0,
 * 1) and (2, 3).
 */
public final class Draws {
  /** Steps run from 0 to this, exclusive: 56 bits of the counter. */
  public static final long STEP_LIMIT = 1L << 56;

  private static final float UNIFORM_SCALE = 0x1p-24f;

  private Draws() {}

  /** A uniform number in [0, 1) from a word: its upper 24 bits. */
  public static float uniform(int word) {
    return (word >>> 8) * UNIFORM_SCALE;
  }

  /** The counter's last word. */
  public static int streamWord(DrawStream stream, long step) {
    return stream.id() << 24 | (int) (step >>> 32) & 0xFFFFFF;
  }

  /** Writes the four words of components {@code 4 * block .. 4 * block + 3} to {@code words}. */
  public static void words(
      long seed, DrawStream stream, long step, int row, int block, int[] words) {
    Philox4x32.block(
        block,
        row,
        (int) step,
        streamWord(stream, step),
        (int) seed,
        (int) (seed >>> 32),
        words,
        0);
  }

  /** Component {@code 4 * block} as a uniform number in [0, 1). */
  public static float uniform(long seed, DrawStream stream, long step, int row, int block) {
    int[] words = new int[4];
    words(seed, stream, step, row, block, words);
    return uniform(words[0]);
  }

  /** Writes components 0 .. {@code count - 1} as uniform numbers in [0, 1). */
  public static void uniforms(
      long seed, DrawStream stream, long step, int row, float[] out, int offset, int count) {
    // Constant indices let the compiler keep the words in registers: no array is allocated.
    int[] words = new int[4];
    for (int i = 0; i < count; i += 4) {
      words(seed, stream, step, row, i >> 2, words);
      int at = offset + i;
      out[at] = uniform(words[0]);
      if (i + 1 < count) {
        out[at + 1] = uniform(words[1]);
      }
      if (i + 2 < count) {
        out[at + 2] = uniform(words[2]);
      }
      if (i + 3 < count) {
        out[at + 3] = uniform(words[3]);
      }
    }
  }

  /** Writes components 0 .. {@code count - 1} as standard normal numbers. */
  public static void normals(
      long seed, DrawStream stream, long step, int row, float[] out, int offset, int count) {
    int[] words = new int[4];
    for (int i = 0; i < count; i += 4) {
      words(seed, stream, step, row, i >> 2, words);
      normals(words[0], words[1], out, offset + i, count - i);
      normals(words[2], words[3], out, offset + i + 2, count - i - 2);
    }
  }

  /** Two normals, one or none, as many as are left. */
  private static void normals(int first, int second, float[] out, int at, int left) {
    if (left >= 2) {
      BoxMuller.pair(first, second, out, at);
    } else if (left == 1) {
      out[at] = BoxMuller.cosine(first, second);
    }
  }
}
