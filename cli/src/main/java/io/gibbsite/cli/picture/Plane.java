package io.gibbsite.cli.picture;

/**
 * The part of the plane that a panel shows; panels side by side share one.
 *
 * @param left lowest shown first coordinate
 * @param right highest
 * @param bottom lowest shown second coordinate
 * @param top highest
 */
public record Plane(double left, double right, double bottom, double top) {
  public Plane {
    if (!(left < right && bottom < top)) {
      throw new IllegalArgumentException(
          "a plane from %s to %s and %s to %s".formatted(left, right, bottom, top));
    }
  }

  /**
   * A square that holds all points, with a margin.
   *
   * @param x float[rows * 2]
   * @param margin on each side, as a fraction of the largest extent
   */
  public static Plane around(float[] x, int rows, double margin) {
    double[] low = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
    double[] high = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
    for (int i = 0; i < 2 * rows; i++) {
      low[i & 1] = Math.min(low[i & 1], x[i]);
      high[i & 1] = Math.max(high[i & 1], x[i]);
    }
    double half = Math.max(Math.max(high[0] - low[0], high[1] - low[1]), 1e-6) * (0.5 + margin);
    double middleX = 0.5 * (low[0] + high[0]);
    double middleY = 0.5 * (low[1] + high[1]);
    return new Plane(middleX - half, middleX + half, middleY - half, middleY + half);
  }
}
