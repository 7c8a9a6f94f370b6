package io.gibbsite.target;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * A curved ridge on the plane: {@code x_0 ~ N(0, 1)}, {@code x_1 ~ N(x_0^2, s^2)} with {@code s =
 * 1/4}. Its mean is (0, 1) and its variance (1, 2 + s^2).
 *
 * <p>Source: in the manner of Haario, Saksman and Tamminen, "Adaptive proposal distribution for
 * random walk Metropolis algorithm", 1999.
 */
public final class Banana extends Target {
  private static final double WIDTH = 0.25;

  public Banana() {
    super("banana", 2);
  }

  @Override
  public double energy(double[] x, double[] gradient) {
    double off = x[1] - x[0] * x[0];
    double pull = off / (WIDTH * WIDTH);
    gradient[0] = x[0] - 2 * x[0] * pull;
    gradient[1] = pull;
    return normal(x[0], 1) + normal(off, WIDTH);
  }

  @Override
  public double mean(int column) {
    return column;
  }

  @Override
  public double deviation(int column) {
    return column == 0 ? 1 : Math.sqrt(2 + WIDTH * WIDTH);
  }

  @Override
  public void sample(long seed, DrawStream stream, int row, float[] x, int offset) {
    Draws.normals(seed, stream, 0, row, x, offset, 2);
    x[offset + 1] = Math.fma(x[offset], x[offset], (float) WIDTH * x[offset + 1]);
  }
}
