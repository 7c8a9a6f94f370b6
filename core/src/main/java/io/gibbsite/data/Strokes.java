package io.gibbsite.data;

import io.gibbsite.math.FloatMath;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;
import java.util.Arrays;

/**
 * Grey 28 x 28 images of the digits 0 to 9, drawn as lines and elliptic arcs with a random affine
 * map and pen: data that is like handwriting, and needs no download.
 *
 * <p>Image {@code i} is drawn from the uniform numbers {@code u_0 .. u_7} at (DATA, 0, i):
 *
 * <pre>
 *   u_0  the digit, each equally likely
 *   u_1  rotation, -0.04 to 0.04 turns             u_2  shear, -0.25 to 0.25
 *   u_3  width, u_4 height: 0.8 to 1.15 times       u_5, u_6  shift, -2 to 2 pixels
 *   u_7  half the width of the pen, 0.7 to 1.5 pixels
 * </pre>
 *
 * <p>A pixel's grey is its overlap with the pen's path: {@code half width + 1/2 - distance}, held
 * to [0, 1], with the distance from the pixel's centre in pixels.
 */
public final class Strokes {
  /** Pixels of a side. */
  public static final int SIDE = 28;

  /** The name in options and results. */
  public static final String LABEL = "strokes";

  private static final int PIXELS = SIDE * SIDE;
  private static final int DRAWS = 8;

  /** Segments that stand for a whole turn of an arc. */
  private static final int SEGMENTS = 24;

  /** Pixels for one unit of the digits' own coordinates. */
  private static final float SCALE = 10;

  /** The digits as segments: x0, y0, x1, y1, ...; x to the right, y down, within ±0.9. */
  private static final float[][] DIGITS = {
    arc(0, 0, 0.55f, 0.85f, 0, 1),
    join(line(0.05f, -0.85f, 0.05f, 0.85f), line(0.05f, -0.85f, -0.3f, -0.5f)),
    join(
        arc(0, -0.35f, 0.5f, 0.5f, 0.5f, 1.1f),
        line(0.404f, -0.056f, -0.5f, 0.85f),
        line(-0.5f, 0.85f, 0.55f, 0.85f)),
    join(
        arc(-0.05f, -0.43f, 0.48f, 0.42f, 0.55f, 1.25f),
        arc(-0.05f, 0.42f, 0.55f, 0.43f, 0.75f, 1.45f)),
    join(
        line(0.2f, 0.85f, 0.2f, -0.85f),
        line(0.2f, -0.85f, -0.55f, 0.35f),
        line(-0.55f, 0.35f, 0.55f, 0.35f)),
    join(
        line(0.5f, -0.85f, -0.35f, -0.85f),
        line(-0.35f, -0.85f, -0.4f, -0.1f),
        arc(-0.02f, 0.32f, 0.53f, 0.53f, 0.62f, 1.4f)),
    join(arc(0, 0.4f, 0.5f, 0.45f, 0, 1), arc(0.45f, 0.4f, 0.95f, 1.25f, 0.5f, 0.74f)),
    join(line(-0.5f, -0.85f, 0.5f, -0.85f), line(0.5f, -0.85f, -0.1f, 0.85f)),
    join(arc(0, -0.43f, 0.42f, 0.42f, 0, 1), arc(0, 0.42f, 0.52f, 0.43f, 0, 1)),
    join(arc(0, -0.4f, 0.48f, 0.45f, 0, 1), arc(-0.47f, -0.4f, 0.95f, 1.25f, 0, 0.22f)),
  };

  private Strokes() {}

  /** The first images of a seed, grey from 0 to 1. */
  public static Dataset dataset(int rows, long seed) {
    float[] x = new float[Math.multiplyExact(rows, PIXELS)];
    float[] u = new float[DRAWS];
    for (int i = 0; i < rows; i++) {
      Draws.uniforms(seed, DrawStream.DATA, 0, i, u, 0, DRAWS);
      draw(u, x, i * PIXELS);
    }
    return new Dataset(x, rows, PIXELS, LABEL, new ImageLayout(SIDE, SIDE, 1));
  }

