package io.gibbsite.target;

import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * Neal's funnel in ten dimensions: {@code x_0 ~ N(0, 3^2)}, the others {@code N(0, exp(x_0))},
 * whose scale runs over four orders of magnitude. Only the first column's tails are light.
 *
 * <p>Source: Neal, "Slice sampling", Annals of Statistics 31, 2003.
 */
public final class Funnel extends Target {
  private static final int COLUMNS = 10;
  private static final double WIDTH = 3;

  public Funnel() {
    super("funnel", COLUMNS);
  }

  @Override
  public double energy(double[] x, double[] gradient) {
    double sd = Math.exp(0.5 * x[0]);
    double precision = Math.exp(-x[0]);
    double energy = normal(x[0], WIDTH);
    gradient[0] = x[0] / (WIDTH * WIDTH);
    for (int c = 1; c < COLUMNS; c++) {
      energy += normal(x[c], sd);
      gradient[0] += 0.5 - 0.5 * x[c] * x[c] * precision;
      gradient[c] = x[c] * precision;
    }
    return energy;
  }

  @Override
  public double mean(int column) {
    return 0;
  }

  @Override
  public double deviation(int column) {
    return column == 0 ? WIDTH : Math.exp(WIDTH * WIDTH / 4);
  }

  @Override
  public int momentColumns() {
    return 1;
  }

  @Override
  public void sample(long seed, DrawStream stream, int row, float[] x, int offset) {
    Draws.normals(seed, stream, 0, row, x, offset, COLUMNS);
    x[offset] *= (float) WIDTH;
    float sd = (float) Math.exp(0.5 * x[offset]);
    for (int c = 1; c < COLUMNS; c++) {
      x[offset + c] *= sd;
    }
  }
}
