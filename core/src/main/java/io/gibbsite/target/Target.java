package io.gibbsite.target;

import io.gibbsite.random.DrawStream;
import io.gibbsite.sampler.EnergyFunction;

/**
 * A normalised density in closed form with its gradient, its moments and an exact sampler. It
 * computes in double, row by row, and rounds.
 */
public abstract class Target implements EnergyFunction {
  private final String name;
  private final int columns;

  /** Of this name in tables, such as {@code banana}. */
  Target(String name, int columns) {
    this.name = name;
    this.columns = columns;
  }

  public final String name() {
    return name;
  }

  @Override
  public final int columns() {
    return columns;
  }

  /**
   * {@code -log p(x)}, normalised, and its gradient.
   *
   * @param x double[columns]
   * @param gradient double[columns], out
   */
  public abstract double energy(double[] x, double[] gradient);

  /** The mean of a column. */
  public abstract double mean(int column);

  /** The standard deviation of a column. */
  public abstract double deviation(int column);

  /**
   * How many columns, from the first on, have tails so light that their moments tell a good sample
   * from a bad one.
   */
  public int momentColumns() {
    return columns;
  }

  /** Writes the exact draw at (seed, stream, 0, row) to {@code x[offset ..]}. */
  public abstract void sample(long seed, DrawStream stream, int row, float[] x, int offset);

  @Override
  public final void energy(float[] x, int rows, float[] energy) {
    compute(x, rows, energy, null);
  }

  @Override
  public final void inputGradient(float[] x, int rows, float[] energy, float[] gradient) {
    compute(x, rows, energy, gradient);
  }

  private void compute(float[] x, int rows, float[] energy, float[] gradient) {
    double[] point = new double[columns];
    double[] slope = new double[columns];
    for (int i = 0; i < rows; i++) {
      for (int c = 0; c < columns; c++) {
        point[c] = x[i * columns + c];
      }
      double e = energy(point, slope);
      if (energy != null) {
        energy[i] = (float) e;
      }
      for (int c = 0; c < columns && gradient != null; c++) {
        gradient[i * columns + c] = (float) slope[c];
      }
    }
  }

  /** {@code -log} of the normal density at a distance from its mean. */
  static double normal(double distance, double sd) {
    return 0.5 * distance * distance / (sd * sd) + Math.log(sd) + 0.5 * Math.log(2 * Math.PI);
  }
}