  /** The digits that those images show, each 0 to 9. */
  public static int[] labels(int rows, long seed) {
    int[] labels = new int[rows];
    float[] u = new float[1];
    for (int i = 0; i < rows; i++) {
      Draws.uniforms(seed, DrawStream.DATA, 0, i, u, 0, 1);
      labels[i] = digit(u[0]);
    }
    return labels;
  }

  private static int digit(float u) {
    return (int) (DIGITS.length * u);
  }

  private static void draw(float[] u, float[] x, int offset) {
    float[] segments = placed(DIGITS[digit(u[0])], u);
    float reach = between(u[7], 0.7f, 1.5f) + 0.5f;
    for (int pixel = 0; pixel < PIXELS; pixel++) {
      float nearest = Float.POSITIVE_INFINITY;
      for (int s = 0; s < segments.length; s += 4) {
        nearest = Math.min(nearest, squaredDistance(segments, s, pixel % SIDE, pixel / SIDE));
      }
      float grey = reach - (float) Math.sqrt(nearest);
      x[offset + pixel] = Math.max(0, Math.min(1, grey));
    }
  }

  /** The digit's segments in pixels, under the affine map of these draws. */
  private static float[] placed(float[] digit, float[] u) {
    float turn = between(u[1], -0.04f, 0.04f);
    float cos = FloatMath.cosTurn(turn - (float) Math.floor(turn));
    float sin = FloatMath.sinTurn(turn - (float) Math.floor(turn));
    float shear = between(u[2], -0.25f, 0.25f);
    float wide = SCALE * between(u[3], 0.8f, 1.15f);
    float high = SCALE * between(u[4], 0.8f, 1.15f);
    float left = 0.5f * (SIDE - 1) + between(u[5], -2, 2);
    float top = 0.5f * (SIDE - 1) + between(u[6], -2, 2);
    float[] placed = new float[digit.length];
    for (int p = 0; p < digit.length; p += 2) {
      float y = high * digit[p + 1];
      float x = wide * digit[p] - shear * y;
      placed[p] = left + cos * x - sin * y;
      placed[p + 1] = top + sin * x + cos * y;
    }
    return placed;
  }

  private static float squaredDistance(float[] segments, int s, int x, int y) {
    float dx = segments[s + 2] - segments[s];
    float dy = segments[s + 3] - segments[s + 1];
    float px = x - segments[s];
    float py = y - segments[s + 1];
    float along = (px * dx + py * dy) / (dx * dx + dy * dy);
    float held = Math.max(0, Math.min(1, along));
    float ex = px - held * dx;
    float ey = py - held * dy;
    return ex * ex + ey * ey;
  }

  private static float between(float u, float low, float high) {
    return low + (high - low) * u;
  }

  private static float[] line(float x0, float y0, float x1, float y1) {
    return new float[] {x0, y0, x1, y1};
  }

  /** From turn {@code from} to turn {@code to}, clockwise from the right. */
  private static float[] arc(float x, float y, float rx, float ry, float from, float to) {
    int count = Math.round(SEGMENTS * (to - from));
    float[] segments = new float[4 * count];
    for (int i = 0; i <= count; i++) {
      float turn = from + (to - from) * i / count;
      float px = x + rx * FloatMath.cosTurn(turn - (float) Math.floor(turn));
      float py = y + ry * FloatMath.sinTurn(turn - (float) Math.floor(turn));
      if (i > 0) {
        segments[4 * i - 2] = px;
        segments[4 * i - 1] = py;
      }
      if (i < count) {
        segments[4 * i] = px;
        segments[4 * i + 1] = py;
      }
    }
    return segments;
  }

  private static float[] join(float[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    float[] joined = new float[length];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    return joined;
  }
}
