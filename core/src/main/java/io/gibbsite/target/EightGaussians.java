package io.gibbsite.target;

import io.gibbsite.math.FloatMath;
import io.gibbsite.random.DrawStream;
import io.gibbsite.random.Draws;

/**
 * Eight normal densities of standard deviation s = 0.14 on a circle of radius 1.4, each with weight
 * 1/8: neighbours are 7.7 s apart, so that local moves hardly ever cross. The variance of each
 * column is {@code s^2 + 1.4^2 / 2}.
 */
public final class EightGaussians extends Target {
  private static final int MODES = 8;
  private static final double RADIUS = 1.4;
  private static final double WIDTH = 0.14;

  public EightGaussians() {
    super("eight-gaussians", 2);
  }

  @Override
  public double energy(double[] x, double[] gradient) {
    double[] exponents = new double[MODES];
    double largest = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < MODES; k++) {
      double dx = x[0] - centre(k, 0);
      double dy = x[1] - centre(k, 1);
      exponents[k] = -0.5 * (dx * dx + dy * dy) / (WIDTH * WIDTH);
      largest = Math.max(largest, exponents[k]);
    }
    double sum = 0;
    double meanX = 0;
    double meanY = 0;
    for (int k = 0; k < MODES; k++) {
      double weight = Math.exp(exponents[k] - largest);
      sum += weight;
      meanX += weight * centre(k, 0);
      meanY += weight * centre(k, 1);
    }
    gradient[0] = (x[0] - meanX / sum) / (WIDTH * WIDTH);
    gradient[1] = (x[1] - meanY / sum) / (WIDTH * WIDTH);
    return 2 * normal(0, WIDTH) - largest - Math.log(sum / MODES);
  }

  private static double centre(int mode, int column) {
    double angle = 2 * Math.PI * mode / MODES;
    return RADIUS * (column == 0 ? Math.cos(angle) : Math.sin(angle));
  }

  @Override
  public double mean(int column) {
    return 0;
  }

  @Override
  public double deviation(int column) {
    return Math.sqrt(WIDTH * WIDTH + RADIUS * RADIUS / 2);
  }

  @Override
  public void sample(long seed, DrawStream stream, int row, float[] x, int offset) {
    float[] uniforms = new float[1];
    float[] normals = new float[6];
    Draws.uniforms(seed, stream, 0, row, uniforms, 0, 1);
    Draws.normals(seed, stream, 0, row, normals, 0, 6);
    float turn = (int) (MODES * uniforms[0]) / (float) MODES;
    float radius = (float) RADIUS;
    float width = (float) WIDTH;
    x[offset] = Math.fma(radius, FloatMath.cosTurn(turn), width * normals[4]);
    x[offset + 1] = Math.fma(radius, FloatMath.sinTurn(turn), width * normals[5]);
  }
}
